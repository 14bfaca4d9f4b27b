"""Kills the real program at random moments, runs it again, and says what was lost or left half-written.

`python -m tests.faults.killer [TIMES [SCENE...]]` strikes each scene TIMES times (default 50), with SIGKILL,
SIGTERM and SIGINT in turn; `make test-faults` does. The suite strikes each of them once.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.faults.terminal import start_typing

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
# A shell's background jobs ignore SIGINT, and so would what they start.
_START = (
    "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler);"
    "from coach.cli import main; main()"
)
_COACH = (sys.executable, "-c", _START)
_PATIENCE_S = 120.0


@dataclass(frozen=True)
class Run:
    """What one run of the program left: its exit code and what it printed."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Scene:
    """Something that the program does to a folder, and what must hold of that folder.

    `home` is the data folder and `work` the folder beside it that the program runs in. `given` is standard
    input. `killed` checks the folder after a kill; `again` runs the program as often as its user would have
    to, and `done` checks that all is then as if nothing had happened. All of them raise AssertionError.
    With `typed` the program runs at a terminal, where these answers are typed. `seconds` is about how
    long a run takes.
    """

    name: str
    prepare: Callable[[Place], None]
    command: tuple[str, ...]
    killed: Callable[[Place, Run], None]
    again: Callable[[Place], None]
    done: Callable[[Place], None]
    given: str = ""
    typed: tuple[str, ...] = ()
    seconds: float = 3.0


class Place:
    """The folders of one strike."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.work = folder / "work"
        self.home.mkdir(parents=True)
        self.work.mkdir()

    @property
    def database(self) -> Path:
        return self.home / "coach.db"

    @property
    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("OPENAI_")}
        return {**kept, "COACH_HOME": str(self.home), "COLUMNS": "100"}

    def start(self, arguments: tuple[str, ...], given: str) -> subprocess.Popen[bytes]:
        (self.folder / "given").write_text(given, encoding="utf-8")
        with (
            (self.folder / "given").open("rb") as stdin,
            (self.folder / "out").open("wb") as out,
            (self.folder / "err").open("wb") as err,
        ):
            return subprocess.Popen(
                [*_COACH, *arguments],
                cwd=self.work,
                env=self._environment,
                stdin=stdin,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )

    def start_typing(self, arguments: tuple[str, ...], answers: tuple[str, ...]) -> subprocess.Popen[bytes]:
        (self.folder / "err").touch()
        command, seen = [*_COACH, *arguments], self.folder / "out"
        return start_typing(command, answers, cwd=self.work, env=self._environment, seen=seen)

    def told(self, code: int) -> Run:
        out, err = ((self.folder / name).read_text("utf-8", "replace") for name in ("out", "err"))
        return Run(code, out, err)

    def run(self, *arguments: str, given: str = "") -> Run:
        """The program from start to end."""
        return self.told(self.start(arguments, given).wait(_PATIENCE_S))


@dataclass(frozen=True)
class Strike:
    """A signal, and the seconds after which it is sent."""

    signal: signal.Signals
    after: float

    def __str__(self) -> str:
        return f"{self.signal.name} after {self.after:.2f} s"


def strike(scene: Scene, blow: Strike, folder: Path) -> bool:
    """Kill one run of a scene and put it right; False where the run was over before the blow fell."""
    place = Place(folder)
    scene.prepare(place)
    if scene.typed:
        program = place.start_typing(scene.command, scene.typed)
    else:
        program = place.start(scene.command, scene.given)
    code = _blow(program, blow)
    _end_group(program.pid)
    told = place.told(code)
    # What stops Python itself, before it reads a line of ours, is not ours to word.
    assert "Traceback" not in told.err or "/coach/" not in told.err, told.err
    scene.killed(place, told)
    scene.again(place)
    scene.done(place)
    return code not in (0, 1)


def _blow(program: subprocess.Popen[bytes], blow: Strike) -> int:
    """Wait, send the signal, and wait for the end; its exit code."""
    wait = blow.after
    for _ in range(5):
        try:
            return program.wait(wait)
        except subprocess.TimeoutExpired:
            # Again where it was lost: an editor that is just closing takes a Ctrl-C with it.
            program.send_signal(blow.signal)
            wait = _PATIENCE_S / 5
    program.kill()
    program.wait()
    raise AssertionError(f"{blow.signal.name} did not end it.")


def _end_group(group: int) -> None:
    """Processes that a killed program had started end by themselves; those that do not are a fault."""
    end = time.monotonic() + _PATIENCE_S / 4
    while time.monotonic() < end:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.02)
    os.killpg(group, signal.SIGKILL)
    raise AssertionError("Processes of the killed program went on.")


def blows(scene: Scene, times: int, seed: int) -> list[Strike]:
    """`times` blows at random moments of the run, with its three signals in turn; the same for a seed."""
    chance = random.Random(f"{scene.name} {seed}")
    return [Strike(SIGNALS[n % 3], scene.seconds * chance.random()) for n in range(times)]


def _words(error: AssertionError) -> str:
    at = traceback.extract_tb(error.__traceback__)[-1]
    return f"{at.name}, line {at.lineno}: {at.line} {str(error)[:1500]}"


def main(arguments: list[str]) -> int:
    """Strike, print a line for each fault and one for each scene; the exit code is 1 after a fault."""
    from tests.faults.scenes import scenes

    times = int(arguments[0]) if arguments else 50
    seed = int(os.environ.get("FAULTS_SEED", "1"))
    faults = 0
    with tempfile.TemporaryDirectory(prefix="faults-") as kept:
        for scene in scenes(Path(kept) / "made"):
            if arguments[1:] and scene.name not in arguments[1:]:
                continue
            found: Counter[str] = Counter()
            for number, blow in enumerate(blows(scene, times, seed)):
                folder = Path(kept) / f"{scene.name}-{number}"
                try:
                    found["struck" if strike(scene, blow, folder) else "over before"] += 1
                except AssertionError as error:
                    found["FAULT"] += 1
                    print(f"{scene.name}, {blow}: {_words(error)}", flush=True)
                shutil.rmtree(folder, ignore_errors=True)
            faults += found["FAULT"]
            print(f"{scene.name}: {dict(found)}", flush=True)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
