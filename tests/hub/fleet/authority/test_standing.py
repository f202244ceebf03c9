"""`show` says what ends when and what is to be done, before it is too late and not all the time."""

from datetime import timedelta
from pathlib import Path

import pytest

from hub.fleet.authority import root_key, shelf
from hub.fleet.authority.standing import standing
from tests.support.authorities import NOW, make_authority


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


def test_the_root_key_is_seen_while_it_lies_there(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    file = tmp_path / "stick" / root_key.FILE
    assert standing(authority, now=NOW).root_key == file
    file.unlink()
    assert standing(authority, now=NOW).root_key is None


def test_a_missing_certificate_is_shown_and_to_be_made(tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    (authority.folder / shelf.SERVER).unlink()
    found = standing(authority, now=NOW)
    assert [item.ends for item in found.items if item.english == "hub server"] == [None]
    assert [deed.command for deed in found.deeds] == ["hub authority server"]
