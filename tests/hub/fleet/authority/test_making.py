"""The authority is made once, whole or not at all, and its keys can be replaced without making a box a stranger."""

import errno
import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.fleet.authority import certificates, disk, hub_certificates, keys, making, root_key, shelf
from hub.fleet.authority.changing import changing
from hub.fleet.authority.errors import (
    AuthorityClockError,
    AuthorityError,
    AuthorityExistsError,
    AuthorityForeignError,
    AuthorityMissingError,
    AuthorityPlaceError,
    PassphraseError,
    RootKeyError,
    ServerNameError,
)
from hub.fleet.authority.standing import standing
from tests.support.authorities import NAMES, NOW, PASSPHRASE, make_authority
from tests.support.strangers import STRANGER, being, folder_for_all


def init(tmp_path: Path, **changed: object) -> making.Made:
    given: dict[str, object] = {
        "home": tmp_path / "home",
        "root_folder": tmp_path / "stick",
        "passphrase": PASSPHRASE,
        "names": NAMES,
        "city": "Kota Uji",
        "now": NOW,
    }
    return making.init(**(given | changed))  # type: ignore[arg-type]


def rotate(tmp_path: Path, *, days: int = 0) -> shelf.Authority:
    return making.rotate(
        home=tmp_path / "home", root_folder=tmp_path / "stick", passphrase=PASSPHRASE, now=NOW + timedelta(days=days)
    )


def keys_in(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("issuing-*") if b"PRIVATE KEY" in path.read_bytes()}


