"""A copy of the root key is proved to open, and one that lies there by chance is not taken."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from hub.fleet.authority import disk, keys, root_key, shelf
from hub.fleet.authority.errors import RootKeyError
from tests.hub.fleet.authority.test_making import init
from tests.support.authorities import NOW, PASSPHRASE, make_authority


def test_init_reads_back_the_root_key_before_anything_depends_on_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = disk.write_file

    def rotten(path: Path, data: bytes) -> None:
        real(path, data[:300] + b"A" + data[301:] if path.name == root_key.FILE else data)

    monkeypatch.setattr(disk, "write_file", rotten)
    with pytest.raises(RootKeyError):
        init(tmp_path)
    assert not shelf.folder_of(tmp_path / "home").exists()


def test_a_copy_of_the_root_key_is_proved_without_writing_anything(tmp_path: Path) -> None:
    authority, other = make_authority(tmp_path / "a"), make_authority(tmp_path / "b")
    before = {path: path.read_bytes() for path in (tmp_path / "a").rglob("*.*")}
    file = root_key.verify_copy(authority, root_folder=tmp_path / "a/stick", passphrase=PASSPHRASE)
    assert file == tmp_path / "a/stick" / root_key.FILE
    with pytest.raises(RootKeyError, match="frasa sandi"):
        root_key.verify_copy(authority, root_folder=tmp_path / "a/stick", passphrase="kata sandi yang lain")
    with pytest.raises(RootKeyError, match="another hub"):
        root_key.verify_copy(other, root_folder=tmp_path / "a/stick", passphrase=PASSPHRASE)
    with pytest.raises(RootKeyError, match="brankas"):
        root_key.verify_copy(authority, root_folder=tmp_path / "none", passphrase=PASSPHRASE)
    assert {path: path.read_bytes() for path in (tmp_path / "a").rglob("*.*")} == before


def test_a_key_that_does_not_belong_to_the_certificate_beside_it_is_refused(tmp_path: Path) -> None:
    make_authority(tmp_path)
    file = tmp_path / "stick" / root_key.FILE
    certificate = file.read_bytes().partition(b"-----BEGIN CERTIFICATE")
    file.write_bytes(keys.to_pem(keys.new_root_key(), passphrase=PASSPHRASE) + b"".join(certificate[1:]))
    with pytest.raises(RootKeyError, match="key and certificate differ"):
        root_key.read(file, passphrase=PASSPHRASE)


def test_what_was_written_is_read_back_from_the_stick_and_not_from_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, steps, read = tmp_path / "stick" / root_key.FILE, [], root_key.read

    def forgetting(handle: int, *rest: int) -> None:
        steps.append((str(Path(f"/proc/self/fd/{handle}").readlink()), rest))

    def reading(path: Path, *, passphrase: str) -> root_key.RootKey:
        steps.append(("read", ()))
        return read(path, passphrase=passphrase)

    monkeypatch.setattr(os, "posix_fadvise", forgetting)
    monkeypatch.setattr(root_key, "read", reading)
    init(tmp_path)
    assert steps == [(str(file), (0, 0, os.POSIX_FADV_DONTNEED)), ("read", ())]


@pytest.mark.parametrize(
    ("changed", "days"), [({"city": "Kota Lain"}, 0), ({}, 2), ({}, -2)], ids=["another city", "old", "of the future"]
)
def test_a_root_key_that_no_cut_left_there_is_not_taken_in_silence(
    tmp_path: Path, changed: dict[str, object], days: int
) -> None:
    old = make_authority(tmp_path / "old")
    given = {"root_folder": tmp_path / "old/stick", "now": NOW + timedelta(days=days)} | changed
    with pytest.raises(RootKeyError, match="--take-root"):
        init(tmp_path, **given)
    assert not (tmp_path / "home").exists()
    made = init(tmp_path, takes_root=True, **given)
    assert (made.has_resumed, made.authority.fingerprint) == (True, old.fingerprint)
