"""HTTPS beside the plain listener: the whole web process, with the hub's own certificate."""

import http.client
import ssl
import time
from pathlib import Path

import pytest

from hub import app
from hub.config import load_config
from hub.fleet.authority.errors import AuthorityMissingError
from tests.support.new_hubs import NewHub
from tests.support.processes import Child


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


def end_while_one_follows(hub: NewHub, web: Child) -> None:
    """A browser that follows by HTTPS holds up the end no longer than one without."""
    context = ssl.create_default_context(cadata=hub.authority.bundle_pem().decode())
    connection = http.client.HTTPSConnection("127.0.0.1", hub.port, timeout=10, context=context)
    connection.request("GET", "/api/v1/events")
    assert connection.getresponse().status == 200
    asked_s = time.monotonic()
    web.terminate(deadline_s=8.0)
    assert time.monotonic() - asked_s < 4.0
    connection.close()