def test_the_root_key_lies_encrypted_in_its_own_directory_and_nowhere_else(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    file = tmp_path / "stick" / root_key.FILE
    assert b"BEGIN ENCRYPTED PRIVATE KEY" in file.read_bytes()
    with pytest.raises(TypeError, match="encrypted"):
        load_pem_private_key(file.read_bytes(), password=None)
    key = root_key.read(file, passphrase=PASSPHRASE).key
    assert isinstance(key.curve, ec.SECP384R1)
    root_number = key.private_numbers().private_value
    kept = [path for path in authority.folder.iterdir() if b"PRIVATE KEY" in path.read_bytes()]
    assert {path.name for path in kept} == {"issuing-1.pem", "server.pem", "client.pem"}
    for path in kept:
        held = keys.from_pem(path.read_bytes(), what=path.name)
        assert held.private_numbers().private_value != root_number
        assert isinstance(held.curve, ec.SECP256R1)


def test_only_the_hubs_own_user_may_look(tmp_path: Path) -> None:
    os.umask(os.umask(0o022))
    authority = make_authority(tmp_path)
    for folder in (authority.folder, tmp_path / "stick"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_lives_and_path_lengths_are_those_of_the_plan(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    server, issuing = shelf.read_chain(authority.folder / shelf.SERVER)
    assert issuing == authority.current.certificate
    expected = ((authority.root, 20 * 365, 1), (issuing, 5 * 365, 0), (server, 400, None))
    for certificate, days, path_length in expected:
        assert certificate.not_valid_before_utc.year == 1970
        assert certificate.not_valid_after_utc == NOW + timedelta(days=days)
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
        assert constraints.critical
        assert constraints.value.path_length == path_length
        assert constraints.value.ca is (path_length is not None)
    assert hub_certificates.server_names(authority) == (*NAMES, *hub_certificates.OWN_NAMES)


def test_a_second_init_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    before = {path.name: path.read_bytes() for path in authority.folder.iterdir()}
    with pytest.raises(AuthorityExistsError, match="hub authority show"):
        init(tmp_path, root_folder=tmp_path / "other")
    assert {path.name: path.read_bytes() for path in authority.folder.iterdir()} == before
    assert not (tmp_path / "other").exists()


class _PowerCutError(Exception):
    pass


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_byte_turned_over_in_a_file_brings_another_error_than_ours(tmp_path: Path, data: st.DataObject) -> None:
    if not (tmp_path / "home").exists():
        make_authority(tmp_path)
    folder = tmp_path / "home/authority"
    name = data.draw(st.sampled_from([root_key.FILE, shelf.ROOT, "issuing-1.pem", shelf.SERVER, shelf.BUNDLE]))
    file = tmp_path / "stick" / name if name == root_key.FILE else folder / name
    whole = file.read_bytes()
    at, by = data.draw(st.integers(0, len(whole) - 1)), data.draw(st.integers(1, 255))
    file.write_bytes(whole[:at] + bytes([whole[at] ^ by]) + whole[at + 1 :])
    try:
        root_key.read(tmp_path / "stick" / root_key.FILE, passphrase=PASSPHRASE)
        authority = shelf.open_authority(tmp_path / "home")
        standing(authority, now=NOW)
        hub_certificates.server_names(authority)
    except AuthorityError:
        pass
    finally:
        file.write_bytes(whole)


@pytest.mark.parametrize("step", range(1, 8))
def test_a_cut_at_any_step_of_init_leaves_nothing_or_what_the_next_init_goes_on_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    writes = 0
    real = disk.write_file

    def failing(path: Path, data: bytes) -> None:
        nonlocal writes
        writes += 1
        if writes == step:
            path.with_name(f".{path.name}.torn").write_bytes(data[:7])
            raise _PowerCutError
        real(path, data)

    monkeypatch.setattr(disk, "write_file", failing)
    with pytest.raises(_PowerCutError):
        init(tmp_path)
    assert not shelf.folder_of(tmp_path / "home").exists()
    monkeypatch.undo()
    file = tmp_path / "stick" / root_key.FILE
    had_root = root_key.read(file, passphrase=PASSPHRASE) if step > 1 else None
    made = init(tmp_path)
    assert made.has_resumed is (step > 1)
    if had_root is not None:
        assert made.authority.root == had_root.certificate
    assert sorted(path.name for path in made.authority.folder.iterdir()) == [
        "bundle.pem", "client.pem", "issuing-1.pem", "root-place.txt", "root.pem", "server.pem",
    ]  # fmt: skip
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["authority"]


def test_going_on_needs_the_passphrase_of_the_root_key_that_is_there(tmp_path: Path) -> None:
    make_authority(tmp_path)
    with pytest.raises(RootKeyError, match="frasa sandi"):
        init(tmp_path, home=tmp_path / "second", passphrase="kata sandi lain yang panjang")
    assert not (tmp_path / "second").exists()


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"passphrase": "fifteen letters"}, PassphraseError),
        ({"names": ["hub kota"]}, ServerNameError),
        ({"names": ["*"]}, ServerNameError),
        ({"names": ["10.0.0.300"]}, ServerNameError),
        ({"names": ["fe80::1%eth0"]}, ServerNameError),
        ({"names": [".".join(["a" * 60] * 5)]}, ServerNameError),
        ({"passphrase": "é" * 512}, PassphraseError),
        ({"passphrase": "enam kata di atas batu \udcff"}, PassphraseError),
        ({"now": NOW.replace(year=2015)}, AuthorityClockError),
    ],
)
def test_what_cannot_be_leaves_no_trace(tmp_path: Path, changed: dict[str, object], error: type[Exception]) -> None:
    with pytest.raises(error):
        init(tmp_path, **changed)
    assert list(tmp_path.iterdir()) == []


def test_the_root_key_may_not_lie_where_backups_would_take_it(tmp_path: Path) -> None:
    with pytest.raises(AuthorityPlaceError, match="USB"):
        init(tmp_path, root_folder=tmp_path / "home" / "root")
    assert list(tmp_path.iterdir()) == []


def test_after_rotate_a_new_key_signs_and_the_old_one_still_holds(tmp_path: Path) -> None:
    old = make_authority(tmp_path)
    new = rotate(tmp_path, days=4 * 365)
    assert [one.number for one in new.issuing] == [1, 2]
    assert new.fingerprint == old.fingerprint
    bundle = x509.load_pem_x509_certificates((new.folder / shelf.BUNDLE).read_bytes())
    assert bundle == [new.root, old.current.certificate, new.current.certificate]
    assert shelf.read_chain(new.folder / shelf.SERVER)[1] == new.current.certificate
    assert set(hub_certificates.server_names(new)) == {*NAMES, *hub_certificates.OWN_NAMES}


def test_of_an_old_issuing_key_only_the_certificate_stays(tmp_path: Path) -> None:
    make_authority(tmp_path)
    new = rotate(tmp_path)
    assert keys_in(new.folder) == {"issuing-2.pem"}
    assert [one.number for one in shelf.open_authority(tmp_path / "home").old] == [1]


