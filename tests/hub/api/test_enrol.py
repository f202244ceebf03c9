"""`POST /api/v1/enrol`: the claim code is the right, and every outcome has its answer."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract.identity import verify_node_id
from hub.api.enrolments import Enrolments
from hub.api.wrong_codes import WITHIN_MS, WRONG_MOST, WrongCodes
from hub.fleet.claims import AGAIN_WITHIN_MS, LIFE_MS
from hub.storage import audit, claims, counters
from hub.storage import connection as database
from provisioning.identity import claim_code
from provisioning.identity.claim_text import ClaimText
from provisioning.identity.enrolment import Broker
from tests.support.authorities import request
from tests.support.clocks import FakeClock
from tests.support.new_hubs import SITES, NewHub
from tests.support.webs import answering

ENROL, BUNDLE = "/api/v1/enrol", "/api/v1/authority/bundle"
Ask = Callable[..., httpx.Response]
ELSEWHERE = "10.9.9.9"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> NewHub:
    """A hub with an authority and two sites."""
    return NewHub(tmp_path_factory.mktemp("hub"))


@pytest.fixture
def clock(hub: NewHub) -> FakeClock:
    """Now; codes of the hub were made by the machine's clock."""
    return FakeClock(now_ms=hub.now_ms())


@pytest.fixture
def enrolments(hub: NewHub) -> Enrolments:
    """With nobody remembered."""
    return Enrolments(home=hub.home, broker=Broker(host="mqtt.kota.example", port=8883))


@pytest.fixture
def clients(hub: NewHub, clock: FakeClock, enrolments: Enrolments) -> Iterator[dict[str, httpx.Client]]:
    """Clients at two places of the same hub."""
    path = hub.home / "hub.db"
    with (
        answering(path, clock=clock, enrolments=enrolments) as here,
        answering(path, clock=clock, enrolments=enrolments, place=ELSEWHERE) as there,
    ):
        yield {"here": here, "there": there}


@pytest.fixture
def ask(clients: dict[str, httpx.Client]) -> Ask:
    """A function that asks."""

    def asked(code: str, csr: bytes | None = None, *, place: str = "here") -> httpx.Response:
        body = {"claim": code, "csr": (csr or request()).decode()}
        return clients[place].post(ENROL, json=body)

    return asked


def error_of(answer: httpx.Response) -> str:
    body = answer.json()["error"]
    assert set(body) == {"code", "id", "en"}
    assert body["id"]
    assert body["en"]
    code: str = body["code"]
    return code


def count_of(hub: NewHub, outcome: str) -> int:
    with hub.database() as connection:
        return counters.value(connection, "jagawai_enrolments_total", f'outcome="{outcome}"')


def test_a_fresh_code_gives_name_certificate_trust_and_broker(hub: NewHub, ask: Ask) -> None:
    answer = ask(hub.label().code)
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"v", "node", "certificate", "bundle", "broker"}
    assert body["broker"] == {"host": "mqtt.kota.example", "port": 8883}
    assert body["bundle"].encode() == hub.authority.bundle_pem()
    verify_node_id(body["node"])
    chain = x509.load_pem_x509_certificates(body["certificate"].encode())
    assert [one.value for one in chain[0].subject] == [body["node"]]
    chain[0].verify_directly_issued_by(chain[1])
    assert answer.headers["cache-control"] == "no-store"


def test_the_documented_form_is_the_one_that_is_answered(
    hub: NewHub, ask: Ask, clients: dict[str, httpx.Client]
) -> None:
    schemas = clients["here"].get("/openapi.json").json()["components"]["schemas"]
    body = ask(hub.label().code).json()
    assert sorted(schemas["EnrolAnswer"]["required"]) == sorted(body)
    assert sorted(schemas["BrokerPlace"]["required"]) == sorted(body["broker"])
    assert clients["here"].get(BUNDLE).headers["content-type"] == "application/x-pem-file"


def test_a_lost_answer_is_given_again_word_for_word_to_the_same_key(hub: NewHub, ask: Ask, clock: FakeClock) -> None:
    code, csr = hub.label().code, request()
    first = ask(code, csr)
    clock.advance(AGAIN_WITHIN_MS / 1000 - 5)
    assert ask(code, csr).json() == first.json()
    clock.advance(20)
    late = ask(code, csr)
    assert (late.status_code, error_of(late)) == (403, "claim_used")


