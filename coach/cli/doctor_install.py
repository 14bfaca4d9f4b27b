"""Checks of the program itself: Python, packages, corpus, recordings, the local grader's model file."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

from coach.cli.doctor_finding import Finding, fail, ok, warn
from coach.errors import CoachError

if TYPE_CHECKING:
    from coach.guides.corpus import Corpus

DISTRIBUTION = "interview-coach"
OLDEST_PYTHON = (3, 11)
LOCAL_MODEL = Path(__file__).resolve().parents[1] / "grading" / "local" / "model.json"
_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?(?:>=(?P<least>[0-9.]+))?")
_RECORDED = {"key", "model", "purpose", "parts", "reply"}
_NAMED = 4


def check_python(version: tuple[int, ...] = sys.version_info[:3]) -> Finding:
    shown = ".".join(map(str, version))
    if version < OLDEST_PYTHON:
        return fail(
            "python", f"Python {shown} is too old; 3.11 or newer is needed.", "make install PYTHON=python3.11"
        )
    return ok("python", f"Python {shown}")


def check_packages() -> Finding:
    """Every package that the program needs is there, and as new as it must be."""
    try:
        wanted = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        return fail("packages", f"{DISTRIBUTION} is not installed.", f"{_pip()} install --editable .")
    core = [text for text in wanted if "extra ==" not in text]
    wrong = [(text, why) for text in core if (why := _lack(text))]
    if not wrong:
        return ok("packages", f"{len(core)} packages, all there and new enough")
    says = "; ".join(why for _, why in wrong[:_NAMED]) + (" and more" if len(wrong) > _NAMED else "")
    return fail("packages", f"{says}.", f"{_pip()} install {' '.join(quote(text) for text, _ in wrong)}")


def _pip() -> str:
    return f"{quote(sys.executable)} -m pip"


def _lack(requirement: str) -> str:
    """What is wrong with a package, or ""."""
    found = _REQUIREMENT.match(requirement)
    if found is None:
        return ""
    try:
        version = metadata.version(found["name"])
    except metadata.PackageNotFoundError:
        return f"{found['name']} is missing"
    least = found["least"]
    if least and _numbers(version) < _numbers(least):
        return f"{found['name']} {version} is older than {least}"
    return ""


def _numbers(version: str) -> tuple[int, ...]:
    """The release as numbers, without trailing zeros: 6.0.0rc1 -> (6,)."""
    release = re.match(r"[0-9]+(?:\.[0-9]+)*", version)
    numbers = [int(part) for part in release[0].split(".")] if release else []
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def check_corpus(folder: Path) -> tuple[Finding, Corpus | None]:
    """The knowledge that ships can be read; returned too, since other checks compare with it."""
    from coach.guides.corpus import load_corpus

    try:
        corpus = load_corpus(folder)
    except CoachError as error:
        return fail("corpus", str(error), _restore(folder)), None
    counts = f"{len(corpus.questions)} questions, {len(corpus.passages)} passages, guides {corpus.digest}"
    return ok("corpus", counts), corpus


def _restore(path: Path) -> str:
    """What brings back a file that ships: from version control in a checkout, else a new installation."""
    top = next((parent for parent in path.resolve().parents if (parent / ".git").exists()), None)
    if top is None:
        return f"{_pip()} install --force-reinstall --no-deps {DISTRIBUTION}"
    return f"git -C {quote(str(top))} checkout -- {quote(str(path.resolve().relative_to(top)))}"


def check_recordings(folder: Path, prompt: str, questions: set[str]) -> Finding:
    """The recorded replies are there, read as JSON Lines, and answer the prompt and questions of now.

    `prompt` is the grading prompt's digest, `questions` the hashes of the corpus's questions. Cheap: that
    every request still has its recording is checked by `coach eval run llm`.
    """
    files = sorted(folder.rglob("*.jsonl"))
    if not files:
        return warn("recordings", f"There are no recorded replies in {folder}.", _restore(folder))
    whole, current = 0, 0
    for file in files:
        for number, row in _rows(file):
            if row is None:
                return fail("recordings", f"{file}, line {number} is no recording.", _restore(file))
            if row["purpose"] == "grade" and "question" in row["parts"]:
                whole += 1
                current += row["parts"].get("prompt") == prompt and row["parts"]["question"] in questions
    if whole and not current:
        return warn(
            "recordings", f"None of {whole:,} recorded grades fits today's prompt.", "coach eval run llm"
        )
    return ok("recordings", f"{whole:,} recorded grades in {len(files)} files, {current:,} of today's prompt")


def _rows(file: Path) -> Iterator[tuple[int, dict[str, Any] | None]]:
    """(line number, recording); None for a line that is none."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        yield 1, None
        return
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        good = isinstance(row, dict) and row.keys() >= _RECORDED and isinstance(row["parts"], dict)
        yield number, row if good else None


def check_local_model(file: Path, folders: tuple[Path, ...]) -> Finding:
    """The local grader's model file was fitted on the labelled data that is there.

    `folders` are searched for the files that it names: gold first, then recordings.
    """
    try:
        data = json.loads(file.read_text(encoding="utf-8"))["data"]
        names, digest = [str(name) for name in data["files"]], str(data["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        return fail("local grader", f"{file.name} cannot be read.", _restore(file))
    paths = [next((p for folder in folders if (p := folder / name).is_file()), None) for name in names]
    if not all(paths):
        return ok("local grader", f"{file.name} is there; the data that it was fitted on is not")
    text = "".join(path.read_text(encoding="utf-8") for path in paths if path)
    if hashlib.sha256(text.encode()).hexdigest() != digest:
        return warn(
            "local grader", f"{file.name} was fitted on other labelled data than eval/ holds.", "make model"
        )
    return ok("local grader", f"{file.name} fits the labelled data ({data.get('answers', '?')} answers)")
