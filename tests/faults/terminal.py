"""Types at the program through a pseudo terminal, as fast as it reads, until it is gone."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path

# The editor switches bracketed paste on when it starts to read.
READY = "\x1b[?2004h"


def start_typing(
    command: Sequence[str], answers: Sequence[str], *, cwd: Path, env: dict[str, str], seen: Path
) -> subprocess.Popen[bytes]:
    """Start a command that reads from its editor; what it shows is kept in the file `seen`."""
    master, worker = pty.openpty()
    program = subprocess.Popen(
        command,
        cwd=cwd,
        env={**env, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"},
        stdin=worker,
        stdout=worker,
        stderr=worker,
        start_new_session=True,
    )
    os.close(worker)
    threading.Thread(target=_type, args=(master, answers, seen, program), daemon=True).start()
    return program


def _type(master: int, answers: Sequence[str], seen: Path, program: subprocess.Popen[bytes]) -> None:
    left = list(answers)
    with seen.open("wb") as shown:
        while program.poll() is None:
            ready, _, _ = select.select([master], [], [], 0.05)
            if not ready:
                continue
            try:
                data = os.read(master, 65536)
                shown.write(data)
                shown.flush()
                if READY.encode() in data and left:
                    # Line by line, so that a blow can fall between them; a dot alone sends.
                    for line in (*left.pop(0).split("\n"), "."):
                        os.write(master, f"{line}\r".encode())
            except OSError:
                break
    os.close(master)