def test_the_same_answer_is_read_again_while_somebody_else_writes(hub: NewHub, ask: Ask) -> None:
    code, csr = hub.label().code, request()
    first = ask(code, csr)
    before = count_of(hub, "again")
    with hub.database() as other, database.write(other):  # nobody else can write now
        before_all = list(other.iterdump())
        assert [ask(code, csr).json() for _ in range(30)] == [first.json()] * 30
        assert list(other.iterdump()) == before_all
    assert ask(hub.label().code).status_code == 200
    assert count_of(hub, "again") == before + 30, "counted with the next thing that was written"


def test_a_key_that_is_known_wears_out_its_place_and_not_the_database(hub: NewHub, ask: Ask) -> None:
    csr = request()
    assert ask(hub.label().code, csr).status_code == 200
    other = hub.label(SITES[1]).code
    for _ in range(WRONG_MOST):
        assert error_of(ask(other, csr)) == "claim_key_known"
    with hub.database() as connection:
        before = list(connection.iterdump())
        assert ask(other, csr).status_code == 429
        assert list(connection.iterdump()) == before
    assert ask(other, place="there").status_code == 200, "the code is fresh for a key of its own"


def test_each_refusal_has_its_word_and_is_counted(hub: NewHub, ask: Ask) -> None:
    csr = request()
    assert ask(hub.label().code, csr).status_code == 200
    revoked = hub.label(SITES[1]).code
    known = hub.label(SITES[1]).code
    used = hub.label().code
    assert ask(used).status_code == 200
    expired = hub.label(age_ms=LIFE_MS + 60_000).code
    for code, key, word in (
        (claim_code.new_code(), None, "claim_unknown"),
        ("not a code at all", None, "claim_unknown"),
        (revoked, None, "claim_revoked"),
        (known, csr, "claim_key_known"),
    ):
        before = count_of(hub, word.removeprefix("claim_"))
        answer = ask(code, key)
        assert (answer.status_code, error_of(answer)) == (403, word)
        assert count_of(hub, word.removeprefix("claim_")) == before + 1
    for code, word in ((expired, "claim_expired"), (used, "claim_other_key")):
        answer = ask(code, place="there")
        assert (answer.status_code, error_of(answer)) == (403, word)


def test_five_wrong_codes_stop_a_places_wrong_ones_and_never_a_right_one(
    hub: NewHub, ask: Ask, clock: FakeClock
) -> None:
    for _ in range(WRONG_MOST):
        assert ask(claim_code.new_code()).status_code == 403
    limited = ask(claim_code.new_code())
    assert (limited.status_code, error_of(limited)) == (429, "too_many_attempts")
    assert 0 < int(limited.headers["retry-after"]) <= WITHIN_MS / 1000
    before = count_of(hub, "limited")
    assert ask(hub.label().code, place="there").status_code == 200, "another place"
    assert count_of(hub, "limited") == before + 1, "written with the next thing that is written"
    assert ask(hub.label().code).status_code == 200, "the same place, behind one address of a carrier"
    clock.advance(WITHIN_MS / 1000 + 1)
    assert ask(claim_code.new_code()).status_code == 403


def test_a_limited_place_writes_nothing(hub: NewHub, ask: Ask) -> None:
    used = hub.label().code
    assert ask(used).status_code == 200
    for _ in range(WRONG_MOST):
        assert ask(used).status_code == 403
    with hub.database() as connection:
        before = list(connection.iterdump())
        for code in (used, claim_code.new_code(), used):
            assert ask(code).status_code == 429
        assert list(connection.iterdump()) == before


def test_the_audit_log_names_the_box_and_never_the_code(hub: NewHub, ask: Ask) -> None:
    code = hub.label().code
    node = ask(code).json()["node"]
    with hub.database() as connection:
        row = list(audit.all_rows(connection))[-1]
        dump = "\n".join(connection.iterdump())
    assert (row.action, row.subject, row.actor) == ("claim.taken", SITES[0], "-")
    assert node in row.detail
    assert code not in dump


@pytest.mark.parametrize(
    "name", ["hub", "+", "#", "/", "$SYS", "n-7f3k2m9q", "a" * 64, "CN=hub", "n-a/../b", "\u202ehub", "*"]
)
def test_the_name_in_a_request_decides_nothing(hub: NewHub, ask: Ask, name: str) -> None:
    body = ask(hub.label().code, request(name=name)).json()
    chain = x509.load_pem_x509_certificates(body["certificate"].encode())
    assert [one.value for one in chain[0].subject] == [body["node"]]
    assert body["node"] != name
    with pytest.raises(x509.ExtensionNotFound):
        chain[0].extensions.get_extension_for_class(x509.SubjectAlternativeName)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=64))
