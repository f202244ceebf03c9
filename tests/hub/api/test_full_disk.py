"""On a full disk everybody who is signed in still sees the water; only what has to be stored is refused, in words."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hub.api.seen_notes import PAUSE_MS, SeenNotes
from hub.storage import connection as database
from hub.storage import sessions
from hub.storage.connection import Connection
from tests.support.clocks import FakeClock
from tests.support.hub_data import NOW_MS, PASSWORD, HubData
from tests.support.seats import Browser, Seat

HTML = {"Accept": "text/html"}


@pytest.fixture
def refused_disk(admin: Seat, monkeypatch: pytest.MonkeyPatch) -> Seat:
    """The administrator, at a web process whose writer is refused by SQLite itself from its first write on."""
    opened = database.open

    def refusing(path: Path) -> Connection:
        writer = opened(path)
        writer.execute("PRAGMA query_only = ON")
        return writer

    monkeypatch.setattr(database, "open", refusing)
    return admin


def test_who_is_signed_in_sees_every_page_and_the_log_says_it_once(
    refused_disk: Seat, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    clock.advance(sessions.SEEN_EVERY_MS / 1000)
    for path in ("/dinding", "/sungai", "/masuk", "/pengguna", "/akun"):
        assert refused_disk.get(path).status_code == 200, path
    told = [record for record in caplog.records if "noting that a session was seen" in record.getMessage()]
    assert [record.levelno for record in told] == [logging.WARNING]


def test_what_has_to_be_stored_is_refused_in_words(refused_disk: Seat, browser: Browser) -> None:
    answers = [
        refused_disk.post("/pengguna", name="rina", role="viewer"),
        browser().post("/masuk", data={"name": "admin", "password": PASSWORD}, headers=HTML),
    ]
    assert [answer.status_code for answer in answers] == [503, 503]
    assert all("disk penuh" in answer.text for answer in answers)


def test_a_full_file_costs_one_try_a_minute_and_then_is_noted_again(city: HubData) -> None:
    notes, tries = SeenNotes(), 0
    (pages,) = city.connection.execute("PRAGMA page_count").fetchone()

    @contextmanager
    def writing() -> Iterator[Connection]:
        nonlocal tries
        tries += 1
        with database.write(city.connection) as writer:
            city.connection.execute(f"PRAGMA max_page_count = {pages}")
            if tries == 1:
                writer.execute("CREATE TABLE ballast AS SELECT randomblob(1000000) AS bytes")
            yield writer

    for after_ms, tried in ((0, 1), (PAUSE_MS - 1, 1), (PAUSE_MS, 2), (PAUSE_MS + 1, 3)):
        notes.note(writing, "key", now_ms=NOW_MS + after_ms)
        assert tries == tried
