"""Pictures are taken piece by piece, verified whole, and kept within bounds, whatever is cut."""

import os
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.blobs import allowance
from hub.blobs.allowance import CITY_DAY_PART, DAY_MS, NODE_DAY_BYTES
from hub.blobs.errors import (
    ExtentError,
    NoRoomError,
    OustedError,
    PartlyHereError,
    SentEnoughError,
    WrongHashError,
    WrongKindError,
)
from hub.blobs.extent import read_extent
from hub.blobs.keeper import MIB
from hub.storage import blobs
from hub.storage.blobs import LEAST_COUNTED_BYTES
from tests.support.cuts import is_cut_at
from tests.support.pictures import HEADS, NODE, OTHER, Studio, let_in, name_of, picture


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    with closing(Studio(tmp_path)) as made:
        yield made


def sent_today(studio: Studio, node_id: str = NODE) -> int:
    with studio.connections.reading() as connection:
        day = allowance.day_of(studio.clock.now_ms())
        return blobs.sent_on(connection, day, node_id=node_id)[0]


def held_bytes(studio: Studio) -> int:
    with studio.connections.reading() as connection:
        return blobs.held_bytes(connection)


@pytest.mark.parametrize("kind", HEADS)
def test_a_whole_picture_is_kept_under_its_content_for_the_hub_alone(studio: Studio, kind: str) -> None:
    content = picture(head=HEADS[kind])
    row = studio.send(content)
    path = studio.folder / row.sha256[:2] / row.sha256
    assert path.read_bytes() == content == studio.keeper.content(row.sha256)
    assert (row.type, row.bytes, row.received_ms) == (kind, len(content), studio.clock.now_ms())
    assert studio.keeper.kept(NODE, row.sha256) == row
    assert path.stat().st_mode & 0o777 == 0o600
    folders = [studio.folder, path.parent, studio.folder / "arriving", studio.folder / "arriving" / NODE]
    assert {folder.stat().st_mode & 0o777 for folder in folders} == {0o700}
    assert studio.begun() == {}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 59), st.integers(1, 60), st.integers(0, 60)), max_size=8), st.integers(0, 999))
def test_whatever_ranges_come_what_is_here_is_the_beginning_of_the_picture(
    studio: Studio, calls: list[tuple[int, int, int]], seed: int
) -> None:
    content = picture(60, seed=seed)
    name, here, is_kept = name_of(content), 0, studio.keeper.kept(NODE, name_of(content)) is not None
    for first, length, cut_at in calls:
        if is_kept:
            break
        last = min(first + length, 60) - 1
        comes = min(cut_at, last - first + 1)
        if first in {0, here} and first + comes == 60:
            studio.send(content, f"bytes {first}-{last}/60", cut_at=cut_at)
            is_kept = True
        else:
            with pytest.raises(PartlyHereError) as told:
                studio.send(content, f"bytes {first}-{last}/60", cut_at=cut_at)
            here = first + comes if first in {0, here} else here
            assert told.value.here_bytes == here
        assert studio.begun().get(name, 0) == (0 if is_kept else here)
    with suppress(PartlyHereError):
        studio.send(content, "bytes */60")
    if here < 60 and not is_kept:
        studio.send(content, f"bytes {here}-59/60")
    assert studio.keeper.content(name) == content


def test_asked_how_far_it_is_the_hub_says_so_and_counts_nothing(studio: Studio) -> None:
    content = picture(100_000)
    for cut_at, here in ((0, 0), (65_536, 65_536)):
        with pytest.raises(PartlyHereError):
            studio.send(content, cut_at=cut_at)
        before = sent_today(studio)
        with pytest.raises(PartlyHereError) as told:
            studio.send(content, "bytes */100000")
        assert told.value.here_bytes == here
        assert sent_today(studio) == before
    assert studio.send(content, "bytes 65536-99999/100000").bytes == 100_000


def test_what_is_not_what_its_name_says_goes_and_can_be_sent_anew(studio: Studio) -> None:
    content = picture()
    with pytest.raises(WrongHashError, match=name_of(content[:-1] + b"x")):
        studio.send(content[:-1] + b"x", name=name_of(content))
    assert (studio.begun(), studio.files()) == ({}, set())
    assert studio.send(content).sha256 == name_of(content)


def test_what_is_no_picture_goes(studio: Studio) -> None:
    page = b"<html><script>alert(1)</script></html>"
    with pytest.raises(WrongKindError, match="JPEG, PNG, WebP"):
        studio.send(page)
    assert (studio.begun(), studio.files()) == ({}, set())


def test_more_than_was_announced_is_not_written(studio: Studio) -> None:
    content = picture(50)
    with pytest.raises(ExtentError):
        studio.send_body(content, read_extent("bytes 0-9/50", content_length=None), name=name_of(content))
    assert studio.begun() == {name_of(content): 0}


