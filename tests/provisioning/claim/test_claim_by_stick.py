"""`provision claim --usb` and `hub usb import`: hub and box never meet."""

import json
import os
from functools import partial
from pathlib import Path

import pytest

from edge_agent import config as edge_config
from hub.storage import audit, claims
from provisioning.__main__ import main
from provisioning.identity import box_key, claim_code, stick
from provisioning.identity.claim_text import ClaimText
from tests.support.cuts import is_cut_at
from tests.support.new_hubs import SITES, NewBox, NewHub, import_at

WAITING = 3


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> NewHub:
    """A hub whose web process does not run."""
    return NewHub(tmp_path_factory.mktemp("hub"))


@pytest.fixture
def usb(tmp_path: Path) -> Path:
    """An empty stick."""
    folder = tmp_path / "usb"
    folder.mkdir()
    return folder


def asked(hub: NewHub, box: NewBox, usb: Path, site: str = SITES[0]) -> str:
    """Let a box ask by the stick; return the fingerprint of its key."""
    assert main(box.claiming("--code", hub.label(site).encoded(), "--usb", usb)) == WAITING
    key = box_key.loaded((box.identity / "key.pem").read_bytes())
    return box_key.fingerprint_of(key.public_key())


def test_there_and_back_makes_a_box_that_its_agent_understands(
    hub: NewHub, box: NewBox, usb: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = asked(hub, box, usb)
    assert [path.name for path in usb.rglob("*.json")] == [f"{key}.json"]
    assert "hub usb import" in capsys.readouterr().out
    assert import_at(hub, usb) == 0
    assert "1 kotak / boxes, 0 ditolak" in capsys.readouterr().out
    assert main(box.claiming("--usb", usb)) == 0
    config = edge_config.load(box.config)
    assert config.hub is not None
    assert (config.hub.host, config.hub.port) == ("127.0.0.1", 8883)
    with hub.database() as connection:
        claim = claims.of_key(connection, key)
        row = list(audit.all_rows(connection))[-1]
    assert claim is not None
    assert config.box.node == claim.node_id
    assert (row.action, row.actor.split(":")[0]) == ("claim.taken", "shell")
    assert main(box.claiming("--usb", usb)) == 0


def test_without_the_hub_in_between_the_box_waits_and_says_so_with_its_own_code(
    hub: NewHub, box: NewBox, usb: Path
) -> None:
    asked(hub, box, usb)
    before = (box.identity / "key.pem").read_bytes()
    assert main(box.claiming("--usb", usb)) == WAITING
    assert (box.identity / "key.pem").read_bytes() == before


def test_one_stick_carries_many_boxes_and_one_that_is_refused_stops_no_other(
    hub: NewHub, tmp_path: Path, usb: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    late = NewBox(tmp_path / "late")
    asked(hub, late, usb)
    good = NewBox(tmp_path / "good")
    asked(hub, good, usb)  # the same site: the code of the first one has ended
    assert import_at(hub, usb) == 1
    told = capsys.readouterr().out
    assert "kode dicabut" in told
    assert "1 kotak / boxes, 1 ditolak" in told
    assert main(good.claiming("--usb", usb)) == 0
    assert main(late.claiming("--usb", usb)) == WAITING


def test_an_answer_of_another_hub_is_not_believed(
    hub: NewHub, box: NewBox, usb: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = asked(hub, box, usb)
    ask = json.loads((usb / stick.ASKS / f"{key}.json").read_bytes())
    other = NewHub(tmp_path / "other")
    ask["claim"] = other.label().code
    (usb / stick.ASKS / f"{key}.json").write_text(json.dumps(ask), encoding="utf-8")
    assert import_at(other, usb) == 0
    capsys.readouterr()
    assert main(box.claiming("--usb", usb)) == 1
    assert "sidik jari hub tidak sama" in capsys.readouterr().err
    assert not (box.identity / "certificate.pem").exists()
    assert "[hub]" not in box.config.read_text(encoding="utf-8")
    assert import_at(hub, usb) == 0, "the box has asked again, so the stick can be carried to the right hub"
    assert main(box.claiming("--usb", usb)) == 0


def test_the_certificate_of_another_box_is_not_taken(
    hub: NewHub, tmp_path: Path, usb: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = NewBox(tmp_path / "one"), NewBox(tmp_path / "two")
    keys = asked(hub, one, usb), asked(hub, two, usb, SITES[1])
    assert import_at(hub, usb) == 0
    answers = [usb / stick.ANSWERS / f"{key}.json" for key in keys]
    answers[0].write_bytes(answers[1].read_bytes())
    assert main(one.claiming("--usb", usb)) == 2
    assert "made for another key" in capsys.readouterr().err


def test_a_stick_from_strange_computers_harms_nobody(
    hub: NewHub, box: NewBox, usb: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = asked(hub, box, usb)
    asks = usb / stick.ASKS
    for number in range(10_000):
        (asks / f"odd-{number}.json").touch()
    secret = tmp_path / "secret"
    secret.write_text('{"claim":"x","csr":"y"}', encoding="utf-8")
    (asks / f"{'1' * 64}.json").symlink_to(secret)
    with (asks / f"{'2' * 64}.json").open("wb") as huge:
        huge.truncate(5 * 2**30)
    os.mkfifo(asks / f"{'3' * 64}.json")
    (asks / f"{'4' * 64}.json").mkdir()
    (asks / f"{'5' * 64}.json").write_bytes(b'{"claim":' + b"[" * 15_000)
    (asks / f"{'6' * 64}.json").write_bytes((asks / f"{key}.json").read_bytes())
    (asks / f"{'A' * 64}.json").write_bytes((asks / f"{key}.json").read_bytes())
    assert import_at(hub, usb) == 1
    told = capsys.readouterr().out
    assert "1 kotak / boxes, 6 ditolak / refused, 10001 dilewati / passed over" in told
    assert "nama berkas bukan kunci" in told
    assert [path.name for path in (usb / stick.ANSWERS).iterdir()] == [f"{key}.json"]
    assert main(box.claiming("--usb", usb)) == 0


@pytest.mark.parametrize("torn", ["cut short", "empty", "a link"])
def test_a_torn_answer_is_told_passed_over_and_asked_for_again(
    hub: NewHub, tmp_path: Path, usb: Path, torn: str, capsys: pytest.CaptureFixture[str]
) -> None:
    box = NewBox(tmp_path / "box")
    key = asked(hub, box, usb)
    assert import_at(hub, usb) == 0
    answer = usb / stick.ANSWERS / f"{key}.json"
    whole = answer.read_bytes()
    answer.unlink()
    if torn == "a link":
        (tmp_path / "elsewhere").write_bytes(whole)
        answer.symlink_to(tmp_path / "elsewhere")
    else:
        answer.write_bytes(whole[: 700 if torn == "cut short" else 0])
    capsys.readouterr()
    assert main(box.claiming("--usb", usb)) == WAITING
    assert "Jawaban di stik dilewati" in capsys.readouterr().out
    assert import_at(hub, usb) == 0
    assert main(box.claiming("--usb", usb)) == 0


@pytest.mark.parametrize("folder", [stick.ASKS, stick.ANSWERS])
def test_a_folder_that_is_a_link_is_not_followed(
    hub: NewHub, usb: Path, tmp_path: Path, folder: str, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    box = NewBox(tmp_path / "box")
    if folder == stick.ANSWERS:
        asked(hub, box, usb)
    (usb / folder).symlink_to(elsewhere)
    if folder == stick.ANSWERS:
        assert import_at(hub, usb) == 1
    else:
        assert main(box.claiming("--code", hub.label().encoded(), "--usb", usb)) == 1
    assert "A folder is expected" in capsys.readouterr().err
    assert list(elsewhere.iterdir()) == []


def test_a_stick_that_is_not_there_says_so(hub: NewHub, box: NewBox, tmp_path: Path) -> None:
    assert main(box.claiming("--code", hub.label().encoded(), "--usb", tmp_path / "nothing")) == 1
    assert import_at(hub, tmp_path / "nothing") == 1


def verify_known(hub: NewHub, box: NewBox, label: ClaimText) -> None:
    """Fail unless the box has exactly what the hub gave for this label."""
    with hub.database() as connection:
        (claim,) = [one for one in claims.all_claims(connection) if one.code_hash == claim_code.digest(label.code)]
    assert edge_config.load(box.config).box.node == claim.node_id
    assert (box.identity / "certificate.pem").read_bytes() == claim.certificate


@pytest.mark.parametrize("plugging_in", ["first", "second"])
def test_a_power_cut_at_any_moment_loses_nothing(hub: NewHub, tmp_path: Path, plugging_in: str) -> None:
    for moment in range(1, 60):
        label, box, usb = hub.label(), NewBox(tmp_path / f"box-{moment}"), tmp_path / f"usb-{moment}"
        usb.mkdir()
        first, second = box.claiming("--code", label.encoded(), "--usb", usb), box.claiming("--usb", usb)
        if plugging_in == "first" and not is_cut_at(moment, partial(main, first)):
            break
        assert main(first) == WAITING
        assert import_at(hub, usb) == 0
        if plugging_in == "second" and not is_cut_at(moment, partial(main, second)):
            break
        assert main(second) == 0
        verify_known(hub, box, label)
    assert 9 < moment < 59
