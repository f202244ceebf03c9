"""`hub usb import`: no code stays where its answer is, and one box's trouble is not another's."""

from pathlib import Path

import pytest

from hub.storage import claims
from provisioning.identity import box_key, stick
from provisioning.identity.claim_code import new_code
from provisioning.identity.enrolment import ANSWER_BYTES_MAX, Ask, decoded_answer, encoded
from tests.support.new_hubs import SITES, NewHub, import_at


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


def ask(usb: Path, code: str) -> str:
    """Put what a box asks on the stick; return the fingerprint of its key."""
    pem = box_key.new_key()
    key = box_key.fingerprint_of(box_key.loaded(pem).public_key())
    stick.write(usb, stick.ASKS, key, encoded(Ask(claim=code, csr=box_key.request_of(pem))))
    return key


def holds(usb: Path, code: str) -> bool:
    return any(code.encode() in path.read_bytes() for path in usb.rglob("*") if path.is_file())


def test_a_code_leaves_the_stick_when_its_answer_is_there(
    hub: NewHub, usb: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    codes = [hub.label(site).code for site in SITES]
    keys = [ask(usb, code) for code in codes]
    assert import_at(hub, usb) == 0
    assert not any(holds(usb, code) for code in codes)
    assert stick.found(usb, stick.ANSWERS).keys == tuple(sorted(keys))
    told = capsys.readouterr().out
    assert "2 kotak / boxes, 0 ditolak" in told
    assert "masih memuat kode" not in told
    assert import_at(hub, usb) == 0, "typed twice, nothing is left to do"
    assert "2 jawaban di stik" in capsys.readouterr().out


def test_a_code_that_this_hub_refuses_stays_for_the_hub_whose_it_is(
    hub: NewHub, usb: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = new_code()
    ask(usb, code)
    assert import_at(hub, usb) == 1
    assert holds(usb, code)
    assert "Stik masih memuat kode" in capsys.readouterr().out


def test_an_empty_stick_is_no_success(hub: NewHub, usb: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert import_at(hub, usb) == 1
    assert "Tidak ada permintaan di stik" in capsys.readouterr().out


def test_an_answer_that_cannot_be_written_ends_no_other_and_is_written_the_next_time(
    hub: NewHub, usb: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    codes = {ask(usb, code): code for code in (hub.label(site).code for site in SITES)}
    first, second = sorted(codes)
    in_the_way = usb / stick.ANSWERS / f"{first}.json"
    in_the_way.mkdir(parents=True)
    assert import_at(hub, usb) == 1
    told = capsys.readouterr().out
    assert "1 kotak / boxes, 0 ditolak" in told
    assert "!!! 1 diterima tanpa jawaban di stik" in told
    assert "Penuh atau terkunci?" in told
    assert holds(usb, codes[first]), "without its answer the request stays"
    assert not holds(usb, codes[second])
    assert [path.name for path in in_the_way.parent.glob(".*")] == []
    in_the_way.rmdir()
    assert import_at(hub, usb) == 0
    answer = stick.read(usb, stick.ANSWERS, first, most=ANSWER_BYTES_MAX)
    assert answer is not None
    with hub.database() as connection:
        claim = claims.of_key(connection, first)
    assert claim is not None
    assert decoded_answer(answer).node == claim.node_id
    assert not holds(usb, codes[first])
