"""Packages through their client, here a program of the test that hands out an archive made on the spot."""

import hashlib
import io
import os
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest

from models.errors import SourceError, ToolError
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
    assert (bin_folder / "calls").read_text().splitlines() == ["pack --silent --ignore-scripts @a/b@1.2.3"]
    assert said == ["Mengambil / fetching npm @a/b 1.2.3 ..."]


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
    with pytest.raises(
        SourceError, match=r"cannot be fetched: no network.*npm pack --silent --ignore-scripts @a/b@1.2.3"
    ):
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
