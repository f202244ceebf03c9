"""Whoever answers where the bundle is fetched may be anybody: nothing that he says leads the box anywhere."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from provisioning.claim.errors import ClaimError, HubAwayError
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
def anybody(answer: bytes) -> Iterator[tuple[int, bytearray]]:
    """Answer one connection with these bytes; yield the port and what was heard."""
    heard = bytearray()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                heard.extend(connection.recv(65_536))
                try:
                    connection.sendall(answer)
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
