"""A copy of the root key is proved to open, and one that lies there by chance is not taken."""

from datetime import timedelta
from pathlib import Path

import pytest

from hub.fleet.authority import disk, making, root_key, shelf
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
    file = making.verify_root_copy(authority, root_folder=tmp_path / "a/stick", passphrase=PASSPHRASE)
    assert file == tmp_path / "a/stick" / root_key.FILE
    with pytest.raises(RootKeyError, match="frasa sandi"):
        making.verify_root_copy(authority, root_folder=tmp_path / "a/stick", passphrase="kata sandi yang lain")
    with pytest.raises(RootKeyError, match="another hub"):
        making.verify_root_copy(other, root_folder=tmp_path / "a/stick", passphrase=PASSPHRASE)
    with pytest.raises(RootKeyError, match="brankas"):
        making.verify_root_copy(authority, root_folder=tmp_path / "none", passphrase=PASSPHRASE)
    assert {path: path.read_bytes() for path in (tmp_path / "a").rglob("*.*")} == before


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
