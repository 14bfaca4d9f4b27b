"""What the story commands share: the rooms, a screen, and the model where the user agreed to one."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from coach.cli import console, wiring
from coach.cli.model_choice import GraderChoice, choose_agreed
from coach.cli.practice_screen import Screen
from coach.cli.wiring import Rooms
from coach.guides.stories import (
    AuditGuide,
    CvGuide,
    StoryGuide,
    load_audit_guide,
    load_cv_guide,
    load_story_guide,
)
from coach.llm.port import ChatModel
from coach.resources import corpus_dir
from coach.store.profile import Profiles
from coach.store.stories import Audits, Stories
from coach.stories.match import Matcher

# Consent to send stories and CV lines is kept apart from consent to send answers.
_PRIVATE = "#stories-and-cv"


@dataclass
class Desk:
    """The user's stories and audit with the knowledge that they are read by. `chat` is None offline."""

    rooms: Rooms
    screen: Screen
    runner: asyncio.Runner
    chat: ChatModel | None = None

    @cached_property
    def data(self) -> Screen:
        """Standard output: what the command was asked for."""
        return Screen(console.out(), console.err(), interactive=False)

    @cached_property
    def stories(self) -> Stories:
        return Stories(self.rooms.database)

    @cached_property
    def audits(self) -> Audits:
        return Audits(self.rooms.database)

    @cached_property
    def guide(self) -> StoryGuide:
        return load_story_guide(corpus_dir(), self.rooms.corpus)

    @cached_property
    def audit_guide(self) -> AuditGuide:
        return load_audit_guide(corpus_dir(), self.rooms.corpus)

    @cached_property
    def cv_guide(self) -> CvGuide:
        return load_cv_guide(corpus_dir(), self.rooms.corpus)


def make_matcher(rooms: Rooms, guide: StoryGuide) -> Matcher:
    """A matcher with the embedder that is fitted on the corpus: stories go to no other, wherever it runs."""
    from coach.guides.entries import corpus_entries
    from coach.guides.lsa import open_lsa

    texts = [entry.text for entry in corpus_entries(rooms.corpus)]
    embedder = open_lsa(texts, rooms.settings.cache_dir, rooms.corpus.synonyms)
    return Matcher(rooms.corpus, guide, embedder)


@contextmanager
def desk(grader: GraderChoice = "local") -> Iterator[Desk]:
    """A desk for one command; everything that it opened is closed at the end."""
    interactive = console.at_terminal()
    on_screen = sys.stdout.isatty() or not interactive
    screen = Screen(console.out() if on_screen else console.err(), console.err(), interactive=interactive)
    with closing(wiring.load()) as rooms, asyncio.Runner() as runner:
        try:
            yield Desk(rooms, screen, runner, choose_private_model(rooms, grader, screen, runner))
        finally:
            runner.run(rooms.hang_up())


def choose_private_model(
    rooms: Rooms, choice: GraderChoice, screen: Screen, runner: asyncio.Runner
) -> ChatModel | None:
    """The model that may read stories and CV lines, or None for the rules on this machine.

    Off a terminal only `llm` asks a model; at one, the first use of a server needs a consent of its own.
    Raises SetupError where `llm` was asked for and cannot be had.
    """
    return choose_agreed(
        rooms,
        choice,
        screen,
        runner,
        agreed=lambda: agree_to_private(rooms, screen),
        refused="Sending stories and CV lines was not agreed to.",
        instead="The rules on this machine take over.",
    )


def agree_to_private(rooms: Rooms, screen: Screen) -> bool:
    """True where the user agreed that the server may read stories and CV lines, now or earlier."""
    profiles, server = Profiles(rooms.database), f"{rooms.server}{_PRIVATE}"
    if profiles.has_consent(server):
        return True
    host = urlsplit(rooms.server).hostname or rooms.server
    screen.tell(
        f"A model at {host} can review stories, word openings, and read lines of your CV and of a job text."
        " It would be sent the story, the lines and the question at hand; nothing else of yours."
    )
    agreed = screen.ask(f"Send stories and CV lines to {host}? [y/N] ").strip().casefold() in ("y", "yes")
    if agreed:
        profiles.give_consent(server)
    return agreed
