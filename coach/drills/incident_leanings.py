"""What a message says beside what it names: a sort of check, a wish for the answer, another language."""

from __future__ import annotations

from coach.drills.incident_words import pattern
from coach.text.language import is_other

# Turns of phrase that speak for a sort of check, by the ids of usual checks.
LEANINGS = (
    (
        pattern(
            r"""
            \b(?:by|per|split|segment|slice|broken_down|break_down|versus|vs)\b
            | ^(?:which|is_it_(?:only|all|just))\b
            """
        ),
        ("by-platform", "by-place", "by-group", "by-input", "by-hour"),
    ),
    (
        pattern(
            r"""
            ^(?:and_)?(?:since_|from_|until_)?when\b | \bwhat_time\b
            | \b(?:which|what)_(?:day|hour|week|month|date)\b | \bsince_(?:when|which)\b
            | \b(?:over_time|trend|timeline|time_line|daily|hourly|weekly|week_by_week|day_by_day)\b
            | \b(?:by|per|each)_(?:hour|day|week|month)\b
            """
        ),
        ("timeline",),
    ),
    (
        pattern(
            r"""
            \bhow_(?:is|are|was|were|do_(?:we|you|they))\b
            .*\b(?:measured?|comput\w+|calculat\w+|defin\w+|count\w*)\b
            """
        ),
        ("measurement",),
    ),
    (
        pattern(r"\b(?:deploy\w*|releas\w+|shipp?\w*|went_live|rolled_out|launch\w*|change_log)\b"),
        ("releases",),
    ),
    (
        pattern(
            r"\b(?:talk_to|call|phone|interview|visit|ask_(?:the|a|some|two|ten|people|users|customers))\b"
        ),
        ("talk",),
    ),
)
# Wants the cause itself, all results at once, or another game.
WANTS_ANSWER = pattern(
    r"""
    ^(?:(?:please|just|can_you|could_you|you_must|then|now)_)*
      (?:tell|give|show|reveal|print|output|list|display|repeat|say|what(?:'s|_is|_was|_caused|_would))\b
      .*\b(?:answers?(?=\s*(?:be|please)?\W*$)|solution|(?:hidden_|real_|true_|root_)?cause|diagnosis|debrief|yaml|hypothes[ei]s
      |hidden_(?:text|facts?)|all_(?:the_)?(?:facts|results|checks)|every(?:_fact|thing_above)|what_caused_it)\b
    | ^(?:just_|please_)?(?:say_it|tell_me)\W*$
    | \b(?:ignore|forget|disregard)_(?:all_|your_|the_|my_|previous_|these_)*
      (?:instructions|rules|game|prompt)\b
    | \b(?:developer_mode|i_am_the_(?:admin|developer)|you_are_now|new_rules\s*:|with_full_marks)\b
    | \bskip_to_the_end\b
    | ^system\s*:
    | \byou_must_(?:now_)?(?:tell|show|reveal)\b | \bwith_their_results\b
    """
)
# Words of short questions in German, French, Spanish or Italian, and of no English one: `is_other` asks for
# more words than "seit wann?" has.
_FOREIGN = frozenset(
    """
    der das und ist nicht wie wann seit welche welcher welches wurde wurden haben bitte zeig zeige nach warum
    wieso gibt mir uns ich wir eine einen auf zum zur sind auch les une combien quand depuis dans avec pour
    quel quelle pourquoi nous vous elle sont las cuando cuándo desde donde dónde para una che quando perche
    perché sono della nel
    """.split()
)
_SPELT = pattern(r"[^\W\d_]+")
_ABROAD = pattern(r"[äöüßñ¿çàùêîôœ]")


def is_foreign(text: str) -> bool:
    """True where words of another language than English carry a text; names with foreign letters are none."""
    found = [word.lower() for word in _SPELT.findall(text)]
    known = sum(word in _FOREIGN for word in found)
    marked = sum(word not in _FOREIGN and _ABROAD.search(word) is not None for word in found)
    return is_other(text) or (known > 0 and (known + marked >= 2 or len(found) <= 4))
