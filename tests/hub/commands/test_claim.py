"""`hub claim`, as typed."""

import re
import stat
from pathlib import Path

import pytest

from contract.clock import SystemClock, aware
from hub.__main__ import main
from hub.fleet import claims as codes
from hub.fleet.authority import making
from hub.storage import audit, claims
from hub.storage import connection as database
from tests.support.authorities import NAMES, PASSPHRASE

CITY = '[[sites]]\nsite = "tiang-a"\nname = "Tiang timur, Jembatan Batu Merah"\nlat = -3.69\nlon = 128.18\n'
HUB = "192.168.10.2:8443"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A hub with an authority and a site."""
    file, city = tmp_path / "hub.toml", tmp_path / "city.toml"
    file.write_text('home = "home"\n', encoding="utf-8")
    city.write_text(CITY, encoding="utf-8")
    assert main(["stations", "import", str(city), "--config", str(file)]) == 0
    making.init(
        home=tmp_path / "home", root_folder=tmp_path / "stick", passphrase=PASSPHRASE, names=NAMES, city="Kota Uji",
        now=aware(SystemClock().now_ms()),
    )  # fmt: skip
    return file


def typed(config: Path, *words: str) -> int:
    return main(["claim", *words, "--config", str(config)])


@pytest.mark.parametrize("suffix", ["pdf", "svg"])
def test_a_new_code_is_printed_once_and_drawn_on_a_label_for_the_owner_alone(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], suffix: str
) -> None:
    sheet = tmp_path / f"label.{suffix}"
    assert typed(config, "new", "tiang-a", "--hub", HUB, "--sheet", str(sheet)) == 0
    told = capsys.readouterr().out
    (code,) = re.findall(r"^  ((?:\w{4}-){5}\w)$", told, re.MULTILINE)
    assert "QR 5-M, 37 x 37 modul" in told
    assert "0.56 mm per modul" in told
    assert stat.S_IMODE(sheet.stat().st_mode) == 0o600
    assert suffix == "pdf" or code.encode() in sheet.read_bytes()
    connection = database.open(tmp_path / "home" / "hub.db")
    with database.write(connection):
        now_ms = SystemClock().now_ms()
        taken = codes.take(connection, code, key_fingerprint="a" * 64, now_real_ms=now_ms)
        codes.take(connection, code, key_fingerprint="b" * 64, now_real_ms=now_ms)
    assert taken.site_id == "tiang-a"
    assert typed(config, "list") == 0
    listed = capsys.readouterr().out
    assert code not in listed
    assert "terpakai / taken" in listed
    assert f"{taken.node_id}  belum terdengar / not heard yet" in listed
    assert "ALARM: kunci lain memakai kode ini" in listed
    assert "1 kode / codes, 0 menunggu / waiting, 1 alarm / alarms" in listed
    assert typed(config, "new", "tiang-a", "--hub", HUB) == 0
    assert f"sudah punya kotak / this site has a box already: {taken.node_id}" in capsys.readouterr().out


def test_a_code_can_be_revoked_by_its_number(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    typed(config, "new", "tiang-a", "--hub", HUB)
    assert typed(config, "revoke", "1") == 0
    assert typed(config, "revoke", "1") == 2
    assert typed(config, "list") == 0
    told = capsys.readouterr()
    assert "dicabut / revoked" in told.out
    deeds = audit.all_rows(database.read_only(config.parent / "home" / "hub.db"))
    assert [one.action for one in deeds][-2:] == ["claim.made", "claim.revoked"]
    assert "already revoked" in told.err


def test_the_address_is_that_of_the_config_where_none_is_given(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config.write_text('home = "home"\n[web]\npublic_url = "https://hub.kota.example"\n', encoding="utf-8")
    assert typed(config, "new", "tiang-a") == 0
    assert "hub hub.kota.example:443" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["new", "tiang-x", "--hub", HUB], "tidak dikenal"),
        (["new", "tiang-a"], "web.public_url"),
        (
            ["new", "tiang-a", "--hub", "hub.lain.example"],
            "--name hub.kota.example --name 192.168.10.2 --name hub.lain",
        ),
        (["new", "tiang-a", "--hub", "http://hub.kota.example"], "HTTPS only"),
        (["new", "tiang-a", "--hub", "a b"], "hub address"),
        (["new", "tiang-a", "--hub", "localhost:8443"], "the box itself"),
        (["new", "tiang-a", "--hub", "127.0.0.1:8443"], "the box itself"),
        (["new", "tiang-a", "--hub", "[::1]:8443"], "the box itself"),
        (["new", "tiang-a", "--hub", HUB, "--sheet", "label.png"], "ends in .pdf or .svg"),
        (["new", "tiang-a", "--hub", HUB, "--sheet", "/nowhere/label.pdf"], "cannot be written"),
    ],
)
def test_what_cannot_be_is_refused_and_no_code_is_made(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], says: str
) -> None:
    assert typed(config, *words) == 2
    assert says in capsys.readouterr().err
    assert claims.all_claims(database.read_only(tmp_path / "home" / "hub.db")) == []


def test_a_refused_address_leaves_the_earlier_code_good(config: Path, tmp_path: Path) -> None:
    assert typed(config, "new", "tiang-a", "--hub", HUB) == 0
    assert typed(config, "new", "tiang-a", "--hub", "localhost:8443") == 2
    (left,) = claims.all_claims(database.read_only(tmp_path / "home" / "hub.db"))
    assert left.revoked_real_ms is None


def test_the_audit_log_says_which_older_codes_ended(config: Path, tmp_path: Path) -> None:
    for _ in range(2):
        assert typed(config, "new", "tiang-a", "--hub", HUB) == 0
    rows = audit.all_rows(database.read_only(tmp_path / "home" / "hub.db"))
    assert [one.detail for one in rows][-2:] == ['{"claim":1}', '{"claim":2,"replaced":"1"}']


def test_a_label_that_is_there_is_not_written_over(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet = tmp_path / "label.svg"
    sheet.write_text("mine", encoding="utf-8")
    assert typed(config, "new", "tiang-a", "--hub", HUB, "--sheet", str(sheet)) == 2
    assert "sudah ada" in capsys.readouterr().err
    assert sheet.read_text(encoding="utf-8") == "mine"


def test_a_label_whose_code_did_not_get_into_the_database_is_taken_away(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_args: object, **_named: object) -> int:
        raise TimeoutError

    monkeypatch.setattr(claims, "add", fails)
    sheet = tmp_path / "label.svg"
    with pytest.raises(TimeoutError):
        typed(config, "new", "tiang-a", "--hub", HUB, "--sheet", str(sheet))
    assert not sheet.exists()


def test_a_label_by_which_boxes_would_not_find_their_port_comes_with_a_warning(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config.write_text('home = "home"\n[web.tls]\nbox_port = 9001\n', encoding="utf-8")
    assert typed(config, "new", "tiang-a", "--hub", HUB) == 0
    assert "provision renew --box-port 9001" in capsys.readouterr().out
    assert typed(config, "new", "tiang-a", "--hub", "192.168.10.2:8999") == 0
    assert "PERINGATAN" not in capsys.readouterr().out


def test_a_box_that_was_revoked_is_no_box_of_the_site_any_more(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed(config, "new", "tiang-a", "--hub", HUB) == 0
    (code,) = re.findall(r"^  ((?:\w{4}-){5}\w)$", capsys.readouterr().out, re.MULTILINE)
    connection = database.open(tmp_path / "home" / "hub.db")
    with database.write(connection):
        codes.take(connection, code, key_fingerprint="a" * 64, now_real_ms=SystemClock().now_ms())
    replace = ["site", "replace", "tiang-a", "--reason", "terbakar", "--hub", HUB, "--config", str(config)]
    assert main(replace) == 0
    assert "DICABUT / revoked" in (told := capsys.readouterr().out)
    assert "sudah punya kotak" not in told
    assert typed(config, "new", "tiang-a", "--hub", HUB) == 0
    assert "sudah punya kotak" not in capsys.readouterr().out