def test_a_newer_call_goes_on_and_the_older_adds_nothing_more(studio: Studio) -> None:
    content = picture(100)
    name = name_of(content)
    older = studio.keeper.begin(NODE, name, read_extent(None, content_length=100))
    older.append(content[:40])
    newer = studio.keeper.begin(NODE, name, read_extent("bytes 40-99/100", content_length=60))
    with pytest.raises(OustedError):
        older.append(content[40:])
    studio.keeper.end(NODE, older)
    newer.append(content[40:])
    assert studio.keeper.finish(NODE, name, newer, verify_live=let_in).bytes == 100
    studio.keeper.end(NODE, newer)
    assert studio.keeper.content(name) == content


def test_two_boxes_send_one_content_each_for_itself_and_it_lies_there_once(studio: Studio) -> None:
    content = picture()
    first = studio.send(content)
    assert studio.keeper.kept(OTHER, first.sha256) is None, "knowing a name is not having the picture"
    studio.send(content, node_id=OTHER)
    assert [row.node_id for row in studio.keeper.senders(first.sha256)] == [NODE, OTHER]
    assert studio.files() == {first.sha256}
    assert studio.begun() == {}


def test_one_box_does_not_spoil_what_another_has_begun(studio: Studio) -> None:
    content = picture(100)
    with pytest.raises(PartlyHereError):
        studio.send(content, cut_at=40)
    with pytest.raises(WrongHashError):
        studio.send(b"x" * 100, name=name_of(content), node_id=OTHER)
    assert studio.send(content, "bytes 40-99/100").bytes == 100


def test_a_box_has_at_most_two_begun_and_its_oldest_goes(studio: Studio) -> None:
    contents = [picture(seed=seed) for seed in range(3)]
    for n, content in enumerate(contents):
        with pytest.raises(PartlyHereError):
            studio.send(content, cut_at=10)
        os.utime(studio.folder / "arriving" / NODE / name_of(content), (n, n))
    assert set(studio.begun()) == {name_of(content) for content in contents[1:]}


def test_a_box_that_sends_its_quota_waits_until_tomorrow_and_others_do_not(studio: Studio) -> None:
    studio.clock.step_wall((DAY_MS - studio.clock.now_ms() % DAY_MS) / 1000 - 90)
    with studio.connections.writing() as connection:
        day = allowance.day_of(studio.clock.now_ms())
        blobs.count_sent(connection, day, node_id=NODE, bytes_more=NODE_DAY_BYTES - LEAST_COUNTED_BYTES)
    studio.send(picture(seed=1))
    with pytest.raises(SentEnoughError) as told:
        studio.send(picture(seed=2))
    assert told.value.again_s == 90
    assert studio.begun() == {}
    studio.send(picture(seed=3), node_id=OTHER)
    studio.clock.advance(90)
    studio.send(picture(seed=2))
    studio.keeper.sweep()
    with studio.connections.reading() as connection:
        assert connection.execute("SELECT count(*) FROM blob_days").fetchone() == (1,)


def test_all_boxes_together_send_a_quarter_of_the_share_a_day(tmp_path: Path) -> None:
    with closing(Studio(tmp_path, share_bytes=CITY_DAY_PART * 3 * LEAST_COUNTED_BYTES)) as studio:
        for n in range(3):
            studio.send(picture(seed=n), node_id=f"n-0000000{n}")
        with pytest.raises(SentEnoughError, match="All boxes together"):
            studio.send(picture(seed=9))


def test_what_was_announced_and_did_not_come_is_given_back(studio: Studio) -> None:
    content = picture(MIB)
    with pytest.raises(PartlyHereError):
        studio.send(content, cut_at=100_000)
    assert sent_today(studio) == 100_000
    with pytest.raises(PartlyHereError):
        studio.send(content, f"bytes 100000-{MIB - 1}/{MIB}", cut_at=1)
    assert sent_today(studio) == 100_000 + LEAST_COUNTED_BYTES, "each call counts something"


def test_the_last_of_the_disk_is_kept_for_records(tmp_path: Path) -> None:
    with closing(Studio(tmp_path, floor_bytes=2**60)) as studio, pytest.raises(NoRoomError) as told:
        studio.send(picture())
    assert told.value.again_s == 3_600
    assert sent_today(studio) == 0


def test_over_its_share_of_the_disk_what_came_first_goes_first(tmp_path: Path) -> None:
    with closing(Studio(tmp_path, share_bytes=12 * LEAST_COUNTED_BYTES)) as studio:
        names = []
        for n in range(14):
            studio.clock.advance(DAY_MS / 2_000)
            names.append(studio.send(picture(seed=n)).sha256)
        assert studio.files() == set(names[2:])
        assert held_bytes(studio) == 12 * LEAST_COUNTED_BYTES


def test_after_its_days_a_picture_goes_but_not_while_a_younger_row_names_it(tmp_path: Path) -> None:
    with closing(Studio(tmp_path, kept_days=2)) as studio:
        shared, own = picture(seed=1), picture(seed=2)
        for content in (shared, own):
            studio.send(content)
        studio.clock.advance(1.5 * DAY_MS / 1000)
        studio.send(shared, node_id=OTHER)
        studio.clock.advance(DAY_MS / 1000)
        studio.keeper.sweep()
        assert studio.files() == {name_of(shared)}
        assert [row.node_id for row in studio.keeper.senders(name_of(shared))] == [OTHER]
        assert held_bytes(studio) == LEAST_COUNTED_BYTES


