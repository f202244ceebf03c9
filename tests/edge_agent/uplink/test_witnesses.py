"""What a box keeps of the hub's audit log: little, whole, and not to be pushed out."""

import json
from pathlib import Path

import pytest

from contract.desired import AuditHead
from edge_agent.__main__ import main
from edge_agent.uplink.witnesses import APART_SUFFIX, FILE_NAME, KEPT, Witnesses, read_witnesses
from tests.support.clocks import FakeClock

BOX = '[box]\nnode = "n-7f3k2m9q"\nhome = "."\nboard = "laptop"\n[gauge.g1]\ndriver = "ultrasonic"\n'
DAY_S = 24 * 3600.0


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(now_ms=1_763_712_000_000)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / FILE_NAME


def head(n: int) -> AuditHead:
    return AuditHead(n=n, hash=f"{n:064x}")


def numbers(file: Path) -> list[int]:
    return [witness.n for witness in read_witnesses(file)[0]]


def test_one_a_day_is_kept_and_a_new_process_goes_on_from_it(file: Path, clock: FakeClock) -> None:
    for n in (1, 2, 3):
        assert Witnesses(file, clock=clock).take(head(n), db_epoch="e1")
        clock.advance(DAY_S)
    assert numbers(file) == [1, 2, 3]


def test_however_many_heads_come_one_in_twenty_hours_is_kept(file: Path, clock: FakeClock) -> None:
    witnesses = Witnesses(file, clock=clock)
    for n in range(1, 1_001):
        witnesses.take(head(n), db_epoch="e1")
        clock.advance(60)
    assert numbers(file) == [1]
    clock.advance(4 * 3600)
    witnesses.take(head(1_001), db_epoch="e1")
    assert numbers(file) == [1, 1_001]


def test_the_same_head_again_is_not_kept_again_and_the_same_number_with_another_hash_is(
    file: Path, clock: FakeClock
) -> None:
    witnesses = Witnesses(file, clock=clock)
    assert witnesses.take(head(7), db_epoch="e1")
    clock.advance(DAY_S)
    assert not witnesses.take(head(7), db_epoch="e1")
    assert witnesses.take(AuditHead(n=7, hash="f" * 64), db_epoch="e1")
    assert numbers(file) == [7, 7]


def test_the_newest_four_hundred_stay(file: Path, clock: FakeClock) -> None:
    witnesses = Witnesses(file, clock=clock)
    for n in range(1, KEPT + 6):
        witnesses.take(head(n), db_epoch="e1")
        clock.advance(DAY_S)
    assert numbers(file) == list(range(6, KEPT + 6))
    assert file.stat().st_size < 100_000


def test_a_clock_that_was_decades_off_does_not_end_the_keeping(file: Path, clock: FakeClock) -> None:
    Witnesses(file, clock=FakeClock(now_ms=4_000_000_000_000)).take(head(1), db_epoch="e1")
    assert Witnesses(file, clock=clock).take(head(2), db_epoch="e1")


def test_what_the_hub_would_refuse_is_not_kept(file: Path, clock: FakeClock) -> None:
    witnesses = Witnesses(file, clock=clock)
    assert not witnesses.take(head(0), db_epoch="e1")
    assert not witnesses.take(head(1), db_epoch="e" * 65)
    assert witnesses.take(head(1), db_epoch="e1")


@pytest.mark.parametrize("back", [head(6), AuditHead(n=7, hash="f" * 64)])
@pytest.mark.parametrize("is_new_process", [True, False])
def test_a_log_that_goes_back_is_told_once_and_counted_once_a_head(
    file: Path,
    clock: FakeClock,
    caplog: pytest.LogCaptureFixture,
    back: AuditHead,
    is_new_process: bool,  # noqa: FBT001
) -> None:
    witnesses = Witnesses(file, clock=clock)
    assert not witnesses.is_contradicted(head(7), db_epoch="e1")
    witnesses.take(head(7), db_epoch="e1")
    if is_new_process:
        witnesses = Witnesses(file, clock=clock)
    assert [witnesses.is_contradicted(back, db_epoch="e1") for _ in range(3)] == [True, False, False]
    assert witnesses.is_contradicted(head(5), db_epoch="e1")
    told = [record.message for record in caplog.records if record.levelname == "WARNING"]
    assert len(told) == 1
    assert "the hub's audit log went back: it showed row 7" in told[0]


