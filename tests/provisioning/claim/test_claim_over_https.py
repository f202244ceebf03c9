"""`provision claim` against the real web process over real HTTPS."""

import http.client
import json
import socket
import ssl
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from cryptography import x509

from contract.clock import SystemClock, aware
from edge_agent import config as edge_config
from edge_agent.uplink.tls import client_context
from hub.fleet.authority import making, shelf
from hub.fleet.claims import LIFE_MS
from hub.storage import alerts, audit, claims, counters
from provisioning.__main__ import main
from provisioning.identity import box_key, claim_code, fingerprint
from provisioning.identity.claim_text import ClaimText
from provisioning.identity.enrolment import BUNDLE_PATH, Ask, encoded
from tests.support.cable import running_cable
from tests.support.certificates import Authority
from tests.support.cuts import is_cut_at
from tests.support.new_hubs import SITES, NewBox, NewHub
from tests.support.processes import free_port, wait_until


def claim_of(hub: NewHub, label: ClaimText) -> claims.Claim:
    with hub.database() as connection:
        found = [one for one in claims.all_claims(connection) if one.code_hash == _digest(label)]
    return found[0]


def _digest(label: ClaimText) -> str:
    return claim_code.digest(label.code)


def said(capsys: pytest.CaptureFixture[str]) -> str:
    told = capsys.readouterr()
    return told.out + told.err


def test_a_label_makes_a_box_that_its_agent_understands(
    hub: NewHub, box: NewBox, capsys: pytest.CaptureFixture[str]
) -> None:
    label = hub.label()
    assert main(box.claiming("--code", label.encoded(), hub=hub)) == 0
    claim = claim_of(hub, label)
    config = edge_config.load(box.config)
    assert config.box.node == claim.node_id
    assert config.hub is not None
    assert (config.hub.host, config.hub.port) == ("127.0.0.1", 8883)
    assert config.hub.tls is not None
    client_context(ca=config.hub.tls.ca, certificate=config.hub.tls.certificate, key=config.hub.tls.key)
    own = x509.load_pem_x509_certificate(config.hub.tls.certificate.read_bytes())
    assert [one.value for one in own.subject] == [claim.node_id]
    assert "# kotak di tiang" in box.config.read_text(encoding="utf-8")
    assert claim.node_id is not None
    assert claim.node_id in said(capsys)


def test_secrets_are_for_the_owner_alone_and_the_code_is_forgotten(hub: NewHub, box: NewBox) -> None:
    label = hub.label()
    assert main(box.claiming("--code", label.encoded(), hub=hub)) == 0
    assert stat.S_IMODE(box.identity.stat().st_mode) == 0o700
    for path in box.identity.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    for name, data in box.everything().items():
        assert label.code.encode() not in data, name
    assert not (box.identity / "answer.json").exists()


def test_a_typed_code_needs_the_short_fingerprint_and_forgives_what_is_easily_mistaken(
    hub: NewHub, box: NewBox, capsys: pytest.CaptureFixture[str]
) -> None:
    label = hub.label()
    typed = claim_code.shown(label.code).lower().replace("0", "o").replace("1", "l")
    assert main(box.claiming("--code", typed, hub=hub)) == 2
    assert "--fingerprint" in said(capsys)
    short = fingerprint.short(label.fingerprint).lower().replace("-", " ")
    words = ["--code", typed, "--hub", label.address, "--fingerprint", short]
    assert main(box.claiming(*words, hub=hub)) == 0


def test_asked_again_nothing_changes(hub: NewHub, box: NewBox) -> None:
    label = hub.label()
    for _ in range(2):
        assert main(box.claiming("--code", label.encoded(), hub=hub)) == 0
    before = box.everything()
    assert main(box.claiming(hub=hub)) == 0
    assert box.everything() == before
    assert main(box.claiming("--code", hub.label(SITES[1]).encoded(), hub=hub)) == 2
    assert box.everything() == before


