"""Sets a practice session up: who grades and asks, which session, which question."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date

from coach.cli.consent import agree
from coach.cli.model_choice import GraderChoice as GraderChoice
from coach.cli.model_choice import choose_agreed
from coach.cli.practice_host import Picker, Warming
from coach.cli.practice_screen import Screen
from coach.cli.practice_tailor import Told
from coach.cli.wiring import Rooms
from coach.errors import UsageError
from coach.guides.pressing import load_pressing
from coach.guides.search import METHOD, Method
from coach.interview.follow_up import Interviewer
from coach.interview.model import ModelInterviewer
from coach.interview.offline import OfflineInterviewer
from coach.interview.select import by_id, by_need, by_text, in_round
from coach.interview.session import Desk, Session
from coach.interview.silence import Attentive
from coach.interview.worked import load_exemplars, strong_answers
from coach.llm.port import ChatModel
from coach.resources import corpus_dir, eval_dir
from coach.schema.grade import Grader
from coach.schema.question import Question
from coach.store.history import History
from coach.store.profile import Profiles
from coach.store.records import Setup
from coach.store.sessions import Sessions

# A topic or a job fits this many questions well enough to choose among them by need.
MATCHES = 8
SEARCH_DEPTH = 10
# The level that the rubric is written for, and the local grader fitted on.
SENIOR = "senior"


@dataclass(frozen=True)
class Wish:
    """Which question is wanted; nothing means the one that needs practice most."""

    question: str | None = None
    round: str | None = None
    topic: str | None = None
    told: Told = Told()


def choose_model(
    rooms: Rooms, choice: GraderChoice, screen: Screen, runner: asyncio.Runner
) -> ChatModel | None:
    """The model to ask, or None for the local grader and the offline interviewer.

    Off a terminal only `llm` asks a model. At one, the first use of a server needs consent.
    Raises SetupError where `llm` was asked for and cannot be had.
    """
    profiles = Profiles(rooms.database)
    return choose_agreed(
        rooms,
        choice,
        screen,
        runner,
        agreed=lambda: agree(profiles, rooms.server, say=screen.tell, ask=screen.ask),
        refused="The llm grader was not agreed to.",
        instead="The local grader takes over.",
    )


def tell_level_limit(screen: Screen, level: str, chat: ChatModel | None) -> None:
    """Say that a level other than senior changes nothing where no model grades."""
    if chat is None and level != SENIOR:
        screen.tell(f"The local grader marks as for a {SENIOR}; a level changes the marks of a model alone.")


def make_desk(
    rooms: Rooms, local: Future[Grader], chat: ChatModel | None, screen: Screen, level: str
) -> Desk:
    """The desk of a session at a seniority level."""
    pressing = load_pressing(corpus_dir(), rooms.corpus)
    quick = Attentive(Warming(local), pressing.silences, pressing.takes_back)
    exemplars = load_exemplars(eval_dir() / "exemplars.jsonl")
    offline = OfflineInterviewer(pressing)
    interviewer: Interviewer = offline
    if chat is not None:
        name = chat.name
        interviewer = ModelInterviewer(
            chat,
            rooms.prompts.get("follow_up"),
            heard=lambda count: screen.progress(f"{name} is asking, {count} words so far"),
            offline=offline,
        )
    history = History(rooms.database)
    return Desk(
        sessions=Sessions(rooms.database),
        history=history,
        task_of=rooms.task_of(level),
        quick=quick,
        grader=rooms.llm_grader(chat) if chat is not None else quick,
        interviewer=interviewer,
        secrets_of=lambda question: strong_answers(question, exemplars),
        aimed=rooms.aims_at_grader,
        leanings=lambda task: rooms.local_grader().leanings(task),
        heard=history.asked,
    )


def earlier_session(rooms: Rooms, session_id: str | None) -> tuple[str, Setup]:
    """The session to go on with: the one named, else the latest; UsageError where there is none."""
    history = History(rooms.database)
    found = session_id or history.latest()
    if found is None:
        raise UsageError("There is no session to continue yet. `coach practice` starts one.")
    setup = history.get(found).setup
    if setup.kind.startswith("exercise "):
        kind = setup.kind.removeprefix("exercise ")
        raise UsageError(f"Session {found} is an exercise. `coach drill {kind} --session {found}` goes on.")
    if setup.kind == "loop":
        raise UsageError(f"Session {found} is a round of a loop. `coach loop continue` goes on with it.")
    return found, setup


def make_picker(rooms: Rooms, wish: Wish, today: date) -> Picker:
    """Chooses questions: first as wished, then what needs practice most among what fits the wish."""
    questions = rooms.corpus.questions
    history, profile = History(rooms.database), Profiles(rooms.database).load()
    named = by_id(questions, wish.question) if wish.question else None
    pool = _pool(rooms, wish)

    def pick(asked: Collection[str]) -> Question:
        if named is not None and named.id not in asked:
            return named
        return by_need(pool, practised=history.practised(), profile=profile, today=today, asked=asked)

    return pick


def begin_session(desk: Desk, setup: Setup, session_id: str | None) -> Session:
    return Session(desk, session_id) if session_id else Session.begin(desk, setup)


def _pool(rooms: Rooms, wish: Wish) -> Sequence[Question]:
    questions = rooms.corpus.questions
    if wish.round:
        questions = in_round(questions, wish.round)
    texts = [wish.topic] if wish.topic else []
    texts += wish.told.texts
    if not texts:
        return list(questions.values())
    searcher = rooms.searcher()
    # A CV and a job text stay on this machine, also where the embedder is a server's.
    method: Method = "bm25" if wish.told.texts and ":" in rooms.settings.coach_embedder else METHOD
    found = by_text(
        questions,
        "\n".join(texts),
        search=lambda text: [hit.passage.id for hit in searcher.search(text, SEARCH_DEPTH, method)],
        grounds=lambda question: rooms.corpus.grounding.get(question.id, question.passages),
    )
    if not found:
        raise UsageError("No question fits that text. `coach questions list` shows them all.")
    return found[:MATCHES]
