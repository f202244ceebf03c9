"""The webhook channel against real servers on loopback that answer well, badly, late or not at all."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from hub.dispatch.channel import Letter
from hub.dispatch.errors import NotTakenError
from hub.dispatch.signature import HEADER, is_signed
from hub.dispatch.webhook import DELIVERY_HEADER, WebhookChannel
from tests.support.processes import free_port

SECRET = b"s" * 32
Serve = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


def letter() -> Letter:
    return Letter(
        delivery_id="d-1",
        alert_id="A-7K3Q9",
        kind="level",
        severity=3,
        word="Awas",
        to="Ketua RT 003",
        role="rt",
        text="[AWAS] Wai Ruhu",
        sms="AWAS Wai Ruhu",
        link="http://127.0.0.1/t/x",
        created_ms=1,
    )


@contextlib.asynccontextmanager
async def listening(serve: Serve) -> AsyncIterator[str]:
    """Give the URL of a server that reads one request and does what `serve` says."""
    talks: set[asyncio.Task[None]] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        talks.add(task)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(int(line[15:]) for line in head.splitlines() if line.lower().startswith(b"content-length:"))
            await serve(head + await reader.readexactly(length), writer)
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/messages"
    finally:
        server.close()
        for task in talks:
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)


def answering(status: str, *headers: str) -> Serve:
    async def serve(_request: bytes, writer: asyncio.StreamWriter) -> None:
        lines = [f"HTTP/1.1 {status}", "Content-Length: 0", "Connection: close", *headers, "", ""]
        writer.write("\r\n".join(lines).encode())
        await writer.drain()

    return serve


async def offer(serve: Serve, *, attempt_s: float = 5.0) -> None:
    channel = WebhookChannel(secret=SECRET, attempt_s=attempt_s)
    async with listening(serve) as url:
        try:
            await channel.hand_over(letter(), target=url)
        finally:
            await channel.close()


def test_a_letter_is_posted_as_signed_json_with_its_delivery_id() -> None:
    requests: list[bytes] = []

    async def serve(request: bytes, writer: asyncio.StreamWriter) -> None:
        requests.append(request)
        await answering("204 No Content")(request, writer)

    asyncio.run(offer(serve))
    head, body = requests[0].split(b"\r\n\r\n", 1)
    headers = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(":") for line in head.decode().splitlines()[1:])
    }
    assert is_signed(SECRET, body, headers[HEADER.lower()])
    assert headers[DELIVERY_HEADER.lower()] == "d-1"
    assert json.loads(body)["text"] == "[AWAS] Wai Ruhu"


def test_a_redirect_is_not_followed() -> None:
    with pytest.raises(NotTakenError, match="ditolak dengan HTTP 307"):
        asyncio.run(offer(answering("307 Temporary Redirect", "Location: http://127.0.0.1:9/elsewhere")))


@pytest.mark.parametrize("status", ["400 Bad Request", "404 Not Found", "500 Oops", "503 Busy"])
def test_an_answer_that_is_no_success_is_not_taken(status: str) -> None:
    with pytest.raises(NotTakenError, match=f"ditolak dengan HTTP {status[:3]}"):
        asyncio.run(offer(answering(status)))


def test_a_target_that_never_answers_is_left_in_time() -> None:
    async def serve(_request: bytes, _writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    with pytest.raises(NotTakenError, match=r"tidak dijawab dalam 0\.2 detik"):
        asyncio.run(offer(serve, attempt_s=0.2))


def test_a_target_that_talks_on_and_never_answers_is_left_in_time() -> None:
    async def serve(_request: bytes, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"HTTP/1.1 102 Processing\r\n\r\n")
            await writer.drain()

    with pytest.raises(NotTakenError, match="tidak dijawab"):
        asyncio.run(offer(serve, attempt_s=0.3))


def test_a_target_that_hangs_up_is_not_taken() -> None:
    async def serve(_request: bytes, _writer: asyncio.StreamWriter) -> None:
        return

    with pytest.raises(NotTakenError, match="tidak tersambung"):
        asyncio.run(offer(serve))


@pytest.mark.parametrize("target", ["ftp://127.0.0.1/x", "file:///etc/passwd", "", "http://[", "http://"])
def test_an_address_that_is_none_is_not_taken(target: str) -> None:
    async def attempt() -> None:
        channel = WebhookChannel(secret=SECRET)
        try:
            await channel.hand_over(letter(), target=target)
        finally:
            await channel.close()

    with pytest.raises(NotTakenError):
        asyncio.run(attempt())


def test_nobody_listening_is_not_taken() -> None:
    async def attempt() -> None:
        channel = WebhookChannel(secret=SECRET)
        try:
            await channel.hand_over(letter(), target=f"http://127.0.0.1:{free_port()}/")
        finally:
            await channel.close()

    with pytest.raises(NotTakenError, match="tidak tersambung: ConnectError"):
        asyncio.run(attempt())