def test_a_head_that_was_heard_and_not_kept_is_remembered_too(file: Path, clock: FakeClock) -> None:
    witnesses = Witnesses(file, clock=clock)
    for n in (5, 9):
        assert not witnesses.is_contradicted(head(n), db_epoch="e1")
        witnesses.take(head(n), db_epoch="e1")
    assert numbers(file) == [5]
    assert witnesses.is_contradicted(head(8), db_epoch="e1")


def test_a_log_that_grows_repeats_itself_or_begins_a_new_life_goes_not_back(file: Path, clock: FakeClock) -> None:
    witnesses = Witnesses(file, clock=clock)
    for n, epoch in ((5, "e1"), (5, "e1"), (9, "e1"), (2, "e2"), (3, "e2")):
        assert not witnesses.is_contradicted(head(n), db_epoch=epoch)
        witnesses.take(head(n), db_epoch=epoch)


def test_what_a_hub_has_sent_gives_the_terminal_no_order(
    tmp_path: Path, clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "box.toml"
    config.write_text(BOX, encoding="utf-8")
    Witnesses(tmp_path / FILE_NAME, clock=clock).take(AuditHead(n=1, hash="\x9b2J\u202e"), db_epoch="e1")
    assert main(["witness", "--config", str(config)]) == 0
    told = capsys.readouterr().out
    assert told.isascii()
    assert json.loads(told)["hash"] == "\x9b2J\u202e"


def test_a_line_that_rotted_costs_that_line_only_and_is_told(
    file: Path, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    Witnesses(file, clock=clock).take(head(1), db_epoch="e1")
    file.write_bytes(b"\xff\x00\n" + file.read_bytes())
    clock.advance(DAY_S)
    assert Witnesses(file, clock=clock).take(head(2), db_epoch="e1")
    assert "1 lines cannot be read" in caplog.text
    assert numbers(file) == [1, 2]


def test_a_file_that_cannot_be_read_is_set_apart_and_the_uplink_goes_on(
    file: Path, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    file.mkdir()
    assert Witnesses(file, clock=clock).take(head(1), db_epoch="e1")
    assert "set apart" in caplog.text
    assert numbers(file) == [1]
    assert file.with_name(file.name + APART_SUFFIX).exists()


def test_a_full_disk_is_told_and_the_head_is_kept_when_it_comes_again(
    file: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    witnesses = Witnesses(file, clock=clock)
    with monkeypatch.context() as full:
        full.setattr("os.fsync", _no_room)
        assert not witnesses.take(head(1), db_epoch="e1")
    assert "is not kept" in caplog.text
    assert not file.exists()
    assert witnesses.take(head(1), db_epoch="e1")


def _no_room(_descriptor: int) -> None:
    raise OSError(28, "No space left on device")


def test_the_command_prints_lines_that_name_the_box(
    tmp_path: Path, clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "box.toml"
    config.write_text(BOX, encoding="utf-8")
    assert main(["witness", "--config", str(config)]) == 0
    assert not capsys.readouterr().out
    Witnesses(tmp_path / FILE_NAME, clock=clock).take(head(7), db_epoch="e1")
    assert main(["witness", "--config", str(config)]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "node": "n-7f3k2m9q",
        "at_ms": 1_763_712_000_000,
        "db_epoch": "e1",
        "n": 7,
        "hash": f"{7:064x}",
    }
    (tmp_path / FILE_NAME).write_text("rusak\n", encoding="utf-8")
    assert main(["witness", "--config", str(config)]) == 1