def test_no_name_at_all_decides_anything(hub: NewHub, ask: Ask, name: str) -> None:
    try:
        csr = request(name=name)
    except ValueError:
        return  # no certificate request can hold it
    body = ask(hub.label().code, csr).json()
    assert [one.value for one in x509.load_pem_x509_certificates(body["certificate"].encode())[0].subject] == [
        body["node"]
    ]


def bad_requests() -> dict[str, bytes]:
    good = request()
    spoilt = bytearray(good)
    spoilt[len(good) // 2] ^= 1
    return {
        "rsa 1024": request(rsa.generate_private_key(public_exponent=65537, key_size=1024)),  # noqa: S505 - it is to be refused
        "rsa 2048": request(rsa.generate_private_key(public_exponent=65537, key_size=2048)),
        "P-192": request(ec.generate_private_key(ec.SECP192R1())),
        "P-521": request(ec.generate_private_key(ec.SECP521R1())),
        "an authority": request(extensions=(x509.BasicConstraints(ca=True, path_length=None),)),
        "a byte changed": bytes(spoilt),
        "nothing": b"x",
        "a certificate": good.replace(b"CERTIFICATE REQUEST", b"CERTIFICATE"),
    }


@pytest.mark.parametrize("what", sorted(bad_requests()))
def test_a_bad_request_is_refused_and_the_code_stays_fresh(hub: NewHub, ask: Ask, what: str) -> None:
    label = hub.label()
    refused = ask(label.code, bad_requests()[what])
    assert (refused.status_code, error_of(refused)) == (422, "invalid")
    assert claim_of(hub, label).taken_real_ms is None
    assert ask(label.code).status_code == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"claim": "x" * 70_000, "csr": ""}, 413),
        ({"claim": "x" * 65, "csr": ""}, 422),
        ({"claim": "x", "csr": "y" * 9_000}, 422),
        ({"claim": "x"}, 422),
        ({"claim": 7, "csr": []}, 422),
        ({"claim": "x", "csr": "\ud800"}, 422),
        ({"claim": "\ud800", "csr": "x"}, 422),
        ({"claim": "KX4M\u0000", "csr": "\u0000"}, 403),
        ({"v": 2, "claim": "x", "csr": "y"}, 422),
        ([], 422),
    ],
)
def test_what_is_no_request_is_refused_before_anything_is_looked_up(
    clients: dict[str, httpx.Client], body: Any, status: int
) -> None:
    answer = clients["here"].post(ENROL, content=json.dumps(body), headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    error_of(answer)


def test_what_a_newer_box_says_beside_it_is_passed_over(hub: NewHub, clients: dict[str, httpx.Client]) -> None:
    body = {"claim": hub.label().code, "csr": request().decode(), "serial": "abc", "image": 7}
    assert clients["here"].post(ENROL, json=body).status_code == 200


def test_a_hub_without_an_authority_says_so(hub: NewHub, clock: FakeClock, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    code = hub.label().code
    with answering(hub.home / "hub.db", clock=clock, enrolments=Enrolments(home=tmp_path / "empty")) as client:
        assert client.get(BUNDLE).status_code == 404
        answer = client.post(ENROL, json={"claim": code, "csr": request().decode()})
        assert (answer.status_code, error_of(answer)) == (503, "too_busy")
    with answering(hub.home / "hub.db", clock=clock) as client:
        assert client.get(BUNDLE).status_code == 404
        assert client.post(ENROL, json={"claim": code, "csr": request().decode()}).status_code == 404


def test_a_clock_that_cannot_be_right_issues_nothing_and_the_code_stays_fresh(hub: NewHub) -> None:
    label = hub.label()
    with answering(
        hub.home / "hub.db", clock=FakeClock(now_ms=1_000_000_000_000), enrolments=Enrolments(home=hub.home)
    ) as client:
        answer = client.post(ENROL, json={"claim": label.code, "csr": request().decode()})
    assert answer.status_code == 503
    assert claim_of(hub, label).taken_real_ms is None


def test_nothing_of_it_shows_a_code() -> None:
    assert "KX4M" not in repr(Enrolments(home=Path(), wrong_codes=WrongCodes()))


def claim_of(hub: NewHub, label: ClaimText) -> claims.Claim:
    with hub.database() as connection:
        (found,) = [one for one in claims.all_claims(connection) if one.code_hash == claim_code.digest(label.code)]
    return found
