"""HTTPS beside the plain listener: the whole web process, with the hub's own certificate."""

import http.client
import re
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from hub import app
from hub.api import descriptors
from hub.config import load_config
from hub.fleet.authority.errors import AuthorityMissingError
from tests.support.new_hubs import NewHub
from tests.support.processes import Child

SILENT = 1_100
FILES_OF_A_SERVICE = 1_024
"""What a service may open by default."""


def test_without_an_authority_the_web_process_says_how_to_make_one(tmp_path: Path) -> None:
    (tmp_path / "hub.toml").write_text("[web.tls]\n", encoding="utf-8")
    with pytest.raises(AuthorityMissingError, match="hub authority init"):
        app.run_web(load_config(tmp_path / "hub.toml"), stop=None)  # type: ignore[arg-type]  # it never comes so far


def test_pages_and_api_come_by_tls_of_today_and_all_listeners_end_together(tmp_path: Path) -> None:
    hub = NewHub(tmp_path)
    with hub.serving() as web:
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            assert status_by(hub, version) == 200
        assert_refuses_plain_text(hub)
        with following(hub) as follower:
            assert_silence_holds_up_nobody(hub, web)
            assert follower.readline().strip(), "who follows, follows"
        end_while_one_follows(hub, web)


def status_by(hub: NewHub, version: ssl.TLSVersion) -> int:
    context = ssl.create_default_context(cadata=hub.authority.bundle_pem().decode())
    context.minimum_version = context.maximum_version = version
    connection = http.client.HTTPSConnection("localhost", hub.port, timeout=10, context=context)
    connection.request("GET", "/healthz")
    status = connection.getresponse().status
    connection.close()
    return status


def assert_refuses_plain_text(hub: NewHub) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", hub.port, timeout=10)
    connection.request("GET", "/healthz")
    with pytest.raises((http.client.HTTPException, OSError)):
        connection.getresponse()
    connection.close()


def assert_silence_holds_up_nobody(hub: NewHub, web: Child) -> None:
    """1,100 connections that say nothing at HTTPS, and more than fit at the others: pages are served at all of them."""
    descriptors.raised_limit()
    for port in (hub.port, hub.box_port, hub.bundle_port, hub.plain_port):
        with ExitStack() as stack:
            for _ in range(SILENT if port == hub.port else descriptors.HTTPS_MOST + 50):
                stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
            assert status_by(hub, ssl.TLSVersion.TLSv1_3) == 200
            for plain, path in ((hub.plain_port, "/dinding"), (hub.bundle_port, "/api/v1/authority/bundle")):
                assert httpx.get(f"http://127.0.0.1:{plain}{path}", timeout=10).status_code == 200
            assert psutil.Process(web.pid).num_fds() < FILES_OF_A_SERVICE
    figures = httpx.get(f"http://127.0.0.1:{hub.plain_port}/metrics", timeout=10).text
    for name in ("https", "boxes", "bundle", "plain"):
        (line,) = re.findall(rf'turned_away_total\{{outcome="displaced",port="{name}"\}} ([0-9.e+]+)', figures)
        assert float(line) >= (SILENT - descriptors.HTTPS_MOST if name == "https" else 50)


@contextmanager
def following(hub: NewHub) -> Iterator[http.client.HTTPResponse]:
    """Follow the events by HTTPS until the block ends."""
    context = ssl.create_default_context(cadata=hub.authority.bundle_pem().decode())
    connection = http.client.HTTPSConnection("127.0.0.1", hub.port, timeout=20, context=context)
    connection.request("GET", "/api/v1/events")
    with closing(connection), connection.getresponse() as answer:
        assert answer.status == 200
        yield answer


def end_while_one_follows(hub: NewHub, web: Child) -> None:
    """A browser that follows by HTTPS holds up the end no longer than one without."""
    with following(hub):
        asked_s = time.monotonic()
        web.terminate(deadline_s=8.0)
        assert time.monotonic() - asked_s < 4.0
