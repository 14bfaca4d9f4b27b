"""The shape of a text: how often it decides, prices, measures, conditions, waves its hands.

Every number is a share or a count that saturates, so that length alone earns nothing. The lists are
signs of wording, in the terms of the labelling guide; what each is worth is fitted, not written here.
"""

from __future__ import annotations

import math
from collections import Counter
from functools import lru_cache

_LISTS = {
    "price": "cost costs costing price prices pay pays paid paying lose loses lost losing slower "
    "extra budget expensive cheap cheaper fee fees refund refunds margin revenue salary "
    "hours headcount worth spend spent bill euro euros dollars pounds cents penalty loss "
    "losses",
    "measure": "measure measured measures metric count counted compare compared sample sampled "
    "precision recall rate rates share baseline blind label labelled labels audit audited "
    "holdout control random randomly test tested percentile p95 p99 median correlation",
    "failure": "fail fails failed failing failure wrong wrongly break breaks broke broken outage "
    "fallback rollback revert reverted stale leak leaks leaked crash timeout worst harm "
    "harmful hurt hurts miss misses missed false error errors mistake mistakes blocked "
    "stuck",
    "cause": "because since so therefore hence meaning why otherwise reason",
    "condition": "if unless until till once when whenever only otherwise",
    "contrast": "but however though although yet except still not no never without",
    "comparator": "above below under over more less least most within fewer exceeds exceed worse better "
    "than beyond",
    "quantity": "one two three four five six seven eight nine ten eleven twelve fifteen twenty thirty "
    "forty fifty sixty eighty ninety hundred thousand million half third quarter twice "
    "double dozen",
    "time": "monday tuesday wednesday thursday friday saturday sunday weekend tonight overnight "
    "noon day days week weeks month months minute minutes second seconds ms daily weekly "
    "nightly hour hourly morning yesterday tomorrow january february march april june "
    "july august september october november december",
    "person": "customer customers user users agent agents driver drivers nurse nurses doctor "
    "doctors clerk clerks seller sellers buyer buyers officer analyst analysts reviewer "
    "reviewers recruiter recruiters patient patients women men people person children "
    "student students teacher teachers manager finance legal support farmer farmers "
    "editor editors moderator moderators",
    "slogan": "stakeholder stakeholders align aligned alignment leverage leveraging robust seamless "
    "seamlessly holistic journey innovative innovation ecosystem synergy empower "
    "empowering transform transformation strategic strategy vision culture mindset "
    "iterate iterative continuous continuously ensure ensures ensuring crucial essential "
    "key critical important fundamental fundamentally passionate value impact impactful "
    "collaborate collaboration collaborative framework comprehensive thorough thoroughly "
    "rigorous effective effectively efficient efficiently optimise optimize responsible "
    "responsibly trust transparent transparency ethical ethics best excellence scalable "
    "cutting state world-class success successful partner partnership foster fostering "
    "drive driving deliver delivering opportunity opportunities solution solutions",
    "vague": "various different several many some certain etc things stuff relevant appropriate "
    "suitable necessary regularly carefully closely properly overall general generally "
    "usually always obviously basically depends lots everything everyone somehow kind "
    "sort maybe perhaps probably",
    "jargon": "rag lora f1 auc ndcg bleu rouge shap psi kl mlops kpi kpis okr okrs llm llms ctr gmv "
    "roi raci embedding embeddings transformer transformers canary guardrail guardrails "
    "drift pipeline pipelines bandit bandits bert ensemble ensembles hyperparameter gan "
    "gans",
    "own": "i i'd i've i'm i'll me my mine myself",
    "we": "we we'd we've we'll our us",
    "modal": "would could should can may might",
    "past": "was were had did found turned went came said told got took stopped wrote asked made "
    "cut moved switched pulled learned changed chose picked refused",
    "act": "choose pick start begin stop block ship refuse cut drop keep take put turn switch "
    "roll set move pull hold reject kill leave accept write call give check split compare "
    "ask sit read count",
    "expert": "engineers engineering scientists experts specialists vendor",
    "defer": "decide decides decided whichever whatever leave recommend prefer",
}
NAMES: tuple[str, ...] = (
    *(f"{name}_share" for name in _LISTS),
    *(f"{name}_count" for name in _LISTS),
    "threshold_count",
    "decision_count",
    "defer_count",
    "sentence_length",
    "short_sentences",
    "long_words",
    "short_words",
    "common_words",
    "numbers_count",
    "commas",
    "variety",
)
COMMON = frozenset(
    "the a an and or of to in for on with is are be it that this as at by from we i you they our my "
    "would will can so but if not have has do does was were what when how which there their them its "
    "then than about into more also just all one any each only over out up who your".split()
)
_MEMBERSHIP: dict[str, tuple[str, ...]] = {}
for _name, _words in _LISTS.items():
    for _word in _words.split():
        _MEMBERSHIP[_word] = (*_MEMBERSHIP.get(_word, ()), _name)


def measure_shape(sentences: list[list[str]], commas: int) -> list[float]:
    """Shape of a text given as the words of its sentences, in the order of NAMES."""
    words = [word for sentence in sentences for word in sentence]
    total = max(len(words), 1)
    counts = Counter(name for word in words for name in _MEMBERSHIP.get(word, ()))
    numbers = sum(word[0] == "#" for word in words)
    lengths = [len(word) for word in words if word[0] != "#"] or [0]
    return [
        *(100 * counts[name] / total for name in _LISTS),
        *(math.log1p(counts[name]) for name in _LISTS),
        math.log1p(sum(_near(s, "comparator", _is_amount, 4) for s in sentences)),
        math.log1p(sum(_near(s, "own", _is_act, 3) for s in sentences)),
        math.log1p(sum(_near(s, "expert", _is_defer, 4) for s in sentences)),
        total / max(len(sentences), 1),
        sum(len(sentence) <= 7 for sentence in sentences) / max(len(sentences), 1),
        sum(length >= 9 for length in lengths) / len(lengths),
        sum(length <= 4 for length in lengths) / len(lengths),
        sum(word in COMMON for word in words) / total,
        math.log1p(numbers),
        100 * commas / total,
        len(set(words)) / total**0.7,
    ]


def _near(words: list[str], opener: str, follows: object, reach: int) -> int:
    """How often a word of list `opener` is followed within `reach` words by one that `follows` accepts."""
    accept = follows if callable(follows) else _is_amount
    return sum(
        any(accept(after) for after in words[n + 1 : n + 1 + reach])
        for n, word in enumerate(words)
        if opener in _MEMBERSHIP.get(word, ())
    )


@lru_cache(maxsize=20_000)
def _is_amount(word: str) -> bool:
    return word[0] == "#" or "quantity" in _MEMBERSHIP.get(word, ())


@lru_cache(maxsize=20_000)
def _is_act(word: str) -> bool:
    return "act" in _MEMBERSHIP.get(word, ()) or "past" in _MEMBERSHIP.get(word, ())


@lru_cache(maxsize=20_000)
def _is_defer(word: str) -> bool:
    return "defer" in _MEMBERSHIP.get(word, ()) or "modal" in _MEMBERSHIP.get(word, ())
