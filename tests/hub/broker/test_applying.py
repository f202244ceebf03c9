"""`hub broker apply`: what may go into the folder of a city's broker, which is never reloaded on anything else."""

import fcntl
import getpass
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.__main__ import main
from hub.broker import applying, mosquitto, units
from hub.broker.applying import Place
from hub.broker.errors import ApplyError
from hub.broker.keeper import digest, is_told
from tests.support.processes import Child

BOX, OTHER = "n-7f3k2m9q", "n-2c9d4x8w"
WHOLE = mosquitto.rights((OTHER, BOX)).text


class City:
    """A folder as mosquitto's, and what the hub offers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "mosquitto"
        self.folder.mkdir()
        self.installed = self.folder / mosquitto.RIGHTS
        self.config = self.folder / mosquitto.CONFIG
        self.config.write_text(f"listener 8883\nacl_file {self.installed}\n")
        self.installed.write_text(mosquitto.rights(()).text)
        self.installed.chmod(0o640)
        self.offered = folder / "offered.acl"
        self.place = Place(installed=self.folder, user=getpass.getuser(), receipt=folder / "applied")
        self.reloads = 0

    def apply(self) -> bool:
        return applying.apply(self.offered, self.place, reload=self._reload)

    def _reload(self) -> None:
        assert self.installed.read_text() == self.offered.read_text(), "reloaded before the list was in place"
        assert not self.place.receipt.exists(), "a receipt before the reload"
        self.reloads += 1


@pytest.fixture
def city(tmp_path: Path) -> City:
    return City(tmp_path)


def test_a_whole_list_goes_in_and_the_broker_reads_it_once(city: City) -> None:
    city.offered.write_text(WHOLE)
    assert city.apply()
    assert not city.apply()
    assert (city.reloads, city.installed.stat().st_mode & 0o777) == (1, 0o640)
    assert is_told(city.place.receipt, digest(WHOLE))
    assert sorted(path.name for path in city.folder.iterdir()) == ["jagawai.acl", "mosquitto.conf"]


LINES = WHOLE.splitlines(keepends=True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        *("".join(LINES[:count]) for count in range(1, len(LINES))),
        WHOLE[:-1],
        WHOLE + "topic readwrite #\n",
        WHOLE.replace("topic deny #", "topic readwrite #"),
        WHOLE.replace(f"user {BOX}", "user hub"),
        WHOLE.replace("pattern write jw/1/up/%u/records", "pattern write #"),
        WHOLE.replace("\n", "\r\n"),
        "user hub\ntop",
        "\x00" * 100,
    ],
)
def test_anything_else_is_refused_and_the_broker_is_left_alone(city: City, text: str) -> None:
    city.offered.write_bytes(text.encode())
    with pytest.raises(ApplyError, match="bukan buatan hub"):
        city.apply()
    assert (city.reloads, city.installed.read_text()) == (0, mosquitto.rights(()).text)


def test_a_link_a_folder_a_pipe_and_a_giant_are_refused(city: City, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    whole.write_text(WHOLE)
    city.offered.symlink_to(whole)
    prepared: list[Callable[[], object]] = [
        lambda: None,
        city.offered.mkdir,
        lambda: os.mkfifo(city.offered),
        lambda: _grow(city.offered),
    ]
    for prepare in prepared:
        prepare()
        with pytest.raises(ApplyError):
            city.apply()
        shutil.rmtree(city.offered) if city.offered.is_dir() else city.offered.unlink()
    with pytest.raises(ApplyError, match="hub ingest"):
        city.apply()
    assert city.reloads == 0


def _grow(path: Path) -> None:
    path.write_text(WHOLE + "#" * applying.LARGEST_BYTES)


@pytest.mark.parametrize("text", [None, "listener 1883\n", "#acl_file jagawai.acl\n"])
def test_a_broker_that_would_not_read_the_list_is_left_alone(city: City, text: str | None) -> None:
    city.config.unlink() if text is None else city.config.write_text(text)
    city.offered.write_text(WHOLE)
    with pytest.raises(ApplyError, match=r"jagawai\.acl"):
        city.apply()
    assert (city.reloads, city.installed.read_text()) == (0, mosquitto.rights(()).text)


def test_a_list_that_is_gone_or_broken_in_place_is_mended_before_the_reload(city: City) -> None:
    city.offered.write_text(WHOLE)
    city.apply()
    for text in (None, "user hub\ntop"):
        city.installed.unlink() if text is None else city.installed.write_text(text)
        assert city.apply()
        assert city.installed.read_text() == WHOLE
    assert city.reloads == 3


def test_without_a_reload_there_is_no_receipt_and_the_next_time_it_is_tried_again(
    city: City, capsys: pytest.CaptureFixture[str]
) -> None:
    city.offered.write_text(WHOLE)
    words = ["broker", "apply", "--from", str(city.offered), "--installed", str(city.folder)]
    words += ["--user", getpass.getuser(), "--receipt", str(city.place.receipt), "--reload"]
    assert main([*words, "false"]) == 1
    assert "belum membacanya / the access list is in place and not read yet" in capsys.readouterr().err
    assert not city.place.receipt.exists()
    assert main([*words, "true"]) == 0
    assert is_told(city.place.receipt, digest(WHOLE))


def test_who_applies_while_another_does_waits_for_it(city: City) -> None:
    """A person by hand and root's unit would unlink and rename each other's half-written list."""
    city.offered.write_text(WHOLE)
    city.apply()
    city.offered.write_text(mosquitto.rights((BOX,)).text)
    second = threading.Thread(target=city.apply)
    with (city.place.receipt.parent / "apply.lock").open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        second.start()
        second.join(0.2)
        assert city.installed.read_text() == WHOLE
    second.join(5)
    assert city.installed.read_text() == city.offered.read_text()
    assert (city.place.receipt.parent / "apply.lock").stat().st_mode & 0o777 == 0o600


def test_without_the_units_it_makes_a_place_for_the_receipt_that_the_hub_can_look_into(city: City) -> None:
    city.offered.write_text(WHOLE)
    city.place = Place(installed=city.folder, user=city.place.user, receipt=city.folder.parent / "jagawai" / "applied")
    before = os.umask(0o077)
    try:
        assert city.apply()
    finally:
        os.umask(before)
    assert city.place.receipt.parent.stat().st_mode & 0o777 == 0o755
    assert is_told(city.place.receipt, digest(WHOLE))


def test_systemd_finds_nothing_wrong_with_the_units_of_root(tmp_path: Path) -> None:
    rendered = units.render(offered_folder=tmp_path, installed=Path("/etc/mosquitto"), user="mosquitto")
    for one in rendered:
        (tmp_path / one.name).write_text(one.text)
    paths = [tmp_path / one.name for one in rendered]
    with Child(["systemd-analyze", "verify", "--man=no", *paths], log=tmp_path / "log") as verified:
        assert verified.wait() == 0, verified.output()
        ours = [line for line in verified.output().splitlines() if units.NAME in line]
        assert ours == []
