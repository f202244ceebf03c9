"""Through the real ingest and the real keeper: a record and a file of a picture are told to pages, a box's own only."""

from contextlib import closing
from pathlib import Path

import pytest

from hub.storage import changes
from hub.storage.board import stills as board
from tests.support.hub_worlds import NODE, HubWorld, record
from tests.support.pictures import Studio, name_of, picture

CONTENT = picture()
STILL = {"class": 1, "source": "c1", "sha256": name_of(CONTENT), "size_bytes": 5_000, "width_px": 640,
         "height_px": 360, "why": "asked"}  # fmt: skip
EYE = f"{NODE}.c1"


@pytest.fixture
def hub(tmp_path: Path) -> HubWorld:
    return HubWorld(tmp_path)


def told(hub: HubWorld, *, after: int = 0) -> list[str]:
    return [one.ref for one in changes.after(hub.connection, after, limit=99) if one.kind == "view"]


def test_a_record_is_told_and_the_file_behind_it_makes_it_a_picture(hub: HubWorld, tmp_path: Path) -> None:
    hub.batch([record(1, "still", **STILL)])
    assert told(hub) == [EYE]
    assert board.newest(hub.connection, EYE) is None
    before = changes.newest_id(hub.connection)
    with closing(Studio(tmp_path)) as studio:
        studio.send(CONTENT, node_id=NODE)
    assert told(hub, after=before) == [EYE]
    newest = board.newest(hub.connection, EYE)
    assert newest is not None
    assert (newest.sha256, newest.why, newest.bytes) == (name_of(CONTENT), "asked", len(CONTENT))


def test_the_same_content_of_another_box_is_not_this_ones_picture(hub: HubWorld, tmp_path: Path) -> None:
    hub.batch([record(1, "still", **STILL)])
    with closing(Studio(tmp_path)) as studio:
        studio.send(CONTENT, node_id="n-00000002")
    assert told(hub) == [EYE]
    assert board.newest(hub.connection, EYE) is None


def test_what_records_said_of_pictures_goes_with_the_days_of_the_files(hub: HubWorld, tmp_path: Path) -> None:
    hub.batch([record(1, "still", **STILL)])
    with closing(Studio(tmp_path, clock=hub.clock)) as studio:
        studio.keeper.sweep()
        assert hub.rows("SELECT count(*) FROM stills") == [(1,)]
        hub.clock.advance(31 * 86_400)
        studio.keeper.sweep()
    assert hub.rows("SELECT count(*) FROM stills") == [(0,)]
