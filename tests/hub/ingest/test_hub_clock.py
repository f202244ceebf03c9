"""A hub whose own clock is behind says so of itself, not of its boxes."""

from pathlib import Path
from typing import Any

import pytest

from hub.alerting.alert import CLOCK_CODE
from hub.ingest.hub_clock import HOLD_REAL_MS
from hub.storage import heartbeats
from hub.storage.board import nodes
from tests.support.hub_worlds import NODE, START_MS, HubWorld, reading, record

BOXES = ("n-box00001", "n-box00002", "n-box00003")
BEHIND_MS = 11 * 60_000


@pytest.fixture
def hub(tmp_path: Path) -> HubWorld:
    return HubWorld(tmp_path)


def say(hub: HubWorld, box: str, seq: int, *, off_ms: int, **values: Any) -> None:
    told = reading(seq, at_ms=hub.clock.now_ms() + off_ms, **values)
    hub.batch([told], node_id=box, spool=f"{BOXES.index(box):032x}")


def hold(hub: HubWorld, *, first_seq: int, off_ms: tuple[int, ...]) -> int:
    """Have boxes say a word each minute for as long as a word must hold; return the number after the last."""
    seq = first_seq
    for seq in range(first_seq, first_seq + HOLD_REAL_MS // 60_000 + 1):
        for box, off in zip(BOXES, off_ms, strict=False):
            say(hub, box, seq, off_ms=off)
        hub.tick(seconds=60)
    return seq + 1


def troubles(hub: HubWorld, word: str) -> list[dict[str, Any]]:
    return [one for one in hub.desk.told(word) if one.get("code") == CLOCK_CODE]


def test_a_hub_behind_most_of_its_boxes_blames_its_own_clock_once(
    hub: HubWorld, caplog: pytest.LogCaptureFixture
) -> None:
    following = hold(hub, first_seq=1, off_ms=(BEHIND_MS, BEHIND_MS, 0))
    hold(hub, first_seq=following, off_ms=(BEHIND_MS, BEHIND_MS, 0))
    (told,) = troubles(hub, "hub_trouble")
    assert told["why"] == "jam pusat tertinggal 11 menit dari jam 2 alat: setel jam pusat"
    assert "clock" in caplog.text


def test_the_trouble_ends_when_the_clocks_agree_again(hub: HubWorld) -> None:
    following = hold(hub, first_seq=1, off_ms=(BEHIND_MS,) * 3)
    assert troubles(hub, "hub_well") == []
    hold(hub, first_seq=following, off_ms=(0, 0, 0))
    assert len(troubles(hub, "hub_well")) == 1


def test_it_ends_too_where_one_of_two_boxes_stays_ahead(hub: HubWorld) -> None:
    following = hold(hub, first_seq=1, off_ms=(BEHIND_MS, BEHIND_MS))
    assert len(troubles(hub, "hub_trouble")) == 1
    hold(hub, first_seq=following, off_ms=(BEHIND_MS, 0))
    assert len(troubles(hub, "hub_well")) == 1


def test_a_hub_that_sets_its_clock_soon_after_its_start_says_nothing(hub: HubWorld) -> None:
    for box in BOXES:
        say(hub, box, 1, off_ms=BEHIND_MS)
    hub.tick(seconds=60)
    hold(hub, first_seq=2, off_ms=(0, 0, 0))
    assert troubles(hub, "hub_trouble") == []


def test_words_of_a_backlog_that_look_like_now_are_too_short_to_end_it(hub: HubWorld) -> None:
    following = hold(hub, first_seq=1, off_ms=(BEHIND_MS,) * 3)
    hub.clock.advance(3600)
    for past_min in range(15, 5, -1):
        for box in BOXES:
            say(hub, box, following, off_ms=BEHIND_MS - 60_000 * past_min)
        following += 1
        hub.tick(seconds=1)
    hold(hub, first_seq=following, off_ms=(BEHIND_MS,) * 3)
    assert troubles(hub, "hub_well") == []
    assert len(troubles(hub, "hub_trouble")) == 1


def test_what_was_told_in_a_write_that_failed_is_told_again(hub: HubWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError("disk is full")

    hold(hub, first_seq=1, off_ms=(0, 0, 0))
    told = len(troubles(hub, "hub_well"))
    hub.start()
    say(hub, BOXES[0], 100, off_ms=0)
    hub.tick(seconds=1)
    with monkeypatch.context() as patch:
        patch.setattr(heartbeats, "beat", full)
        with pytest.raises(OSError, match="full"):
            hub.tick(seconds=HOLD_REAL_MS / 1000)
    hub.tick(seconds=1)
    assert len(troubles(hub, "hub_well")) == told + 2


@pytest.mark.parametrize("clock", ["ntp", "rtc"])
def test_one_box_ahead_or_boxes_by_their_own_board_say_nothing_of_the_hub(hub: HubWorld, clock: str) -> None:
    boxes = BOXES[:1] if clock == "ntp" else BOXES
    for box in boxes:
        say(hub, box, 1, off_ms=BEHIND_MS, clock=clock)
    hub.tick(seconds=1)
    hub.tick(seconds=HOLD_REAL_MS / 1000)
    assert troubles(hub, "hub_trouble") == []


def test_a_backlog_does_not_say_that_the_clocks_agree(hub: HubWorld) -> None:
    for box in BOXES:
        say(hub, box, 1, off_ms=BEHIND_MS)
        say(hub, box, 2, off_ms=-86_400_000)
    hub.tick(seconds=1)
    hub.tick(seconds=HOLD_REAL_MS / 1000)
    assert len(troubles(hub, "hub_trouble")) == 1


def test_the_page_of_the_boxes_says_that_two_clocks_disagree(hub: HubWorld) -> None:
    hub.hello(spools={"uplink": {"spool": "f" * 32, "low": 1, "next": 1}})
    hub.clock.advance(60)
    health = record(1, "health", outbox_rows={}, at_ms=START_MS + 60_000 + BEHIND_MS)
    health["class"] = 2
    hub.batch([health], spool="f" * 32)
    (box,) = [one for one in nodes.nodes(hub.connection) if one.node_id == NODE]
    assert box.clock == "disputed"
