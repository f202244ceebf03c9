"""`provision renew` against the real web process, over real mutual TLS; the box's claim was done long ago."""

import http.client
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import pytest

from edge_agent.blobs.__main__ import bringer_of
from edge_agent.renewal import slots
from edge_agent.renewal.slots import Slots, Step
from edge_agent.uplink.tls import folder_context
from hub.fleet import standing
from hub.storage import connection as database
from hub.storage import node_certificates
from provisioning.__main__ import main
from provisioning.identity import box_key
from tests.support.cuts import is_cut_at
from tests.support.new_hubs import NewBox, NewHub
from tests.support.renewals import DUE_DAYS, LIFE_DAYS, Known, settled_box

SHUT = 9
"""A port where nobody listens."""


def renew(box: NewBox, *words: str) -> int:
    return main(["renew", "--config", str(box.config), *words])


def fingerprint(place: Path) -> str:
    return box_key.fingerprint_of(box_key.loaded((place / slots.KEY).read_bytes()).public_key())


def newest_of(hub: NewHub, one: Known) -> node_certificates.NodeCertificate:
    with hub.database() as connection:
        return node_certificates.of_node(connection, one.node_id)[-1]


def test_before_its_time_nothing_is_made_and_the_day_is_told(
    hub: NewHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    box, one = settled_box(hub, tmp_path, age_days=10)
    before = box.everything()
    assert renew(box) == 0
    assert f"{one.node_id}: sertifikat belum waktunya diganti" in capsys.readouterr().out
    assert box.everything() == before


@pytest.mark.parametrize("age_days", [DUE_DAYS, LIFE_DAYS + 1, LIFE_DAYS + 179], ids=["in time", "ended", "dark"])
def test_the_next_certificate_lies_beside_the_old_one_tried_by_https(
    hub: NewHub, tmp_path: Path, age_days: float
) -> None:
    box, one = settled_box(hub, tmp_path, age_days=age_days)
    assert renew(box) == 0
    place = Slots(box.identity)
    assert place.is_ready()
    assert place.in_use() == box.identity, "the uplink alone switches"
    assert (box.identity / slots.KEY).read_bytes() == one.key
    newest = newest_of(hub, one)
    assert newest.key_fingerprint == fingerprint(place.idle()) != one.presented.key_fingerprint
    assert (place.idle() / slots.CERTIFICATE).read_bytes() == newest.chain
    assert newest.used_real_ms is not None, "the hub has seen it"
    assert (place.idle() / slots.KEY).stat().st_mode & 0o777 == 0o600
    assert renew(box) == 0
    assert newest_of(hub, one) == newest, "asked again it is the same"


def test_180_days_after_the_end_a_new_label_is_needed(
    hub: NewHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    box, _ = settled_box(hub, tmp_path, age_days=LIFE_DAYS + 181)
    assert renew(box) == 1
    assert "hub site replace" in capsys.readouterr().err


def test_a_revoked_box_keeps_what_it_has_and_is_told(
    hub: NewHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    box, one = settled_box(hub, tmp_path, age_days=DUE_DAYS)
    with hub.database() as connection, database.write(connection):
        standing.revoke(connection, one.node_id, reason="dicuri", now_ms=1, actor="uji")
    assert renew(box) == 1
    assert "revoked" in capsys.readouterr().err
    assert not Slots(box.identity).is_ready()


@pytest.mark.parametrize("apart", [pytest.param(1, marks=pytest.mark.nightly), 6])
def test_a_power_cut_at_any_moment_leaves_the_identity_and_costs_no_second_certificate(
    hub: NewHub, tmp_path: Path, apart: int
) -> None:
    """Cut at each moment, by day at each sixth: what is in use stays; typed again there is exactly one more."""
    moment = 0
    while True:
        moment += apart
        box, one = settled_box(hub, tmp_path / str(moment), age_days=DUE_DAYS)
        if not is_cut_at(moment, partial(renew, box)):
            break
        assert (Slots(box.identity).in_use() / slots.KEY).read_bytes() == one.key, f"moment {moment}"
        assert renew(box) == 0, f"moment {moment}"
        place = Slots(box.identity)
        assert place.is_ready(), f"moment {moment}"
        with hub.database() as connection:
            given = node_certificates.of_node(connection, one.node_id)
        assert [one.presented.key_fingerprint, fingerprint(place.idle())] == [each.key_fingerprint for each in given]
    assert moment > 12


def test_a_hub_that_is_away_changes_nothing_on_the_box(
    hub: NewHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    box, _ = settled_box(hub, tmp_path, age_days=DUE_DAYS)
    journal = box.identity / "journal.json"
    journal.write_bytes(journal.read_bytes().replace(f":{hub.port}".encode(), b":9"))
    before = box.everything()
    assert renew(box) == 1
    assert "tidak menjawab" in capsys.readouterr().err
    assert box.everything() == before


@pytest.mark.parametrize("age_days", [LIFE_DAYS + 1, LIFE_DAYS + 179])
def test_a_box_back_from_the_dark_is_renewed_by_the_port_of_the_label_alone(
    hub: NewHub, tmp_path: Path, age_days: float
) -> None:
    """The port of boxes is shut: the broker is the trial."""
    box, one = settled_box(hub, tmp_path, age_days=age_days)
    name_in_journal(box, box_port=SHUT)
    assert renew(box) == 0
    place = Slots(box.identity)
    assert place.is_ready()
    assert newest_of(hub, one).key_fingerprint == fingerprint(place.idle())


def test_a_certificate_that_came_before_the_dark_is_used_after_it_though_the_port_of_boxes_is_shut(
    hub: NewHub, tmp_path: Path
) -> None:
    box, one = settled_box(hub, tmp_path, age_days=LIFE_DAYS + 1)
    came = begun_again(box)
    name_in_journal(box, box_port=SHUT)
    assert renew(box) == 0
    assert Slots(box.identity).is_ready()
    assert newest_of(hub, one).key_fingerprint == came


def test_a_box_in_time_is_told_that_the_port_of_boxes_is_shut_and_keeps_its_new_key(
    hub: NewHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    box, _ = settled_box(hub, tmp_path, age_days=DUE_DAYS)
    name_in_journal(box, box_port=SHUT)
    assert renew(box) == 1
    assert "--box-port" in capsys.readouterr().err
    kept = box.everything()
    assert renew(box) == 1
    assert box.everything() == kept, "nothing is written each hour"
    name_in_journal(box, box_port=None)
    assert renew(box) == 0


def test_a_trial_that_the_hub_saw_and_did_not_answer_costs_no_key(hub: NewHub, tmp_path: Path) -> None:
    """The hub closes the old certificate 7 days after it has seen the new one; it may break off right then."""
    box, one = settled_box(hub, tmp_path, age_days=DUE_DAYS)
    came = begun_again(box)
    with breaking_off() as port:
        name_in_journal(box, address=f"127.0.0.1:{SHUT}", box_port=port)
        assert renew(box) == 1
    assert fingerprint(Slots(box.identity).idle()) == came
    name_in_journal(box, address=f"127.0.0.1:{hub.port}", box_port=None)
    assert renew(box) == 0
    assert fingerprint(Slots(box.identity).idle()) == came == newest_of(hub, one).key_fingerprint


def test_a_box_that_is_quarantined_at_its_trial_keeps_the_new_key_and_a_closed_certificate_goes(
    hub: NewHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    box, one = settled_box(hub, tmp_path, age_days=DUE_DAYS)
    came = begun_again(box)
    with hub.database() as connection, database.write(connection):
        standing.quarantine(connection, one.node_id, reason="uji", now_ms=1)
    assert renew(box) == 1
    assert fingerprint(Slots(box.identity).idle()) == came
    with hub.database() as connection, database.write(connection):
        standing.release(connection, one.node_id, reason="uji", now_ms=2, actor="uji")
        connection.execute("DELETE FROM node_certificates WHERE key_fingerprint = ?", (came,))
    assert renew(box) == 1
    assert "7 hari" in capsys.readouterr().err
    assert Slots(box.identity).step() is None
    assert renew(box) == 0
    assert fingerprint(Slots(box.identity).idle()) != came


@pytest.mark.parametrize("damaged", [slots.KEY, slots.CERTIFICATE, slots.BUNDLE])
def test_a_new_certificate_that_is_damaged_on_the_disk_is_fetched_again(
    hub: NewHub, tmp_path: Path, damaged: str
) -> None:
    box, one = settled_box(hub, tmp_path, age_days=DUE_DAYS)
    assert renew(box) == 0
    idle = Slots(box.identity).idle()
    came = fingerprint(idle)
    (idle / damaged).write_bytes(b"")
    with hub.database() as connection, database.write(connection):
        connection.execute("UPDATE node_certificates SET issued_real_ms = issued_real_ms - 7200000")
    assert renew(box) == 0
    folder_context(idle)
    assert Slots(box.identity).is_ready()
    assert (fingerprint(idle) == came) == (damaged != slots.KEY), "a key that can be read is asked with again"
    assert newest_of(hub, one).key_fingerprint == fingerprint(idle)


def test_a_hub_that_has_moved_is_named_once_and_kept_when_it_has_answered(
    hub: NewHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    box, _ = settled_box(hub, tmp_path, age_days=10)
    name_in_journal(box, address=f"127.0.0.1:{SHUT}")
    before = box.everything()
    assert renew(box, "--hub", f"127.0.0.1:{SHUT - 1}") == 1
    assert renew(box, "--hub", "no address") == 2
    assert box.everything() == before
    assert renew(box, "--hub", f"127.0.0.1:{hub.port}", "--box-port", str(hub.box_port)) == 0
    assert renew(box) == 0
    assert bringer_of(box.home).port == hub.box_port
    assert renew(box, "--box-port", str(SHUT)) == 1
    assert "--box-port" in capsys.readouterr().err
    assert bringer_of(box.home).port == SHUT
    assert renew(box, "--box-port", "0") == 1, "what was begun is too early"
    assert renew(box) == 0


def name_in_journal(box: NewBox, **where: object) -> None:
    """Say in the journal where the hub is."""
    path = box.identity / slots.JOURNAL
    path.write_text(json.dumps(json.loads(path.read_text()) | where))


def begun_again(box: NewBox) -> str:
    """Renew, as if the power had gone just before the trial was written down; return the fingerprint of the new key."""
    assert renew(box) == 0
    idle = Slots(box.identity).idle()
    (idle / slots.STEP).write_text(Step.BEGUN)
    return fingerprint(idle)


@contextmanager
def breaking_off() -> Iterator[int]:
    """Listen for who comes first and hang up on him; yield the port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def hang_up() -> None:
            came, _ = listening.accept()
            with came:
                came.recv(1)

        thread = threading.Thread(target=hang_up, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        thread.join(timeout=10)


def test_somebody_else_at_the_hubs_address_gets_no_request(
    hub: NewHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = NewHub(tmp_path / "other")
    box, _ = settled_box(hub, tmp_path / "box", age_days=DUE_DAYS)
    (box.identity / slots.BUNDLE).write_bytes(other.authority.bundle_pem())
    assert renew(box) == 1
    assert "PERINGATAN" in capsys.readouterr().err
    assert Slots(box.identity).step() is None


def test_a_spoilt_new_key_is_made_anew(hub: NewHub, tmp_path: Path) -> None:
    box, _ = settled_box(hub, tmp_path, age_days=DUE_DAYS)
    idle = Slots(box.identity).idle()
    idle.mkdir()
    (idle / slots.STEP).write_text(Step.BEGUN)
    (idle / slots.KEY).write_bytes(b"")
    assert renew(box) == 0
    assert Slots(box.identity).is_ready()


def test_a_box_that_was_never_claimed_is_told_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    box = NewBox(tmp_path)
    assert renew(box) == 2
    assert "provision claim" in capsys.readouterr().err


def test_two_at_once_do_not_work_on_one_identity(
    hub: NewHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    box, _ = settled_box(hub, tmp_path, age_days=DUE_DAYS)
    with Slots(box.identity).locked():
        assert renew(box) == 1
    assert "another program" in capsys.readouterr().err


def test_the_port_of_boxes_lets_nobody_in_without_a_certificate_and_serves_nothing_else(
    hub: NewHub, tmp_path: Path
) -> None:
    box, _ = settled_box(hub, tmp_path / "new", age_days=1)
    ended, _ = settled_box(hub, tmp_path / "ended", age_days=LIFE_DAYS + 1)
    for shown in (None, ended.identity):
        with pytest.raises(OSError):
            status_at(hub, "/api/v1/renewal", shown=shown)
    assert status_at(hub, "/api/v1/renewal", shown=box.identity) == 200
    for path in ("/", "/dinding", "/healthz", "/api/v1/stations", "/api/v1/enrol", "/static/x", "/api/v1/renewals"):
        assert status_at(hub, path, shown=box.identity) == 404, path


def status_at(hub: NewHub, path: str, *, shown: Path | None) -> int:
    context = ssl.create_default_context(cadata=hub.authority.bundle_pem().decode())
    if shown is not None:
        context.load_cert_chain(shown / slots.CERTIFICATE, shown / slots.KEY)
    with closing(http.client.HTTPSConnection("127.0.0.1", hub.box_port, timeout=10, context=context)) as connection:
        connection.request("GET", path)
        return connection.getresponse().status
