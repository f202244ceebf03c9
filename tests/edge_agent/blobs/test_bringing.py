"""A box brings its pictures to the real hub: newest first, after a cut only the rest, and what is there is removed."""

import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from contract.blobs import BLOB_MOST_BYTES, BOX_PORT_ABOVE
from contract.clock import SystemClock
from edge_agent.blobs.__main__ import DONE, FAILED, bring_all, bringer_of, main
from edge_agent.blobs.bringing import LATER_S, Bringer, Fate
from edge_agent.blobs.outgoing import Outgoing
from edge_agent.blobs.report import Report, decoded
from hub.blobs.allowance import NODE_DAY_BYTES, day_of
from hub.fleet import standing
from hub.storage import blobs
from hub.storage import connection as database
from provisioning.identity import renewal
from tests.support.new_hubs import NewHub
from tests.support.picture_boxes import begin, begun, web_within
from tests.support.pictures import name_of, picture
from tests.support.processes import wait_until
from tests.support.renewals import settled_box


class PictureBox:
    """A claimed box with pictures that wait."""

    def __init__(self, hub: NewHub, folder: Path) -> None:
        self.hub = hub
        self.box, self.known = settled_box(hub, folder, age_days=1)
        self.outgoing = Outgoing(self.box.home)
        self.outgoing.folder.mkdir(parents=True)

    def put(self, content: bytes, *, name: str | None = None, at_s: int = 1) -> str:
        path = self.outgoing.folder / (name or name_of(content))
        path.write_bytes(content)
        os.utime(path, (at_s, at_s))
        return path.name

    def waits(self) -> set[str]:
        return {one.path.name for one in self.outgoing.newest_first()}

    def bring_all(self) -> Report:
        return bring_all(self.outgoing, bringer_of(self.box.home))

    def order_at_hub(self) -> list[str]:
        with self.hub.database() as connection:
            rows = connection.execute(
                "SELECT sha256 FROM blobs WHERE node_id = ? ORDER BY blob_no", (self.known.node_id,)
            )
            return [name for (name,) in rows]


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewHub]:
    with web_within(NewHub(tmp_path_factory.mktemp("hub"))) as made:
        yield made


@pytest.fixture
def box(hub: NewHub, tmp_path: Path) -> PictureBox:
    return PictureBox(hub, tmp_path / "box")


def test_what_waits_is_brought_newest_first_and_removed(box: PictureBox, capfd: pytest.CaptureFixture[str]) -> None:
    names = [box.put(picture(3_000, seed=n), at_s=n) for n in (1, 3, 2)]
    assert main([str(box.box.home)]) == DONE
    assert decoded(capfd.readouterr().out.encode()) == Report(kept=3)
    assert box.order_at_hub() == [names[1], names[2], names[0]]
    assert box.waits() == set()


class Counting:
    """What a box's connection to the hub passes through, and is cut by after so many bytes, when `may_cut` says so."""

    def __init__(self, port: int, *, may_cut: Callable[[], bool]) -> None:
        self._to = ("127.0.0.1", port)
        self._may_cut = may_cut
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.cut_after: int | None = None
        self.passed = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                inside, _ = self._listener.accept()
            except OSError:
                return
            outside = socket.create_connection(self._to)
            threading.Thread(target=self._pass, args=(outside, inside, False), daemon=True).start()
            threading.Thread(target=self._pass, args=(inside, outside, True), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, is_up: bool) -> None:  # noqa: FBT001 - of a thread
        try:
            while piece := source.recv(16_384):
                target.sendall(piece)
                self.passed += len(piece) if is_up else 0
                if is_up and self.cut_after is not None and self.passed > self.cut_after:
                    self.cut_after = None
                    wait_until(self._may_cut, what="what is under way to come")
                    break
        except OSError:
            pass
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def close(self) -> None:
        self._listener.close()


def test_after_a_cut_in_the_middle_only_the_rest_is_sent(box: PictureBox) -> None:
    content = picture(1_000_000, seed=20)
    name = box.put(content)
    straight = bringer_of(box.box.home)
    with closing(Counting(straight.port, may_cut=lambda: begun(box.hub, content) > 500_000)) as line:
        line.cut_after = 600_000
        bringer = Bringer(host="127.0.0.1", port=line.port, context=straight.context)
        assert bring_all(box.outgoing, bringer).is_away
        assert box.waits() == {name}
        assert bring_all(box.outgoing, bringer) == Report(kept=1)
        assert line.passed < 1_000_000 + 128 * 1024, "twice at most what was under way"
    assert box.waits() == set()


def test_a_spoilt_beginning_at_the_hub_is_sent_anew_at_once(box: PictureBox) -> None:
    content = picture(100_000, seed=21)
    with closing(begin(box.hub, box.box, content, come=40_000)):
        wait_until(lambda: begun(box.hub, content) == 40_000, what="the beginning")
    (path,) = (box.hub.home / "blobs" / "arriving").glob(f"*/{name_of(content)}")
    path.write_bytes(bytes(40_000))
    box.put(content)
    assert box.bring_all() == Report(kept=1)


def test_what_nobody_will_take_goes_and_holds_up_nothing(box: PictureBox) -> None:
    box.put(b"no picture", at_s=9)
    box.put(picture(seed=22), name="0" * 64, at_s=8)
    box.put(picture(BLOB_MOST_BYTES + 1), at_s=7)
    box.put(b"", at_s=6)
    good = box.put(picture(seed=23))
    assert box.bring_all() == Report(kept=1, refused=4)
    assert (box.order_at_hub(), box.waits()) == ([good], set())


def test_when_the_days_quota_is_used_up_pictures_wait_and_none_is_sent(box: PictureBox) -> None:
    day = day_of(SystemClock().now_ms())
    with box.hub.database() as connection, database.write(connection):
        blobs.count_sent(connection, day, node_id=box.known.node_id, bytes_more=NODE_DAY_BYTES)
    content = picture(500_000, seed=24)
    name, straight = box.put(content), bringer_of(box.box.home)
    with closing(Counting(straight.port, may_cut=lambda: True)) as line:
        report = bring_all(box.outgoing, Bringer(host="127.0.0.1", port=line.port, context=straight.context))
    assert (report.kept, report.is_away, report.again_s > 0) == (0, False, True)
    assert line.passed < 20_000, "a question alone"
    assert (box.waits(), begun(box.hub, content)) == ({name}, 0)


def test_a_revoked_box_keeps_its_pictures_and_asks_again_in_an_hour(box: PictureBox) -> None:
    with box.hub.database() as connection, database.write(connection):
        standing.revoke(connection, box.known.node_id, reason="dicuri", now_ms=1, actor="uji")
    name = box.put(picture(seed=25))
    assert box.bring_all() == Report(again_s=LATER_S)
    assert box.waits() == {name}


def test_a_hub_that_is_not_the_boxs_gets_nothing(box: PictureBox, tmp_path: Path) -> None:
    other = NewHub(tmp_path / "other")
    straight = bringer_of(box.box.home)
    strange = ssl.create_default_context(cadata=other.authority.bundle_pem().decode())
    told = Bringer(host="127.0.0.1", port=straight.port, context=strange).bring(
        box.outgoing.folder / box.put(picture(seed=26))
    )
    assert told.fate is Fate.AWAY
    assert "CERTIFICATE_VERIFY_FAILED" in told.why


def test_without_a_claim_there_is_nowhere_to_bring_anything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == FAILED
    assert "provision claim" in capsys.readouterr().err


def test_box_and_claim_agree_where_boxes_go() -> None:
    assert BOX_PORT_ABOVE == renewal.BOX_PORT_ABOVE
