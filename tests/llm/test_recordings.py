from __future__ import annotations

import json
from pathlib import Path

import pytest

from coach.errors import RecordingError, Refused
from coach.llm.completion import CutOff, Declined
from coach.llm.fake import ScriptedModel
from coach.llm.recordings import Recording, Recordings
from coach.llm.replay import RecordingModel, ReplayModel
from coach.schema.chat import ChatReply, ChatRequest, Message, TokenUsage

PARTS = {"subject": "fraud-1", "prompt": "aaa", "rubric": "bbb"}


def request(text: str = "grade this", *, sample: int = 0, **parts: str) -> ChatRequest:
    message = Message(role="user", content=text)
    return ChatRequest(messages=(message,), purpose="grade", sample=sample, parts={**PARTS, **parts})


def recording(text: str = "grade this", reply: str = "ok", *, model: str = "m", **parts: str) -> Recording:
    asked = request(text, sample=0, **parts)
    return Recording.of(asked, model, ChatReply(content=reply), {"collected": "offline"})


def test_round_trip_is_sorted_stable_and_one_object_a_line(tmp_path: Path) -> None:
    path = tmp_path / "eval" / "m.jsonl"
    recordings = Recordings(path)
    for subject in ("zeta", "alpha", "mid"):
        recordings.add(recording(f"about {subject}", subject=subject, reply="two\nlines\u2028é"))
    recordings.save()
    lines = path.read_text(encoding="utf-8").split("\n")[:-1]
    assert [json.loads(line)["parts"]["subject"] for line in lines] == ["alpha", "mid", "zeta"]
    assert set(json.loads(lines[0])) == {
        "key",
        "purpose",
        "model",
        "sample",
        "parts",
        "reply",
        "provenance",
    }
    again = Recordings.load(path)
    assert sorted(r.line() for r in again) == sorted(line + "\n" for line in lines)


async def test_replay_gives_the_whole_reply_back() -> None:
    usage = TokenUsage(prompt_tokens=10, cached_tokens=4, completion_tokens=2)
    reply = ChatReply(content="ok", model="m-2026", usage=usage, created="2026-01-02T03:04:05+00:00")
    recordings = Recordings()
    recordings.add(Recording.of(request(), "m", reply))
    replayed = await ReplayModel(recordings, "m").complete(request())
    assert replayed.replayed
    assert replayed.requests == 0
    assert (replayed.content, replayed.model, replayed.usage) == ("ok", "m-2026", usage)
    assert replayed.created == reply.created


async def test_an_unusable_reply_replays_as_its_error() -> None:
    recordings = Recordings()
    recordings.add(Recording.of(request(), "m", ChatReply(content="{", finish_reason="length")))
    with pytest.raises(CutOff):
        await ReplayModel(recordings, "m").complete(request())


@pytest.mark.parametrize(
    ("asked", "model", "said"),
    [
        (request("new words", prompt="changed"), "m", "prompt changed"),
        (request("new", prompt="changed", rubric="too"), "m", "prompt, rubric changed"),
        (request("other words"), "m", "the wording of the messages or the schema changed"),
        (request("about another", subject="unknown"), "m", "unknown sample 0: not recorded"),
        (request(sample=2), "m", "sample 2: not recorded"),
        (request(), "other", "recorded for m, not for other"),
        (request("x", passages="new-part"), "m", "passages changed"),
    ],
)
async def test_a_miss_says_what_changed(asked: ChatRequest, model: str, said: str) -> None:
    recordings = Recordings()
    recordings.add(recording())
    replay = ReplayModel(recordings, model)
    with pytest.raises(RecordingError, match=said):
        await replay.complete(asked)
    assert len(replay.misses) == 1
    assert said in replay.misses[0]


async def test_unused_recordings_are_reported_and_pruned(tmp_path: Path) -> None:
    path = tmp_path / "m.jsonl"
    recordings = Recordings(path)
    recordings.add(recording("one", subject="one"))
    recordings.add(recording("two", subject="two"))
    recordings.save()
    loaded = Recordings.load(tmp_path)
    await ReplayModel(loaded, "m").complete(request("one", subject="one"))
    unused = loaded.unused()
    assert [r.subject for r in unused] == ["two"]
    assert loaded.remove(r.key for r in unused) == 1
    loaded.save()
    assert [r.subject for r in Recordings.load(path)] == ["one"]


