"""Finds the knowledge and data that ship with the program (corpus, prompts, eval). Reads nothing."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def data_root() -> Path:
    """Folder that holds corpus/, prompts/ and eval/.

    In an installed wheel that is coach/data; in a checkout it is the repository's top.
    """
    packaged = _PACKAGE / "data"
    return packaged if (packaged / "corpus").is_dir() else _PACKAGE.parent


def corpus_dir() -> Path:
    return data_root() / "corpus"


def prompts_dir() -> Path:
    return data_root() / "prompts"


def eval_dir() -> Path:
    return data_root() / "eval"
