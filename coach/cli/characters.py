"""Makes standard output and error take every character, whatever their encoding; knows no data.

What an encoding lacks becomes the nearest ASCII on screen and a `\\u` escape inside JSON.
"""

from __future__ import annotations

import codecs
import io
import os
import sys
import unicodedata

NEAREST = {
    **dict.fromkeys("“”„«»", '"'),
    **dict.fromkeys("‘’‚", "'"),
    **dict.fromkeys("–—‑·", "-"),
    **dict.fromkeys("█▇▆▅▄", "#"),
    **dict.fromkeys("▃▂▁▏", "."),
    "…": "~",
    "●": "*",
    "◐": "o",
    "○": ".",
    "▲": "+",
    "▼": "-",
    "✓": "+",
    "✗": "x",
    "→": "->",
    "×": "x",
    "€": "EUR",
    "\u00a0": " ",
}
_ON_SCREEN, _IN_JSON = "coach.nearest", "coach.escapes"
# typer's echo takes a stream by the name of ascii for a mistake, and writes UTF-8 into it.
_ASCII = "coach-ascii"


def prepare_streams(*, as_json: bool) -> None:
    """Standard output and error never fail on a character; `as_json` is what standard output holds."""
    codecs.register(_find_ascii)
    codecs.register_error(_ON_SCREEN, _nearest)
    codecs.register_error(_IN_JSON, _escapes)
    for stream, errors in ((sys.stdout, _IN_JSON if as_json else _ON_SCREEN), (sys.stderr, _ON_SCREEN)):
        if not isinstance(stream, io.TextIOWrapper):
            continue
        is_ascii = codecs.lookup(stream.encoding).name == "ascii" or (_wants_ascii() and stream.isatty())
        stream.reconfigure(encoding=_ASCII if is_ascii else stream.encoding, errors=errors)


def _find_ascii(name: str) -> codecs.CodecInfo | None:
    if name.replace("_", "-") != _ASCII:
        return None
    known = codecs.lookup("ascii")
    return codecs.CodecInfo(
        known.encode,
        known.decode,
        streamreader=known.streamreader,
        streamwriter=known.streamwriter,
        incrementalencoder=known.incrementalencoder,
        incrementaldecoder=known.incrementaldecoder,
        name=_ASCII,
    )


def _wants_ascii() -> bool:
    """True where the locale is C by the user's own word; Python then writes UTF-8 all the same."""
    told = any(name in os.environ for name in ("PYTHONIOENCODING", "PYTHONUTF8"))
    return os.environ.get("LC_ALL") in ("C", "POSIX") and not told


def nearest_ascii(text: str) -> str:
    """`text` in ASCII: known signs by their stand-ins, letters without their accents, `?` for the rest."""
    shown = []
    for character in text:
        bare = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
        shown.append(NEAREST.get(character) or bare or ("" if unicodedata.combining(character) else "?"))
    return "".join(shown)


def _nearest(error: UnicodeError) -> tuple[str, int]:
    return nearest_ascii(_missing(error)), _end(error)


def _escapes(error: UnicodeError) -> tuple[str, int]:
    units = _missing(error).encode("utf-16-be", "surrogatepass")
    pairs = (units[at : at + 2].hex() for at in range(0, len(units), 2))
    return "".join(f"\\u{pair}" for pair in pairs), _end(error)


def _missing(error: UnicodeError) -> str:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return error.object[error.start : error.end]


def _end(error: UnicodeError) -> int:
    return error.end if isinstance(error, UnicodeEncodeError) else 0
