"""The turns of phrase by which a message is told apart: a check, an order, a guess, a conclusion.

English only; patterns over one clause. What is asked for is found in `incident_match`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator


def pattern(text: str) -> re.Pattern[str]:
    """Verbose pattern in which a space of the source text is written as `_`."""
    return re.compile(text.replace("_", r"\s+"), re.IGNORECASE | re.VERBOSE)


BREAK = pattern(
    r"""
    ,?\s+ (?:and_)? (?:then|after_that|afterwards|as_well_as|and_also) \s+ (?=\w)
    | ,\s+ but \s+ (?=\w)
    """
)
CONDITION = pattern(r"^(?:\w+,?\s+)?(?:if|in_case|when_(?:it|that)|once|should_(?:it|that|this))\b")
SENTENCE = pattern(r"(?<=[.;!?])\s+")
BULLET = pattern(r"^\s*(?:[-*•]|\d+[.)])\s+")
LEAD = pattern(
    r"""
    ^(?:(?:first(?:ly)?|second(?:ly)?|third(?:ly)?|next|then|also|meanwhile|in_the_meantime|now|ok|okay|so(?!_(?:it|this|that)(?:'s|_is)\b)|well
    |and|finally|lastly|to_begin_with|before_(?:anything_else|anything|we_touch_anything)|at_the_same_time|please
    |before_i_(?:panic|start|begin|do_anything|say_anything)|until_(?:we|i)_know_(?:more|better)|for_now|interesting
    |great|thanks|thank_you|i_see|got_it|sorry|oh|ah|hmm+|um+|uh+|right(?=,)|hey|hi|hello|honestly|actually|basically|let_me_(?:step_back|think)|i_guess_what_i(?:'m|_am)_wondering_is
    |(?:my_|the_)?first_thing(?:_i(?:'d|_would)_(?:love|like|want)_to_(?:know|understand|see|check)_is)?
    |i(?:'d|_would)_(?:love|like|want)_to_(?:know|understand)_is
    |i_think_(?:that_)?(?=(?:we|i|let)\b)
    |(?:i_think_)?it(?:'s|_is|_would_be)_(?:worth|time|best|useful)(?:_to)?)\b[,:]?\s*)+
    """
)
# The clause begins as a question or with a verb of looking.
CHECKING = pattern(
    r"""
    ^(?:(?:i(?:'d|_would|_will|'ll)?|let(?:'s|_us|_me)|we(?:'d|_should|_could|_would|_will)?
    |(?:can|could|would)_(?:you|we|i)|i(?:'d|_would)?_(?:also_)?(?:want|like|love|need)_to|you)\s+)*
    (?:also_|first_|now_|quickly_|probably_|just_|really_|maybe_|go_and_|start_(?:with|by)_|)?
    (?:check(?:ing)?|look(?:ing)?|see|know|understand|learn|hear|compar(?:e|ing)|ask_(?:whether|if)|show|split|segment|slice|break|count|read|inspect|plot|verify
    |list|measure|rule_out|make_sure|exclude|establish|determine|open|listen|follow|print|run|replay|reproduce|test|try|sample|pull|find_out|tell_me|give_me|get_me|trace|examine|review
    |audit|investigate|query|analy[sz]e|drill|what|when|which|who|where|why|how|is|are|was|were|did|does|do|has
    |have_(?:the|we|you|they|our|any|there|some|people|users|customers|other)|any|phone|ring|hear|watch|interview|talk_to|feed|decompose|reweigh|reweight|recompute|recalculate
    |rescore|score|overlay|correlate|quantify|may_(?:i|we)|might_it|evaluate|validate|diff|confirm|prove|control(?=_(?:if|whether|that|the))|asking|shadow|observe|visit|go_through|go_and|grab)\b
    """
)
# The clause begins with a verb of doing.
ORDER = pattern(
    r"""
    ^(?:(?:i(?:'d|_would|_will|'ll)?|let(?:'s|_us|_me)|we(?:'d|_should|_could|_would|_will|_must|_need_to)?
    |i(?:'d|_would)?_(?:want|like|need)_to)\s+)*
    (?:also_|first_|now_|immediately_|quickly_|temporarily_)?
    (?:roll|revert|undo|restore|go_back|switch|turn|disable|stop|pause|kill|suspend|shut|take|pin|put|use|serve
    |fall_back|add|raise|lower|increase|decrease|move|adjust|set|cap|limit|hold|route|send|block|bypass|tell|inform
    |notify|warn|write|post|apologi[sz]e|let|retrain|train|fine-tune|replace|upgrade|buy|collect|label|change
    |rewrite|reword|improve|restart|reboot|redeploy|scale|clear|flush|purge|empty|rebuild|reindex|fix|patch|mend
    |repair|correct|normali[sz]e|parse|escalate|hand|leave|postpone|prioriti[sz]e|offer|ask_(?:the|our|an?|users)
    |announce|deploy|ship|hide|remove|drop|make|give|get_(?:an|the)|wait|hire|agree|enforce|refund|bring|double|push|reinstate|impute|handle|key|sign|cancel|delay|freeze|reset|allow|report|judge|normalise|treat|map|backfill|schedule
    |have_(?:\w+_){1,3}(?:decide|look|check|review|judge|handle|verify)
    |filter|keep|build|implement|introduce|ensure|create|monitor|re-?label|reserve|optimi[sz]e|detect|default|request|require|demand|retry|renew|refresh|suspend|hire|quote|appoint|reserve|convert)\b
    """
)
# A question only by its last word: "that is not much work, right?"
TAG = pattern(r",?\s*(?:right|ok|okay|yes|no|isn't_it|don't_you_think|agreed|correct)\s*\?\s*$")
# Tries a thing on a part, or again, to see what comes of it: a check, even where the verb is one of doing.
TRIAL = pattern(
    r"""
    \b(?:some|a_few|a_handful|a_couple|a_sample|twenty|fifty|hundred|one_percent|1%|again|shadow|side_by_side
    |on_the_side|sandbox|for_a_test|as_a_test|offline)\b
    | \band_(?:then_)?(?:see|score|compare|run|check|look|measure|rerun|rescore|replay|ask_again)\b
    """
)
# Speaks to people about the incident.
TELLS = pattern(
    r"""
    ^(?:(?:i(?:'d|_would|_will|'ll)?|let(?:'s|_us)|we(?:'d|_should|_could|_will|_must)?)\s+)*
    (?:tell(?!_the_(?:model|bot|llm|assistant|ai)\b)|inform|notify|warn|apologi[sz]e|announce|let_(?!us|me).*\bknow)\b
    """
)
# Asks what an act would bring, and does not order it.
WHETHER = pattern(
    r"""
    ^(?:should|shall|can|could|would|what_(?:would|happens|if)|is_it_possible|do_you_think|may)\b.*\?\s*$
    | \bwhat_would_(?:it|a|the|we|happen)\b
    """
)
# The clause opens by turning something down or putting it off.
NOT = pattern(
    r"""
    ^(?:\S+\s+){0,3}?(?:not|don't(?!_let)|won't|never|no_need_to|hold_off|wouldn't|shouldn't|avoid|refuse_to|postpone
    |too_early_to|put_off|wait_with|hold_on|wait_before)\b
    | \b(?:would_be|is|seems)_(?:too_early|premature|a_mistake|pointless|wrong)\b
    """
)
# Weighs something up and asks for nothing.
WEIGHS = pattern(
    r"""
    ^(?:\w+,?_)?i(?:'d|_would|_do|_will)?(?:_not|n't|_never)\b(?!_mind)
    | ^(?:an?|more|fewer|less|every|most|one)\b[^?]*\b(?:(?:would|can|could|may)_(?:both_)?be
      |is_(?:only|no|not)|does_not|doesn't|means?|proves?)\b
    | \b(?:does_not|doesn't|do_not|don't|would_not|wouldn't)_(?:convince|prove|mean|help|surprise|follow)\b
    """
)
REASON = pattern(
    r"""
    ^(?:if|in_case|should_(?:it|that|this)|when_(?:it|that)|because|so_that|otherwise|that_would
    |this_would|it_would|that_tells|which_would)\b
    | \b(?:would|will)_(?:rule|mean|tell|show|point|exclude|confirm)\b
    | \b(?:rules?_out|ruled_out|so_it_is_not|excludes|that_leaves|points?_to|consistent_with)\b
    """
)
CAUSE = pattern(
    r"""
    \b(?:the_(?:root_)?cause_(?:is|was|must_be)|my_(?:diagnosis|conclusion)_is|i_conclude
    |the_(?:reason|problem|culprit|fault|bug)_(?:is|was)|what_happened_is|it_(?:is|was)_caused_by
    |so_(?:it|this|that)(?:'s|_is)_(?!(?:not|only|just|there|everywhere|all)\b)|it(?:'s|_is)_clear(?:ly)?_that|i(?:'m|_am)_(?:sure|confident|convinced))\b
    | ^(?:my_|the_)?(?:root_)?(?:cause|diagnosis|conclusion)\s*[:=]
    | ^(?:so_|ok,?_|okay,?_)?i_(?:think|believe|would_say|am_fairly_sure)\b
      (?!_(?:that_)?(?:we|i|you|let's|looking|checking|it(?:'s|_is|_would_be)_(?:worth|time|best|useful|better)
      |the_(?:next|first|best)_(?:step|check|thing))\b)
    """
)
SUSPECT = pattern(
    r"""
    \b(?:i_suspect|i_fear|i_bet|i_guess|i_assume|i(?:'ve|_have|_got|'ve_got)_(?:a|the)_(?:suspicion|feeling|hunch)|my_(?:first_)?(?:hypothesis|suspicion|guess|theory|hunch)
    |(?:may|might|could)_be_(?:that|a|an|the|due)|perhaps|maybe|possibly|probably|i_wonder)\b
    """
)
# Says how things are; asks for nothing and orders nothing.
STATES = pattern(
    r"""
    ^(?:so_)?(?:the|this|that|it|these|those|our)\b[^?]*\b(?:is|are|was|were|has|have|had|seems?|looks?
    |cuts|drops|breaks|broke|fails|failed|loses|lost|misses|skips|mangles|sends|reads|mixes|shares|learns|learned
    |changed|moved|stopped|stops|gets|got|makes|serves|treats|turns|fills|left|resets|discards|ignores|invents)\b
    | ^(?:so_)?(?:no|nothing|none|nobody|we_(?:now_)?(?:know|saw|have_seen|learned))\b[^?]*$
    """
)
# Says that something is so, in any words that begin neither a request nor an order.
ASSERTS = pattern(
    r"""
    ^(?!.*\b(?:which|what|how|who|when|whether|please|that(?!'s))\b)[^?:]*
    (?:\b(?:is|are|was|were|must|has|have|had|got|gets|makes?|made|causes|caused|leads_to|led_to|resets|puts)\b
    |\b(?:just|simply|surely|obviously|clearly)_(?!(?:one|an?|the|some|to|for|in|on|at|by|those|these|new|old)\b)\w+
    |\b(?:it|that|there|here)'s\b | !\s*$
    | ^\w+(?:_\w+)?_(?:drifted|changed|broke|moved|lies|confuses|hallucinates|fails)\b)
    """
)
# A question whose subject comes first: "the old answers, were they right".
INVERTED = pattern(
    r"^[^?]{3,80}(?:,|_[-–—])_(?:is|are|was|were|did|does|do|has|have|can)_(?:it|they|he|she|this|that|these|those|there|we)\b"
    r"|^(?:could|might|can|may)_(?:it|the|this|that|there|they|our|some|an?)\b"
)
# A guess that comes with the wish to test it is a check.
TESTS = pattern(r"\b(?:verify|check|compare|look|test|rule_out|make_sure|confirm|see_if|see_whether)\b")
# The same at a join: "it got worse, check the logs", and not "kitchens look idle".
GOES_ON = pattern(r"(?:[,;:—–-]|\band|\bto|\blet's)_(?:verify|check|compare|look|test|confirm|see)\b")
# What follows says why something is asked for.
WHY = pattern(r",?\s+(?:because|so_that|since_that|as_that|which_would|that_would|this_would|in_order_to)\b")
PARTS = pattern(r"(?<=[.!?;])\s+ | ,\s+ | \s+but\s+")
# A hypothesis is turned down in this part of a sentence.
DENIED = pattern(
    r"""
    ^(?:and_)?not\b | \b(?:not_(?:the|a|an|due|because|caused)|isn't|is_not|wasn't|was_not|rather_than
    |nothing_to_do_with|ruled?_out|innocent|(?:is|was)_fine|unchanged)\b
    """
)
HEDGES = pattern(r"\b(?:or|either|maybe|perhaps|possibly|might|could)\b")
# How the fix is known to work, and what would catch the fault's return.
VERIFY = pattern(
    r"""
    \b(?:watch|verify|confirm|make_sure|canary|see_(?:whether|if|that)|returns?|back_to|falls?|one_percent|1%
    |compare|measure|monitor|replay|recovers?|check_that|know_(?:it|that))\b
    """
)
GUARD = pattern(
    r"\b(?:alarms?|alerts?|monitor\w*|tests?|check_in|contract|guard|gate|post-?mortem|limit_on)\b"
)
# Words by which messages are told apart, as text: they are no slips of the pen.
KNOWN = " ".join(
    re.sub(r"\\.", " ", one.pattern) for one in (CHECKING, ORDER, SUSPECT, CAUSE, REASON, WEIGHS, NOT, STATES)
)


def clauses(message: str) -> list[str]:
    """The message's steps: sentences, list items, and what "then" parts."""
    found = []
    for line in message.splitlines():
        for piece in _pieces(BULLET.sub("", line)):
            text = LEAD.sub("", piece.strip()).strip(" \t,;")
            if any(character.isalnum() for character in text):
                found.append(text)
    return found


def _pieces(line: str) -> Iterator[str]:
    """Pieces of one line; a condition stays with what follows from it."""
    for sentence in SENTENCE.split(line):
        if CONDITION.match(sentence.strip()):
            yield sentence
        else:
            yield from BREAK.split(sentence)
