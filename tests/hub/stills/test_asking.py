"""A person asks a camera: what is sent, what is written down, and what is refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.clock import ClockTrust
from contract.messages import Command, decode_message
from contract.records import CommandResult
from hub.fleet import standing
from hub.stills import asking, hearing
from hub.stills.asking import HOURLY_MOST, PAUSE_S
from hub.stills.errors import AskError, BoxAwayError, BoxRefusedError, NoCameraError, TooSoonError
from hub.stills.request import TTL_S, Stage, StillRequest
from hub.storage import audit, changes, downlink
from hub.storage import connection as database
from hub.storage.audit import Wanted
from hub.storage.board import stills as board
from tests.support.hub_data import HubData
from tests.support.sightings import watched_city
from tests.support.stills import MARKET_EYE, add_asked, add_still

VIEW = "pasar-mardika"


@pytest.fixture
def city(tmp_path: Path) -> Iterator[HubData]:
    made = watched_city(tmp_path / "hub.db", minutes=2)
    yield made
    made.close()


def ask(
    city: HubData, *, eye: tuple[str, str] | None = MARKET_EYE, by: str = "sari", rate: float = 1.0
) -> StillRequest:
    with database.write(city.connection) as connection:
        return asking.ask(connection, eye, view_id=VIEW, by=by, now_ms=city.now_ms, rate=rate)


def sent(city: HubData) -> list[Command]:
    owed = downlink.unsent(city.connection, limit=10)
    return [decode_message(Command, one.payload) for one in owed if one.leaf == "command"]


def test_the_box_is_sent_one_short_lived_command_and_the_audit_log_has_who_looked_where(city: HubData) -> None:
    before = changes.newest_id(city.connection)
    asked = ask(city)
    (command,) = sent(city)
    assert (command.kind, command.args, command.ttl_s) == ("view_still", {"source": "c1"}, TTL_S)
    assert (asked.stage, asked.command_id, asked.by) == (Stage.WAITING, command.command_id, "sari")
    rows = audit.rows(city.connection, Wanted(action="picture.asked"))
    assert [(row.actor, row.subject, row.at_ms) for row in rows] == [("sari", VIEW, city.now_ms)]
    told = changes.after(city.connection, before, limit=9)
    assert [(one.kind, one.ref) for one in told] == [("view", VIEW)]


def test_who_asks_while_a_request_is_open_joins_it(city: HubData) -> None:
    first = ask(city)
    assert ask(city, by="budi") == first
    assert len(sent(city)) == 1
    assert len(list(audit.rows(city.connection, Wanted(action="picture.asked")))) == 1


def test_after_an_answer_there_is_a_pause_of_this_camera_alone(city: HubData) -> None:
    add_asked(city, MARKET_EYE, ago_s=PAUSE_S - 1, result="failed", result_text="gelap")
    with pytest.raises(TooSoonError) as told:
        ask(city)
    assert told.value.again_s == 1
    ask(city, eye=("n-7f3k2m91", "c1"))
    city.now_ms += 1_000
    assert ask(city).is_open


def test_one_person_asks_so_often_an_hour_and_another_still_may(city: HubData) -> None:
    for number in range(HOURLY_MOST):
        add_asked(city, MARKET_EYE, ago_s=60 + 50 * number, result="done", command_id=f"{number:04}")
    with pytest.raises(TooSoonError, match=str(HOURLY_MOST)):
        ask(city)
    assert ask(city, by="budi").is_open


@pytest.mark.parametrize("why", ["no camera", "away", "quarantine"])
def test_where_nothing_would_come_nothing_is_sent(city: HubData, why: str) -> None:
    kind: type[AskError] = {"no camera": NoCameraError, "away": BoxAwayError, "quarantine": BoxRefusedError}[why]
    if why == "away":
        city.update("nodes", "node_id", MARKET_EYE[0], is_online=0)
    if why == "quarantine":
        with database.write(city.connection) as connection:
            standing.quarantine(connection, MARKET_EYE[0], reason="uji", now_ms=city.now_ms, actor="sari")
    with pytest.raises(kind):
        ask(city, eye=None if why == "no camera" else MARKET_EYE)
    assert sent(city) == []
    assert list(audit.rows(city.connection, Wanted(action="picture.asked"))) == []


def test_a_picture_that_is_here_ends_the_request_whichever_of_record_and_file_came_first(city: HubData) -> None:
    asked = ask(city)
    add_still(city, MARKET_EYE, ago_s=0, why="asked", command_id=asked.command_id, is_here=False)
    assert stage(city) is Stage.WAITING
    assert board.newest(city.connection, VIEW) is None, "a record alone is no picture"
    add_still(city, MARKET_EYE, ago_s=0, why="asked", command_id=asked.command_id)
    newest = board.newest(city.connection, VIEW)
    assert newest is not None
    assert (stage(city), newest.asked_by, newest.why) == (Stage.HERE, "sari", "asked")


def test_the_answer_of_the_box_that_was_asked_is_told_to_pages_and_that_of_another_is_not(city: HubData) -> None:
    asked, before = ask(city), changes.newest_id(city.connection)
    record = CommandResult(
        seq=1, boot=1, up_ms=1, at_ms=1, clock=ClockTrust.NTP, err_ms=1, record_class=1, command_id=asked.command_id,
        result="failed", text="gelap / dark",
    )  # fmt: skip
    with database.write(city.connection) as connection:
        hearing.take_answer(connection, record, node_id="n-other-01", now_ms=city.now_ms)
        assert changes.newest_id(connection) == before
        hearing.take_answer(connection, record, node_id=MARKET_EYE[0], now_ms=city.now_ms)
    assert [one.ref for one in changes.after(city.connection, before, limit=9)] == [VIEW]


def stage(city: HubData) -> Stage:
    found = asking.newest_request(city.connection, MARKET_EYE, now_ms=city.now_ms, rate=1.0)
    assert found is not None
    return found.stage
