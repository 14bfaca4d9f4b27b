"""Strict prompt templates: prompts/NAME.md with {{variables}}. Fills them; knows no model.

A variable that is missing or left over is an error. The hash of a template goes into every grade.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from coach.errors import SetupError

_VARIABLE = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")


@dataclass(frozen=True)
class Prompt:
    """A template and the set of variables that it needs."""

    name: str
    text: str

    @property
    def variables(self) -> frozenset[str]:
        return frozenset(_VARIABLE.findall(self.text))

    @property
    def digest(self) -> str:
        """First 12 hex digits of the SHA-256 of the template's text."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:12]

    def fill(self, **values: str) -> str:
        """Return the text with every variable replaced, once, in one pass.

        Values are never scanned for variables themselves. Raises SetupError when the names given
        are not exactly the names used.
        """
        missing, unused = self.variables - values.keys(), values.keys() - self.variables
        if missing or unused:
            wrong = [f"missing {', '.join(sorted(missing))}"] if missing else []
            wrong += [f"unused {', '.join(sorted(unused))}"] if unused else []
            raise SetupError(f"Prompt {self.name}: {'; '.join(wrong)}.")
        return _VARIABLE.sub(lambda match: values[match.group(1)], self.text)


class Prompts:
    """The prompts of one folder, read on first use."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, Prompt] = {}

    def get(self, name: str) -> Prompt:
        if name not in self._read:
            path = self._folder / f"{name}.md"
            try:
                text = path.read_text(encoding="utf-8")
            except OSError as error:
                raise SetupError(f"Prompt file {path} cannot be read: {error.strerror}.") from error
            self._read[name] = Prompt(name, text.strip() + "\n")
        return self._read[name]