def test_another_fingerprint_is_told_and_the_hub_hears_nothing_of_the_code(
    hub: NewHub, box: NewBox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = NewHub(tmp_path / "other")
    with running_cable(hub.port) as to_hub, running_cable(hub.bundle_port) as to_bundle:
        real = hub.label()
        label = ClaimText(
            code=real.code, fingerprint=other.authority.fingerprint, address=f"127.0.0.1:{to_hub.port}"
        )  # fmt: skip
        words = ["--code", label.encoded(), "--bundle-port", str(to_bundle.port)]
        assert main(box.claiming(*words)) == 1
        told = said(capsys)
        assert "sidik jari hub tidak sama" in told
        assert "nothing was sent" in told
        assert to_bundle.carried_bytes > 0
        assert to_hub.carried_bytes == 0
    assert claim_of(hub, real).taken_real_ms is None
    assert not (box.identity / "certificate.pem").exists()


def test_an_impostor_with_the_hubs_own_bundle_gets_not_one_byte_of_the_code(
    hub: NewHub, box: NewBox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pair = Authority(tmp_path / "impostor").server
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pair.certificate, pair.key)
    heard = bytearray()
    real = hub.label()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                try:
                    with context.wrap_socket(connection, server_side=True) as secured:
                        heard.extend(secured.recv(4096))
                except OSError:
                    return

        thread = threading.Thread(target=serve)
        thread.start()
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        label = ClaimText(code=real.code, fingerprint=real.fingerprint, address=address)
        assert main(box.claiming("--code", label.encoded(), hub=hub)) == 1
        thread.join(10)
    told = said(capsys)
    assert "bukan hub di label" in told
    assert "Kode tidak dikirim" in told
    assert not heard


def test_a_hub_under_a_name_that_its_certificate_does_not_hold_is_not_told_the_code(
    hub: NewHub, box: NewBox, capsys: pytest.CaptureFixture[str]
) -> None:
    label = hub.label(host="127.1")
    assert main(box.claiming("--code", label.encoded(), hub=hub)) == 1
    told = said(capsys)
    assert "tidak menyebut" in told
    assert "hub authority server --name 127.1" in told
    assert claim_of(hub, label).taken_real_ms is None


def test_a_hub_that_is_away_is_told_with_what_to_do(
    box: NewBox, hub: NewHub, capsys: pytest.CaptureFixture[str]
) -> None:
    label = hub.label()
    away = ClaimText(code=label.code, fingerprint=label.fingerprint, address=f"127.0.0.1:{free_port()}")
    assert main(box.claiming("--code", away.encoded())) == 1
    assert "tidak menjawab" in said(capsys)
    assert main(box.claiming("--code", label.encoded(), hub=hub)) == 0


def test_codes_that_are_of_no_use_say_why(hub: NewHub, box: NewBox, capsys: pytest.CaptureFixture[str]) -> None:
    old = hub.label(age_ms=LIFE_MS)
    revoked = hub.label(SITES[1])
    hub.label(SITES[1])
    for label, says in ((old, "kedaluwarsa"), (revoked, "dicabut")):
        assert main(box.claiming("--code", label.encoded(), hub=hub)) == 1
        assert says in said(capsys)
    good = hub.label()
    assert main(box.claiming("--code", good.encoded(), hub=hub)) == 0, "another label takes the place of one refused"


def test_another_key_with_a_used_code_gets_nothing_and_people_are_told(
    hub: NewHub, box: NewBox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    label = hub.label()
    assert main(box.claiming("--code", label.encoded(), hub=hub)) == 0
    thief = NewBox(tmp_path / "thief")
    for _ in range(2):
        assert main(thief.claiming("--code", label.encoded(), hub=hub)) == 1
        assert "sudah dipakai kotak lain" in said(capsys)
    node = claim_of(hub, label).node_id
    with hub.database() as connection:
        (alarm,) = [one for one in claims.all_alarms(connection) if one.claim_id == claim_of(hub, label).claim_id]
        told = [one for one in alerts.list_open(connection) if one.node_id == node]
        rows = [one.action for one in audit.all_rows(connection) if node is not None and node in one.detail]
    assert alarm.times == 2
    assert [one.code for one in told] == ["claim_copied"]
    assert rows == ["claim.taken", "claim.copied"]
    assert not (thief.identity / "certificate.pem").exists()
    assert node is not None
    assert all(node.encode() not in data for data in thief.everything().values())


def test_of_many_boxes_with_one_code_at_once_exactly_one_wins(hub: NewHub) -> None:
    label = hub.label()
    bodies = [encoded(Ask(claim=label.code, csr=box_key.request_of(box_key.new_key()))) for _ in range(8)]
    start = threading.Barrier(len(bodies))

    def ask(body: bytes) -> tuple[int, dict[str, object]]:
        context = ssl.create_default_context(cadata=hub.authority.bundle_pem().decode())
        connection = http.client.HTTPSConnection("127.0.0.1", hub.port, timeout=20, context=context)
        connection.connect()
        start.wait(20)
        connection.request("POST", "/api/v1/enrol", body=body, headers={"Content-Type": "application/json"})
        response = connection.getresponse()
        answer = json.loads(response.read())
        connection.close()
        return response.status, answer

    with ThreadPoolExecutor(len(bodies)) as pool:
        answers = list(pool.map(ask, bodies))
    won = [answer for status, answer in answers if status == 200]
    assert [answer["node"] for answer in won] == [claim_of(hub, label).node_id]
    assert {status for status, _ in answers} <= {200, 403, 429}


def test_a_power_cut_at_any_moment_loses_nothing(hub: NewHub, tmp_path: Path) -> None:
    """Cut once at each moment and typed again, the box becomes exactly one node with one certificate."""
    moment, moments = 0, 0
    while True:
        moment += 1
        label = hub.label(SITES[moment % 2])
        box = NewBox(tmp_path / f"box-{moment}")
        words = box.claiming("--code", label.encoded(), hub=hub)
        if not is_cut_at(moment, partial(main, words)):
            break
        moments += 1
        assert main(words) == 0, f"moment {moment}"
        claim = claim_of(hub, label)
        assert edge_config.load(box.config).box.node == claim.node_id, f"moment {moment}"
        assert (box.identity / "certificate.pem").read_bytes() == claim.certificate, f"moment {moment}"
        key = box_key.loaded((box.identity / "key.pem").read_bytes()).public_key()
        assert box_key.fingerprint_of(key) == claim.key_fingerprint
        names = sorted(path.name for path in box.identity.iterdir())
        assert names == ["bundle.pem", "certificate.pem", "journal.json", "key.pem"], f"moment {moment}"
        assert [path.name for path in box.config.parent.glob(".*")] == []
    assert moments > 20
    with hub.database() as connection:
        assert counters.value(connection, "jagawai_enrolments_total", 'outcome="again"') > 0, (
            "a lost answer was given again"
        )


def test_a_new_key_is_made_only_while_the_old_one_has_no_answer(
    hub: NewHub, box: NewBox, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = hub.label(age_ms=LIFE_MS)
    assert main(box.claiming("--code", wrong.encoded(), hub=hub)) == 1
    first = (box.identity / "key.pem").read_bytes()
    assert main(box.claiming("--code", wrong.encoded(), hub=hub)) == 1
    assert (box.identity / "key.pem").read_bytes() == first, "the same key asks again"
    assert main(box.claiming("--new-key", "--code", hub.label().encoded(), hub=hub)) == 0
    assert (box.identity / "key.pem").read_bytes() != first
    said(capsys)
    assert main(box.claiming("--new-key", hub=hub)) == 2
    assert "sudah milik" in said(capsys)


def test_the_bundle_listener_serves_the_bundle_and_nothing_else(hub: NewHub) -> None:
    for path, status in ((BUNDLE_PATH, 200), ("/", 404), ("/api/v1/enrol", 404), ("/dinding", 404)):
        connection = http.client.HTTPConnection("127.0.0.1", hub.bundle_port, timeout=10)
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read()
        assert response.status == status, path
        assert (body == hub.authority.bundle_pem()) == (path == BUNDLE_PATH)
        assert b"PRIVATE" not in body
        connection.close()


def test_a_certificate_that_was_replaced_is_shown_without_a_restart(hub: NewHub) -> None:
    making.renew_own(home=hub.home, now=aware(SystemClock().now_ms()))
    wanted = shelf.read_chain(hub.home / "authority" / shelf.SERVER)[0].serial_number
    context = ssl.create_default_context(cadata=hub.authority.bundle_pem().decode())

    def shown() -> int:
        connection = http.client.HTTPSConnection("127.0.0.1", hub.port, timeout=10, context=context)
        connection.connect()
        assert isinstance(connection.sock, ssl.SSLSocket)
        der = connection.sock.getpeercert(binary_form=True)
        connection.close()
        assert der is not None
        return x509.load_der_x509_certificate(der).serial_number

    wait_until(lambda: shown() == wanted, what="the new certificate", deadline_s=15.0, poll_s=0.2)


def test_no_label_yet_says_what_to_type(box: NewBox, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(box.claiming()) == 2
    assert "--qr-image FILE" in said(capsys)