def test_a_key_that_a_cut_left_behind_goes_with_the_next_renewal(tmp_path: Path) -> None:
    folder = make_authority(tmp_path).folder
    with_key = (folder / "issuing-1.pem").read_bytes()
    rotate(tmp_path)
    (folder / "issuing-1.pem").write_bytes(with_key)
    making.renew_own(home=tmp_path / "home", now=NOW)
    assert keys_in(folder) == {"issuing-2.pem"}


def test_a_broken_file_of_an_old_key_stops_nothing_and_is_mended_from_the_bundle(tmp_path: Path) -> None:
    old = make_authority(tmp_path).current.certificate
    folder = rotate(tmp_path).folder
    (folder / "issuing-1.pem").write_bytes(b"torn")
    found = shelf.open_authority(tmp_path / "home")
    assert found.broken == ("issuing-1.pem",)
    assert [one.certificate for one in found.old] == [old]
    found = making.renew_own(home=tmp_path / "home", now=NOW)
    assert found.broken == ()
    assert [one.certificate for one in found.old] == [old]
    for name in ("issuing-1.pem", shelf.BUNDLE):
        (folder / name).write_bytes(b"torn")
    found = making.renew_own(home=tmp_path / "home", now=NOW)
    assert (found.broken, found.old) == (("issuing-1.pem",), ())
    assert [one.number for one in rotate(tmp_path).issuing] == [2, 3]


