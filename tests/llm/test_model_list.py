"""Which models a server offers, and what is said where it offers none."""

from __future__ import annotations

from typing import Any

import pytest
import respx

from coach.errors import Denied, SetupError
from coach.llm.model_list import first_model

URL = "https://models.example/v1"
KEY = "sk-test-0123456789abcdef"


async def test_the_first_listed_model_is_taken(respx_mock: respx.MockRouter) -> None:
    listed = {"object": "list", "data": [{"id": "llama-8b"}, {"id": "other"}]}
    respx_mock.get(f"{URL}/models").respond(json=listed)
    assert await first_model(URL, api_key=KEY) == "llama-8b"


@pytest.mark.parametrize("listed", [{"data": []}, {}, [], {"data": [{"name": "x"}]}])
async def test_a_server_without_models_is_a_set_up_error(respx_mock: respx.MockRouter, listed: Any) -> None:
    respx_mock.get(f"{URL}/models").respond(json=listed)
    with pytest.raises(SetupError, match="COACH_MODEL"):
        await first_model(URL)


async def test_a_wrong_key_shows_when_models_are_listed(respx_mock: respx.MockRouter) -> None:
    respx_mock.get(f"{URL}/models").respond(401, json={"error": {"message": f"bad key {KEY}"}})
    with pytest.raises(Denied, match="OPENAI_API_KEY") as caught:
        await first_model(URL, api_key=KEY)
    assert KEY not in str(caught.value)
