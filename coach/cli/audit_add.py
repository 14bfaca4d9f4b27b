"""Adds audited features: guided at a terminal, or from Markdown or YAML."""

from __future__ import annotations

from coach.cli import console
from coach.cli.story_desk import Desk
from coach.cli.story_editor import read_input
from coach.cli.story_guided import Step, lead
from coach.errors import UsageError
from coach.schema.story import AUDIT_FIELDS, AuditEntry
from coach.stories.audit import gap_of, say_more
from coach.stories.files import read_audit


def add_from_file(at: Desk, path: str) -> list[AuditEntry]:
    """Keep the features of a file, or of standard input for `-`; none where one cannot be read."""
    where, text = read_input(path)
    return [at.audits.add(entry) for entry in read_audit(text, where)]


def add_guided(at: Desk, *, resume: bool) -> list[AuditEntry]:
    """Ask for one feature after the other until the user has no more; each field is kept at once."""
    if not console.at_terminal():
        raise UsageError("The guided way needs a terminal. Give a file: coach audit --file features.md")
    added = []
    entry = _draft(at) if resume else _named(at)
    while entry is not None:
        done = _fill(at, entry)
        added.append(done)
        if done.draft:
            break
        entry = _named(at)
    if not added:
        raise UsageError("No feature was named, so nothing is kept.")
    return added


def _draft(at: Desk) -> AuditEntry:
    drafts = [entry for entry in at.audits.all() if entry.draft]
    if not drafts:
        raise UsageError("There is no draft to go on with. `coach audit` begins a feature.")
    return drafts[-1]


def _named(at: Desk) -> AuditEntry | None:
    name = at.screen.ask("An AI feature that you shipped (Enter ends): ").strip()
    return at.audits.add(AuditEntry(feature=name, draft=True)) if name else None


def _fill(at: Desk, entry: AuditEntry) -> AuditEntry:
    current = [entry]

    def save(name: str, text: str) -> None:
        current[0] = at.audits.save(current[0].model_copy(update={name: text}))

    steps = [Step(topic.id, topic.title, topic.asks, topic.example) for topic in at.audit_guide.fields]
    topics = {str(topic.id): topic for topic in at.audit_guide.fields}
    given: dict[str, str] = {name: entry.field(name) for name in AUDIT_FIELDS}

    def remark(name: str, text: str) -> str:
        why = gap_of(text, topics[name])
        if why == "unclear":
            return f"{say_more(topics[name])} You can change it with /back."
        return f"That is a gap. {topics[name].find_out}" if why else ""

    later = "Kept as a draft. Go on with: coach audit --continue"
    if lead(at, steps, given, save=save, remark=remark, later=lambda: later):
        return at.audits.save(current[0].model_copy(update={"draft": False}))
    return current[0]
