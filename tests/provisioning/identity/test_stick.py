"""Of a stick only plain files of ours are opened, so large and so many."""

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from provisioning.identity import stick
from provisioning.identity.errors import StickError

KEY, OTHER = "a" * 64, "b" * 64


@pytest.fixture
def usb(tmp_path: Path) -> Path:
    """A stick with one file."""
    folder = tmp_path / "usb"
    folder.mkdir()
    stick.write(folder, stick.ASKS, KEY, b"{}")
    return folder


def test_what_was_written_is_read_and_replaced_in_one_step(usb: Path) -> None:
    assert stick.read(usb, stick.ASKS, KEY, most=100) == b"{}"
    stick.write(usb, stick.ASKS, KEY, b"[]")
    assert stick.read(usb, stick.ASKS, KEY, most=100) == b"[]"
    assert [path.name for path in (usb / stick.ASKS).iterdir()] == [f"{KEY}.json"]


def test_what_is_not_there_is_none(usb: Path) -> None:
    assert stick.read(usb, stick.ASKS, OTHER, most=100) is None
    assert stick.read(usb, stick.ANSWERS, KEY, most=100) is None
    assert stick.found(usb, stick.ANSWERS).keys == ()


def test_a_good_file_behind_a_link_is_not_read(usb: Path) -> None:
    (usb / stick.ASKS / f"{OTHER}.json").symlink_to(usb / stick.ASKS / f"{KEY}.json")
    with pytest.raises(StickError, match="not opened"):
        stick.read(usb, stick.ASKS, OTHER, most=100)


def test_a_file_of_one_byte_too_many_is_not_read(usb: Path) -> None:
    stick.write(usb, stick.ASKS, OTHER, b"{}" + b" " * 99)
    with pytest.raises(StickError, match="up to 100 bytes expected, got 101"):
        stick.read(usb, stick.ASKS, OTHER, most=100)
    assert stick.read(usb, stick.ASKS, OTHER, most=101) is not None


def test_a_pipe_or_a_folder_holds_nobody_up(usb: Path) -> None:
    os.mkfifo(usb / stick.ASKS / f"{OTHER}.json")
    with pytest.raises(StickError, match="plain file"):
        stick.read(usb, stick.ASKS, OTHER, most=100)
    (usb / stick.ASKS / f"{OTHER}.json").unlink()
    (usb / stick.ASKS / f"{OTHER}.json").mkdir()
    with pytest.raises(StickError, match="plain file"):
        stick.read(usb, stick.ASKS, OTHER, most=100)


def test_a_link_in_the_place_of_a_file_is_replaced_and_not_written_through(usb: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").write_bytes(b"mine")
    (usb / stick.ASKS / f"{OTHER}.json").symlink_to(tmp_path / "mine")
    stick.write(usb, stick.ASKS, OTHER, b"{}")
    assert (tmp_path / "mine").read_bytes() == b"mine"
    assert not (usb / stick.ASKS / f"{OTHER}.json").is_symlink()


def test_more_boxes_than_a_stick_carries_are_left_and_counted(usb: Path) -> None:
    for number in range(stick.FILES_MAX + 5):
        (usb / stick.ASKS / f"{number:064x}.json").touch()
    found = stick.found(usb, stick.ASKS)
    assert (len(found.keys), found.passed_over) == (stick.FILES_MAX, 6)


@pytest.mark.parametrize("key", ["", "..", "../x", "A" * 64, "a" * 63, "a" * 64 + "\n"])
def test_a_key_that_is_none_names_no_file(usb: Path, key: str) -> None:
    with pytest.raises(StickError, match="64 hexadecimal digits"):
        stick.read(usb, stick.ASKS, key, most=100)
    with pytest.raises(StickError, match="64 hexadecimal digits"):
        stick.write(usb, stick.ASKS, key, b"")


@contextmanager
def no_room_beyond(limit_bytes: int) -> Iterator[None]:
    """Let no file of this process grow beyond so many bytes, as on a full stick."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_what_finds_no_room_leaves_the_old_and_takes_none(usb: Path) -> None:
    with no_room_beyond(1_000), pytest.raises(StickError, match="full or write-protected"):
        stick.write(usb, stick.ASKS, KEY, b"x" * 5_000)
    assert stick.read(usb, stick.ASKS, KEY, most=100) == b"{}"
    assert [path.name for path in (usb / stick.ASKS).iterdir()] == [f"{KEY}.json"]


def test_what_a_cut_left_behind_goes_with_the_next_writing(usb: Path) -> None:
    (usb / stick.ASKS / f".{KEY}.json.new").write_bytes(b"to")
    stick.write(usb, stick.ASKS, KEY, b"[]")
    assert [path.name for path in (usb / stick.ASKS).iterdir()] == [f"{KEY}.json"]


def test_what_was_removed_is_gone_and_nothing_else_is(usb: Path) -> None:
    stick.write(usb, stick.ASKS, OTHER, b"{}")
    for _ in range(2):
        stick.remove(usb, stick.ASKS, KEY)
    assert stick.found(usb, stick.ASKS).keys == (OTHER,)
