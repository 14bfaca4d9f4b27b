"""Every command with arguments that nobody means: a message and a code of the contract, never a traceback."""

from __future__ import annotations

import io
import random
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from coach.cli import app as program
from tests.fuzz.effort import WANTED

FILES = ["missing.jsonl", "folder", "bytes", "empty.txt", "latin.txt", "wide.csv", "bad.jsonl", "deep.json"]
FILES += ["evil.yaml", "fake.xlsx", "fake.pdf", "fake.docx", "fake.jsonl.gz", "fake.jsonl.zst", "round", "/"]
FILES += ["/dev/null", "a" * 300, "a/" * 3000, "empty.txt/x", "-"]
WORDS = ["", " ", "../../etc/passwd", "\udcff\udcfe", "\x1b[31mred\x1b[0m", "x" * 20_000, "-1", "9" * 26]
WORDS += ["1e400", "nan", "%s{}{0}[red]", "'; DROP TABLE sessions;--", "\u202eabc", "~", "*", "2026-13-45"]
STDIN = [b"", b"\xff\xfe\x00", b"---\n---\n", b"/quit\n---\n/nonsense\n", b"\0" * 100, b"x" * 200_000]
STDIN += ["Ü\u202e\x1b[2J".encode() * 10, b'{"answer":', b"y\n" * 20]
NUMBERS = ["1", "2", "0", "-1", "9" * 20, "x", "nan", "inf"]
# They write into the program's own folders, ask a server, or take minutes.
LEFT_OUT = ("eval", "guides build", "guides check", "guides measure", "guides search", "guides add", "doctor")
QUICK = ("questions", "history", "profile", "plan", "story", "audit", "progress")


def leaves(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command that runs, with its words."""
    if not hasattr(command, "list_commands"):
        yield path, command
        return
    if path and command.invoke_without_command:
        yield path, command
    for name in command.list_commands(None):
        yield from leaves(command.get_command(None, name), (*path, name))


COMMANDS = [
    (path, command)
    for path, command in leaves(typer.main.get_command(program.app))
    if not " ".join(path).startswith(LEFT_OUT) and (WANTED or path[0] in QUICK)
]


def arguments(path: tuple[str, ...], command: Any, chance: random.Random) -> list[str]:
    """The command's words with some of its options and arguments, each with a value that may be wrong."""
    made = list(path)
    options = [item for item in command.params if item.param_type_name == "option" and item.name != "help"]
    for option in chance.sample(options, min(len(options), chance.choice([0, 1, 1, 2]))):
        kind = option.type_descriptor.annotation
        made.append(max(option.opts, key=len))
        choices = [str(item) for item in typing.get_args(kind) if isinstance(item, str)]
        if kind in (int, float):
            made.append(chance.choice(NUMBERS))
        elif choices and chance.random() < 0.8:
            made.append(chance.choice(choices))
        elif kind is not bool:
            made.append(chance.choice(FILES + WORDS))
    if any(item.param_type_name == "argument" for item in command.params) and chance.random() < 0.9:
        made += [*(["--"] if chance.random() < 0.5 else []), chance.choice(FILES + WORDS)]
    return made


@pytest.fixture
def litter(tmp_path: Path) -> None:
    """Files of every wrong kind in the current folder."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "round").symlink_to("round")
    for name, data in {
        "bytes": bytes(range(256)) * 40,
        "empty.txt": b"",
        "latin.txt": "Überraschung".encode("latin-1"),
        "wide.csv": "answer,question_id\nx,fraud-realtime\n".encode("utf-16"),
        "bad.jsonl": b'{"answer": \n[1,2\n"x"\n',
        "deep.json": b"[" * 100_000,
        "evil.yaml": b'!!python/object/apply:os.system ["touch owned"]',
        "fake.xlsx": b"PK\3\4 nonsense",
        "fake.pdf": b"%PDF-1.4 nonsense",
        "fake.docx": b"PK\3\4 nonsense",
        "fake.jsonl.gz": b"\x1f\x8b nonsense",
        "fake.jsonl.zst": b"\x28\xb5\x2f\xfd nonsense",
    }.items():
        (tmp_path / name).write_bytes(data)


@pytest.mark.usefixtures("litter")
def test_arguments_that_nobody_means(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(WANTED or 7)
    for _ in range(max(1, WANTED // 100)):
        for path, command in COMMANDS if WANTED else chance.sample(COMMANDS, 14):
            given = arguments(path, command, chance)
            monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(chance.choice(STDIN))))
            code = program.run(given)
            told = capsys.readouterr()
            assert code in (0, 1, 2, 3, 4, 130), given
            assert "Traceback" not in told.out + told.err, given
            assert "\x1b" not in told.out + told.err, given
            assert not Path("owned").exists(), given
