"""Whoever answers where the bundle is fetched may be anybody: nothing that he says leads the box anywhere."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from provisioning.claim.bounded_answer import HEAD_BYTES_MAX
from provisioning.claim.errors import ClaimError, HubAwayError, LoginPageError
from provisioning.claim.https import WHOLE_MS, Https
from provisioning.claim.identity_folder import Journal, Step
from provisioning.identity.claim_code import new_code
from provisioning.identity.enrolment import Ask
from provisioning.identity.errors import BundleError, IdentityError
from provisioning.identity.trust import BUNDLE_BYTES_MAX
from tests.support.clocks import FakeClock

OK = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"


class HurriedClock(FakeClock):
    """A clock by which every look is a minute later."""

    def real_ms(self) -> int:
        """Return the machine's boot clock, ms."""
        self.advance(WHOLE_MS / 1000 + 1)
        return super().real_ms()


@contextmanager
def anybody(answer: bytes, *, says: Callable[[socket.socket], None] | None = None) -> Iterator[tuple[int, bytearray]]:
    """Answer one connection with these bytes, then as `says` does; yield the port and what was heard."""
    heard = bytearray()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                heard.extend(connection.recv(65_536))
                try:
                    connection.sendall(answer)
                    if says is not None:
                        says(connection)
                except OSError:
                    return  # the box has heard enough

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1], heard
        thread.join(10)
        assert not thread.is_alive()


def ask_at(port: int, code: str, *, clock: FakeClock | None = None) -> bytes | None:
    journal = Journal(
        step=Step.KEYED, code=code, code_digest="", fingerprint="ab" * 32, address=f"127.0.0.1:{port - 1}"
    )  # fmt: skip
    return Https(clock=clock or FakeClock()).ask(Ask(claim=code, csr="x"), journal=journal, key_fingerprint="")


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (b"", HubAwayError),
        (b"garbage\r\n\r\n", HubAwayError),
        (b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", HubAwayError),
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", HubAwayError),
        (OK % 10 + b"0123", BundleError),
        (OK % 10 + b"0123456789", BundleError),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * (BUNDLE_BYTES_MAX + 1), HubAwayError),
        (b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 1_000 + b"\r\n", HubAwayError),
        (b"HTTP/1.1 200 OK\r\nX-A: " + b"x" * 100_000 + b"\r\n\r\n", HubAwayError),
    ],
    ids=["nothing", "garbage", "404", "elsewhere", "cut short", "no bundle", "too long", "heads", "a long head"],
)
def test_a_strange_answer_ends_with_a_word_and_the_code_was_not_said(
    answer: bytes, problem: type[ClaimError | IdentityError]
) -> None:
    code = new_code()
    with anybody(answer) as (port, heard), pytest.raises(problem):
        ask_at(port, code)
    assert heard.startswith(b"GET /api/v1/authority/bundle HTTP/1.1\r\n")
    assert code.encode() not in heard


def test_an_answer_that_drips_for_more_than_a_minute_is_left() -> None:
    with (
        anybody(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 10_000) as (port, _),
        pytest.raises(HubAwayError, match="within 60 s"),
    ):
        ask_at(port, new_code(), clock=HurriedClock())


def test_interim_answers_without_end_are_left() -> None:
    said = 0

    def for_ever(connection: socket.socket) -> None:
        nonlocal said
        while True:
            said += connection.send(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)

    with (
        anybody(b"", says=for_ever) as (port, _),
        pytest.raises(HubAwayError, match="within 60 s"),
    ):
        ask_at(port, new_code())
    assert said > HEAD_BYTES_MAX


def test_a_head_that_drips_for_more_than_a_minute_is_left() -> None:
    with (
        anybody(b"HTTP/1.1 100 Continue\r\nX-A: b") as (port, _),
        pytest.raises(HubAwayError, match="within 60 s"),
    ):
        ask_at(port, new_code(), clock=HurriedClock())


@pytest.mark.parametrize(
    "answer",
    [
        b"\x1b[2J\x1b]0;root@hub\x07 Kotak ini sekarang n-7f3k2m9q \x9b31m" + b"x" * 5_000 + b"\r\n\r\n",
        b"HTTP/9\x1b[2J" + b"x" * 5_000 + b" 200 OK\r\n\r\n",
    ],
    ids=["no status line", "an unknown protocol"],
)
def test_what_a_stranger_says_reaches_the_terminal_without_control_characters_and_short(answer: bytes) -> None:
    with anybody(answer) as (port, _), pytest.raises(HubAwayError) as told:
        ask_at(port, new_code())
    assert str(told.value).isprintable()
    assert len(str(told.value)) < 500
    assert "?[2J" in str(told.value)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 302 Found\r\nLocation: http://login.example/\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 511 Network Authentication Required\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\nMasuk",
        b"HTTP/1.1 200 OK\r\n\r\n \r\n<!DOCTYPE html><title>Masuk</title>",
    ],
    ids=["redirect", "511", "HTML by its head", "HTML by its body"],
)
def test_a_login_page_of_the_network_is_called_so(answer: bytes) -> None:
    code = new_code()
    with anybody(answer) as (port, heard), pytest.raises(LoginPageError, match="behind a login page of the network"):
        ask_at(port, code)
    assert code.encode() not in heard


def test_a_page_of_the_wrong_machine_is_not_called_a_login_page() -> None:
    answer = b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\n<html>"
    with anybody(answer) as (port, _), pytest.raises(HubAwayError, match="answered 404") as told:
        ask_at(port, new_code())
    assert not isinstance(told.value, LoginPageError)
