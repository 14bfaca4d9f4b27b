"""A small loop whose rounds a test fills with graded answers; everything goes through the real store."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from coach.guides.corpus import Corpus, load_corpus
from coach.guides.loops import load_loops
from coach.guides.pressing import load_pressing
from coach.loops.debrief import Ground, hold_debrief
from coach.loops.findings import Debrief
from coach.loops.standing import Standing, read_standing
from coach.resources import corpus_dir
from coach.schema.grade import Evidence, Flag, Grade, GradeError, GraderId, Verdict
from coach.schema.loop import LoopBook
from coach.store.database import Database
from coach.store.history import History
from coach.store.human_marks import HumanMark, HumanMarks
from coach.store.loops import Loops, LoopSetup
from coach.store.records import Setup, SpokenTurn
from coach.store.sessions import Sessions

ANSWER = "I would cut the threshold to 30%. It costs us 15 dollars a call, and I decide that on Monday."
REPLY = "If the precision fell below 20% I would go back to the rules."


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    return load_corpus(corpus_dir())


@pytest.fixture(scope="session")
def book(corpus: Corpus) -> LoopBook:
    return load_loops(corpus_dir(), corpus)


class Table:
    """A loop of a preset; `hold` holds one round of it with the marks that a test sets."""

    def __init__(self, path: Path, corpus: Corpus, book: LoopBook, setup: LoopSetup, preset: str) -> None:
        self.database = Database(path / "coach.db")
        self.loops = Loops(self.database)
        self.corpus = corpus
        pressing = load_pressing(corpus_dir(), corpus)
        self.ground = Ground(book, corpus.rubric.by_id(), tuple(corpus.levels), pressing)
        plan = book.presets[preset].with_one_question()
        self.loop_id = self.loops.start(plan, setup)
        self.plan = {item.id: item for item in plan.rounds}

    def hold(
        self,
        round_id: str,
        overall: int | None,
        levels: Mapping[str, int] | None = None,
        *,
        high: int | None = None,
        flags: tuple[Flag, ...] = (),
        reply: str | None = REPLY,
        answer: str = ANSWER,
        model: str = "m",
        question: str | None = None,
    ) -> str:
        """Hold a round; criteria that are not named get the overall mark. Returns the session's id."""
        sessions, plan = Sessions(self.database), self.plan[round_id]
        session_id = sessions.start(Setup(kind="loop"))
        self.loops.begin_round(self.loop_id, round_id, session_id)
        asked = self.corpus.questions[question or self._question(round_id)]
        attempt = sessions.open_attempt(session_id, asked)
        sessions.add_turn(attempt, 0, SpokenTurn(role="candidate", text=answer, seconds=120.0))
        if reply is not None:
            follow_up = SpokenTurn(role="interviewer", text="And if not?", criterion=asked.criteria[0])
            sessions.add_turn(attempt, 1, follow_up.model_copy(update={"author": "local"}))
            sessions.add_turn(attempt, 2, SpokenTurn(role="candidate", text=reply, seconds=60.0))
        given = {i: (levels or {}).get(i, overall) for i in asked.criteria}
        verdicts = tuple(_verdict(i, level, n, answer, reply) for n, (i, level) in enumerate(given.items()))
        sessions.add_grade(
            attempt,
            Grade(
                status="graded" if overall else "ungraded",
                overall=overall,
                range=(overall, high or overall) if overall else None,
                criteria=verdicts,
                flags=flags,
                error=None if overall else GradeError(kind="timeout", message="The server did not answer."),
                grader=GraderId(kind="llm", model=model, prompt="p", rubric="r", guides="g"),
            ),
        )
        assert plan.style.follow_ups >= 1
        return session_id

    def mark(self, session_id: str, mark: int, criterion: str | None = None) -> None:
        HumanMarks(self.database).add(
            HumanMark(session_id=session_id, mark=mark, criterion=criterion, note="Heard it.", person="Ana")
        )

    def standing(self) -> Standing:
        return read_standing(self.loops, History(self.database), self.loop_id)

    def debrief(self) -> Debrief:
        standing, marks = self.standing(), HumanMarks(self.database)
        human = {item.session.id: marks.of(item.session.id) for item in standing.rounds if item.session}
        return hold_debrief(standing, self.ground, human)

    def _question(self, round_id: str) -> str:
        slot = self.plan[round_id].asks[0]
        listed = [i for i in slot.questions if i in self.corpus.questions]
        return (
            listed[0]
            if listed
            else next(q.id for q in self.corpus.questions.values() if q.round == slot.round)
        )


def _verdict(name: str, level: int | None, place: int, answer: str, reply: str | None) -> Verdict:
    """Every second criterion rests on the reply, the others on the first sentence of the answer."""
    turn = 2 if place % 2 and reply is not None else 0
    text = reply if turn and reply is not None else answer
    quote = text.partition(". ")[0]
    piece = Evidence(quote=quote, start=0, end=len(quote), found=True, turn=turn)
    return Verdict(
        id=name,
        status="graded" if level else "ungraded",
        score=level,
        evidence=(piece,) if level and quote else (),
        reason=f"The answer is at level {level}: the price is named."
        if level
        else "The server did not answer.",
        advice="Name the price and who pays it.",
    )


@pytest.fixture
def table(tmp_path: Path, corpus: Corpus, book: LoopBook) -> Table:
    return Table(tmp_path, corpus, book, LoopSetup(), "large-search")
