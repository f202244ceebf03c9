"""The routes by which boxes are renewed, on a clock that the test moves; what TLS finds out is handed in here."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from fastapi import FastAPI

from hub.api.box_caller import PEER_CERTIFICATE
from hub.api.enrolments import Enrolments
from hub.fleet import standing
from hub.fleet.nonces import LIFE_MS
from hub.storage import connection as database
from hub.storage import node_certificates
from provisioning.identity import box_key
from provisioning.identity.renewal import EXPIRED_PATH, NONCE_PATH, PATH, expired_ask
from tests.support.clocks import FakeClock
from tests.support.new_hubs import SITES, NewHub
from tests.support.renewals import DAY_MS, DUE_DAYS, LIFE_DAYS, Known, error_code, known
from tests.support.webs import answering


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> NewHub:
    return NewHub(tmp_path_factory.mktemp("hub"))


@pytest.fixture
def clock(hub: NewHub) -> FakeClock:
    return FakeClock(now_ms=hub.now_ms())


@pytest.fixture
def box(hub: NewHub, clock: FakeClock) -> Known:
    with hub.database() as connection:
        return known(connection, authority=hub.authority, at_ms=clock.now_ms(), site_id=SITES[0])


class Door:
    """The application behind TLS: what is shown there stands in the state of each request."""

    def __init__(self) -> None:
        self.shown: bytes | None = None
        self._app: Any = None

    def before(self, app: FastAPI) -> "Door":
        self._app = app
        return self

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        scope["state"] = {} if self.shown is None else {PEER_CERTIFICATE: self.shown}
        await self._app(scope, receive, send)


class Client:
    """Somebody who asks, with a certificate or without."""

    def __init__(self, client: httpx.Client, door: Door) -> None:
        self._client, self._door = client, door

    def ask(self, method: str, path: str, *, shown: Known | bytes | None = None, **more: Any) -> httpx.Response:
        der = shown.presented.certificate.public_bytes(Encoding.DER) if isinstance(shown, Known) else shown
        self._door.shown = der
        return self._client.request(method, path, **more)

    def renew(self, key: bytes, *, shown: Known | bytes | None) -> httpx.Response:
        return self.ask("POST", PATH, shown=shown, json={"csr": box_key.request_of(key)})

    def nonce(self) -> str:
        answer = self.ask("GET", NONCE_PATH)
        assert answer.status_code == 200
        word: str = answer.json()["nonce"]
        return word

    def renew_expired(
        self, box: Known, key: bytes, *, nonce: str | None = None, signed_by: bytes | None = None, **changed: str
    ) -> httpx.Response:
        ask = expired_ask(
            csr=box_key.request_of(key),
            certificate=box.chain.decode(),
            nonce=nonce or self.nonce(),
            old_key_pem=signed_by or box.key,
        )
        body = {name: getattr(ask, name) for name in ("csr", "certificate", "nonce", "signature")} | changed
        return self.ask("POST", EXPIRED_PATH, json=body)


@pytest.fixture
def client(hub: NewHub, clock: FakeClock) -> Iterator[Client]:
    door = Door()
    enrolments = Enrolments(home=hub.home)
    with answering(hub.home / "hub.db", clock=clock, enrolments=enrolments, through=door.before) as http:
        yield Client(http, door)


def days(clock: FakeClock, count: float) -> None:
    clock.advance(count * DAY_MS / 1000)


def test_a_box_is_told_whether_it_is_time_and_gets_its_next_certificate_then(
    client: Client, box: Known, clock: FakeClock, hub: NewHub
) -> None:
    key = box_key.new_key()
    told = client.ask("GET", PATH, shown=box).json()
    assert told["is_due"] is False
    assert error_code(client.renew(key, shown=box)) == "renewal_early"
    days(clock, DUE_DAYS)
    assert client.ask("GET", PATH, shown=box).json() == told | {"is_due": True}
    answer = client.renew(key, shown=box)
    assert answer.status_code == 200
    assert answer.json()["node"] == box.node_id
    assert answer.json()["bundle"].encode() == hub.authority.bundle_pem()
    assert client.renew(key, shown=box).json() == answer.json(), "a lost answer is given again"
    assert answer.headers["cache-control"] == "no-store"


def test_whoever_comes_with_the_new_certificate_has_it(
    client: Client, box: Known, clock: FakeClock, hub: NewHub
) -> None:
    days(clock, DUE_DAYS)
    chain = client.renew(box_key.new_key(), shown=box).json()["certificate"].encode()
    assert client.ask("GET", PATH, shown=chain).json()["is_due"] is False
    with hub.database() as connection:
        assert node_certificates.of_node(connection, box.node_id)[-1].used_real_ms == clock.now_ms()
    days(clock, 7.1)
    assert error_code(client.ask("GET", PATH, shown=box)) == "certificate_closed"
    assert client.ask("GET", PATH, shown=chain).status_code == 200


def test_without_a_certificate_of_ours_the_routes_of_boxes_are_shut(client: Client, hub: NewHub) -> None:
    own = hub.authority.current.certificate.public_bytes(Encoding.DER)
    for shown in (None, own, b"nonsense"):
        assert error_code(client.ask("GET", PATH, shown=shown)) == "no_box"
        assert error_code(client.renew(box_key.new_key(), shown=shown)) == "no_box"


def test_a_revoked_box_is_refused_at_every_call_from_then_on(
    client: Client, box: Known, clock: FakeClock, hub: NewHub
) -> None:
    assert client.ask("GET", PATH, shown=box).status_code == 200
    with hub.database() as connection, database.write(connection):
        standing.revoke(connection, box.node_id, reason="dicuri", now_ms=clock.now_ms(), actor="uji")
    assert error_code(client.ask("GET", PATH, shown=box)) == "node_revoked"
    days(clock, LIFE_DAYS + 1)
    assert error_code(client.renew_expired(box, box_key.new_key())) == "renewal_not_live"


def test_after_the_end_the_old_key_signs_for_the_next_certificate(client: Client, box: Known, clock: FakeClock) -> None:
    key = box_key.new_key()
    assert error_code(client.renew_expired(box, key)) == "renewal_not_ended"
    days(clock, LIFE_DAYS + 100)
    answer = client.renew_expired(box, key)
    assert answer.status_code == 200
    assert client.renew_expired(box, key).json() == answer.json(), "a lost answer is given again"
    days(clock, 81)
    assert error_code(client.renew_expired(box, box_key.new_key())) == "renewal_too_late"


def test_nobody_gets_a_certificate_by_what_he_has_heard(client: Client, box: Known, clock: FakeClock) -> None:
    days(clock, LIFE_DAYS + 1)
    mine, nonce = box_key.new_key(), client.nonce()
    heard = expired_ask(
        csr=box_key.request_of(box_key.new_key()), certificate=box.chain.decode(), nonce=nonce, old_key_pem=box.key
    )
    replaced = client.renew_expired(box, mine, nonce=nonce, signature=heard.signature)
    assert error_code(replaced) == "no_box", "the signature is of another request"
    assert error_code(client.renew_expired(box, mine, signed_by=mine)) == "no_box"
    assert error_code(client.renew_expired(box, mine, signature="@@")) == "no_box"
    assert error_code(client.renew_expired(box, mine, certificate="x")) == "no_box"
    short = base64.b64encode(b"x").decode()
    assert error_code(client.renew_expired(box, mine, signature=short)) == "no_box"


def test_a_nonce_is_good_for_one_answer_and_two_minutes(client: Client, box: Known, clock: FakeClock) -> None:
    days(clock, LIFE_DAYS + 1)
    key, nonce = box_key.new_key(), client.nonce()
    assert client.renew_expired(box, key, nonce=nonce).status_code == 200
    assert error_code(client.renew_expired(box, key, nonce=nonce)) == "nonce_stale"
    old = client.nonce()
    clock.advance((LIFE_MS + 1) / 1000)
    assert error_code(client.renew_expired(box, key, nonce=old)) == "nonce_stale"
    assert error_code(client.renew_expired(box, key, nonce="AAAA")) == "nonce_stale"


def test_a_request_that_may_not_be_signed_is_told_apart(client: Client, box: Known, clock: FakeClock) -> None:
    days(clock, DUE_DAYS)
    answer = client.ask("POST", PATH, shown=box, json={"csr": "-----BEGIN CERTIFICATE REQUEST-----"})
    assert (answer.status_code, error_code(answer)) == (422, "invalid")


def test_a_hub_without_an_authority_says_so(hub: NewHub, clock: FakeClock, tmp_path: Path) -> None:
    with answering(hub.home / "hub.db", clock=clock, enrolments=None) as http:
        assert http.get(NONCE_PATH).status_code == 404
    empty = Enrolments(home=tmp_path)
    with answering(hub.home / "hub.db", clock=clock, enrolments=empty) as http:
        body = {"csr": "x", "certificate": "x", "nonce": http.get(NONCE_PATH).json()["nonce"], "signature": "x"}
        assert http.post(EXPIRED_PATH, json=body).status_code == 503
