"""`coach plan` and `coach` alone: made, shown, ticked off, carried over, exported."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from coach.cli.plan_desk import PlanDesk, View
from coach.cli.plan_facts import EXERCISE
from coach.cli.wiring import Rooms
from coach.drills import drill
from coach.schema.grade import Grade, GraderId, Verdict
from coach.schema.question import Question
from coach.schema.story import AuditEntry, Story
from coach.settings import Settings
from coach.store.database import Database
from coach.store.drills import Drills
from coach.store.profile import Profile, Profiles
from coach.store.records import Setup
from coach.store.sessions import Sessions
from coach.store.stories import Audits, Stories
from tests.cli.conftest import LengthGrader, Piped

BERLIN = ZoneInfo("Europe/Berlin")
ROUTER = {
    "model_type": "A fine-tuned classifier, since rules missed a third of the tickets.",
    "metric": "Recall of 88% on 900 labelled tickets, against 81% by hand.",
    "failure_mode": "New products go to the wrong queue and the customer waits a day longer.",
    "monitoring": "Share re-queued each day; above 12% the team lead is paged.",
    "data_source": "Two years of tickets, labelled by agents, with their mistakes.",
    "cost": "0.2 cents and 40 ms for each ticket.",
}
HEAVY = {
    "chromadb",
    "langchain",
    "langchain_core",
    "openai",
    "sklearn",
    "matplotlib",
    "scipy",
    "numpy",
    "fsrs",
}


class Person:
    """Somebody with a clock of their own, who practises and looks at the plan."""

    def __init__(self, home: Path, now: datetime) -> None:
        self.now = now
        self.rooms = Rooms(Settings(coach_home=home))
        self.rooms.__dict__["database"] = Database(home / "coach.db", clock=lambda: self.now)

    def desk(self) -> PlanDesk:
        return PlanDesk(self.rooms, now=self.now, zone=BERLIN)

    def look(self) -> View:
        view = self.desk().look()
        assert view is not None
        return view

    def make(self, days: int = 30) -> View:
        desk = self.desk()
        return desk.make(desk.first_day + timedelta(days=days - 1), None)

    def answer(self, question: str, mark: int, **levels: int) -> None:
        sessions = Sessions(self.rooms.database)
        attempt = sessions.open_attempt(sessions.start(Setup()), self.rooms.corpus.questions[question])
        grader = GraderId(kind="local", model="m", prompt="p", rubric="r", guides="g")
        verdicts = tuple(Verdict(id=name, status="graded", score=level) for name, level in levels.items())
        grade = Grade(status="graded", overall=mark, range=(mark, mark), criteria=verdicts, grader=grader)
        sessions.add_grade(attempt, grade)


@pytest.fixture
def person(tmp_path: Path) -> Person:
    return Person(tmp_path / "person", datetime(2026, 11, 21, 9, tzinfo=BERLIN))


def done(view: View, kind: str) -> list[str]:
    return [str(item.closed_by) for item in view.items if item.kind == kind and item.state == "done"]


def test_a_beginner_is_told_the_first_step_and_nothing_is_created(
    piped: Piped, clean_environment: Path
) -> None:
    result = piped()
    assert result.code == 0
    assert "coach practice" in result.out
    assert "coach --help" in result.out
    assert not clean_environment.exists()


def test_help_stays_help(piped: Piped) -> None:
    result = piped("--help")
    assert result.code == 0
    assert "plan" in result.out
    assert "Nothing has been practised" not in result.out


def test_without_a_plan_the_message_says_how_to_make_one(piped: Piped) -> None:
    result = piped("plan", "today")
    assert result.code == 2
    assert "coach plan make" in result.err


def test_a_plan_is_made_shown_and_ticked_off(piped: Piped) -> None:
    made = json.loads(piped("plan", "make", "--days", "7", "--hours", "6", "--json").out)
    assert made["plan"]["hours"] == 6
    assert (date.fromisoformat(made["plan"]["last"]) - date.fromisoformat(made["plan"]["first"])).days == 6
    assert "Preparation plan, 7 days" in piped("plan").out
    number = made["items"][0]["number"]
    assert "[x]" in piped("plan", "done", str(number)).out
    shown = json.loads(piped("plan", "--json").out)
    assert [item["state"] for item in shown["items"] if item["number"] == number] == ["done"]
    piped("plan", "done", "--undo", str(number))
    shown = json.loads(piped("plan", "--json").out)
    assert {item["state"] for item in shown["items"]} == {"open"}
    assert piped("plan", "skip", "2").out.startswith("[-]")
    missing = piped("plan", "done", "999")
    assert missing.code == 2
    assert "999" in missing.err


def test_lengths_exclude_each_other_and_have_ends(piped: Piped) -> None:
    assert piped("plan", "make", "--days", "3", "--weeks", "2").code == 2
    assert piped("plan", "make", "--days", "0").code == 2
    assert piped("plan", "make", "--months", "30").code == 2
    assert piped("plan", "make", "--until", "2020-01-01").code == 2
    weeks = json.loads(piped("plan", "make", "--weeks", "12", "--json").out)
    assert weeks["plan"]["form"] == "twelve-weeks"
    assert json.loads(piped("plan", "make", "--months", "15", "--json").out)["plan"]["form"] == "transition"


def test_without_a_length_it_lasts_until_the_day_before_the_interview(piped: Piped) -> None:
    day = date.today() + timedelta(days=12)
    piped("profile", "set", "--interview-date", day.isoformat(), "--company", "B\x1b[31mad [b]Co[/b]")
    made = piped("plan", "make")
    assert "Bad [b]Co[/b]" in made.out
    assert "\x1b" not in made.out
    plan = json.loads(piped("plan", "today", "--json").out)["plan"]
    assert plan["last"] == (day - timedelta(days=1)).isoformat()
    assert plan["interview"] == day.isoformat()


def test_an_answer_given_in_practice_ticks_its_item(
    piped: Piped, local: LengthGrader, built_index: Path
) -> None:
    made = json.loads(piped("plan", "make", "--days", "30", "--json").out)
    item = next(found for found in made["items"] if found["kind"] == "practice")
    assert item["command"] == f"coach practice --question {item['subject']}"
    piped("practice", "--question", item["subject"], "--follow-ups", "0", given="word " * 25)
    shown = json.loads(piped("plan", "--json").out)["items"]
    assert next(found for found in shown if found["number"] == item["number"])["closed_by"] == "attempt:1"
    refused = piped("plan", "done", "--undo", str(item["number"]))
    assert refused.code == 2
    assert "attempt:1" in refused.err
    memory = json.loads(piped("plan", "memory", "--json").out)
    assert {card["card"]: card["mark"] for card in memory}[f"question:{item['subject']}"] == 2


def test_a_reading_is_shown_with_its_passage_and_ticked_by_that(piped: Piped) -> None:
    made = json.loads(piped("plan", "make", "--json").out)
    reading = next(item for item in made["items"] if item["kind"] == "reading")
    shown = piped("plan", "read", str(reading["number"])).out
    assert f"[{reading['passage']}]" in shown
    assert shown.startswith("[x]")
    writing = next(item for item in made["items"] if item["kind"] == "writing")
    assert piped("plan", "read", str(writing["number"])).out.startswith("[ ]")


def test_a_plan_is_exported_to_files_and_to_standard_output(piped: Piped, tmp_path: Path) -> None:
    piped("plan", "make", "--days", "14")
    target = tmp_path / "plan.ics"
    assert piped("plan", "export", "--ical", str(target), "--markdown", str(tmp_path / "plan.md")).code == 0
    items = json.loads(piped("plan", "--json").out)["items"]
    assert len(Calendar.from_ical(target.read_bytes()).walk("VEVENT")) == len(items)
    assert (tmp_path / "plan.md").read_text().count("- [ ] ") == len(items)
    assert piped("plan", "export").code == 2
    assert piped("plan", "export", "--ical", str(target / "plan.ics")).code == 3


def test_everything_done_in_the_program_ticks_its_item(person: Person) -> None:
    Audits(person.rooms.database).add(AuditEntry(feature="Router", metric="recall"))
    first = person.make(30)
    assert any(item.kind == "gap" and item.subject == "1" for item in first.items)
    person.now += timedelta(hours=1)
    database = person.rooms.database
    Stories(database).add(Story(title="A", draft=True))
    assert done(person.look(), "story") == []
    told = Stories(database).add(Story(title="B", situation="S"))
    Audits(database).save(AuditEntry(id=1, feature="Router", **ROUTER))
    Audits(database).add(AuditEntry(feature="Search"))
    drill = Drills(database).start("incident", "case")
    Drills(database).finish(drill, None)
    view = person.look()
    assert done(view, "story") == [f"story:{told.id}"]
    assert done(view, "gap") == ["filled:1"]
    assert done(view, "audit") == ["audit:2"]
    assert done(view, "drill") == [f"drill:{drill}"]


def test_a_story_with_a_tag_ticks_an_item_of_its_kind(person: Person) -> None:
    first = person.make(30)
    assert [item.title for item in first.items if item.kind == "story"][0].endswith("that did not work")
    person.now += timedelta(hours=1)
    Stories(person.rooms.database).add(Story(title="A", situation="S", tags=("win",)))
    [ticked] = [item for item in person.look().items if item.kind == "story" and item.state == "done"]
    assert ticked.title == "Add a story: the result that you are proudest of"


def test_an_exercise_that_is_answered_like_a_question_ticks_a_drill(person: Person) -> None:
    assert f"{drill.PREFIX}-" == EXERCISE
    person.make(30)
    person.now += timedelta(hours=1)
    sessions = Sessions(person.rooms.database)
    question = Question(id="drill-which-when-rag", text="Which?", round="technical_deep_dive")
    attempt = sessions.open_attempt(sessions.start(Setup(kind="drill")), question)
    grader = GraderId(kind="local", model="m", prompt="p", rubric="r", guides="g")
    sessions.add_grade(attempt, Grade(status="graded", overall=2, range=(2, 2), grader=grader))
    view = person.look()
    assert done(view, "drill") == [f"attempt:{attempt}"]
    assert next(i.subject for i in view.items if i.closed_by == f"attempt:{attempt}") == "which-when"
    assert done(view, "practice") == []


def test_a_new_day_carries_over_and_says_so(person: Person) -> None:
    person.make(30)
    person.now += timedelta(days=3)
    view = person.look()
    assert view.today == date(2026, 11, 24)
    assert view.notes and view.notes[0].startswith("Left undone on Sat 21 Nov, Sun 22 Nov, Mon 23 Nov")
    assert all(item.day >= view.today for item in view.items if item.state == "open")
    assert person.look() == view


def test_two_programs_that_look_at_once_carry_over_once(person: Person) -> None:
    person.make(30)
    home, later = person.rooms.settings.data_dir, person.now + timedelta(days=3)
    ready = Barrier(2)
    views: list[View] = []

    def look() -> None:
        one = Person(home, later)
        ready.wait()
        views.append(one.look())
        one.rooms.close()

    threads = [Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert views[0].items == views[1].items
    person.now = later
    assert len([note for note in person.look().notes if note.startswith("Left undone")]) == 1


def test_a_plan_made_near_midnight_begins_on_the_next_day(person: Person) -> None:
    person.now = datetime(2026, 11, 21, 23, 50, tzinfo=BERLIN)
    view = person.make(7)
    assert view.today == date(2026, 11, 21)
    assert view.plan.first == date(2026, 11, 22)
    person.now = datetime(2026, 11, 22, 0, 10, tzinfo=BERLIN)
    assert person.look().notes == ()
    # Half past midnight in Berlin is still the day before in UTC, where times are kept.
    person.answer(next(i.subject for i in person.look().items if i.kind == "practice"), 3)
    assert done(person.look(), "practice") == ["attempt:1"]


@pytest.mark.parametrize("start", [datetime(2026, 10, 23, 23, 59), datetime(2026, 3, 27, 0, 1)])
def test_days_pass_one_by_one_when_the_clocks_change(person: Person, start: datetime) -> None:
    person.now = start.replace(tzinfo=BERLIN)
    plan = person.make(7).plan
    seen = []
    for _ in range(5):
        person.now = (person.now.astimezone(UTC) + timedelta(hours=24)).astimezone(BERLIN)
        seen.append(person.look().today)
    local = [plan.first + timedelta(days=n) for n in range(-1, 7)]
    assert all(day in local for day in seen)
    assert len(set(seen)) >= 4


def test_a_weak_answer_moves_its_review_to_the_next_day(person: Person) -> None:
    items = person.make(30).items
    first = next(item for item in items if item.kind == "review")
    person.now += timedelta(hours=2)
    person.answer(first.subject, 1)
    moved = next(item for item in person.look().items if item.number == first.number)
    assert (moved.day, moved.why) == (date(2026, 11, 22), "Your last mark was 1.")
    assert done(person.look(), "practice") == ["attempt:1"]


def test_a_review_that_is_added_says_for_which_day(person: Person) -> None:
    planned = {item.subject for item in person.make(30).items}
    other = next(name for name in person.rooms.corpus.questions if name not in planned)
    person.now += timedelta(hours=2)
    person.answer(other, 1)
    [note] = person.look().notes
    assert note.startswith("Added for Sun 22 Nov, since the last mark was 1: Once more, from memory: ")


def test_marks_make_the_next_plan(person: Person) -> None:
    for question in ("fraud-realtime", "td-groupby-leakage"):
        person.answer(question, 1)
    person.now += timedelta(days=2)
    view = person.make(30)
    today = [item for item in view.on(view.plan.first) if item.kind == "review"]
    assert today and today[0].why == "Your last mark was 1."


def test_weak_criteria_and_a_full_kind_of_story_shape_the_plan(person: Person) -> None:
    person.answer("fraud-realtime", 2, data_fluency=1, tradeoff_articulation=4)
    person.answer("face-access", 3, data_fluency=2)
    for number in range(3):
        story = Story(title=f"Failure {number}", situation="It did not work.", tags=("failure",))
        Stories(person.rooms.database).add(story)
    person.now += timedelta(hours=1)
    view = person.make(30)
    assert "Weak criteria, by your last marks: data fluency (1.5)." in view.plan.basis
    assert "Story bank: 3 of the 20 stories that a plan of this length aims at." in view.plan.basis
    assert any(item.why == "Data fluency: your last marks were 2, 1." for item in view.items)
    stories = [item.title for item in view.items if item.kind == "story"]
    assert stories[0] == "Add a story: a technical decision that you argued against"
    assert not any("did not work" in title for title in stories)


def test_after_the_end_the_next_plan_is_offered(
    person: Person, piped: Piped, monkeypatch: pytest.MonkeyPatch
) -> None:
    person.make(3)
    person.rooms.close()
    monkeypatch.setenv("COACH_HOME", str(person.rooms.settings.data_dir))
    shown = piped()
    assert shown.code == 0
    if date.today() > date(2026, 11, 23):
        assert "coach plan make" in shown.out
    else:
        assert "[ ]" in shown.out


def test_an_interview_that_the_plan_does_not_know_is_pointed_out(person: Person) -> None:
    person.make()
    assert person.look().hint == ""
    Profiles(person.rooms.database).save(Profile(interview_date=date(2026, 12, 1)))
    assert "2026-12-01: coach plan make" in person.look().hint
    person.make()
    assert person.look().hint == ""


def test_a_profile_without_hours_is_named_in_the_plan(person: Person) -> None:
    assert "your profile does not say" in " ".join(person.make().plan.basis)
    Profiles(person.rooms.database).save(Profile(hours_per_week=9))
    assert person.make().plan.hours == 9


def test_coach_alone_loads_nothing_heavy(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    person.make(30)
    person.answer("fraud-realtime", 2)
    person.look()
    person.rooms.close()
    monkeypatch.setenv("COACH_HOME", str(person.rooms.settings.data_dir))
    code = (
        "import sys; from coach.cli.app import run; code = run([]);"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr); sys.exit(code)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout
    assert not HEAVY & set(result.stderr.split())
