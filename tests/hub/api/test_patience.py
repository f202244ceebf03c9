"""Nobody keeps a connection by doing nothing or hardly anything; who is only slow, and who follows, keeps theirs."""

from collections.abc import Awaitable, Callable

import pytest

from hub.api.admission import SLOW
from hub.api.patience import (
    BESIDE_BODY_MOST_BYTES,
    BETWEEN_REQUESTS_S,
    BODY_WITHIN_S,
    END_WITHIN_S,
    HEAD_WITHIN_S,
    READ_ANSWER_WITHIN_S,
    TAKE_WITHIN_S,
)
from tests.support.bounded_ports import Port, Stranger, bounded_port
from tests.support.leaping import leap, run_leaping

HEAD = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n"
CHUNKED = b"POST %s HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
WEEK_S = 7 * 86_400.0


def at_a_port(work: Callable[[Port], Awaitable[None]]) -> None:
    """Do something at a port that is served."""

    async def served() -> None:
        async with bounded_port() as port:
            await work(port)

    run_leaping(served())


async def assert_lasts(port: Port, stranger: Stranger, within_s: float) -> None:
    """Assert that a connection is there until so many seconds from now, and a second later no more."""
    leap(within_s - 1.0)
    await port.tick()
    assert not await stranger.is_ended(), "ended before its time"
    leap(2.0)
    await port.tick()
    assert await stranger.is_ended(), "is there after its time"
    assert port.admission.open == 0


async def assert_answer_is_stuck(port: Port, stranger: Stranger) -> None:
    """Have somebody ask for much and take nothing of it."""
    stranger.takes_nothing_more()
    stranger.say(b"GET /big HTTP/1.1\r\nHost: h\r\n\r\n")
    await port.tick()
    assert [one.flow.write_paused for one in port.connections] == [True]


def test_who_says_nothing_has_fifteen_seconds() -> None:
    async def work(port: Port) -> None:
        await assert_lasts(port, await port.stranger(), HEAD_WITHIN_S)
        assert port.turned_away["uji", SLOW] == 1

    at_a_port(work)


def test_a_head_that_drips_has_fifteen_seconds_from_the_beginning() -> None:
    async def work(port: Port) -> None:
        stranger = await port.stranger()
        for byte in b"GET / HTTP":
            stranger.say(bytes([byte]))
            leap(1.0)
            await port.tick()
        await assert_lasts(port, stranger, HEAD_WITHIN_S - 10.0)

    at_a_port(work)


@pytest.mark.parametrize("drip", [b"\r\n", b"GET /"], ids=["empty lines", "a second head"])
def test_after_an_answer_the_next_head_has_fifteen_seconds_from_its_first_byte(drip: bytes) -> None:
    async def work(port: Port) -> None:
        stranger = await port.stranger()
        assert b"0 bytes" in await stranger.asks()
        stranger.say(drip)
        await port.tick()
        await assert_lasts(port, stranger, HEAD_WITHIN_S)

    at_a_port(work)


def test_between_two_requests_there_are_five_seconds() -> None:
    async def work(port: Port) -> None:
        stranger = await port.stranger()
        assert b"0 bytes" in await stranger.asks()
        leap(BETWEEN_REQUESTS_S - 1.0)
        assert b"0 bytes" in await stranger.asks()
        await assert_lasts(port, stranger, BETWEEN_REQUESTS_S)
        assert port.turned_away["uji", SLOW] == 0, "this is no fault"

    at_a_port(work)


def test_a_body_that_does_not_come_has_thirty_seconds() -> None:
    async def work(port: Port) -> None:
        stranger = await port.stranger()
        stranger.say(HEAD % 60_000)
        await port.tick()
        await assert_lasts(port, stranger, BODY_WITHIN_S)

    at_a_port(work)


def test_a_body_over_a_weak_link_arrives() -> None:
    async def work(port: Port) -> None:
        stranger = await port.stranger()
        stranger.say(HEAD % 60_000)
        for _ in range(40):
            stranger.say(b"x" * 1_500)
            leap(1.5)
            await port.tick()
        assert b"60000 bytes" in await stranger.hears(b" bytes")

    at_a_port(work)


def test_a_stream_lives_for_weeks() -> None:
    async def work(port: Port) -> None:
        stranger = await port.stranger()
        stranger.say(b"GET /stream HTTP/1.1\r\nHost: h\r\n\r\n")
        await stranger.hears(b"still here")
        leap(WEEK_S)
        await port.tick()
        port.application.more.set()
        await stranger.hears(b"still here")
        assert not await stranger.is_ended()

    at_a_port(work)


def test_who_was_answered_before_the_end_of_a_body_has_five_seconds_to_read_it() -> None:
    async def work(port: Port) -> None:
        stranger = await port.stranger()
        stranger.say(CHUNKED % b"/early")
        await stranger.hears(b"too much")
        await assert_lasts(port, stranger, READ_ANSWER_WITHIN_S)

    at_a_port(work)


def test_a_body_that_goes_on_after_its_answer_keeps_nothing_open() -> None:
    async def work(port: Port) -> None:
        stranger = await port.stranger()
        stranger.say(CHUNKED % b"/early")
        await stranger.hears(b"too much")
        for _ in range(4):
            stranger.say(b"2710\r\n" + b"x" * 10_000 + b"\r\n")
            leap(READ_ANSWER_WITHIN_S / 4)
            await port.tick()
        leap(1.0)
        await port.tick()
        assert await stranger.is_ended()

    at_a_port(work)


def test_a_body_that_ends_after_its_answer_begins_the_five_seconds_between_two_requests() -> None:
    async def work(port: Port) -> None:
        stranger = await port.stranger()
        stranger.say(CHUNKED % b"/early")
        await stranger.hears(b"too much")
        stranger.say(b"0\r\n\r\n")
        await port.tick()
        await assert_lasts(port, stranger, BETWEEN_REQUESTS_S)

    at_a_port(work)


@pytest.mark.parametrize("begin", [b"GET / HTTP/1.1\r\n", (CHUNKED % b"/") + b"0\r\n"], ids=["head", "trailers"])
def test_what_stands_around_a_body_has_a_bound(begin: bytes) -> None:
    async def work(port: Port) -> None:
        stranger = await port.stranger()
        stranger.say(begin)
        line = b"x-y: " + b"z" * 993 + b"\r\n"
        for _ in range(2 * BESIDE_BODY_MOST_BYTES // len(line)):
            stranger.say(line)
        await port.tick()
        assert await stranger.is_ended()
        assert port.turned_away["uji", SLOW] == 1

    at_a_port(work)


def test_who_takes_nothing_of_an_answer_is_gone_after_a_minute() -> None:
    async def work(port: Port) -> None:
        await assert_answer_is_stuck(port, await port.stranger())
        leap(TAKE_WITHIN_S - 1.0)
        await port.tick()
        assert port.admission.open == 1
        leap(2.0)
        await port.tick()
        assert port.admission.open == 0

    at_a_port(work)


def test_a_connection_that_is_to_end_ends_though_nobody_takes_the_rest() -> None:
    async def work(port: Port) -> None:
        await assert_answer_is_stuck(port, await port.stranger())
        for one in port.connections:
            one.transport.close()
        await port.tick()
        assert port.admission.open == 1
        leap(END_WITHIN_S + 1.0)
        await port.tick()
        assert port.admission.open == 0

    at_a_port(work)
