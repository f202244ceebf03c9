"""`hub node`, as typed."""

from pathlib import Path

import pytest

from hub.__main__ import main
from hub.broker import boxes
from hub.fleet import claims as codes
from hub.fleet import standing
from hub.fleet.authority.issuing import issue_node_certificate
from hub.fleet.standing import Standing
from hub.storage import audit, claims, node_certificates, nodes, sites
from hub.storage import connection as database
from hub.storage.connection import Connection
from hub.storage.sites import Site
from provisioning.identity import claim_code
from tests.support.authorities import NOW, make_authority, request
from tests.support.databases import new_database

HEARD, CLAIMED = "n-7f3k2m9q", "n-2c9d4x8w"
Out = pytest.CaptureFixture[str]


@pytest.fixture
def hub(tmp_path: Path) -> Connection:
    """A database with one box that was heard and one that has claimed its certificate."""
    authority = make_authority(tmp_path)
    (tmp_path / "hub.toml").write_text('home = "home"\n', encoding="utf-8")
    connection = new_database(tmp_path / "home" / "hub.db")
    now_ms = round(1000 * NOW.timestamp())
    with database.write(connection):
        nodes.add(connection, HEARD, now_ms=now_ms)
        sites.save(connection, Site(site_id="tiang-a", name="Tiang A"))
        new = codes.new(connection, "tiang-a", now_real_ms=now_ms, code=claim_code.new_code())
        claims.mark_taken(connection, new.claim_id, key_fingerprint="f" * 64, node_id=CLAIMED, now_real_ms=now_ms)
        issued = issue_node_certificate(request(), CLAIMED, authority=authority, now=NOW)
        claims.keep_certificate(connection, new.claim_id, issued.chain_pem)
    return connection


def typed(folder: Path, *words: str) -> int:
    return main(["node", *words, "--config", str(folder / "hub.toml")])


def test_list_shows_how_each_box_stands_and_when_its_certificate_ends(
    hub: Connection, tmp_path: Path, capsys: Out
) -> None:
    standing.quarantine(hub, HEARD, reason="dua papan", now_ms=0)
    assert typed(tmp_path, "list") == 0
    claimed, heard, why, summary = capsys.readouterr().out.splitlines()
    assert claimed.startswith(CLAIMED)
    assert "aktif / live" in claimed
    assert "belum terdengar" in claimed
    assert "certificate until 27 Desember 2027" in claimed
    assert "KARANTINA / quarantined" in heard
    assert "22 November 2026 12:00 WIT; tanpa sertifikat" in heard
    assert why.startswith("    dua papan (hub, ")
    assert summary == "2 kotak / boxes, 1 ditolak / refused"


def test_list_shows_a_box_whose_claim_is_lost_and_one_whose_certificate_is_damaged(
    hub: Connection, tmp_path: Path, capsys: Out
) -> None:
    with database.write(hub):
        node_certificates.add(
            hub, node_id="n-lost", key_fingerprint="a" * 64, chain=b"x", issued_real_ms=0, used_real_ms=0
        )  # fmt: skip
    assert typed(tmp_path, "list") == 0
    found = [line for line in capsys.readouterr().out.splitlines() if line.startswith("n-lost")]
    assert [line.endswith("its certificate in the database is damaged") for line in found] == [True]


def test_revoke_and_release_are_done_once_and_stand_in_the_audit_log(
    hub: Connection, tmp_path: Path, capsys: Out
) -> None:
    standing.quarantine(hub, HEARD, reason="dua papan", now_ms=0)
    assert typed(tmp_path, "release", HEARD, "--reason", "kartu disita") == 0
    assert typed(tmp_path, "release", HEARD, "--reason", "kartu disita") == 2
    assert "tidak dikarantina" in capsys.readouterr().err
    assert typed(tmp_path, "revoke", CLAIMED, "--reason", "dicuri") == 0
    assert typed(tmp_path, "release", CLAIMED, "--reason", "ketemu") == 2
    assert "label baru" in capsys.readouterr().err
    assert standing.refused(hub) == {CLAIMED: Standing.REVOKED}
    deeds = [(row.action, row.subject) for row in audit.all_rows(hub) if row.actor.startswith("shell:")]
    assert deeds == [("node.released", HEARD), ("node.revoked", CLAIMED)]


def test_a_box_that_nobody_knows_and_a_deed_without_a_reason_are_refused(
    hub: Connection, tmp_path: Path, capsys: Out
) -> None:
    assert typed(tmp_path, "revoke", "n-tidakada", "--reason", "x") == 2
    assert "hub node list" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        typed(tmp_path, "revoke", HEARD)
    assert standing.refused(hub) == {}


def test_retire_is_shown_as_retiring_and_taken_back(hub: Connection, tmp_path: Path, capsys: Out) -> None:
    assert typed(tmp_path, "retire", HEARD, "--reason", "pos ditutup") == 0
    said = capsys.readouterr().out
    assert "120 s" in said
    assert f"hub node retire {HEARD} --cancel" in said
    assert typed(tmp_path, "list") == 0
    _, heard, why, how_far, summary = capsys.readouterr().out.splitlines()
    assert "AKAN PENSIUN / retiring" in heard
    assert why.startswith("    pos ditutup (shell:")
    assert "the box was not told yet" in how_far
    assert summary.endswith("0 ditolak / refused")
    assert typed(tmp_path, "retire", HEARD, "--cancel") == 0
    assert typed(tmp_path, "retire", HEARD, "--cancel") == 2
    assert "tidak sedang dipensiunkan" in capsys.readouterr().err
    deeds = [row.action for row in audit.all_rows(hub) if row.actor.startswith("shell:")]
    assert deeds == ["node.retiring", "node.kept"]
    with pytest.raises(SystemExit):
        typed(tmp_path, "retire", HEARD)


def test_a_name_from_the_broker_s_list_is_revoked_though_the_restored_hub_never_heard_of_it(
    hub: Connection, tmp_path: Path, capsys: Out
) -> None:
    stolen = "n-9s4t2u7v"
    assert typed(tmp_path, "revoke", stolen, "--reason", "dicuri") != 0
    assert typed(tmp_path, "revoke", stolen, "--lost", "--reason", "dicuri") == 0
    assert boxes.of_database(hub).denied == (stolen,)
    assert typed(tmp_path, "revoke", "hub", "--lost", "--reason", "bukan kotak") != 0
    assert "Bukan nama kotak" in capsys.readouterr().err
    assert typed(tmp_path, "list") == 0
    assert f"{stolen:<18} DICABUT / revoked" in capsys.readouterr().out
