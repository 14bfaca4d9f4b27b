"""What language a text is in, by its commonest words: English, another one, or none that can be told."""

from __future__ import annotations

import re
from collections.abc import Callable

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_ENGLISH = frozenset(
    "the a an and or of to in for on with is are be it that this as at by from we i you they our my "
    "would will can so but if not have has do does was were what when how which there their them its "
    "then than about into more also just all one any each only over out up who your "
    "me he she his her him us am been being because before after first where why yes no like get got make "
    "made take work want need know think see use used look tell two new now time people way don't it's "
    "i'd i'm we'd that's isn't doesn't didn't wouldn't can't won't".split()
)
# The commonest words of other languages, but for those that are English words, names or units as well.
_OTHERS = (
    frozenset(
        """
    der das und ich wir ist nicht ein eine einen einem einer eines dem mit für auf von zu zum zur im wie bei
    aus nach dann wenn dass weil oder aber auch nur noch wäre würde würden wurde werden haben hätte sind sich
    sie es mir uns unser unsere als vor über unter zwischen damit durch gegen ohne bevor kann können müssen
    soll sollte mehr sehr hier diese dieser dieses welche zuerst
    le les une et des du est sont dans pour avec sur pas que qui nous vous ils elle je ne ou mais donc puis
    leur ces cette ce aux par plus comme être ont ferait serait si
    el los las una unos y que en es por con para como pero más este esta estos su sus lo del al se hay muy
    cuando donde sería también porque yo nosotros qué cuál sobre entre hasta desde
    os um uma uns umas não são mas mais pelo pela dos das ao aos na nas nos ele ela eu isso seria também
    il gli uno di che non è sono per nel nella della delle dei degli alla dal anche ma più perché questo
    questa e com
    het een van voor niet zijn dat die wij naar ook maar wordt worden bij uit deze dit wat hebben zou om te
    och att det som är för inte vi jag på av till har kan ska skulle eller om när från men också
    og jeg ikke vil skal af fra hvis når hvor ville
    nie się na jest że do jak ale czy dla przez przed są by być oraz tylko bardzo
    se že je pro jako ale nebo aby jsem bych bychom který které
    ve bir bu için ile da de çok ama gibi daha sonra önce olarak değil
    ja ei että se ovat oli mutta kun niin kuin olisi myös tai jos
    és az egy nem hogy ez is meg csak már mint lenne
    și este sunt pentru cu nu mai din care sau dar aș fi
    dan yang untuk dengan tidak ini itu dari kami akan pada juga saya bisa
    và của là không có cho với các một được trong những tôi
    na ya wa kwa ni katika hii hiyo lakini kama
    ang mga ng sa ay hindi ito namin ko
    i u je da su za se ne od ili ali koji što kako bi
    hai ka ki ke ko mein aur nahi kya hum
    """.split()
    )
    - _ENGLISH
    - frozenset(
        "per plus data die under sole men care has til ma pro meg mint ms hat den sin bin dos mas sur van "
        "wat dan om es al ali ki ha da han ska sau din dar".split()
    )
)
ENOUGH_WORDS = 12
LEAST_SHARE = 0.18
# Of a list of points in English, which has few of its commonest words, this share of words is known at least.
LEAST_KNOWN = 0.5
LEAST_LATIN = 0.8
FEWEST_OTHERS, LEAST_OTHERS = 2, 0.1


def is_other(text: str) -> bool:
    """True for a text in other letters than Latin, or in the commonest words of another language."""
    return _has_other_letters(text) or _speaks_other(_words(text))


def _has_other_letters(text: str) -> bool:
    letters = [c for c in text if c.isalpha()] if not text.isascii() else []
    return bool(letters) and sum(c < "\u0250" for c in letters) < LEAST_LATIN * len(letters)


def _speaks_other(words: list[str]) -> bool:
    others = list(filter(_OTHERS.__contains__, words))
    if len(set(others)) < FEWEST_OTHERS or len(others) < LEAST_OTHERS * len(words):
        return False
    return len(others) > _english(words)


def _english(words: list[str]) -> int:
    return sum(map(_ENGLISH.__contains__, words))


def is_english(text: str, known: Callable[[str], bool] | None = None) -> bool:
    """False for a text in another language, or one long enough to tell with few of English's commonest words.

    A list of points has few of these too: where most of its words are `known` English ones, or nothing can
    tell that, it counts as English.
    """
    if _has_other_letters(text):
        return False
    words = _words(text)
    if _speaks_other(words):
        return False
    if len(words) <= ENOUGH_WORDS or known is None:
        return True
    if _english(words) >= LEAST_SHARE * len(words):
        return True
    return sum(map(known, words)) >= LEAST_KNOWN * len(words)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower().replace("’", "'"))
