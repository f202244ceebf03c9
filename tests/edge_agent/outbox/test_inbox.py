from pathlib import Path

import pytest

from edge_agent.outbox.errors import InboxRebornError, OutboxInUseError
from edge_agent.outbox.inbox import OTHER_SPOOLS_KEPT, Inbox, InboxReader
from edge_agent.outbox.inbox_rows import COMMANDS_KEPT, DesiredDocument
from edge_agent.outbox.marks import Marks
from edge_agent.outbox.quarantine import kept_files

SPOOL = "5e0c6f0a1b2c3d4e5f60718293a4b5c6"
MARKS = Marks(spool=SPOOL, db_epoch="d1a0", high=17, ranges=((20, 25), (30, 30)), set_aside=(27,))


@pytest.fixture
def path(home: Path) -> Path:
    return home / "inbox.db"


def add(inbox: Inbox, command_id: str, body: bytes = b"{}") -> bool:
    return inbox.add_command(command_id, body, expires_real_ms=5_000, kernel_boot="boot-a", arrived_ms=1)


def test_a_missing_inbox_says_nothing(path: Path) -> None:
    reader = InboxReader.open(path)
    assert reader.look(SPOOL) is None
    assert reader.marks(SPOOL) is None
    assert reader.desired() is None
    assert reader.commands_after(0) == ()
    assert reader.answered() == 0


def test_marks_are_read_as_they_were_laid_down_newest_only(path: Path) -> None:
    with Inbox.open(path) as inbox:
        inbox.put_marks([Marks(spool=SPOOL, db_epoch="d1a0", high=3), Marks(spool="b" * 32, db_epoch="d1a0")])
        inbox.put_marks([MARKS])
        reader = InboxReader.open(path)
        assert reader.marks(SPOOL) == MARKS == inbox.marks(SPOOL)
        assert reader.marks("c" * 32) is None


def test_of_spools_that_are_gone_the_newest_few_marks_are_kept(path: Path) -> None:
    gone = [f"{number:032x}" for number in range(OTHER_SPOOLS_KEPT + 2)]
    with Inbox.open(path) as inbox:
        inbox.put_marks([MARKS, *(Marks(spool=spool, db_epoch="d1a0") for spool in gone)])
        inbox.keep_only({SPOOL})
        assert [spool for spool in gone if inbox.marks(spool) is None] == gone[:2]
        assert inbox.marks(SPOOL) == MARKS


def test_the_newest_desired_state_is_kept_across_a_restart(path: Path) -> None:
    with Inbox.open(path) as inbox:
        inbox.put_desired(db_epoch="d1a0", version=7, body=b"{}")
        inbox.put_desired(db_epoch="d1a0", version=8, body=b'{"v":1}')
    document = DesiredDocument(db_epoch="d1a0", version=8, body=b'{"v":1}')
    assert InboxReader.open(path).desired() == document
    with Inbox.open(path) as inbox:
        assert inbox.desired() == document


def test_a_command_comes_once_and_in_order(path: Path) -> None:
    with Inbox.open(path) as inbox:
        assert add(inbox, "c-1", b"1")
        assert add(inbox, "c-2", b"2")
        assert not add(inbox, "c-1", b"other")
        reader = InboxReader.open(path)
        first, second = reader.commands_after(0)
        assert (first.body, second.body) == (b"1", b"2")
        assert reader.commands_after(second.n) == ()
        assert reader.commands_after(first.n) == (second,)


def test_a_command_is_over_after_its_time_and_after_a_reboot(path: Path) -> None:
    with Inbox.open(path) as inbox:
        add(inbox, "c-1")
    (command,) = InboxReader.open(path).commands_after(0)
    assert not command.is_expired(real_ms=4_999, kernel_boot="boot-a")
    assert command.is_expired(real_ms=5_000, kernel_boot="boot-a")
    assert command.is_expired(real_ms=1, kernel_boot="boot-b")


def test_commands_have_a_bound(path: Path) -> None:
    with Inbox.open(path) as inbox:
        for number in range(COMMANDS_KEPT + 10):
            add(inbox, f"c-{number}")
        commands = InboxReader.open(path).commands_after(0)
        assert len(commands) == COMMANDS_KEPT
        assert commands[-1].command_id == f"c-{COMMANDS_KEPT + 9}"


def test_answered_hellos_are_counted_across_a_restart(path: Path) -> None:
    with Inbox.open(path) as inbox:
        inbox.put_hub({"hub_zero_ms": "12"})
        first = inbox.note_answered({"credit": "50"})
    with Inbox.open(path) as inbox:
        assert inbox.note_answered() == first + 1
    reader = InboxReader.open(path)
    assert reader.answered() == first + 1
    assert reader.hub() == {"hub_zero_ms": "12", "credit": "50", "answered_session": str(first + 1)}


def test_the_count_of_a_new_inbox_is_not_that_of_the_one_before(path: Path) -> None:
    counts = set()
    for _ in range(3):
        with Inbox.open(path) as inbox:
            counts.add(inbox.note_answered())
        for left in path.parent.glob("inbox*"):
            left.unlink()
    assert len(counts) == 3
    assert all(0 < count < 2**53 for count in counts)


def test_one_look_tells_everything(path: Path) -> None:
    with Inbox.open(path) as inbox:
        inbox.put_marks([MARKS])
        inbox.put_desired(db_epoch="d1a0", version=7, body=b"{}")
        add(inbox, "c-1")
        answered = inbox.note_answered()
        view = InboxReader.open(path).look(SPOOL)
    assert view is not None
    assert (view.marks, view.answered, view.hub) == (MARKS, answered, {"answered_session": str(answered)})
    assert view.desired is not None
    assert [command.command_id for command in view.commands] == ["c-1"]


def test_there_is_one_writer(path: Path) -> None:
    with Inbox.open(path), pytest.raises(OutboxInUseError):
        Inbox.open(path)


def test_a_damaged_inbox_is_set_apart_and_begun_anew(path: Path) -> None:
    with Inbox.open(path) as inbox:
        inbox.put_marks([MARKS])
        add(inbox, "c-1")
    real = path.resolve()
    for log in path.parent.glob("*-wal"):
        log.unlink()
    real.write_bytes(b"x" * real.stat().st_size)
    reader = InboxReader.open(path)
    assert reader.look(SPOOL) is None
    with Inbox.open(path) as inbox:
        assert inbox.marks(SPOOL) is None
        assert len(kept_files(path.parent)) == 1
        assert add(inbox, "c-2")
        assert [command.command_id for command in reader.commands_after(50)] == ["c-2"]  # numbers began anew


def test_damage_met_while_writing_asks_to_lay_everything_down_again(path: Path) -> None:
    with Inbox.open(path) as inbox:
        inbox.put_marks([MARKS])
        connection = inbox._file._file.connection
        assert connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
        real = path.resolve()
        with real.open("r+b") as file:
            file.seek(4096)
            file.write(b"\x99" * (real.stat().st_size - 4096))
        connection.execute("PRAGMA shrink_memory")
        with pytest.raises(InboxRebornError, match="lay everything down again"):
            inbox.put_marks([MARKS])
        inbox.put_marks([MARKS])
        assert InboxReader.open(path).marks(SPOOL) == MARKS
