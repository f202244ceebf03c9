"""A body that is too long is refused in the form of every other answer, whether its length was said or not."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from hub.alerting.policy import AlertPolicy
from hub.api.application import BODY_LONGEST_BYTES, create_app
from hub.wall.city import City
from tests.support.clocks import FakeClock
from tests.support.hub_data import HubData

JSON = "application/json"
LENGTH = BODY_LONGEST_BYTES + 1
PATHS = ("/api/v1/enrol", "/api/v1/alerts/a-awas/acknowledge")


@pytest.fixture
def app(city: HubData, clock: FakeClock) -> FastAPI:
    """The hub's application."""
    return create_app(db_path=city.path, clock=clock, city=City(), policy=AlertPolicy(), real_clock=clock)


async def in_pieces() -> AsyncIterator[bytes]:
    """Yield a body whose length nobody says beforehand."""
    for begin in range(0, LENGTH, 1_000):
        yield b"x" * min(1_000, LENGTH - begin)


def answer_to(app: FastAPI, path: str, *, is_length_said: bool, headers: dict[str, str]) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.post(path, content=b"x" * LENGTH if is_length_said else in_pieces(), headers=headers)

    return asyncio.run(ask())


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("is_length_said", [True, False])
def test_it_is_a_problem_in_both_languages_with_the_headers_of_every_answer(
    app: FastAPI, city: HubData, path: str, *, is_length_said: bool
) -> None:
    headers = {"Content-Type": JSON, "Authorization": f"Bearer {city.api_token()}"}
    answer = answer_to(app, path, is_length_said=is_length_said, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (413, JSON)
    error = answer.json()["error"]
    assert set(error) == {"code", "id", "en"}
    assert error["code"] == "too_large"
    assert all(str(BODY_LONGEST_BYTES) in error[language] for language in ("id", "en"))
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("is_length_said", [True, False])
def test_a_browser_gets_a_page(app: FastAPI, *, is_length_said: bool) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
    answer = answer_to(app, "/masuk", is_length_said=is_length_said, headers=headers)
    assert answer.status_code == 413
    assert answer.headers["content-type"].startswith("text/html")
    assert str(BODY_LONGEST_BYTES) in answer.text
    assert "content-security-policy" in answer.headers


def test_a_body_as_long_as_may_be_is_read(app: FastAPI, city: HubData) -> None:
    headers = {"Content-Type": JSON, "Authorization": f"Bearer {city.api_token()}"}

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.post(PATHS[1], content=b'{"x":"' + b"x" * (LENGTH - 9) + b'"}', headers=headers)

    assert asyncio.run(ask()).status_code == 422
