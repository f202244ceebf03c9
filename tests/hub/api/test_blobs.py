"""Boxes bring pictures to the real web process over real mutual TLS; people with the right see them, written down."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from contract.blobs import BLOB_MOST_BYTES
from contract.clock import SystemClock
from hub.api.routes.blobs import ALONE
from hub.audit.action import Action
from hub.blobs import allowance
from hub.fleet import standing
from hub.storage import api_tokens, blobs
from hub.storage import connection as database
from tests.support.hub_data import FAR_MS
from tests.support.new_hubs import NewBox, NewHub
from tests.support.picture_boxes import PATH, ask, begin, begun, bring, web_within
from tests.support.pictures import name_of, picture
from tests.support.processes import wait_until
from tests.support.renewals import settled_box

CHUNK_BYTES = 64 * 1024


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewHub]:
    with web_within(NewHub(tmp_path_factory.mktemp("hub"))) as made:
        yield made


@pytest.fixture
def box(hub: NewHub, tmp_path: Path) -> NewBox:
    return settled_box(hub, tmp_path / "box", age_days=1)[0]


def token(hub: NewHub, scopes: str) -> dict[str, str]:
    with hub.database() as connection, database.write(connection):
        secret = api_tokens.add(
            connection, name=f"t-{scopes}", scopes=scopes, now_real_ms=0, expires_real_ms=FAR_MS
        )  # fmt: skip
    return {"Authorization": f"Bearer {secret}"}


def test_a_picture_that_is_cut_in_the_middle_is_gone_on_with_where_it_was(hub: NewHub, box: NewBox) -> None:
    content = picture(700_000)
    with closing(begin(hub, box, content, come=400_000)):
        wait_until(lambda: begun(hub, content) > 400_000 - CHUNK_BYTES, what="the bytes to come")
    asked = bring(hub, box, b"", f"bytes */{len(content)}", name=name_of(content))
    here = int(asked.headers["upload-offset"])
    assert (asked.status, asked.code, asked.body["here_bytes"]) == (409, "blob_offset", here)
    assert 400_000 - CHUNK_BYTES < here <= 400_000, "no more than a chunk is sent twice"
    wrong = bring(hub, box, content[here + 1 :], f"bytes {here + 1}-699999/700000", name=name_of(content))
    assert (wrong.status, wrong.headers["upload-offset"]) == (409, str(here))
    done = bring(hub, box, content[here:], f"bytes {here}-699999/700000", name=name_of(content))
    assert (done.status, done.body) == (
        201, {"v": 1, "sha256": name_of(content), "bytes": 700_000, "type": "image/jpeg"},
    )  # fmt: skip
    for again in (bring(hub, box, content), bring(hub, box, b"", "bytes */700000", name=name_of(content))):
        assert (again.status, again.body) == (200, done.body)


def test_a_newer_call_does_not_wait_for_a_connection_that_is_dead(hub: NewHub, box: NewBox) -> None:
    content = picture(300_000, seed=2)
    with closing(begin(hub, box, content, come=200_000)) as dead:
        wait_until(lambda: begun(hub, content) > 200_000 - CHUNK_BYTES, what="the bytes to come")
        here = int(bring(hub, box, b"", "bytes */300000", name=name_of(content)).headers["upload-offset"])
        answer = bring(hub, box, content[here:], f"bytes {here}-299999/300000", name=name_of(content))
        assert answer.status == 201
        dead.sendall(content[200_000:])
        assert b"409" in dead.recv(1_000).split(b"\r\n")[0]


def test_what_is_refused_says_why_by_status_and_word(hub: NewHub, box: NewBox) -> None:
    content = picture(seed=3)
    for answer, expected in (
        (bring(hub, box, content[:-1] + b"x", name=name_of(content)), (422, "blob_hash")),
        (bring(hub, box, b"<svg onload='alert(1)'/>"), (415, "blob_type")),
        (bring(hub, box, content, "bytes 0-1/x"), (422, "blob_range")),
        (bring(hub, box, content[:9], f"bytes 0-8/{BLOB_MOST_BYTES + 1}"), (413, "blob_too_large")),
        (bring(hub, box, content, name=name_of(content).upper()), (422, "invalid")),
        (bring(hub, box, content, name="..%2f..%2fhub.db"), (404, "not_found")),
    ):
        assert (answer.status, answer.code) == expected
    assert begun(hub, content) == 0
    assert bring(hub, box, content).status == 201


def test_too_much_is_refused_however_it_comes_and_memory_and_disk_do_not_grow(hub: NewHub, box: NewBox) -> None:
    said = bring(hub, box, b"", f"bytes 0-{BLOB_MOST_BYTES}/{BLOB_MOST_BYTES + 1}")
    assert (said.status, said.code) == (422, "blob_range"), "a range without its bytes"
    large = picture(BLOB_MOST_BYTES + 1)
    path = f"{PATH}/{name_of(large)}"
    pieces = (large[n : n + CHUNK_BYTES] for n in range(0, len(large), CHUNK_BYTES))
    ranged = {"Content-Range": f"bytes 0-{BLOB_MOST_BYTES - 1}/{BLOB_MOST_BYTES}"}
    in_pieces = ask(hub, box, "PUT", path, body=pieces, headers=ranged)
    assert in_pieces.status in {413, 422}
    assert begun(hub, large) <= BLOB_MOST_BYTES


def test_the_quota_of_a_day_is_told_with_when_to_come_again(hub: NewHub, tmp_path: Path) -> None:
    box, one = settled_box(hub, tmp_path / "eager", age_days=1)
    day = allowance.day_of(SystemClock().now_ms())
    with hub.database() as connection, database.write(connection):
        blobs.count_sent(connection, day, node_id=one.node_id, bytes_more=allowance.NODE_DAY_BYTES)
    told = bring(hub, box, picture(seed=4))
    assert (told.status, told.code) == (429, "blob_quota")
    assert 0 < int(told.headers["retry-after"]) <= 86_400


def test_a_box_that_is_revoked_is_refused_also_in_the_middle(hub: NewHub, tmp_path: Path) -> None:
    box, one = settled_box(hub, tmp_path / "stolen", age_days=1)
    content = picture(200_000, seed=5)
    with closing(begin(hub, box, content, come=100_000)) as sock:
        wait_until(lambda: begun(hub, content) > 0, what="the bytes to come")
        with hub.database() as connection, database.write(connection):
            standing.revoke(connection, one.node_id, reason="dicuri", now_ms=1, actor="uji")
        sock.sendall(content[100_000:])
        assert b" 403 " in sock.recv(1_000).split(b"\r\n")[0]
    told = bring(hub, box, content)
    assert (told.status, told.code) == (403, "node_revoked")
    with hub.database() as connection:
        assert blobs.of_content(connection, name_of(content)) == []


def test_nobody_but_a_box_by_its_certificate_brings_pictures(hub: NewHub, box: NewBox) -> None:
    content = picture(seed=6)
    with pytest.raises((ssl.SSLError, ConnectionError)):
        bring(hub, None, content)
    for shown in (None, box):
        told = bring(hub, shown, content, port=hub.port)
        assert (told.status, told.code) == (403, "no_box"), "the port of people asks for no certificate"
    plain = httpx.put(f"http://127.0.0.1:{hub.plain_port}{PATH}/{name_of(content)}", content=content)
    assert plain.status_code == 403
    everything = token(hub, "look,look-at-boxes,see-pictures,see-numbers")
    assert ask(hub, None, "PUT", f"{PATH}/{name_of(content)}", port=hub.port, headers=everything).status == 403
    assert begun(hub, content) == 0


def test_the_port_of_boxes_shows_no_picture(hub: NewHub, box: NewBox) -> None:
    content = picture(seed=7)
    assert bring(hub, box, content).status == 201
    for headers in ({}, token(hub, "see-pictures")):
        assert ask(hub, box, "GET", f"{PATH}/{name_of(content)}", headers=headers).status == 404


def test_two_boxes_bring_pictures_at_once_and_figures_count_them(hub: NewHub, tmp_path: Path) -> None:
    boxes = [settled_box(hub, tmp_path / name, age_days=1)[0] for name in ("a", "b")]
    shared, before = picture(1_500_000, seed=8), figures(hub)
    contents = [[shared, picture(900_000, seed=9)], [shared, picture(900_000, seed=10)]]
    answers: list[int] = []

    def send(box: NewBox, own: list[bytes]) -> None:
        answers.extend(bring(hub, box, content).status for content in own)

    threads = [threading.Thread(target=send, args=pair) for pair in zip(boxes, contents, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [201] * 4
    for content in {content for own in contents for content in own}:
        assert (hub.home / "blobs" / name_of(content)[:2] / name_of(content)).read_bytes() == content
    after = figures(hub)
    assert after['jagawai_blobs_total{outcome="stored"}'] == before['jagawai_blobs_total{outcome="stored"}'] + 4
    assert after["jagawai_blobs_bytes"] == before["jagawai_blobs_bytes"] + 2 * 1_500_000 + 2 * 900_000


def figures(hub: NewHub) -> dict[str, float]:
    text = httpx.get(f"http://127.0.0.1:{hub.plain_port}/metrics").text
    lines = (line.rpartition(" ") for line in text.splitlines() if line.startswith("jagawai_blobs"))
    return {name: float(value) for name, _, value in lines}


def test_who_may_see_pictures_is_shown_one_and_the_sight_is_written_down_before(hub: NewHub, box: NewBox) -> None:
    content = picture(seed=11)
    assert bring(hub, box, content).status == 201
    url = f"http://127.0.0.1:{hub.plain_port}{PATH}/{name_of(content)}"
    sights_before = len(sights(hub))
    assert httpx.get(url).status_code == 401
    assert httpx.get(url, headers=token(hub, "look,look-at-boxes")).status_code == 403
    none = f"http://127.0.0.1:{hub.plain_port}{PATH}/{'0' * 64}"
    seeing = token(hub, "see-pictures")
    assert httpx.get(none, headers=seeing).status_code == 404
    assert len(sights(hub)) == sights_before, "nothing was seen"
    answer = httpx.get(url, headers=seeing)
    assert (answer.status_code, answer.content) == (200, content)
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["content-security-policy"] == ALONE
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"] == f'inline; filename="{name_of(content)[:12]}.jpg"'
    actor, subject, detail = sights(hub)[-1]
    assert (actor, subject[:2]) == ("t-see-pictures", "n-")
    assert name_of(content) in detail, "which picture, not masked"


def sights(hub: NewHub) -> list[tuple[str, str, str]]:
    with hub.database() as connection:
        return connection.execute(
            "SELECT actor, subject, detail FROM audit WHERE action = ? ORDER BY n", (Action.PICTURE_SEEN,)
        ).fetchall()
