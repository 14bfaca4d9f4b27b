from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest
import respx

from coach.errors import SetupError
from coach.guides.embed import BATCH, EmbedderChoice, open_embedder
from coach.guides.lsa import fit_lsa

URL = "http://127.0.0.1:9/v1"
OPENAI = EmbedderChoice("openai:text-embedding-3-small", api_key="sk-secret-key-0123456789", base_url=URL)


def vectors(request: httpx.Request) -> httpx.Response:
    texts = json.loads(request.content)["input"]
    data = [{"object": "embedding", "index": n, "embedding": [float(n), 1.0]} for n in range(len(texts))]
    usage = {"prompt_tokens": 1, "total_tokens": 1}
    return httpx.Response(200, json={"object": "list", "data": data, "model": "m", "usage": usage})


def test_lsa_gives_the_same_unit_vectors_every_time() -> None:
    texts = ["drift of the data", "pay and salary by level", "recall or precision", "labels drift, data ages"]
    one, two = fit_lsa(texts), fit_lsa(texts)
    assert one.name == two.name
    assert one.embed(texts) == pytest.approx(two.embed(texts), abs=1e-5)
    lengths = (one.embed(texts) ** 2).sum(axis=1)
    assert lengths == pytest.approx([1.0] * 4, abs=1e-5)
    assert not one.embed(["nothing known"]).any()
    assert one.knows("drift and unknownword") == 0.5


@respx.mock
def test_a_provider_string_goes_through_our_own_client(tmp_path: Path) -> None:
    route = respx.post(f"{URL}/embeddings").mock(side_effect=vectors)
    embedder = open_embedder(OPENAI, [], tmp_path)
    texts = [f"text {n}" for n in range(BATCH + 2)]
    assert embedder.embed(texts).shape == (BATCH + 2, 2)
    assert embedder.embed_query("one").tolist() == [0.0, 1.0]
    assert embedder.name == "openai:text-embedding-3-small"
    assert route.call_count == 3
    assert json.loads(route.calls[0].request.content)["input"][0] == "text 0"


@respx.mock
@pytest.mark.parametrize("status", [401, 429, 500])
def test_a_refusing_server_is_asked_once_and_named_without_the_key(tmp_path: Path, status: int) -> None:
    said = {"error": {"message": f"no: {OPENAI.api_key}"}}
    route = respx.post(f"{URL}/embeddings").mock(return_value=httpx.Response(status, json=said))
    embedder = open_embedder(OPENAI, [], tmp_path)
    with pytest.raises(SetupError, match="COACH_EMBEDDER=lsa") as raised:
        embedder.embed_query("one")
    assert route.call_count == 1
    assert "sk-secret" not in str(raised.value)


@respx.mock
def test_a_server_that_is_gone_is_a_set_up_error(tmp_path: Path) -> None:
    respx.post(f"{URL}/embeddings").mock(side_effect=httpx.ConnectError("refused"))
    with pytest.raises(SetupError, match="gave no vectors"):
        open_embedder(OPENAI, [], tmp_path).embed(["one"])


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        (EmbedderChoice("openai:text-embedding-3-small"), "needs OPENAI_API_KEY"),
        (EmbedderChoice("cohere:embed-english-v3.0"), "not installed"),
        (EmbedderChoice("nobody:model"), "cannot be opened"),
        (EmbedderChoice("minilm"), "--download"),
        (EmbedderChoice("sentence:/nowhere"), "semantic"),
    ],
)
def test_what_cannot_be_opened_says_why(tmp_path: Path, choice: EmbedderChoice, said: str) -> None:
    with pytest.raises(SetupError, match=said):
        open_embedder(choice, [], tmp_path)