def test_what_nobody_adds_to_for_a_day_goes(studio: Studio) -> None:
    begun = picture(seed=2)
    with pytest.raises(PartlyHereError):
        studio.send(begun, cut_at=1_000)
    written_ms = studio.clock.now_ms() - DAY_MS + 1_000
    os.utime(studio.folder / "arriving" / NODE / name_of(begun), (written_ms / 1000,) * 2)
    studio.keeper.sweep()
    assert studio.begun() == {name_of(begun): 1_000}
    studio.clock.advance(2)
    studio.keeper.sweep()
    assert studio.begun() == {}


def test_a_file_without_a_row_goes_when_it_is_as_old_as_any_may_be(tmp_path: Path) -> None:
    with closing(Studio(tmp_path, kept_days=2)) as studio:
        kept, orphan = studio.send(picture(seed=1)).sha256, name_of(b"orphan")
        (studio.folder / orphan[:2]).mkdir(exist_ok=True)
        (studio.folder / orphan[:2] / orphan).write_bytes(b"orphan")
        for name, age_days in ((kept, 3), (orphan, 1.9)):
            os.utime(studio.folder / name[:2] / name, (studio.clock.now_ms() / 1000 - age_days * 86_400,) * 2)
        studio.keeper.sweep()
        assert studio.files() == {kept, orphan}, "the database may be the wrong one"
        studio.clock.advance(0.2 * 86_400)
        studio.keeper.sweep()
        assert studio.files() == {kept}


def test_a_box_that_is_refused_meanwhile_has_sent_nothing(studio: Studio) -> None:
    class RefusedError(Exception):
        pass

    def refuse(_: object) -> None:
        raise RefusedError

    content = picture()
    arrival = studio.keeper.begin(NODE, name_of(content), read_extent(None, content_length=len(content)))
    arrival.append(content)
    with pytest.raises(RefusedError):
        studio.keeper.finish(NODE, name_of(content), arrival, verify_live=refuse)
    studio.keeper.end(NODE, arrival)
    assert studio.keeper.senders(name_of(content)) == []
    assert studio.files() == set()


def test_a_row_without_its_file_shows_nothing_and_the_box_may_send_it_again(studio: Studio) -> None:
    name = studio.send(picture()).sha256
    (studio.folder / name[:2] / name).unlink()
    assert (studio.keeper.senders(name), studio.keeper.content(name)) == ([], None)
    studio.send(picture())
    assert studio.keeper.content(name) == picture()
    assert held_bytes(studio) == LEAST_COUNTED_BYTES


def send_alone(folder: Path, content: bytes) -> int:
    """Send in a process that may be cut."""
    with closing(Studio(folder)) as studio:
        studio.send(content)
    return 0


def test_a_power_cut_at_any_moment_leaves_nothing_wrong_and_the_picture_can_be_brought(tmp_path: Path) -> None:
    """Cut before each file that is opened for writing, each rename, each folder: also between write and rename."""
    content, moment, seen_whole = picture(70_000), 0, 0
    name = name_of(content)
    while True:
        moment += 1
        folder = tmp_path / str(moment)
        folder.mkdir()
        Studio(folder).close()
        if not is_cut_at(moment, lambda here=folder: send_alone(here, content)):  # type: ignore[misc]
            break
        with closing(Studio(folder)) as studio:
            for row in studio.keeper.senders(name):
                assert studio.keeper.content(row.sha256) == content, f"moment {moment}"
            seen_whole += bring(studio, content)
            assert studio.keeper.content(name) == content, f"moment {moment}"
            studio.keeper.sweep()
            assert (studio.files(), studio.begun()) == ({name}, {}), f"moment {moment}"
    assert moment > 5
    assert seen_whole > 0, "no cut fell between the last byte and the name"


def bring(studio: Studio, content: bytes) -> bool:
    """Go on as a box does; answer whether a question alone has finished it."""
    total = len(content)
    if studio.keeper.kept(NODE, name_of(content)) is not None:
        return False
    try:
        studio.send(content, f"bytes */{total}")
    except PartlyHereError as told:
        studio.send(content, f"bytes {told.here_bytes}-{total - 1}/{total}")
        return False
    return True


def test_the_sum_that_is_kept_is_the_sum_of_the_rows(studio: Studio) -> None:
    for n, length in enumerate((12, 16_384, 16_385, 100_000)):
        studio.send(picture(length, seed=n))
    with studio.connections.writing() as connection:
        (summed,) = connection.execute("SELECT sum(max(bytes, ?)) FROM blobs", (LEAST_COUNTED_BYTES,)).fetchone()
        assert blobs.held_bytes(connection) == summed
        blobs.forget_some(connection, before_ms=2**53, share_bytes=0)
        assert blobs.held_bytes(connection) == 0
