"""Who floods a port fills neither the process nor the port, by plain TCP and in the midst of a TLS handshake."""

import asyncio
import resource
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvloop

from hub.api import descriptors
from hub.api.admission import DISPLACED, REFUSED, SLOW
from hub.api.listening import tls_context
from hub.api.patience import HEAD_WITHIN_S
from hub.fleet.authority import shelf
from tests.support.bounded_ports import bounded_port, turns
from tests.support.leaping import leap, run_leaping
from tests.support.new_hubs import NewHub

MOST = 16
ROGUE, HONEST = "127.0.0.66", "127.0.0.5"
LOOPS = [pytest.param(uvloop.new_event_loop, id="uvloop"), pytest.param(asyncio.SelectorEventLoop, id="asyncio")]


@pytest.fixture(scope="module")
def contexts(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """TLS of a hub, and of a browser that believes it."""
    hub = NewHub(tmp_path_factory.mktemp("hub"))
    return (
        tls_context(shelf.server_file(hub.home)),
        ssl.create_default_context(cadata=hub.authority.bundle_pem().decode()),
    )


@pytest.mark.parametrize("loop_factory", LOOPS)
def test_silent_connections_of_one_place_hold_up_neither_others_nor_itself(loop_factory: type) -> None:
    async def work() -> None:
        async with bounded_port(most=MOST) as port:
            for _ in range(5 * MOST):
                await port.stranger(ROGUE)
            await turns()
            assert b"0 bytes" in await port.asks(HONEST)
            assert b"0 bytes" in await port.asks(ROGUE)
            assert port.admission.open <= MOST // 4 + 1
            assert port.turned_away["uji", DISPLACED] >= 4 * MOST

    run_leaping(work(), loop_factory=loop_factory)


@pytest.mark.parametrize("loop_factory", LOOPS)
def test_half_handshakes_of_many_places_hold_up_nobody(
    loop_factory: type, contexts: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    server, browser = contexts

    async def work() -> None:
        async with bounded_port(most=MOST, context=server) as port:
            for number in range(5 * MOST):
                (await port.stranger(f"127.0.1.{number + 1}")).say(b"\x16\x03\x01\x02\x00\x01"[: number % 7])
            await turns()
            assert port.admission.open == MOST
            assert b"0 bytes" in await port.asks(HONEST, tls=browser)
            assert port.admission.open <= MOST

    run_leaping(work(), loop_factory=loop_factory)


@pytest.mark.parametrize("loop_factory", LOOPS)
def test_streams_are_displaced_by_nobody_and_the_one_too_many_is_refused(loop_factory: type) -> None:
    async def work() -> None:
        async with bounded_port(most=4) as port:
            followers = [await port.stranger(f"127.0.1.{number + 1}") for number in range(4)]
            for one in followers:
                one.say(b"GET /stream HTTP/1.1\r\nHost: h\r\n\r\n")
                await one.hears(b"still here")
            for number in range(20):
                assert await port.asks(f"127.0.2.{number + 1}") == b""
            assert port.turned_away["uji", REFUSED] == 20
            port.application.more.set()
            for one in followers:
                await one.hears(b"still here")
            followers[0].close()
            await turns()
            assert b"0 bytes" in await port.asks("127.0.2.99")

    run_leaping(work(), loop_factory=loop_factory)


def test_bodies_that_do_not_come_hold_up_nobody() -> None:
    async def work() -> None:
        async with bounded_port(most=MOST) as port:
            for number in range(3 * MOST):
                stranger = await port.stranger(f"127.0.1.{number + 1}")
                stranger.say(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n")
                await turns()
            assert port.admission.open == MOST
            assert b"0 bytes" in await port.asks(HONEST)
            assert (port.turned_away["uji", DISPLACED], port.turned_away["uji", REFUSED]) == (2 * MOST + 1, 0)

    run_leaping(work())


def test_one_port_starves_no_other() -> None:
    async def work() -> None:
        async with bounded_port(most=MOST) as flooded, bounded_port(most=MOST) as other:
            for number in range(MOST):
                stranger = await flooded.stranger(f"127.0.1.{number + 1}")
                stranger.say(b"GET /stream HTTP/1.1\r\nHost: h\r\n\r\n")
                await stranger.hears(b"still here")
            assert flooded.admission.open == MOST
            assert await flooded.asks("127.0.2.1") == b""
            assert b"0 bytes" in await other.asks("127.0.1.1")

    run_leaping(work())


def test_a_handshake_that_is_begun_and_not_ended_has_fifteen_seconds(
    contexts: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    async def work() -> None:
        async with bounded_port(context=contexts[0]) as port:
            stranger = await port.stranger()
            stranger.say(b"\x16\x03\x01")
            await turns()
            leap(HEAD_WITHIN_S - 1.0)
            await port.tick()
            assert port.admission.open == 1
            leap(2.0)
            await port.tick()
            assert await stranger.is_ended()
            assert (port.admission.open, port.turned_away["uji", SLOW]) == (0, 1)

    run_leaping(work())


def test_what_is_no_tls_leaves_nothing_behind(contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    async def work() -> None:
        async with bounded_port(context=contexts[0]) as port:
            for words in (b"GET / HTTP/1.1\r\nHost: h\r\n\r\n", b"\0" * 600):
                stranger = await port.stranger()
                stranger.say(words)
                assert await stranger.is_ended()
            (await port.stranger()).close()
            await turns()
            assert port.admission.open == 0

    run_leaping(work())


@pytest.fixture
def low_limit() -> Iterator[int]:
    """The soft limit of open files as a service has it, or lower."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 512), hard))
    yield hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_the_limit_of_open_files_is_raised_and_never_lowered(low_limit: int) -> None:
    wanted = min(descriptors.WANTED, low_limit)
    assert descriptors.raised_limit() == wanted
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (wanted, low_limit)
    assert descriptors.raised_limit() == wanted


def test_without_descriptors_the_port_rests_and_then_accepts_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def work() -> None:
        async with bounded_port() as port:
            soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
            with (tmp_path / "file").open("wb") as one:
                resource.setrlimit(resource.RLIMIT_NOFILE, (one.fileno() + 1, hard))
            try:
                waiting = await port.stranger(HONEST)
                await turns()
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            assert "accepting connections" in caplog.text
            leap(1.0)
            assert b"0 bytes" in await waiting.asks()

    run_leaping(work())
