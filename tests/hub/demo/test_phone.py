"""The demo's phone over real HTTP."""

import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest

from hub.demo.inbox import KEPT, Inbox
from hub.demo.phone import BODY_BYTES_MAX, INBOX_FILE, PhoneServer
from hub.dispatch.channel import Letter
from hub.dispatch.signature import HEADER, sign

SECRET = b"s" * 32


def letter(delivery_id: str = "d-1", **more: object) -> Letter:
    facts: dict[str, object] = {
        "delivery_id": delivery_id,
        "alert_id": "A-7K3Q9",
        "kind": "level",
        "severity": 3,
        "word": "Awas",
        "to": "Ketua RT 003",
        "role": "rt",
        "text": "[AWAS] Wai Ruhu <1> & 2",
        "sms": "AWAS Wai Ruhu",
        "link": "http://127.0.0.1:8080/t/abc",
        "created_ms": 1_763_712_000_000,
    }
    return Letter(**(facts | more))  # type: ignore[arg-type]


@pytest.fixture
def phone(tmp_path: Path) -> Iterator[PhoneServer]:
    server = PhoneServer(port=0, secret=SECRET, inbox=Inbox(tmp_path / INBOX_FILE))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def post(phone: PhoneServer, body: bytes, *, signature: str | None = None) -> int:
    headers = {HEADER: sign(SECRET, body) if signature is None else signature}
    return httpx.post(phone.messages_url, content=body, headers=headers, trust_env=False).status_code


def inbox_page(phone: PhoneServer) -> str:
    return httpx.get(f"http://127.0.0.1:{phone.port}/", trust_env=False).text


def test_a_signed_message_is_shown_as_a_card_with_its_link(phone: PhoneServer) -> None:
    assert "Belum ada pesan." in inbox_page(phone)
    assert post(phone, msgspec.json.encode(letter())) == 204
    page = inbox_page(phone)
    assert "AWAS<time>17:00 WIT</time>" in page
    assert "Kepada Ketua RT 003 (ketua RT)" in page
    assert "[AWAS] Wai Ruhu &lt;1&gt; &amp; 2" in page
    assert '<a href="http://127.0.0.1:8080/t/abc">' in page


def test_the_same_delivery_again_is_taken_and_shown_once(phone: PhoneServer) -> None:
    body = msgspec.json.encode(letter())
    assert [post(phone, body), post(phone, body)] == [204, 204]
    assert inbox_page(phone).count("<article") == 1


def test_the_newest_message_stands_first(phone: PhoneServer) -> None:
    for delivery_id in ("d-1", "d-2"):
        post(phone, msgspec.json.encode(letter(delivery_id)))
    page = inbox_page(phone)
    assert page.index("d-2") < page.index('data-delivery="d-1"')
    assert httpx.get(f"http://127.0.0.1:{phone.port}/newest", trust_env=False).text == "d-2"


@pytest.mark.parametrize("signature", ["", "sha256=00", sign(b"t" * 32, b"x")])
def test_a_message_without_the_hubs_signature_is_refused(phone: PhoneServer, signature: str) -> None:
    assert post(phone, msgspec.json.encode(letter()), signature=signature) == 401
    assert phone.inbox.newest_first() == []


def test_what_is_no_message_is_refused(phone: PhoneServer) -> None:
    assert post(phone, b"{}") == 400
    assert post(phone, b"\xff") == 400
    assert post(phone, b" " * (BODY_BYTES_MAX + 1)) == 413
    url = f"http://127.0.0.1:{phone.port}/elsewhere"
    assert httpx.post(url, content=b"{}", trust_env=False).status_code == 404
    assert httpx.get(url, trust_env=False).status_code == 404


def test_messages_survive_a_restart_and_are_still_shown_once(tmp_path: Path) -> None:
    path = tmp_path / INBOX_FILE
    assert Inbox(path).receive(letter())
    again = Inbox(path)
    assert not again.receive(letter())
    assert [one.delivery_id for one in again.newest_first()] == ["d-1"]


def test_a_line_cut_by_a_crash_costs_no_other_message(tmp_path: Path) -> None:
    path = tmp_path / INBOX_FILE
    Inbox(path).receive(letter())
    path.write_bytes(path.read_bytes() + b'{"delivery_id":"d-2","ale')
    inbox = Inbox(path)
    assert inbox.receive(letter("d-3"))
    assert [one.delivery_id for one in Inbox(path).newest_first()] == ["d-3", "d-1"]


def test_only_the_newest_messages_are_kept(tmp_path: Path) -> None:
    path = tmp_path / INBOX_FILE
    path.write_bytes(b"".join(msgspec.json.encode(letter(f"d-{n}")) + b"\n" for n in range(KEPT + 5)))
    inbox = Inbox(path)
    assert len(inbox.newest_first()) == KEPT
    assert path.read_bytes().count(b"\n") == KEPT


@pytest.mark.parametrize(
    ("more", "title"),
    [
        ({"severity": 0, "word": "Normal"}, "SELESAI"),
        ({"kind": "silence", "severity": 2, "word": ""}, "GANGGUAN"),
        ({"kind": "hub", "severity": 0, "word": ""}, "PULIH"),
        ({"severity": 1, "word": "Waspada"}, "WASPADA"),
    ],
)
def test_each_kind_of_message_has_its_title(phone: PhoneServer, more: dict[str, object], title: str) -> None:
    post(phone, msgspec.json.encode(letter("d-1", **more)))
    assert f"{title}<time>" in inbox_page(phone)


def test_a_notice_without_a_link_has_no_button(phone: PhoneServer) -> None:
    post(phone, msgspec.json.encode(letter(link="")))
    assert "<a " not in inbox_page(phone)
