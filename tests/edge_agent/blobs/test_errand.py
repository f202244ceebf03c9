"""When pictures are brought: after the records, one program at a time, and less often when it does not go."""

import random
from collections import Counter
from pathlib import Path

from edge_agent.blobs.errand import FIRST_PAUSE_S, LONGEST_PAUSE_S, MOST_S, SPREAD, PictureErrand
from edge_agent.blobs.outgoing import Outgoing
from edge_agent.blobs.report import Report, encoded
from edge_agent.quota import PICTURES_SHARE, Quota
from edge_agent.uplink.counts import Count, Counts
from tests.support.clocks import FakeClock
from tests.support.pictures import name_of, picture
from tests.support.processes import wait_until

QUOTA_MB = 8


class Bringing:
    """An errand whose child writes a line each time, and says what a test wants."""

    def __init__(self, folder: Path, *, says: Report | None, then: str = "true") -> None:
        self.log, self.clock = folder / "log", FakeClock()
        self.counts: Counts = Counter()
        self.outgoing = Outgoing(folder)
        self.outgoing.folder.mkdir(parents=True)
        said = "" if says is None else f"echo '{encoded(says)}';"
        self.errand = PictureErrand(
            outgoing=self.outgoing,
            command=["/bin/sh", "-c", f"echo brought >> {self.log}; {said} {then}"],
            quota=Quota(most_mb=QUOTA_MB, share=PICTURES_SHARE),
            clock=self.clock,
            rng=random.Random(1),
            counts=self.counts,
        )

    def put(self, *, length: int = 100, seed: int = 0) -> None:
        content = picture(length, seed=seed)
        (self.outgoing.folder / name_of(content)).write_bytes(content)

    def look(self, *, has_records: bool = False, has_alert: bool = False, is_open: bool = True) -> bool:
        """Look once; answer whether a child runs."""
        self.errand.look(is_open=is_open, has_records=has_records, has_alert=has_alert, wanted_mb=None)
        return self.errand._child is not None

    def done(self) -> None:
        """Look until the child has ended and was noted."""
        child = self.errand._child
        assert child is not None
        wait_until(lambda: child.poll() is not None, what="the child")
        assert not self.look()

    def next_after_s(self) -> float:
        begun_ms = self.clock.real_ms()
        while not self.look():
            self.clock.advance(5)
        waited_s = (self.clock.real_ms() - begun_ms) / 1000
        self.done()
        return waited_s


def test_nothing_is_begun_without_a_picture_or_while_records_wait(tmp_path: Path) -> None:
    bringing = Bringing(tmp_path, says=Report(kept=1))
    assert not bringing.look()
    bringing.put()
    bringing.clock.advance(60)
    assert not bringing.look(has_records=True)
    assert bringing.counts[Count.PICTURES_WAIT] == 1
    assert bringing.look()
    bringing.done()
    assert bringing.counts[Count.PICTURES_SENT] == 1
    assert bringing.look(), "what came meanwhile goes at once"
    bringing.errand.close()


def test_an_alert_ends_what_is_on_its_way(tmp_path: Path) -> None:
    bringing = Bringing(tmp_path, says=None, then="exec sleep 100")
    bringing.put()
    assert bringing.look()
    assert bringing.look(has_records=True), "a record alone ends nothing"
    assert not bringing.look(has_alert=True)
    assert FIRST_PAUSE_S <= waited_until_begun(bringing) <= FIRST_PAUSE_S * SPREAD + 5


def waited_until_begun(bringing: Bringing) -> float:
    begun_ms = bringing.clock.real_ms()
    while not bringing.look():
        bringing.clock.advance(5)
    bringing.errand.close()
    return (bringing.clock.real_ms() - begun_ms) / 1000


def test_a_child_that_hangs_is_ended(tmp_path: Path) -> None:
    bringing = Bringing(tmp_path, says=None, then="exec sleep 100")
    bringing.put()
    assert bringing.look()
    bringing.clock.advance(MOST_S - 1)
    assert bringing.look()
    bringing.clock.advance(2)
    assert not bringing.look()


def test_a_hub_that_is_away_is_asked_less_and_less_often(tmp_path: Path) -> None:
    bringing = Bringing(tmp_path, says=Report(is_away=True))
    bringing.put()
    assert bringing.next_after_s() == 0
    waits_s = [bringing.next_after_s() for _ in range(8)]
    for waited_s, pause_s in zip(
        waits_s, (60, 120, 240, 480, 960, 1920, LONGEST_PAUSE_S, LONGEST_PAUSE_S), strict=True
    ):
        assert pause_s <= waited_s <= pause_s * SPREAD + 5


def test_where_the_hub_says_when_it_is_asked_then_but_each_hour(tmp_path: Path) -> None:
    for again_s, expected_s in ((600, 600), (80_000, LONGEST_PAUSE_S)):
        (folder := tmp_path / str(again_s)).mkdir()
        bringing = Bringing(folder, says=Report(again_s=again_s))
        bringing.put()
        bringing.next_after_s()
        assert expected_s <= bringing.next_after_s() <= expected_s * SPREAD + 5


def test_those_that_wait_keep_to_their_share_also_without_a_hub(tmp_path: Path) -> None:
    bringing = Bringing(tmp_path, says=None)
    for seed in range(3):
        bringing.put(length=800_000, seed=seed)
    assert not bringing.look(has_records=True)
    assert (bringing.counts[Count.PICTURES_DROPPED], bringing.counts[Count.PICTURES_WAIT]) == (1, 2)


def test_where_a_person_waits_records_and_an_earlier_failure_hold_nothing_back_and_an_alert_does(
    tmp_path: Path,
) -> None:
    bringing = Bringing(tmp_path, says=Report(is_away=True))
    bringing.put()
    assert bringing.look()
    bringing.done()
    assert not bringing.look(has_records=True)
    bringing.errand.hurry(bringing.clock.real_ms() + 20_000)
    assert bringing.errand.is_hurrying()
    assert not bringing.look(has_alert=True, has_records=True)
    assert not bringing.look(is_open=False)
    assert bringing.look(has_records=True)
    bringing.done()
    assert not bringing.look(has_records=True), "it was tried once"
    bringing.clock.advance(21)
    assert not bringing.errand.is_hurrying()
