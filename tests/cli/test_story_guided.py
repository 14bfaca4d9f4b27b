"""A person led through a story or a feature: what is asked, kept and said, keys as they are typed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from coach.cli import audit_add, story_add, story_editor, wiring
from coach.cli.story_desk import Desk
from coach.errors import DatasetError, SetupError, UsageError
from coach.schema.story import AuditEntry, Story
from tests.cli.test_practice_terminal import END, SEND, WatchedScreen

T = TypeVar("T")
PARTS = (
    "A shop with 40,000 buyers.",
    "I had to cut returns, although nobody had labels.",
    "I asked six buyers. I chose rules instead of a model.",
    "Returns fell from 9% to 6% against a holdout.",
    "Since then I ask buyers before every launch.",
)


@pytest.fixture
def rooms(monkeypatch: pytest.MonkeyPatch) -> wiring.Rooms:
    monkeypatch.setattr("coach.cli.console.at_terminal", lambda: True)
    return wiring.load()


def typed(rooms: wiring.Rooms, run: Callable[[Desk], T], keys: str, *answers: str) -> tuple[T, WatchedScreen]:
    screen = WatchedScreen(list(answers))
    with (
        asyncio.Runner() as runner,
        create_pipe_input() as keyboard,
        create_app_session(input=keyboard, output=DummyOutput()),
    ):
        keyboard.send_text(keys)
        return run(Desk(rooms, screen, runner)), screen


def add(rooms: wiring.Rooms, keys: str, *answers: str, resume: bool = False) -> tuple[Story, WatchedScreen]:
    return typed(rooms, lambda desk: story_add.add_guided(desk, resume=resume), keys, *answers)


def test_a_new_story_tells_of_the_one_that_waits(rooms: wiring.Rooms) -> None:
    with pytest.raises(KeyboardInterrupt):
        add(rooms, "A shop\x03")
    _, screen = add(rooms, SEND.join(PARTS) + SEND, "", "", "")
    assert "coach story add --continue" in screen.text


def test_a_proposed_title_ends_with_a_clause(rooms: wiring.Rooms) -> None:
    long = "Marketplace for old bikes, two million sessions a month and no history."
    _, screen = add(rooms, SEND.join((long, *PARTS[1:])) + SEND, "", "", "")
    assert screen.asked[0] == "Title [Marketplace for old bikes]: "


def test_a_proposed_title_does_not_begin_with_who_tells(rooms: wiring.Rooms) -> None:
    told = "I was product manager for search at a marketplace, with three million visitors a month."
    _, screen = add(rooms, SEND.join((told, *PARTS[1:])) + SEND, "", "", "")
    assert screen.asked[0] == "Title [Search at a marketplace]: "


def test_a_story_is_asked_for_part_by_part_and_kept(rooms: wiring.Rooms) -> None:
    story, screen = add(rooms, SEND.join(PARTS) + SEND, "Returns", "failure, shop", "nonsense", "ownership")
    assert (story.title, story.tags, story.criteria) == ("Returns", ("failure", "shop"), ("ownership",))
    assert (story.situation, story.lesson, story.draft, story.version) == (PARTS[0], PARTS[4], False, 1)
    assert screen.text.count(": strong.") == 5
    assert "✓ Situation: strong." in screen.text
    assert "Every part is strong." in screen.text
    assert "There is no nonsense." in screen.text
    assert "Kept as story 1" in screen.text


def test_enter_takes_what_is_proposed(rooms: wiring.Rooms) -> None:
    story, screen = add(rooms, SEND.join(PARTS) + SEND, "", "", "-")
    assert story.title == "A shop with 40,000 buyers"
    assert story.criteria == ()
    assert screen.asked[0] == "Title [A shop with 40,000 buyers]: "


def test_a_weak_part_is_told_at_once_and_can_be_given_again(rooms: wiring.Rooms) -> None:
    keys = f"{PARTS[0]}{SEND}{PARTS[1]}{SEND}We did it.{SEND}/back\r{SEND}{END}"
    story, screen = add(rooms, keys)
    assert "Begin your steps" in screen.text or "hides" in screen.text or "weak." in screen.text
    assert screen.text.count("3 of 5") == 2
    assert story.draft


def test_who_leaves_comes_back_to_the_first_blank(rooms: wiring.Rooms) -> None:
    draft, screen = add(rooms, f"{PARTS[0]}{SEND}half a task\r/quit\r{END}")
    assert "coach story add --continue" in screen.text
    assert draft.task == "half a task"
    story, screen = add(rooms, f" done{SEND}{SEND}{SEND}{SEND}{END}", resume=True)
    assert (story.id, story.task) == (draft.id, "half a task done")
    assert "2 of 5" in screen.text and "1 of 5" not in screen.text


def test_ctrl_c_keeps_what_was_typed(rooms: wiring.Rooms) -> None:
    with pytest.raises(KeyboardInterrupt):
        add(rooms, f"{PARTS[0]}{SEND}half a ta\x03")
    (story,) = Desk(rooms, WatchedScreen([]), asyncio.Runner()).stories.all()
    assert (story.situation, story.task, story.draft) == (PARTS[0], "half a ta", True)


def test_nothing_given_is_nothing_kept(rooms: wiring.Rooms) -> None:
    _, screen = add(rooms, END)
    assert "nothing is kept" in screen.text
    assert Desk(rooms, screen, asyncio.Runner()).stories.all() == []
    with pytest.raises(UsageError, match="no draft"):
        add(rooms, END, resume=True)


def test_a_feature_is_asked_for_field_by_field(rooms: wiring.Rooms) -> None:
    def run(desk: Desk) -> list[AuditEntry]:
        return audit_add.add_guided(desk, resume=False)

    keys = f"boosted trees{SEND}no idea{SEND}/skip\r/help\rdrift alarm{SEND}tickets{SEND}1 cent{SEND}"
    (entry,), screen = typed(rooms, run, keys, "Routing", "")
    assert (
        entry.model_type,
        entry.metric,
        entry.failure_mode,
        entry.monitoring,
        entry.cost,
        entry.draft,
    ) == (
        "boosted trees",
        "no idea",
        "",
        "drift alarm",
        "1 cent",
        False,
    )
    assert "That is a gap. Read the launch document" in screen.text
    with pytest.raises(UsageError, match="No feature was named"):
        typed(rooms, run, "", "")


def script(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def test_an_edit_that_cannot_be_read_is_kept_and_opened_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = tmp_path / "edits" / "story-1.md"

    def read(text: str) -> str:
        if "wrong" in text:
            raise DatasetError("line 1: wrong.")
        return text

    monkeypatch.setenv("EDITOR", script(tmp_path / "ed", 'echo wrong >> "$1"'))
    with pytest.raises(DatasetError, match="your edit is kept in"):
        story_editor.edit("first\n", draft, read)
    assert draft.read_text() == "first\nwrong\n"
    monkeypatch.setenv("EDITOR", script(tmp_path / "ed2", 'sed -i s/wrong/right/ "$1"'))
    assert story_editor.edit("first\n", draft, read) == "first\nright\n"
    assert not draft.exists()


def test_an_unchanged_text_and_a_failing_editor_leave_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = tmp_path / "story-1.md"
    monkeypatch.setenv("VISUAL", "true")
    assert story_editor.edit("text", draft, str) is None
    monkeypatch.setenv("VISUAL", "false")
    with pytest.raises(SetupError, match="ended with 1"):
        story_editor.edit("text", draft, str)
    monkeypatch.setenv("VISUAL", "no-such-editor -x")
    with pytest.raises(SetupError, match="which is not there"):
        story_editor.edit("text", draft, str)
    monkeypatch.setenv("VISUAL", "'")
    with pytest.raises(SetupError, match="not a command line"):
        story_editor.edit("text", draft, str)
    assert not draft.exists()


def test_without_a_setting_an_installed_editor_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    monkeypatch.setattr("shutil.which", lambda name: "/bin/vi" if name == "vi" else None)
    assert story_editor.editor_command() == ["vi"]
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(SetupError, match="Set EDITOR"):
        story_editor.editor_command()
