"""An answer of the guides, ready to show: cited sentences, or passages with their best sentences marked."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from coach.guides.ask import AskResult, CitedPassage
from coach.report.lines import guide_text, indent, plain


def render_answer(result: AskResult, *, marks: bool) -> RenderableType:
    """The answer; `marks` puts the best sentences between >> and << where there is no bold."""
    if not result.found:
        return plain("The guides do not say.")
    if result.model is not None:
        sentences = [plain(f"{item.text} [{', '.join(item.passages)}]") for item in result.sentences]
        sources = [plain(f"{item.passage.id}  {item.passage.title}") for item in result.passages]
        worded = plain(f"\nWorded by {result.model} from these passages:", "dim")
        return Group(*sentences, worded, indent(*sources))
    parts: list[RenderableType] = []
    for cited in result.passages:
        head = (plain(cited.passage.title, "bold"), plain(f"[{cited.passage.id}]", "dim"))
        parts += [*([Text()] if parts else []), *head, indent(_marked(cited, marks=marks))]
    return Group(*parts)


def _marked(cited: CitedPassage, *, marks: bool) -> Text:
    """The pieces of the passage in turn, so that making each safe to show moves no mark."""
    shown, at = Text(), 0
    for start, end in sorted(cited.marked):
        best = cited.passage.text[start:end]
        shown.append_text(guide_text(cited.passage.text[at:start]))
        shown.append_text(guide_text(f">>{best}<<" if marks else best, "" if marks else "bold underline"))
        at = end
    return shown.append_text(guide_text(cited.passage.text[at:]))
