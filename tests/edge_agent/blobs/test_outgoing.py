"""Pictures that wait: newest first, bounded, and nothing unfinished is taken for whole."""

import os
from pathlib import Path

import pytest

from edge_agent.blobs import outgoing as module
from edge_agent.blobs.outgoing import UNFINISHED_FOR_MS, Outgoing
from edge_agent.retirement.wiping import wipe
from tests.support.pictures import name_of, picture

NOW_MS = 1_763_712_000_000


@pytest.fixture
def outgoing(tmp_path: Path) -> Outgoing:
    return Outgoing(tmp_path)


def put(outgoing: Outgoing, name: str, *, length: int = 1_000, age_ms: int = 0) -> str:
    outgoing.folder.mkdir(parents=True, exist_ok=True)
    (outgoing.folder / name).write_bytes(bytes(length))
    os.utime(outgoing.folder / name, ns=((NOW_MS - age_ms) * 10**6,) * 2)
    return name


def names(outgoing: Outgoing) -> list[str]:
    return [one.path.name for one in outgoing.newest_first()]


def test_without_a_folder_nothing_waits(outgoing: Outgoing) -> None:
    assert outgoing.newest_first() == []
    assert outgoing.keep_within(0, now_ms=NOW_MS) == 0


def test_the_newest_is_first_and_only_whole_files_of_their_own_count(outgoing: Outgoing) -> None:
    order = [put(outgoing, name_of(picture(seed=n)), age_ms=n * 1_000) for n in (2, 1, 3)]
    put(outgoing, f".{order[0]}.part")
    put(outgoing, "notes.txt")
    (outgoing.folder / ("f" * 64)).symlink_to("/etc/passwd")
    (outgoing.folder / ("e" * 64)).mkdir()
    assert names(outgoing) == [order[1], order[0], order[2]]


def test_over_their_share_the_oldest_go_and_are_counted(outgoing: Outgoing) -> None:
    order = [put(outgoing, name_of(picture(seed=n)), age_ms=n * 1_000) for n in range(5)]
    assert outgoing.keep_within(3_500, now_ms=NOW_MS) == 2
    assert names(outgoing) == order[:3]
    assert outgoing.keep_within(3_500, now_ms=NOW_MS) == 0


def test_there_are_only_so_many_files(outgoing: Outgoing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FILES_MOST", 2)
    order = [put(outgoing, name_of(picture(seed=n)), age_ms=n * 1_000) for n in range(3)]
    assert outgoing.keep_within(10**9, now_ms=NOW_MS) == 1
    assert names(outgoing) == order[:2]


def test_what_a_producer_left_unfinished_goes_after_a_day(outgoing: Outgoing) -> None:
    put(outgoing, ".fresh", age_ms=UNFINISHED_FOR_MS - 1_000)
    put(outgoing, ".old", age_ms=UNFINISHED_FOR_MS + 1_000)
    assert outgoing.keep_within(10**9, now_ms=NOW_MS) == 0
    assert [path.name for path in outgoing.folder.iterdir()] == [".fresh"]


def test_a_box_that_leaves_the_fleet_takes_its_pictures_off_the_disk(outgoing: Outgoing, tmp_path: Path) -> None:
    for name in (name_of(picture()), ".half", "notes.txt"):
        put(outgoing, name)
    (outgoing.folder / "folder").mkdir()
    wipe(tmp_path, outboxes=[])
    assert [path.name for path in outgoing.folder.iterdir()] == ["folder"]


def test_what_is_laid_beside_waits_only_when_it_is_shown(outgoing: Outgoing) -> None:
    content = picture(seed=1)
    beside = outgoing.lay_beside(name_of(content), content)
    assert outgoing.is_empty()
    outgoing.show(beside, name_of(content))
    (waiting,) = outgoing.newest_first()
    assert (waiting.path.name, waiting.path.read_bytes()) == (name_of(content), content)


def test_a_disk_that_takes_no_more_keeps_nothing_half(outgoing: Outgoing, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        outgoing.lay_beside("a" * 64, b"x")
    assert list(outgoing.folder.iterdir()) == []
