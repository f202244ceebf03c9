"""`show` says what ends when and what is to be done, before it is too late and not all the time."""

import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from hub.fleet.authority import making, root_key, root_place, shelf
from hub.fleet.authority.certificates import ISSUING_LIFE, LEAF_LIFE
from hub.fleet.authority.issuing import issue_node_certificate
from hub.fleet.authority.root_place import RootPlace
from hub.fleet.authority.standing import standing
from tests.support.authorities import NOW, PASSPHRASE, make_authority, request


@pytest.mark.parametrize(
    ("days", "commands"),
    [
        (0, []),
        (266, []),
        (267, ["hub authority server"]),
        (4 * 365 + 1, ["hub authority rotate --root DIR", "hub authority server"]),
    ],
)
def test_what_is_to_be_done_follows_from_what_ends(tmp_path: Path, days: int, commands: list[str]) -> None:
    found = standing(make_authority(tmp_path), now=NOW + timedelta(days=days))
    assert [deed.command for deed in found.deeds] == commands


def test_a_root_near_its_end_is_told_years_before(tmp_path: Path) -> None:
    found = standing(make_authority(tmp_path), now=NOW + timedelta(days=18 * 365 + 1))
    assert found.deeds[0].english.startswith("The root ends soon")


def test_an_issuing_key_is_to_be_replaced_before_it_cuts_a_certificate_short(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    ends = authority.current.certificate.not_valid_after_utc
    asked = ends - timedelta(days=429)
    assert standing(authority, now=asked).deeds[0].command == "hub authority rotate --root DIR"
    assert issue_node_certificate(request(), "n-7f3k2m9q", authority=authority, now=asked).ends - asked == LEAF_LIFE


def test_after_the_end_of_the_issuing_key_only_rotate_is_advised(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    (authority.folder / shelf.SERVER).unlink()
    found = standing(authority, now=authority.current.certificate.not_valid_after_utc)
    assert [deed.command for deed in found.deeds] == ["hub authority rotate --root DIR --name NAME"]


def test_the_root_key_is_seen_while_it_lies_there(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    file = tmp_path / "stick" / root_key.FILE
    assert standing(authority, now=NOW).root_keys == (RootPlace(path=file, is_on_hub_disk=True, is_seen=True),)
    file.unlink()
    assert standing(authority, now=NOW).root_keys == ()


def test_a_copy_on_another_device_is_told_from_one_on_the_hubs_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = make_authority(tmp_path)
    file, real = tmp_path / "stick" / root_key.FILE, Path.stat

    def on_a_stick(path: Path) -> os.stat_result:
        facts = list(real(path))
        return os.stat_result([*facts[:2], facts[2] + (path == file), *facts[3:]])

    monkeypatch.setattr(Path, "stat", on_a_stick)
    assert [place.is_on_hub_disk for place in standing(authority, now=NOW).root_keys] == [False]


def test_a_copy_on_the_disk_is_not_forgotten_when_another_was_used_to_rotate(tmp_path: Path) -> None:
    make_authority(tmp_path)
    first, stick = tmp_path / "stick", tmp_path / "media"
    shutil.copytree(first, stick)
    authority = making.rotate(home=tmp_path / "home", root_folder=stick, passphrase=PASSPHRASE, now=NOW)
    assert [one.path.parent for one in standing(authority, now=NOW).root_keys] == [first, stick]
    shutil.rmtree(stick)
    assert [one.path.parent for one in standing(authority, now=NOW).root_keys] == [first]
    third = tmp_path / "third"
    first.rename(third)
    authority = making.rotate(home=tmp_path / "home", root_folder=third, passphrase=PASSPHRASE, now=NOW)
    assert (authority.folder / shelf.ROOT_PLACE).read_text() == f"{third / root_key.FILE}\n"


def test_a_copy_that_this_user_may_not_look_at_is_told_and_not_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = make_authority(tmp_path)
    file, real = tmp_path / "stick" / root_key.FILE, Path.stat

    def denied(path: Path) -> os.stat_result:
        if path == file:
            raise PermissionError
        return real(path)

    monkeypatch.setattr(Path, "stat", denied)
    assert [(one.path, one.is_seen) for one in standing(authority, now=NOW).root_keys] == [(file, False)]
    assert str(file).encode() in root_place.with_place(authority.folder, tmp_path / "other")


def test_a_copy_used_twice_stands_there_once(tmp_path: Path) -> None:
    authority, file = make_authority(tmp_path), tmp_path / "stick" / root_key.FILE
    assert root_place.with_place(authority.folder, file) == bytes(file) + b"\n"


def test_what_is_no_file_and_what_is_no_path_is_no_copy(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    (authority.folder / shelf.ROOT_PLACE).write_bytes(bytes(tmp_path) + b"\n/a\0b\n\n \n")
    assert standing(authority, now=NOW).root_keys == ()


def test_what_ends_with_its_issuer_is_not_to_be_renewed_in_vain(tmp_path: Path) -> None:
    home = tmp_path / "home"
    make_authority(tmp_path)
    late = NOW + ISSUING_LIFE - timedelta(days=30)
    authority = making.renew_own(home=home, now=late)
    deeds = [deed.command for deed in standing(authority, now=late).deeds]
    assert [command.split()[2] for command in deeds] == ["rotate"]


def test_a_bundle_that_is_lost_or_lacks_a_certificate_is_to_be_made(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    bundle = authority.folder / shelf.BUNDLE
    for left in (b"", shelf.certificates_pem([authority.root])):
        bundle.write_bytes(left)
        found = standing(authority, now=NOW)
        assert [item.ends for item in found.items if item.english == "trust bundle"] == [None]
        assert [deed.command for deed in found.deeds] == ["hub authority server"]


def test_old_keys_and_broken_old_files_are_told(tmp_path: Path) -> None:
    folder = make_authority(tmp_path).folder
    with_key = (folder / "issuing-1.pem").read_bytes()
    making.rotate(home=tmp_path / "home", root_folder=tmp_path / "stick", passphrase=PASSPHRASE, now=NOW)

    def deeds() -> list[tuple[str, str]]:
        found = standing(shelf.open_authority(tmp_path / "home"), now=NOW)
        return [(deed.english, deed.command) for deed in found.deeds]

    assert deeds() == []
    (folder / "issuing-1.pem").write_bytes(with_key)
    assert deeds() == [
        ("An old issuing key is still there, and nothing needs it: take it away.", "hub authority server")
    ]
    (folder / "issuing-1.pem").write_bytes(b"torn")
    assert deeds() == [("The old file issuing-1.pem is broken: write it anew.", "hub authority server")]
    (folder / shelf.BUNDLE).write_bytes(b"torn")
    assert ("The old file issuing-1.pem is broken: use the backup.", "") in deeds()


def test_a_missing_certificate_is_shown_and_to_be_made(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    (authority.folder / shelf.SERVER).unlink()
    found = standing(authority, now=NOW)
    assert [item.ends for item in found.items if item.english == "hub server"] == [None]
    assert [deed.command for deed in found.deeds] == ["hub authority server --name NAME"]
