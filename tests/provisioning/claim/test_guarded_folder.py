"""Root may type the command: no link leads it outside, and what it makes belongs to the owner of the box's home."""

import os
import pwd
import stat
from pathlib import Path

import pytest

from provisioning.__main__ import main
from provisioning.claim.errors import BoxHomeError
from provisioning.claim.identity_folder import CERTIFICATE, KEY, IdentityFolder
from provisioning.identity.claim_code import new_code
from provisioning.identity.claim_text import ClaimText
from tests.support.new_hubs import NewBox

LABEL = ClaimText(code=new_code(), fingerprint="ab" * 32, address="127.0.0.1:8443")
WAITING = 3
NOBODY = "nobody"
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")


def nobody_id() -> int:
    return pwd.getpwnam(NOBODY).pw_uid


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """A folder outside the box's home with a hidden file of somebody."""
    folder = tmp_path / "victim"
    folder.mkdir(mode=0o755)
    (folder / ".hidden.txt.0123abcd").write_text("mine", encoding="utf-8")
    return folder


def asking(box: NewBox, tmp_path: Path) -> list[str]:
    (tmp_path / "usb").mkdir(exist_ok=True)
    return box.claiming("--code", LABEL.encoded(), "--usb", tmp_path / "usb")


def test_a_link_in_the_place_of_the_folder_is_refused_and_nothing_behind_it_is_touched(
    box: NewBox, victim: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    box.home.mkdir()
    if os.geteuid() == 0:
        os.chown(box.home, nobody_id(), -1)
    box.identity.symlink_to(victim)
    before = victim.stat()
    assert main(asking(box, tmp_path)) == 1
    assert "a link, or no folder" in capsys.readouterr().err
    assert [path.name for path in victim.iterdir()] == [".hidden.txt.0123abcd"]
    assert (victim.stat().st_uid, victim.stat().st_mode) == (before.st_uid, before.st_mode)


def test_a_link_that_takes_the_folders_place_meanwhile_is_not_followed(box: NewBox, victim: Path) -> None:
    folder = IdentityFolder(box.home)
    folder.prepare()
    box.identity.rename(box.home / "elsewhere")
    box.identity.symlink_to(victim)
    with pytest.raises(BoxHomeError, match="a link"):
        folder.write(KEY, b"secret")
    with pytest.raises(BoxHomeError, match="a link"):
        folder.forget_key()
    assert [path.name for path in victim.iterdir()] == [".hidden.txt.0123abcd"]


def test_a_link_in_the_place_of_a_file_is_neither_read_nor_written_through(box: NewBox, victim: Path) -> None:
    folder = IdentityFolder(box.home)
    folder.prepare()
    secret = victim / "secret.pem"
    secret.write_bytes(b"theirs")
    (box.identity / KEY).symlink_to(secret)
    with pytest.raises(BoxHomeError, match="a link"):
        folder.key()
    folder.write(KEY, b"ours")
    assert (secret.read_bytes(), folder.key()) == (b"theirs", b"ours")


def test_a_pipe_in_the_place_of_a_file_holds_nobody_up(box: NewBox) -> None:
    folder = IdentityFolder(box.home)
    folder.prepare()
    os.mkfifo(box.identity / "journal.json")
    with pytest.raises(BoxHomeError, match="no plain file"):
        folder.journal()


def test_only_what_a_cut_has_left_is_swept(box: NewBox) -> None:
    folder = IdentityFolder(box.home)
    folder.prepare()
    (box.identity / f".{KEY}.0123abcd").touch()
    (box.identity / ".keep").touch()
    folder.prepare()
    assert [path.name for path in box.identity.iterdir()] == [".keep"]


@as_root
def test_a_folder_or_file_of_a_stranger_is_refused(box: NewBox) -> None:
    folder = IdentityFolder(box.home)
    folder.prepare()
    folder.write(KEY, b"ours")
    os.chown(box.identity / KEY, nobody_id(), -1)
    with pytest.raises(BoxHomeError, match="of another user"):
        folder.key()
    os.chown(box.identity, nobody_id(), -1)
    with pytest.raises(BoxHomeError, match="chown -R jagawai:"):
        folder.prepare()


@as_root
def test_what_root_makes_belongs_to_the_owner_of_the_home(box: NewBox, tmp_path: Path) -> None:
    box.home.mkdir(mode=0o700)
    os.chown(box.home, nobody_id(), -1)
    assert main(asking(box, tmp_path)) == WAITING
    made = [box.identity, *box.identity.iterdir()]
    assert len(made) == 3
    assert {path.stat().st_uid for path in made} == {nobody_id()}


@as_root
def test_a_home_that_root_makes_goes_to_the_user_of_the_service(tmp_path: Path) -> None:
    home = tmp_path / "lib" / "jagawai"
    before = os.umask(0o077)
    try:
        IdentityFolder(home, service_user=NOBODY).prepare()
    finally:
        os.umask(before)
    assert {path.stat().st_uid for path in (home, home / "identity")} == {nobody_id()}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (home, home / "identity")} == {0o700}
    assert stat.S_IMODE(home.parent.stat().st_mode) == 0o755, "its owner must be able to pass"


@as_root
def test_a_home_that_stays_roots_is_told_with_what_to_do(
    box: NewBox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    box.home.mkdir()
    (box.home / "records").touch()
    assert main(asking(box, tmp_path)) == WAITING
    assert f"chown -R jagawai: {box.home}" in capsys.readouterr().out


@as_root
def test_what_is_to_be_typed_names_one_folder_whatever_it_is_called(
    box: NewBox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = box.home.with_name("rumah kotak")
    box.config.write_text(box.config.read_text("utf-8").replace('home = "state"', 'home = "rumah kotak"'), "utf-8")
    home.mkdir()
    (home / "records").touch()
    assert main(asking(box, tmp_path)) == WAITING
    assert f"chown -R jagawai: '{home}'" in capsys.readouterr().out


@as_root
def test_what_root_left_behind_is_given_over_when_the_home_has_another_owner(box: NewBox) -> None:
    box.home.mkdir()
    (box.home / "records").touch()
    folder = IdentityFolder(box.home)
    folder.prepare()
    for name in (KEY, CERTIFICATE):
        folder.write(name, b"ours")
    os.chown(box.home, nobody_id(), -1)
    folder.prepare()
    assert {path.stat().st_uid for path in (box.identity, *box.identity.iterdir())} == {nobody_id()}


def test_two_claims_at_once_on_one_box_are_refused_before_either_makes_a_key(
    box: NewBox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with IdentityFolder(box.home).alone():
        assert main(asking(box, tmp_path)) == 1
        assert "at work on this box" in capsys.readouterr().err
        assert list(box.identity.iterdir()) == []
    assert main(asking(box, tmp_path)) == WAITING