def test_several_files_keep_their_own_recordings(tmp_path: Path) -> None:
    for model in ("a", "b"):
        one = Recordings(tmp_path / f"{model}.jsonl")
        one.add(recording(model=model))
        one.save()
    both = Recordings.load(tmp_path, home=tmp_path / "b.jsonl")
    before = (tmp_path / "a.jsonl").stat().st_mtime_ns
    both.add(recording("more", model="b"))
    both.save()
    assert len(both) == 3
    assert len(Recordings.load(tmp_path / "b.jsonl")) == 2
    assert (tmp_path / "a.jsonl").stat().st_mtime_ns == before


def test_a_second_different_reply_to_one_key_is_an_error(tmp_path: Path) -> None:
    recordings = Recordings(tmp_path / "m.jsonl")
    recordings.add(recording(reply="first"))
    recordings.add(recording(reply="first"))
    with pytest.raises(RecordingError, match="second, different reply"):
        recordings.add(recording(reply="second"))
    assert len(recordings) == 1
    both = recording(reply="first").line() + recording(reply="second").line()
    (tmp_path / "both.jsonl").write_text(both, encoding="utf-8")
    with pytest.raises(RecordingError, match=r"both\.jsonl:2"):
        Recordings.load(tmp_path / "both.jsonl")


@pytest.mark.parametrize("line", ["{not json", '{"key": "abc"}', "[]", '{"key": 1, "extra": true}'])
def test_a_broken_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "m.jsonl"
    path.write_text(recording().line() + line + "\n", encoding="utf-8")
    with pytest.raises(RecordingError, match=r"m\.jsonl:2"):
        Recordings.load(path)


def test_what_has_no_file_cannot_be_saved() -> None:
    recordings = Recordings()
    recordings.add(recording())
    with pytest.raises(RecordingError, match="no file was named"):
        recordings.save()


@pytest.mark.parametrize(
    "provenance",
    [{"key": "sk-abcdefghijklmnop1234"}, {"header": "Bearer abcdefgh123"}, {"openai-organization": "org-1"}],
)
def test_no_key_or_header_enters_a_recording(tmp_path: Path, provenance: dict[str, str]) -> None:
    recordings = Recordings(tmp_path / "m.jsonl")
    recordings.add(Recording.of(request(), "m", ChatReply(content="ok"), provenance))
    with pytest.raises(RecordingError, match="looks like a key"):
        recordings.save()
    assert not (tmp_path / "m.jsonl").exists()


async def test_recording_keeps_live_replies_and_asks_only_for_what_is_missing(tmp_path: Path) -> None:
    recordings = Recordings(tmp_path / "m.jsonl")
    live = ScriptedModel(["first", "second"], name="m")
    model = RecordingModel(live, recordings, {"family": "scripted"})
    assert (await model.complete(request("a", subject="a"))).content == "first"
    assert (await model.complete(request("a", subject="a"))).replayed
    assert (await model.complete(request("b", subject="b"))).content == "second"
    assert len(live.history) == 2
    recordings.save()
    assert {r.provenance["family"] for r in Recordings.load(tmp_path)} == {"scripted"}


async def test_recording_anew_replaces_the_old_reply(tmp_path: Path) -> None:
    recordings = Recordings(tmp_path / "m.jsonl")
    recordings.add(recording(reply="old"))
    model = RecordingModel(ScriptedModel(["new"], name="m"), recordings, anew=True)
    await model.complete(request())
    recordings.save()
    assert [r.reply.content for r in Recordings.load(tmp_path)] == ["new"]


async def test_a_refusal_is_recorded_and_raised() -> None:
    recordings = Recordings()
    declined = Declined("no", ChatReply(content="I cannot.", finish_reason="refusal"))
    model = RecordingModel(ScriptedModel([declined], name="m"), recordings)
    with pytest.raises(Refused):
        await model.complete(request())
    with pytest.raises(Refused):
        await ReplayModel(recordings, "m").complete(request())


async def test_streams_replay_too() -> None:
    recordings = Recordings()
    recorder = RecordingModel(ScriptedModel(["words"], name="m"), recordings)
    assert [piece async for piece in recorder.stream(request())] == ["words"]
    assert [piece async for piece in ReplayModel(recordings, "m").stream(request())] == ["words"]
