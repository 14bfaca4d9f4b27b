"""What the help calls the values of options and arguments, and the option that every command takes.

Words for a person (`FILE`, `DAYS`, `USD`) in the place of the types that the parser knows.
"""

from __future__ import annotations

import copy
from typing import Any

# Where the option's own name in capitals would not say what to give.
_WORDS = {
    "topic": "WORDS",
    "provenance": "WORDS",
    "experience": "WORDS",
    "note": "WORDS",
    "why": "WORDS",
    "rater": "NAME",
    "by": "NAME",
    "only": "WHICH",
    "max_cost": "USD",
    "days": "DAYS",
    "weeks": "WEEKS",
    "months": "MONTHS",
    "hours": "HOURS",
    "hours_a_week": "HOURS",
    "answer_col": "COLUMN",
    "question_col": "COLUMN",
    "id_col": "COLUMN",
    "candidate_col": "COLUMN",
    "feedback": "FOLDER",
    "recordings": "FOLDER",
    "replies": "FILE",
    "file": "FILE",
    "given": "MARK",
    "samples": "K",
}


def word_parameters(command: Any, plain: Any) -> None:
    """Give every value of a command, and of the commands below it, its word; let each take `plain`."""
    if all(parameter.name != plain.name for parameter in command.params):
        own = copy.copy(plain)
        # It is read before anything is parsed; the command itself need not know.
        own.expose_value = False
        command.params.append(own)
    word_own_parameters(command)
    for below in getattr(command, "commands", {}).values():
        word_parameters(below, plain)


def word_own_parameters(command: Any) -> None:
    """The same for the command alone."""
    for parameter in (*command.params, command.get_help_option(command.context_class(command))):
        if parameter.param_type_name == "argument":
            _word_argument(parameter)
            continue
        parameter._get_number_range_help_str = _range_words(parameter)
        if parameter.is_flag:
            parameter.display_type_rich = _nothing
        elif parameter.metavar is None and not parameter.type_descriptor.is_choice:
            parameter.metavar = _word(parameter)


def _nothing(ctx: Any) -> None:
    """A flag and an argument have no type that a person wants to know."""


def _word_argument(argument: Any) -> None:
    """The name alone: the usage line adds brackets and dots."""
    name = argument.metavar or _word(argument)
    argument.metavar = name.strip("[].").replace("]...", "")
    argument.display_type_rich = _nothing


def _word(parameter: Any) -> str:
    if parameter.name in _WORDS:
        return _WORDS[parameter.name]
    kind = parameter.type_descriptor
    if kind.is_path and parameter.param_type_name == "option":
        return "FILE"
    if kind.is_ranged or kind.annotation in (int, float):
        return "N"
    return str(parameter.name).strip("_").upper()


def _range_words(parameter: Any) -> Any:
    low, high = parameter.min, parameter.max
    words = None
    if low is not None and high is not None:
        words = f"{low} to {high}"
    elif low is not None:
        words = f"{low} or more"
    elif high is not None:
        words = f"{high} or less"
    return lambda: words
