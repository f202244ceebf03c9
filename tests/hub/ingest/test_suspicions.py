"""What the hub suspects: a gap keeps the name under which it was found, whatever comes after all."""

from typing import Any

from tests.support.hub_worlds import SPOOL, HubWorld, reading


def hello_with_nothing_left(hub: HubWorld, *, low: int, applied_epoch: str) -> None:
    spools: dict[str, Any] = {"gauge": {"spool": SPOOL, "low": low, "next": 11}}
    hub.hello(spools=spools, applied={"db_epoch": applied_epoch, "version": 1})


def test_a_restore_gap_does_not_become_a_loss_when_part_of_it_comes_after_all(hub: HubWorld) -> None:
    hello_with_nothing_left(hub, low=11, applied_epoch="before the restore")
    hello_with_nothing_left(hub, low=5, applied_epoch=hub.memory.db_epoch)
    hub.batch([reading(5)], low=5, following=11)
    assert hub.rows("SELECT first_seq, last_seq, kind FROM gaps") == [(1, 4, "restore"), (6, 10, "restore")]
    assert hub.counters().get("jagawai_record_gaps_total", 0) == 0


def test_a_loss_does_not_become_a_restore_gap_when_part_of_it_comes_after_all(hub: HubWorld) -> None:
    hello_with_nothing_left(hub, low=11, applied_epoch=hub.memory.db_epoch)
    hello_with_nothing_left(hub, low=5, applied_epoch="before the restore")
    hub.batch([reading(5)], low=5, following=11)
    assert hub.rows("SELECT first_seq, last_seq, kind FROM gaps") == [(1, 4, "loss"), (6, 10, "loss")]
