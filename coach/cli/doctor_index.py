"""Checks of the search index and its embedder, from the manifest alone: no vector is loaded."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from coach.cli.doctor_finding import Finding, fail, ok, warn
from coach.guides.corpus import Corpus
from coach.guides.entries import Entry, corpus_entries, manifest_digest, user_entries
from coach.guides.manifest import FORMAT, read_manifest
from coach.settings import Settings

BUILD = "coach guides build"
_PROVIDERS = {"openai": "langchain_openai"}


def check_index(settings: Settings, corpus: Corpus) -> Finding:
    """The index was made from the guides that are there now, by the embedder that is set."""
    manifest = read_manifest(settings.data_dir / "index")
    if manifest is None:
        return warn("index", "not built yet; the first search builds it", BUILD)
    entries = corpus_entries(corpus) + _added(settings.data_dir / "guides")
    embedder = settings.coach_embedder
    if manifest.format != FORMAT or manifest.entries != manifest_digest(entries):
        return warn(
            "index", "made from other guides than there are now; the next search builds it anew", BUILD
        )
    if manifest.embedder != embedder and manifest.embedder.partition(":")[0] != embedder:
        return warn("index", f"made by {manifest.embedder}, while {embedder} is set", BUILD)
    if manifest.url != settings.coach_chroma_url:
        return warn("index", "made on another Chroma server than the one that is set", BUILD)
    return ok("index", f"{manifest.count} passages by {manifest.embedder}, up to date")


def _added(folder: Path) -> list[Entry]:
    if not any(folder.glob("*.json")):
        return []
    from coach.guides.library import user_guides

    return user_entries(user_guides(folder))


def check_embedder(settings: Settings) -> Finding:
    """What turns texts into vectors can be opened, as far as can be told without opening it."""
    name = settings.coach_embedder
    if name == "lsa":
        kept = any(settings.cache_dir.glob("lsa-*.npz"))
        return ok("embedder", "lsa, offline" + ("" if kept else "; fitted with the first index"))
    if name == "minilm":
        return _check_minilm()
    provider, _, model = name.partition(":")
    if provider == "sentence":
        return _check_sentence(name, Path(model).expanduser())
    if not model:
        return fail("embedder", f"COACH_EMBEDDER={name} is unknown.", "export COACH_EMBEDDER=lsa")
    package = _PROVIDERS.get(provider, f"langchain_{provider.replace('-', '_')}")
    if find_spec(package) is None:
        return fail("embedder", f"{name} needs a package.", f"pip install {package.replace('_', '-')}")
    if provider == "openai" and not settings.has_model:
        return fail("embedder", f"{name} needs OPENAI_API_KEY.", "export COACH_EMBEDDER=lsa")
    return ok("embedder", name)


def _check_sentence(name: str, folder: Path) -> Finding:
    if find_spec("sentence_transformers") is None:
        return fail("embedder", f"{name} needs the extra.", "pip install '.[semantic]'")
    if not (folder / "config.json").is_file():
        return fail("embedder", f"{folder} holds no model.", "export COACH_EMBEDDER=lsa")
    return ok("embedder", f"{name}, offline")


def _check_minilm() -> Finding:
    folder = Path.home() / ".cache" / "chroma" / "onnx_models" / "all-MiniLM-L6-v2" / "onnx"
    if not (folder / "model.onnx").is_file():
        return fail("embedder", f"minilm's files are not in {folder}.", f"{BUILD} --download")
    return ok("embedder", "minilm, offline")
