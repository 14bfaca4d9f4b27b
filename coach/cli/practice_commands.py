"""The slash commands of practice: what each one does to the session, and its words of help."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rich.console import Group
from rich.text import Text

from coach.cli.practice_host import Host
from coach.cli.practice_second import show_second_opinion
from coach.errors import ModelError, UsageError
from coach.interview.attempt import Attempt
from coach.interview.worked import Worked, load_exemplars, load_labelled, work_out
from coach.report.ask import render_answer
from coach.report.beside import render_beside
from coach.report.cards import render_example, render_passage
from coach.report.lines import labelled
from coach.resources import eval_dir
from coach.schema.grade import GradeTask
from coach.schema.question import Question
from coach.schema.rubric import Criterion
from coach.store.human_marks import HumanMark, HumanMarks


@dataclass(frozen=True)
class Command:
    """A command; `run` returns True where practice ends."""

    summary: str
    run: Callable[[Host, str], bool]


def is_command(text: str) -> bool:
    """True for one line that starts with the name of a command."""
    line = text.strip()
    return line.startswith("/") and "\n" not in line


def split_command(text: str) -> tuple[str, str]:
    """The answer and the command in what was sent: a known command may stand on its last line."""
    if is_command(text):
        return "", text
    above, _, last = text.rpartition("\n")
    known = is_command(last) and last.strip()[1:].partition(" ")[0].casefold() in COMMANDS
    return (above, last) if known else (text, "")


def run_command(host: Host, line: str) -> bool:
    """Run `/name rest`; returns True where practice ends. What cannot be done now is told, not raised."""
    name, _, rest = line.strip()[1:].partition(" ")
    command = COMMANDS.get(name.casefold())
    if command is None:
        host.screen.tell(f"There is no command /{name}. /help lists them.")
        return False
    if name.casefold() in host.barred:
        host.screen.tell(host.barred[name.casefold()])
        return False
    try:
        return command.run(host, rest.strip())
    except UsageError as error:
        host.screen.tell(str(error))
        return False


def _help(host: Host, rest: str) -> bool:
    width = max(len(name) for name in COMMANDS)
    known = {name: command for name, command in COMMANDS.items() if name not in host.barred}
    lines = [Text(f"/{name:<{width}}  {command.summary}") for name, command in known.items()]
    host.screen.show(Group(*lines))
    return False


def _hint(host: Host, rest: str) -> bool:
    """What the question is graded on; the criterion that a follow-up presses on, where one waits."""
    attempt = host.session.attempt
    known = host.rooms.corpus.rubric.by_id()
    wanted = attempt.pressed[-1:] if attempt.stage == "reply" else attempt.question.criteria
    host.screen.show(Group(*(labelled(known[i].title, known[i].asks) for i in wanted if i in known)))
    return False


def _passage(host: Host, rest: str) -> bool:
    """The passages behind the question one after the other, or the one that is named."""
    corpus = host.rooms.corpus
    if rest:
        passage = corpus.passages.get(rest)
        if passage is None:
            raise UsageError(f"There is no passage {rest}.")
        host.screen.show(render_passage(passage))
        return False
    passages = corpus.ground(host.session.attempt.question)
    if not passages:
        raise UsageError("The guides hold no passage for this question.")
    host.screen.show(render_passage(passages[host.passages_read % len(passages)]))
    host.passages_read += 1
    return False


def _ask(host: Host, rest: str) -> bool:
    """Look something up; a model, where one is in use, words the answer from cited passages."""
    from coach.guides.ask import ask_guides, look_up

    if not rest:
        raise UsageError("Say what to look up: /ask how do I choose a threshold")
    searcher = host.rooms.searcher()
    with host.screen.busy("Looking it up"):
        try:
            result = host.runner.run(ask_guides(rest, searcher, host.chat, host.rooms.prompts))
        except ModelError as error:
            host.screen.tell(f"The model did not answer ({error}); these are the passages.")
            result = look_up(rest, searcher)
    host.screen.show(render_answer(result, marks=not host.screen.shown.is_terminal))
    return False


def _example(host: Host, rest: str) -> bool:
    attempt = host.session.attempt
    if attempt.grade is None:
        raise UsageError("A worked answer is shown after the grade. /grade grades what you have said so far.")
    task = host.rooms.task_of(host.session.setup.level)(attempt.question, attempt.answer())
    worked = host.example(attempt.question) if host.example else _worked(host)
    host.screen.show(render_example(worked.answer, worked.why, worked.source))
    if host.chat is not None and not task.answer.is_blank():
        _stronger(host, task)
    return False


def _worked(host: Host) -> Worked:
    question = host.session.attempt.question
    return work_out(
        question,
        host.rooms.corpus.criteria_of(question.criteria),
        load_exemplars(eval_dir() / "exemplars.jsonl"),
        load_labelled(eval_dir() / "gold"),
    )


def _stronger(host: Host, task: GradeTask) -> None:
    """The candidate's own answer made stronger by the model, from the candidate's own facts."""
    from coach.grading.rewrite import write_stronger

    grade, chat = host.session.attempt.grade, host.chat
    if grade is None or chat is None:
        return
    try:
        with host.screen.busy("Writing"):
            text = host.runner.run(write_stronger(task, grade, chat, host.rooms.prompts))
    except ModelError as error:
        host.screen.tell(f"The model wrote no stronger version: {error}")
        return
    source = f"Worded by {chat.name} from what you said; [blanks] are facts that only you know."
    host.screen.show(render_example(text, "", source, title="Your answer, made stronger"))


def _skip(host: Host, rest: str) -> bool:
    host.skip()
    return False


def _grade(host: Host, rest: str) -> bool:
    grade = host.session.attempt.grade
    if grade is not None and grade.status == "graded":
        raise UsageError("This question is graded. /retry answers it again, /next takes another.")
    if not host.session.attempt.turns:
        raise UsageError("There is nothing to grade yet. Answer first, or /skip.")
    host.later = None
    host.finish()
    return False


def _retry(host: Host, rest: str) -> bool:
    if host.session.attempt.stage != "graded":
        raise UsageError("There is nothing to retry before the grade.")
    host.offer_retry()
    return False


def _next(host: Host, rest: str) -> bool:
    if host.session.is_open:
        host.session.skip()
    host.offer_next()
    return False


def _save(host: Host, rest: str) -> bool:
    host.screen.tell(f"Everything is saved. Go on later with: {host.come_back}")
    return False


def _quit(host: Host, rest: str) -> bool:
    return True


def _dispute(host: Host, rest: str) -> bool:
    """`/dispute 3 why` for the whole answer, `/dispute criterion 3 why` for one criterion."""
    about = (host.session.last_graded() or host.session.attempt).question
    criterion, mark, note = _judged(host, about, rest, "Give your mark")
    disputed = host.session.dispute(mark, criterion=criterion, note=note)
    host.screen.tell("Your mark is kept beside the grade, which stays as it is.")
    _tell_earlier(host, disputed)
    show_second_opinion(host, disputed)
    return False


def _answered(host: Host) -> Attempt:
    """What a person marks: the attempt on the screen, or the one graded last where nothing is said yet."""
    attempt = host.session.attempt
    return attempt if attempt.turns else host.session.last_graded() or attempt


def _tell_earlier(host: Host, attempt: Attempt) -> None:
    if attempt.id != host.session.attempt.id:
        host.screen.tell(f"It is for the answer that was graded last: {attempt.question.text}")


def _judged(host: Host, question: Question, rest: str, wanted: str) -> tuple[str | None, int, str]:
    """The criterion (or None), the mark and the note in `[CRITERION] MARK NOTE`, for one question."""
    words = rest.split()
    named = []
    while words and not words[0].isdigit():
        named.append(words.pop(0))
    known = {i: host.rooms.corpus.rubric.by_id()[i] for i in question.criteria}
    criterion = _criterion("_".join(named), known) if named else None
    top = next(iter(known.values())).top
    if not words or not words[0].isdecimal() or not 1 <= int(words[0]) <= top:
        raise UsageError(f"{wanted} from 1 to {top} and why, such as: 3 named the threshold")
    return criterion, int(words[0]), " ".join(words[1:])


def _criterion(name: str, known: dict[str, Criterion]) -> str:
    """The criterion whose id or title begins with `name`. Raises UsageError for none and for several."""
    wanted = name.replace("-", "_").casefold()
    titles = {i: criterion.title.replace(" ", "_").replace("-", "_") for i, criterion in known.items()}
    fits = [i for i in known if i.startswith(wanted) or titles[i].casefold().startswith(wanted)]
    if len(fits) != 1:
        raise UsageError(
            f"This question is not graded on {name.replace('_', ' ')}. Its criteria, their beginning is "
            f"enough: {', '.join(criterion.title for criterion in known.values())}."
        )
    return fits[0]


def _mark(host: Host, rest: str) -> bool:
    """`/mark 3 why` for the whole answer, `/mark criterion 3 why` for one criterion: a person's mark."""
    attempt = _answered(host)
    criterion, mark, note = _judged(host, attempt.question, rest, "Give the interviewer's mark")
    HumanMarks(host.rooms.database).add(
        HumanMark(
            session_id=host.session.id, attempt_id=attempt.id, criterion=criterion, mark=mark, note=note
        )
    )
    kept = HumanMarks(host.rooms.database).of(host.session.id, attempt.id)
    _tell_earlier(host, attempt)
    host.screen.show(render_beside(kept, attempt.grade, host.legend))
    return False


def _story(host: Host, rest: str) -> bool:
    """A story of the bank for the question on the screen, and how to open it."""
    from coach.cli.practice_story import suggest

    suggest(host)
    return False


COMMANDS = {
    "help": Command("this list", _help),
    "hint": Command("what the question is graded on", _hint),
    "passage": Command("read the guides on this question, one passage at a time", _passage),
    "ask": Command("look something up in the guides: /ask TEXT", _ask),
    "story": Command("which of your stories answers this, and how to open it", _story),
    "example": Command("a worked answer and why it is strong (after the grade)", _example),
    "skip": Command("leave out this follow-up, or this question", _skip),
    "grade": Command("grade what you have said so far", _grade),
    "retry": Command("answer the same question again and see what moved", _retry),
    "next": Command("another question", _next),
    "save": Command("how to come back to this session (everything is saved as you type)", _save),
    "dispute": Command(
        "keep your own mark beside the grade, and see a second one: /dispute [CRITERION] MARK WHY", _dispute
    ),
    "mark": Command("keep a human interviewer's mark beside it: /mark [CRITERION] MARK NOTE", _mark),
    "quit": Command("leave; nothing is lost", _quit),
}
