"""`coach doctor`: says what is wrong and what mends it, changes nothing, shows no key."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from coach.cli import doctor_data as data
from coach.cli import doctor_index as index
from coach.cli import doctor_install as install
from coach.cli import doctor_model as model
from coach.cli.doctor_finding import Finding
from coach.guides.corpus import load_corpus
from coach.llm.abilities import Abilities, Ability
from coach.resources import corpus_dir, eval_dir
from coach.settings import Settings
from coach.store.database import Database
from coach.store.migrations import MIGRATIONS
from tests.cli.conftest import Piped
from tests.loopback import LoopbackServer, Say, completion, error, events

KEY = "sk-abcdefghijklmnopqrstuvwxyz123456"
HEAVY = {
    "chromadb",
    "langchain",
    "langchain_core",
    "openai",
    "sklearn",
    "matplotlib",
    "scipy",
    "numpy",
    "fsrs",
}


def checks(piped: Piped, *arguments: str) -> dict[str, Finding]:
    result = piped("doctor", "--json", *arguments)
    assert KEY not in result.out + result.err
    found = json.loads(result.out)
    assert found["ok"] == (result.code == 0)
    return {item["name"]: Finding(**item) for item in found["checks"]}


def test_a_fresh_installation_is_well(piped: Piped, clean_environment: Path) -> None:
    found = checks(piped)
    assert {name for name, finding in found.items() if finding.state == "fail"} == set()
    assert found["index"].remedy == "coach guides build"
    assert not clean_environment.exists()
    shown = piped("doctor")
    assert shown.code == 0
    assert "coach guides build" in shown.out
    assert all(len(line) <= 100 for line in shown.out.splitlines())


def test_whatever_is_wrong_names_its_remedy(piped: Piped, clean_environment: Path) -> None:
    clean_environment.mkdir()
    (clean_environment / "coach.db").write_bytes(b"not a database at all" * 100)
    found = checks(piped)
    assert found["database"].state == "fail"
    assert all(finding.remedy for finding in found.values() if finding.state != "ok")
    assert "coach.db.damaged" in piped("doctor").out


def test_an_old_python_fails() -> None:
    assert install.check_python((3, 10, 4)).state == "fail"
    assert install.check_python((3, 13, 0)).state == "ok"


@pytest.mark.parametrize(
    ("requirement", "says"),
    [
        ("no-such-package>=1", "no-such-package is missing"),
        ("rich>=999.1", "is older than 999.1"),
        ("rich>=1", ""),
    ],
)
def test_missing_and_old_packages_are_named(
    monkeypatch: pytest.MonkeyPatch, requirement: str, says: str
) -> None:
    monkeypatch.setattr(metadata, "requires", lambda name: [requirement, "absent; extra == 'dev'"])
    found = install.check_packages()
    assert says in found.says
    assert found.state == ("fail" if says else "ok")
    assert (requirement in found.remedy) == bool(says)


def test_folders_that_take_no_file_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    file.touch()
    assert data.check_folder("data folder", file / "home").says == f"{file} is a file, not a folder."
    assert data.check_folder("data folder", tmp_path / "yet" / "to come").state == "ok"
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    refused = data.check_folder("data folder", tmp_path / "a b")
    assert refused.state == "fail"
    assert refused.remedy == f"chmod u+rwx {tmp_path}"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(("free", "state"), [(10 * 2**20, "fail"), (200 * 2**20, "warn"), (2**34, "ok")])
def test_a_full_disk_is_seen(tmp_path: Path, free: int, state: str) -> None:
    assert data.check_disk(tmp_path / "yet", free).state == state


def test_a_healthy_history_is_counted_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "coach.db"
    assert data.check_database(path).state == "ok"
    Database(path, migrations=MIGRATIONS[:1]).close()
    before = path.read_bytes()
    found = data.check_database(path)
    assert found.state == "ok"
    assert f"schema 1, brought to {len(MIGRATIONS)}" in found.says
    assert path.read_bytes() == before
    Database(path).close()
    assert "whole, 0 answers" in data.check_database(path).says


def test_a_history_of_a_newer_program_or_one_in_use_is_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "coach.db"
    Database(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    assert "newer coach" in data.check_database(path).says


def test_a_damaged_history_is_brought_back_from_its_backup(tmp_path: Path) -> None:
    path = tmp_path / "coach.db"
    Database(path, migrations=MIGRATIONS[:1]).close()
    Database(path).close()
    path.write_bytes(b"SQLite format 3\x00" + b"\xff" * 5000)
    found = data.check_database(path)
    assert found.state == "fail"
    command = subprocess.run(["sh", "-c", found.remedy], check=True)
    assert command.returncode == 0
    assert data.check_database(path).state == "ok"


def test_the_index_is_compared_with_the_guides(built_index: Path) -> None:
    corpus = load_corpus(corpus_dir())
    settings = Settings(coach_home=built_index)
    assert index.check_index(settings, corpus).state == "ok"
    fewer = index.check_index(settings, type(corpus)(**{**vars(corpus), "guides": corpus.guides[1:]}))
    assert (fewer.state, fewer.remedy) == ("warn", "coach guides build")
    other = index.check_index(Settings(coach_home=built_index, coach_embedder="minilm"), corpus)
    assert "made by lsa:" in other.says
    shutil.rmtree(built_index / "index")
    assert "not built yet" in index.check_index(settings, corpus).says


@pytest.mark.parametrize(
    ("name", "state", "says"),
    [
        ("lsa", "ok", "offline"),
        ("bert", "fail", "unknown"),
        ("nosuch:model", "fail", "needs a package"),
        ("openai:text-embedding-3-small", "fail", "needs OPENAI_API_KEY"),
        ("minilm", "fail", "not in"),
    ],
)
def test_an_embedder_that_cannot_be_opened_fails(tmp_path: Path, name: str, state: str, says: str) -> None:
    found = index.check_embedder(Settings(coach_home=tmp_path, coach_embedder=name))
    assert found.state == state
    assert says in found.says


def settings_of(**fields: str) -> Settings:
    return Settings.model_validate(fields)


def test_a_key_is_checked_and_never_shown() -> None:
    assert model.check_key(settings_of()).state == "ok"
    assert KEY not in str(model.check_key(settings_of(openai_api_key=KEY)))
    broken = model.check_key(settings_of(openai_api_key=f"{KEY} \n"))
    assert broken.state == "fail"
    assert KEY not in str(broken)


@pytest.mark.parametrize(
    ("url", "state"),
    [
        ("http://127.0.0.1:8000/v1", "ok"),
        ("http://user:secret@host/v1?token=secret", "ok"),
        ("http://user:secret@host/api", "warn"),
        ("localhost:8000/v1", "fail"),
    ],
)
def test_a_server_is_checked_and_its_secrets_are_not_shown(url: str, state: str) -> None:
    found = model.check_server(settings_of(openai_base_url=url))
    assert found.state == state
    assert "secret" not in str(found)


def test_what_is_remembered_of_a_model_is_said(tmp_path: Path) -> None:
    def of() -> Finding:
        return model.check_abilities(
            Settings(coach_home=tmp_path, openai_base_url="http://host/v1", coach_model="small")
        )

    assert "nothing is remembered" in of().says
    kept = Abilities(tmp_path / "cache" / "abilities.json")
    kept.put("http://host/v1", "small", Ability(mode="tool", proven=True, dropped=frozenset({"seed"})))
    assert of().says == "small takes schemas as a tool (seen); refuses seed"
    kept.put("http://host/v1", "small", Ability(mode="text"))
    assert of().state == "warn"


def test_recordings_that_are_missing_broken_or_of_another_prompt_are_told_apart(tmp_path: Path) -> None:
    def state(prompt: str = "p") -> tuple[str, str]:
        found = install.check_recordings(tmp_path, prompt, {"q"})
        return found.state, found.says

    assert state()[0] == "warn"
    row = {
        "key": "k",
        "model": "m",
        "purpose": "grade",
        "parts": {"prompt": "p", "question": "q"},
        "reply": {},
    }
    (tmp_path / "main.jsonl").write_text(json.dumps(row) + "\n\n")
    assert state() == ("ok", "1 recorded grades in 1 files, 1 of today's prompt")
    assert state("other")[0] == "warn"
    (tmp_path / "main.jsonl").write_text(json.dumps(row) + "\n{broken\n")
    assert state()[0] == "fail"
    assert "line 2" in state()[1]


def test_the_local_graders_model_is_held_against_its_data(tmp_path: Path) -> None:
    file = tmp_path / "model.json"
    assert install.check_local_model(file, ()).state == "fail"
    folders = (eval_dir() / "gold", eval_dir() / "recordings")
    shutil.copy(install.LOCAL_MODEL, file)
    assert "is not" in install.check_local_model(file, (tmp_path / "nowhere",)).says
    changed = json.loads(file.read_text())
    changed["data"]["sha256"] = "0" * 64
    file.write_text(json.dumps(changed))
    found = install.check_local_model(file, folders)
    assert (found.state, found.remedy) == ("warn", "make model")


def test_wrong_settings_are_a_finding(piped: Piped, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_TIMEOUT", "soon")
    found = checks(piped)
    assert found["settings"].state == "fail"
    assert found["settings"].remedy == "unset COACH_TIMEOUT"


@pytest.fixture
def server(loopback: LoopbackServer, monkeypatch: pytest.MonkeyPatch) -> LoopbackServer:
    monkeypatch.setenv("OPENAI_BASE_URL", loopback.url)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("COACH_MODEL", "small")
    return loopback


def test_nothing_is_sent_unless_online_is_given(piped: Piped, server: LoopbackServer) -> None:
    assert "online" not in checks(piped)
    assert server.seen == []


@pytest.mark.parametrize(
    "say", [events(["yes"]), events([""], finish_reason="length"), Say(body=completion("yes"))]
)
def test_online_asks_for_one_token(piped: Piped, server: LoopbackServer, say: Say) -> None:
    server.say(say)
    found = checks(piped, "--online")["online"]
    assert found.state == "ok"
    assert found.says.startswith(f"small at {server.url} answers")
    assert [(seen.body["max_tokens"], seen.body["stream"]) for seen in server.seen] == [(1, True)]


@pytest.mark.parametrize(
    ("status", "remedy"), [(401, "export OPENAI_API_KEY=..."), (500, "curl -sS "), (429, "curl -sS ")]
)
def test_a_server_that_refuses_is_asked_once(
    piped: Piped, server: LoopbackServer, status: int, remedy: str
) -> None:
    server.say(error(status, f"no, {KEY}"))
    found = checks(piped, "--online")["online"]
    assert found.state == "fail"
    assert found.remedy.startswith(remedy)
    assert len(server.seen) == 1


def test_nothing_heavy_is_loaded(clean_environment: Path) -> None:
    code = (
        "import sys; from coach.cli.app import run; code = run(['doctor']);"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr); sys.exit(code)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "python" in result.stdout
    assert not HEAVY & set(result.stderr.split())