def test_a_lost_bundle_is_made_anew_by_renewal(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    file = authority.folder / shelf.BUNDLE
    before = file.read_bytes()
    file.unlink()
    making.renew_own(home=tmp_path / "home", now=NOW)
    assert file.read_bytes() == before


def test_a_lost_server_certificate_asks_for_the_names_and_not_for_the_command_that_failed(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    (authority.folder / shelf.SERVER).unlink()
    with pytest.raises(AuthorityMissingError, match="hub authority server --name"):
        making.renew_own(home=tmp_path / "home", now=NOW)
    with pytest.raises(AuthorityMissingError, match="hub authority server --name"):
        rotate(tmp_path)
    home, stick = tmp_path / "home", tmp_path / "stick"
    made = making.rotate(home=home, root_folder=stick, passphrase=PASSPHRASE, names=["a.example"], now=NOW)
    assert hub_certificates.server_names(made) == ("a.example", *hub_certificates.OWN_NAMES)


def test_a_lost_root_certificate_is_not_taken_for_a_hub_without_an_authority(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    (authority.folder / shelf.ROOT).unlink()
    with pytest.raises(AuthorityMissingError, match="backup"):
        shelf.open_authority(tmp_path / "home")


def test_nothing_of_the_hub_is_signed_by_an_issuer_that_has_ended(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    end = authority.current.certificate.not_valid_after_utc
    before = (authority.folder / shelf.SERVER).read_bytes()
    with pytest.raises(AuthorityClockError, match="rotate"):
        making.renew_own(home=tmp_path / "home", now=end)
    assert (authority.folder / shelf.SERVER).read_bytes() == before
    with pytest.raises(AuthorityClockError):
        rotate(tmp_path, days=20 * 365)
    assert [path.name for path in authority.folder.glob("issuing-*")] == ["issuing-1.pem"]


def test_two_commands_at_once_do_not_mix(tmp_path: Path) -> None:
    make_authority(tmp_path)
    with changing(tmp_path / "home"), pytest.raises(AuthorityPlaceError, match="another command changes"):
        making.renew_own(home=tmp_path / "home", now=NOW)


def test_the_name_of_a_long_city_is_cut_by_bytes_and_between_letters(tmp_path: Path) -> None:
    (name,) = init(tmp_path, city="é" * 40).authority.root.subject
    assert name.value == "Jagawai " + "é" * 28


def test_an_issuing_key_that_has_ended_is_gone_after_rotate(tmp_path: Path) -> None:
    make_authority(tmp_path)
    assert [one.number for one in rotate(tmp_path, days=5 * 365 + 1).issuing] == [2]
    assert not (tmp_path / "home/authority/issuing-1.pem").exists()


@pytest.mark.parametrize("step", range(1, 8))
def test_a_cut_at_any_step_of_rotate_leaves_an_authority_that_works_and_can_be_rotated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    old = make_authority(tmp_path)
    writes = 0
    real = disk.write_file

    def failing(path: Path, data: bytes) -> None:
        nonlocal writes
        writes += 1
        if writes == step:
            path.with_name(f".{path.name}.torn").write_bytes(data[:7])
            raise _PowerCutError
        real(path, data)

    monkeypatch.setattr(disk, "write_file", failing)
    with pytest.raises(_PowerCutError):
        rotate(tmp_path)
    monkeypatch.undo()
    left = shelf.open_authority(tmp_path / "home")
    assert left.issuing[0].certificate == old.current.certificate
    trusted = x509.load_pem_x509_certificates((left.folder / shelf.BUNDLE).read_bytes())
    assert {one.certificate for one in left.issuing} <= set(trusted)
    again = rotate(tmp_path)
    assert shelf.read_chain(again.folder / shelf.SERVER)[1] == again.current.certificate
    assert not list(again.folder.glob(".*"))
    assert keys_in(again.folder) == {shelf.issuing_name(again.current.number)}


def test_the_root_key_of_another_hub_is_refused(tmp_path: Path) -> None:
    make_authority(tmp_path / "a")
    make_authority(tmp_path / "b")
    with pytest.raises(RootKeyError, match="another hub"):
        making.rotate(home=tmp_path / "a/home", root_folder=tmp_path / "b/stick", passphrase=PASSPHRASE, now=NOW)


def test_rotate_without_the_stick_says_where_it_is(tmp_path: Path) -> None:
    make_authority(tmp_path)
    with pytest.raises(RootKeyError, match="brankas"):
        making.rotate(home=tmp_path / "home", root_folder=tmp_path / "no", passphrase=PASSPHRASE, now=NOW)
    assert not (tmp_path / "no").exists()


def test_the_hubs_own_certificates_are_renewed_without_the_root_key(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    (tmp_path / "stick" / root_key.FILE).unlink()
    later = NOW + timedelta(days=300)
    making.renew_own(home=tmp_path / "home", now=later)
    server = shelf.read_chain(authority.folder / shelf.SERVER)[0]
    assert server.not_valid_after_utc == later + certificates.LEAF_LIFE
    assert set(hub_certificates.server_names(authority)) == {*NAMES, *hub_certificates.OWN_NAMES}
    making.renew_own(home=tmp_path / "home", names=["hub.baru.example"], now=later)
    assert set(hub_certificates.server_names(authority)) == {"hub.baru.example", *hub_certificates.OWN_NAMES}


def test_files_of_two_authorities_mixed_are_found_out(tmp_path: Path) -> None:
    one, other = make_authority(tmp_path / "a"), make_authority(tmp_path / "b")
    (one.folder / "issuing-1.pem").write_bytes((other.folder / "issuing-1.pem").read_bytes())
    with pytest.raises(AuthorityMissingError, match="not signed by"):
        shelf.open_authority(tmp_path / "a/home")


def test_a_key_that_does_not_belong_to_its_certificate_is_found_out(tmp_path: Path) -> None:
    file = make_authority(tmp_path).folder / "issuing-1.pem"
    file.write_bytes(keys.to_pem(keys.new_key()) + shelf.certificates_pem(shelf.read_chain(file)))
    with pytest.raises(AuthorityMissingError, match="key and certificate differ"):
        shelf.open_authority(tmp_path / "home")


def test_a_full_disk_is_told_and_the_same_command_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = disk.write_file

    def full(path: Path, data: bytes) -> None:
        if path.name == shelf.SERVER:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(path, data)

    monkeypatch.setattr(disk, "write_file", full)
    with pytest.raises(AuthorityPlaceError, match="No space left"):
        init(tmp_path)
    monkeypatch.undo()
    assert init(tmp_path).has_resumed


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
def test_another_user_is_told_whose_the_authority_is() -> None:
    with folder_for_all() as folder:
        os.chown(make_authority(folder).folder, STRANGER - 1, 0)
        with being(STRANGER), pytest.raises(AuthorityForeignError, match=f"sudo -u .*{STRANGER - 1}"):
            shelf.open_authority(folder / "home")


def test_secrets_do_not_show_in_what_is_printed(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    assert "key=" not in repr(authority)
