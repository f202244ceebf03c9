"""Where an identity lies: the link, the two places, and every state that a power cut may leave."""

from functools import partial
from pathlib import Path

import pytest

from edge_agent.config import TlsConfig
from edge_agent.renewal import slots
from edge_agent.renewal.slots import Slots, SlotsInUseError, Step
from edge_agent.uplink.tls import files_in_use
from tests.support.cuts import is_cut_at

FILES = (slots.KEY, slots.CERTIFICATE, slots.BUNDLE)


def claimed(folder: Path) -> Slots:
    """Return an identity as a claim leaves it: what is in a file says whose it is."""
    folder.mkdir(parents=True)
    fill(folder, "claim")
    (folder / "journal.json").write_text("{}")
    return Slots(folder)


def fill(folder: Path, word: str) -> None:
    folder.mkdir(exist_ok=True)
    for name in FILES:
        (folder / name).write_text(f"{word} {name}")


def prepare(place: Slots, word: str) -> None:
    """Put a next certificate where the switch finds it."""
    fill(place.idle(), word)
    (place.idle() / slots.STEP).write_text(Step.TRIED)


def words(folder: Path) -> set[str]:
    return {path.read_text().split()[0] for path in folder.iterdir() if path.name in FILES}


def switched(place: Slots) -> int:
    with place.locked():
        place.switch()
    return 0


def test_without_a_link_the_files_of_the_claim_are_in_use(tmp_path: Path) -> None:
    place = claimed(tmp_path / "identity")
    assert words(place.in_use()) == {"claim"}
    assert not place.is_ready()


def test_each_switch_takes_the_other_place_and_wipes_the_one_before(tmp_path: Path) -> None:
    place = claimed(tmp_path / "identity")
    for word in ("first", "second", "third"):
        prepare(place, word)
        assert place.is_ready()
        switched(place)
        assert words(place.in_use()) == {word}
        left = [path for path in place.folder.rglob("*") if path.is_file() and word not in path.read_text()]
        assert [path.name for path in left] == ["journal.json"], "no older key is left"
        assert not place.is_ready()


@pytest.mark.parametrize("renewals", [1, 2])
def test_a_cut_at_any_moment_of_the_switch_leaves_one_whole_identity_in_use(tmp_path: Path, renewals: int) -> None:
    moment = 0
    while True:
        moment += 1
        place = claimed(tmp_path / f"{moment}" / "identity")
        if renewals == 2:
            prepare(place, "old")
            switched(place)
        prepare(place, "new")
        if not is_cut_at(moment, partial(switched, place)):
            break
        used = words(place.in_use())
        assert used in ({"new"}, {"old"}, {"claim"}), f"moment {moment}"
        assert all((place.in_use() / name).is_file() for name in FILES), f"moment {moment}"
        assert (used == {"new"}) != place.is_ready(), "either it is in use, or it waits to be"
        with place.locked():
            place.tidy()
            if place.is_ready():
                place.switch()
        assert words(place.in_use()) == {"new"}
        assert not list(place.folder.rglob(".*")), f"moment {moment}"
    assert moment > 4


def test_what_was_in_use_never_comes_back_by_a_marker_that_a_cut_has_left(tmp_path: Path) -> None:
    place = claimed(tmp_path / "identity")
    prepare(place, "new")
    (place.folder / slots.CURRENT).symlink_to("a")
    assert words(place.in_use()) == {"new"}
    with place.locked():
        place.tidy()
    assert not (place.in_use() / slots.STEP).exists()
    assert words(place.folder) == set(), "the files of the claim are gone, the key first"


@pytest.mark.parametrize("target", ["/etc", "../..", "c", "a/../b"])
def test_a_link_to_anywhere_else_is_none(tmp_path: Path, target: str) -> None:
    place = claimed(tmp_path / "identity")
    (place.folder / slots.CURRENT).symlink_to(target)
    assert place.in_use() == place.folder


def test_what_is_filled_half_is_not_ready(tmp_path: Path) -> None:
    place = claimed(tmp_path / "identity")
    prepare(place, "new")
    (place.idle() / slots.STEP).write_text(Step.BEGUN)
    assert not place.is_ready()
    (place.idle() / slots.STEP).write_text(Step.TRIED)
    (place.idle() / slots.CERTIFICATE).unlink()
    assert not place.is_ready()
    (place.idle() / slots.STEP).write_text("")
    assert place.step() is None


def test_one_at_a_time(tmp_path: Path) -> None:
    place = claimed(tmp_path / "identity")
    with place.locked(), pytest.raises(SlotsInUseError), place.locked():
        pass
    with place.locked():
        pass


def test_key_and_certificate_come_from_one_place(tmp_path: Path) -> None:
    place = claimed(tmp_path / "identity")
    named = TlsConfig(
        ca=place.folder / slots.BUNDLE, certificate=place.folder / slots.CERTIFICATE, key=place.folder / slots.KEY
    )
    assert files_in_use(named) == named
    prepare(place, "new")
    switched(place)
    used = files_in_use(named)
    assert {used.ca.parent, used.certificate.parent, used.key.parent} == {place.folder / "a"}
    assert str((place.folder / slots.CURRENT).readlink()) == "a"
