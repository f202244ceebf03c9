"""What a technician is told of a hub that cannot be believed: an impostor only where there may be one."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from socket import create_server

import pytest

from edge_agent.renewal import slots
from hub.fleet.authority import certificates, keys, shelf
from hub.fleet.authority.shelf import Authority
from provisioning.renewal.errors import RenewalAwayError
from provisioning.renewal.hub_side import HubSide
from tests.support.authorities import NOW, make_authority
from tests.support.clocks import FakeClock

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("authority"))


@contextmanager
def hub_with(folder: Path, authority: Authority, *, name: str, now: datetime) -> Iterator[HubSide]:
    """Answer one TLS connection with a certificate for this name that was made then."""
    key, signer = keys.new_key(), authority.current
    leaf = certificates.server(
        key.public_key(), names=[name], signed_by=signer.certificate, issuing_key=signer.key, now=now
    )
    file = folder / "server.pem"
    file.write_bytes(shelf.key_and_chain(key, [leaf, signer.certificate]))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    with create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection, pytest.raises(OSError):
                context.wrap_socket(connection, server_side=True)

        thread = threading.Thread(target=serve)
        thread.start()
        yield HubSide(address=f"127.0.0.1:{listener.getsockname()[1]}", clock=FakeClock())
        thread.join(10)


def told(folder: Path, authority: Authority, *, name: str, now: datetime, trusts: Authority) -> str:
    (folder / slots.BUNDLE).write_bytes(trusts.bundle_pem())
    with hub_with(folder, authority, name=name, now=now) as hub, pytest.raises(RenewalAwayError) as problem:
        hub.nonce(folder)
    return str(problem.value)


def test_a_certificate_that_has_ended_is_no_impostor(authority: Authority, tmp_path: Path) -> None:
    said = told(tmp_path, authority, name="127.0.0.1", now=LONG_AGO, trusts=authority)
    assert "PERINGATAN" not in said
    assert "jam kotak ini salah / the hub's certificate has ended, or this box's clock is wrong" in said


def test_a_certificate_without_this_name_is_no_impostor(authority: Authority, tmp_path: Path) -> None:
    said = told(tmp_path, authority, name="hub.lain.example", now=NOW, trusts=authority)
    assert "PERINGATAN" not in said
    assert "hub authority server --name 127.0.0.1" in said


def test_another_authority_may_be_an_impostor(authority: Authority, tmp_path: Path) -> None:
    other = make_authority(tmp_path / "other")
    said = told(tmp_path, other, name="127.0.0.1", now=NOW, trusts=authority)
    assert said.startswith("PERINGATAN")
