"""How the boxes of the demo with TLS become known; the whole way is gone in tests/end_to_end/test_demo_tls.py."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from contract.clock import ScaledClock, SystemClock, aware
from edge_agent import config as edge_config
from hub.config import load_config
from hub.demo import joining, typed
from hub.demo.files import write_box_config, write_hub_config
from hub.demo.identity import Identity, TlsPaths, identity_of
from hub.demo.people import prepare_database
from hub.demo.place import Place
from hub.demo.ports import Ports
from hub.demo.scenario import boxes_to_start, load_scenario
from hub.errors import ConfigError, HubError
from hub.fleet.authority import making, shelf
from hub.fleet.standing import revoke
from hub.storage import audit, bindings, claims
from hub.storage import connection as database
from provisioning.identity import claim_code
from tests.support.authorities import PASSPHRASE

ROOT = Path(__file__).resolve().parents[3]
PORTS = Ports(mqtt=8883, web=8080, phone=8081, https=8443)
BOXES = boxes_to_start(load_scenario(), count=2, is_tls=True)
GIVEN = Identity(
    node_id="n-7f3k2m9q",
    tls=TlsPaths(ca="./identity/bundle.pem", certificate="./identity/certificate.pem", key="./identity/key.pem"),
)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    for variable in ("JAGAWAI_MQTTS_PORT", "JAGAWAI_WEB_PORT"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("JAGAWAI_HOME", str(tmp_path))
    return Place.from_environment(is_tls=True)


@pytest.fixture
def clock() -> ScaledClock:
    return ScaledClock.start(anchor_real_ms=SystemClock().now_ms(), anchor_data_ms=1_528_047_900_000, rate=60.0)


def with_authority(place: Place) -> None:
    making.init(
        home=place.home, root_folder=place.root_key, passphrase=PASSPHRASE, names=("localhost",), city="Kota Uji",
        now=aware(SystemClock().now_ms()),
    )  # fmt: skip


def test_the_hub_speaks_tls_alone_to_its_broker_and_https_beside_plain_pages(place: Place, clock: ScaledClock) -> None:
    write_hub_config(place, clock=clock, ports=PORTS, map_pack="")
    with_authority(place)
    config = load_config(place.hub_config)
    assert config.broker.embedded
    assert (config.mqtt.port, config.web.port) == (8883, 8080)
    assert config.web.tls is not None
    assert (config.web.tls.port, config.web.tls.bundle_at(), config.web.tls.broker_port) == (8443, 8444, 8883)
    assert config.mqtt.tls is not None
    assert all(Path(file).is_file() for file in (config.mqtt.tls.ca, config.mqtt.tls.certificate))


def test_a_box_keeps_what_the_hub_gave_it_over_a_config_that_is_written_anew(place: Place, clock: ScaledClock) -> None:
    (box, _) = BOXES
    path = write_box_config(place, box, clock=clock, ports=PORTS)
    assert identity_of(path) is None, "a name without a certificate is the scenario's"
    path.write_text(path.read_text().replace(box.node_id, GIVEN.node_id).replace("[gauge", GIVEN.toml() + "[gauge", 1))
    (known, _) = joining.with_identities(place, BOXES)
    assert known.identity == GIVEN

    again = edge_config.load(write_box_config(place, known, clock=clock, ports=PORTS))
    assert again.box.node == GIVEN.node_id
    assert again.hub is not None
    assert again.hub.tls is not None
    assert again.hub.tls.key == path.parent / "identity" / "key.pem"


def test_each_box_gets_a_code_for_its_site_and_the_audit_log_a_row(place: Place, clock: ScaledClock) -> None:
    with_authority(place)
    labels = joining.new_labels(place, BOXES, ports=PORTS, clock=clock)
    assert sorted(labels) == ["tiang-wai-ruhu", "tiang-wai-tomu"]
    assert {label.address for label in labels.values()} == {"127.0.0.1:8443"}
    assert {label.fingerprint for label in labels.values()} == {shelf.open_authority(place.home).fingerprint}
    connection = database.read_only(place.home / "hub.db")
    for site_id, label in labels.items():
        (claim,) = claims.of_site(connection, site_id)
        assert claim.code_hash == claim_code.digest(label.code)
    assert [(row.action, row.subject) for row in audit.all_rows(connection)][-2:] == [
        ("claim.made", "tiang-wai-ruhu"),
        ("claim.made", "tiang-wai-tomu"),
    ]
    connection.close()


def test_a_station_is_bound_to_the_name_that_the_hub_gave_and_to_none_of_the_scenario(
    place: Place, clock: ScaledClock
) -> None:
    place.home.mkdir(parents=True)
    prepare_database(place, clock=clock, phone_port=1, names={"n-ruhu-01": GIVEN.node_id})
    connection = database.read_only(place.home / "hub.db")
    assert [(one.node_id, one.station_id) for one in bindings.all_bindings(connection)] == [(GIVEN.node_id, "wai-ruhu")]
    connection.close()


def test_a_demo_with_a_revoked_box_starts_again_without_binding_it(place: Place, clock: ScaledClock) -> None:
    place.home.mkdir(parents=True)
    names = {"n-ruhu-01": GIVEN.node_id, "n-tomu-01": "n-2c9d4x8w"}
    prepare_database(place, clock=clock, phone_port=1, names=names)
    connection = database.open(place.home / "hub.db")
    with database.write(connection):
        revoke(connection, GIVEN.node_id, reason="dicuri", now_ms=clock.now_ms(), actor="test")
    prepare_database(place, clock=clock, phone_port=1, names=names)
    assert "n-2c9d4x8w" in {one.node_id for one in bindings.all_bindings(connection)}
    connection.close()


def test_something_is_left_to_do_until_there_is_an_authority_and_every_box_has_its_name(
    place: Place, clock: ScaledClock
) -> None:
    for box in BOXES:
        write_box_config(place, box, clock=clock, ports=PORTS)
    strangers = joining.with_identities(place, BOXES)
    known = [replace(box, identity=GIVEN) for box in BOXES]
    assert joining.is_left_to_do(place, known)
    with_authority(place)
    assert joining.is_left_to_do(place, strangers)
    assert joining.is_left_to_do(place, [known[0], strangers[1]])
    assert not joining.is_left_to_do(place, known)


def test_the_root_key_of_the_demo_lies_outside_the_folder_of_the_hub_and_says_what_it_is(place: Place) -> None:
    assert not place.root_key.is_relative_to(place.home)
    assert place.root_key.is_relative_to(place.whole)
    assert "HANYA-PERAGAAN" in place.root_key.name


def test_a_command_is_shown_without_its_code_and_a_failed_one_names_its_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "steps.log"
    with pytest.raises(HubError, match=r"provision claim --code … .*steps\.log"):
        typed.done(("provision", "claim", "--code", "KX4M-SECRET", "--config", tmp_path / "none.toml"), log=log)
    assert "$ provision claim --code … --config" in capsys.readouterr().out
    assert "none.toml" in log.read_text()


@pytest.mark.parametrize("text", ["0", "65534", "no", "²"])
def test_a_port_that_is_none_is_told_by_the_name_of_its_variable(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAGAWAI_HTTPS_PORT", text)
    with pytest.raises(ConfigError, match="JAGAWAI_HTTPS_PORT"):
        Ports.from_environment(is_tls=True)


@pytest.mark.parametrize(("given", "is_tls"), [("TLS=1", True), ("TLS=0", False), ("TLS=", False)])
def test_make_demo_goes_by_tls_where_it_is_asked_to(given: str, *, is_tls: bool) -> None:
    make = ["make", "--dry-run", "demo", given]
    said = subprocess.run(make, cwd=ROOT, capture_output=True, text=True, timeout=30, check=True).stdout
    assert ("--tls" in said) is is_tls
