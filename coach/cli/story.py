"""`coach story`: the bank of STAR stories, kept, reviewed, matched with questions."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from coach.cli import console
from coach.cli.json_output import print_json
from coach.cli.model_choice import GraderChoice
from coach.cli.story_desk import Desk, desk
from coach.errors import UsageError
from coach.schema.story import Story

app = typer.Typer(
    add_completion=False,
    help="Your STAR stories: kept, reviewed part by part, and matched with questions.\n\n"
    "Example: coach story add",
    no_args_is_help=True,
)

AsData = Annotated[bool, typer.Option("--json", help="Print as JSON.")]
StoryId = Annotated[int, typer.Argument(metavar="ID", help="The story's number, as listed.")]
Grader = Annotated[
    GraderChoice, typer.Option(help="Who reads: local goes by rules on this machine, llm asks a model.")
]


@app.command()
def add(
    file: Annotated[
        str | None, typer.Option("--file", help="Markdown or YAML with one story or several; - reads a pipe.")
    ] = None,
    continue_: Annotated[bool, typer.Option("--continue", help="Go on with the latest draft.")] = False,
    as_data: AsData = False,
) -> None:
    """Add a story, led part by part, or stories from a file. Every part is kept as it is given.

    Example: coach story add --file stories.md
    """
    from coach.cli.story_add import add_from_file, add_guided

    if file is None and not console.at_terminal() and not continue_:
        file = "-"
    with desk() as at:
        added = [add_guided(at, resume=continue_)] if file is None else add_from_file(at, file)
        if as_data:
            print_json([_as_data(story) for story in added])
        elif file is not None:
            for story in added:
                typer.echo(f"{story.id}\t{_flat(story.title)}")
            at.screen.tell(f"{len(added)} added. `coach story review` reads them.")


@app.command()
def edit(
    number: StoryId,
    file: Annotated[
        str | None, typer.Option("--file", help="Take the changed story from here; - reads a pipe.")
    ] = None,
) -> None:
    """Change a story in $EDITOR; the version before is kept. A broken edit is kept and told.

    Example: EDITOR=nano coach story edit 3
    """
    from coach.cli.story_editor import edit_file, take_edit
    from coach.stories.files import read_stories, write_story

    with desk() as at:
        story = at.stories.get(number)
        criteria = [item.id for item in at.rooms.corpus.rubric.criteria]
        changed = take_edit(
            at,
            write_story(story),
            edit_file(at, "story", number),
            lambda text, where: read_stories(text, where, criteria),
            file,
        )
        if changed is not None:
            kept = at.stories.save(changed.model_copy(update={"id": number, "draft": False}))
            at.screen.tell(f"Story {number} is now in version {kept.version}.")


@app.command("list")
def list_(as_data: AsData = False) -> None:
    """List the stories with the part of each that needs work first.

    Example: coach story list --json
    """
    from coach.cli.story_show import render_list
    from coach.stories.review import review_story

    with desk() as at:
        stories = at.stories.all()
        reviews = {story.id: review_story(story, at.guide, at.rooms.aims_at_grader) for story in stories}
        if as_data:
            print_json([_as_data(story) for story in stories])
        elif not stories:
            at.screen.tell("The bank is empty. `coach story add` leads you through a first story.")
        elif console.out().is_terminal:
            at.data.show(render_list(stories, reviews))
        else:
            for story in stories:
                weakest = reviews[story.id].weakest
                mend = "" if weakest.level == "strong" else f"{weakest.part} {weakest.level}"
                row = (str(story.id), story.title, ",".join(story.tags), mend)
                typer.echo("\t".join(_flat(cell) for cell in row))


@app.command()
def show(
    number: StoryId,
    version: Annotated[int | None, typer.Option(help="An earlier version.")] = None,
    as_data: AsData = False,
) -> None:
    """Show a story as it was given.

    Example: coach story show 3 --version 1
    """
    from coach.cli.story_show import render_story

    with desk() as at:
        story = at.stories.get(number, version)
        if as_data:
            print_json(_as_data(story))
        else:
            titles = {item.id: item.title for item in at.rooms.corpus.rubric.criteria}
            at.data.show(render_story(story, titles))


@app.command()
def delete(number: StoryId, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Delete a story with all its versions.

    Example: coach story delete 3 --yes
    """
    from coach.cli.story_editor import edit_file

    with desk() as at:
        story = at.stories.get(number)
        confirm(at, f'Delete story {number}, "{_flat(story.title)}", with all its versions?', yes=yes)
        at.stories.delete(number)
        edit_file(at, "story", number).unlink(missing_ok=True)
        at.screen.tell(f"Story {number} is deleted.")


@app.command()
def review(
    number: Annotated[int | None, typer.Argument(metavar="[ID]", help="One story; else all.")] = None,
    grader: Grader = "auto",
    as_data: AsData = False,
) -> int:
    """Read every part of a story: what is strong, what is missing, in your own words, and a mark.

    Example: coach story review 3
    """
    from coach.cli.story_review import review_stories

    return review_stories(number, grader, as_data=as_data)


@app.command()
def coverage(as_data: AsData = False) -> None:
    """Say which criteria and kinds of story the bank covers, what is missing, what to write next.

    Example: coach story coverage
    """
    from coach.cli.story_show import render_coverage
    from coach.stories.coverage import cover

    with desk() as at:
        covered = cover(at.stories.all(), at.guide, at.rooms.corpus, at.rooms.aims_at_grader)
        if as_data:
            print_json(covered.model_dump(mode="json") | {"complete": covered.complete})
        else:
            at.data.show(render_coverage(covered))


@app.command()
def match(
    question: Annotated[
        str | None, typer.Argument(metavar="[QUESTION]", help="A question's id, or its text.")
    ] = None,
    principles: Annotated[
        str | None, typer.Option(help="A file with a company's principles; each gets a story.")
    ] = None,
    grader: Grader = "auto",
    as_data: AsData = False,
) -> None:
    """Find the story for a question, or for each of a company's principles, and how to open it.

    Example: coach story match pushed-back

    Example: coach story match --principles principles.md
    """
    from coach.cli.story_match import match_principles, match_question

    if (question is None) == (principles is None):
        raise UsageError("Give a question (its id or text), or --principles FILE.")
    if principles is not None:
        match_principles(principles, as_data=as_data)
    else:
        match_question(question or "", grader, as_data=as_data)


@app.command()
def cv(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Your CV: Markdown, text, HTML, PDF or DOCX.")],
    grader: Grader = "auto",
    as_data: AsData = False,
) -> None:
    """Read each line of a CV: good, thin or bad, why, and a rewrite with blanks for missing facts.

    Example: coach story cv cv.pdf
    """
    from coach.cli.story_cv import review_cv

    review_cv(file, grader, as_data=as_data)


def confirm(at: Desk, question: str, *, yes: bool) -> None:
    """Go on only where the user says so; off a terminal --yes has to say it."""
    if yes:
        return
    if not console.at_terminal():
        raise UsageError("Nobody is there to ask. Give --yes.")
    if at.screen.ask(f"{question} [y/N] ").strip().casefold() not in ("y", "yes"):
        raise UsageError("Nothing was deleted.")


def _as_data(story: Story) -> dict[str, Any]:
    return story.model_dump(mode="json")


def _flat(text: str) -> str:
    from coach.text.sanitize import for_terminal

    return " ".join(for_terminal(text).split())
