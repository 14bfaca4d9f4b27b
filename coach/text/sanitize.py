"""Takes control sequences out of text. Shows no text itself."""

from __future__ import annotations

import re

_ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # CSI
    r"|\x1b[\]PX^_].*?(?:\x1b\\|\x07|\x9c|$)"  # OSC, DCS, SOS, PM, APC
    r"|\x1b[ -/]*[0-~]"  # other two-character sequences
    r"|\x9b[0-?]*[ -/]*[@-~]",  # CSI as one C1 character
    re.DOTALL,
)
_CONTROL = [*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0)]  # all of Cc but \t \n \r
_ALWAYS_HIDDEN = dict.fromkeys(
    [
        *range(0x202A, 0x202F),  # bidi embedding and override
        *range(0x2066, 0x206A),  # bidi isolates
        *range(0xE0000, 0xE0080),  # tag characters
        0x200B,
        0x200E,
        0x200F,
        0x2060,
        0x2061,
        0x2062,
        0x2063,
        0x2064,
        0xFEFF,
        0x00AD,
    ]
)
_HIDDEN = {**dict.fromkeys(_CONTROL), **_ALWAYS_HIDDEN}
_SUSPECT = re.compile(f"[{''.join(re.escape(chr(code)) for code in _HIDDEN)}]")
_SUSPECT_ASCII = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")  # a small class is searched much faster


def for_terminal(text: str) -> str:
    """Text that cannot move the cursor, colour, retitle or reorder the terminal.

    New lines and tabs stay; carriage returns become new lines; joiners inside words of scripts
    that need them (U+200C, U+200D) stay.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _ESCAPES.sub("", text).translate(_HIDDEN)


def has_control(text: str) -> bool:
    """True where the text holds escape sequences, control, bidi or invisible characters."""
    return (_SUSPECT_ASCII if text.isascii() else _SUSPECT).search(text) is not None
