"""The demo's box with a camera: one drawing in two files, a clip believed by its hash alone, words without it."""

import hashlib
import os
import subprocess
from pathlib import Path

import psutil
import pytest

from edge_agent import config as edge_config
from edge_agent.sightings.view_file import read_view
from hub.demo import footage
from hub.demo.camera import LINK, camera_box
from hub.demo.place import Place
from hub.demo.scenario import SCENARIO_FILE, STATIONS_FILE, load_scenario
from hub.fleet.city_file import read_city
from models.errors import ModelsError
from models.quantization.selection import Footage
from models.sources.package import Package
from tests.support.processes import lives, wait_until

CLIP = b"not a clip, but its bytes are known"
BOX = '[box]\nnode = "n-simpang-01"\nhome = "."\nboard = "laptop"\n'


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is all of PATH: a machine without apt."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv(footage.CACHE_VARIABLE, str(tmp_path / "cache"))
    return folder


def wanted(content: bytes = CLIP) -> Footage:
    package = Package(
        kind="debian", name="opencv-doc", licence="any", files={"clip.avi": hashlib.sha256(content).hexdigest()}
    )
    return Footage(file="clip.avi", package=package)


def sleepers() -> list[psutil.Process]:
    return [one for one in psutil.Process().children(recursive=True) if one.name() == "sleep"]


def package_of(folder: Path, files: dict[str, bytes]) -> Path:
    """Return a Debian package with these files, made by dpkg-deb."""
    tree = folder / "package"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN" / "control").write_text(
        "Package: opencv-doc\nVersion: 1\nArchitecture: all\nMaintainer: uji <uji@example.org>\nDescription: uji\n",
        encoding="ascii",
    )
    for name, content in files.items():
        (tree / name).write_bytes(content)
    made = folder / "opencv-doc.deb"
    command = ["/usr/bin/dpkg-deb", "--build", str(tree), str(made)]
    subprocess.run(command, check=True, capture_output=True, env={"PATH": "/usr/bin:/bin"})
    return made


def config_of(tmp_path: Path) -> edge_config.EdgeConfig:
    box = camera_box(load_scenario(), Place(home=tmp_path, whole=tmp_path), is_tls=False)
    path = tmp_path / "box.toml"
    path.write_text(BOX + box.tables_toml, encoding="utf-8")
    return edge_config.load(path)


def test_the_box_counts_in_what_the_hub_shows(tmp_path: Path) -> None:
    city = tmp_path / "city.toml"
    city.write_text(STATIONS_FILE.read_text(encoding="utf-8").replace("{phone}", "http://127.0.0.1/"), encoding="utf-8")
    (shown,) = read_city(city).views
    scenario = load_scenario()
    drawn = read_view(SCENARIO_FILE.parent / scenario.camera.view_file)
    assert (drawn.zones, drawn.lines, drawn.purpose) == (shown.zones, shown.lines, shown.purpose)
    assert (shown.node, shown.source) == (scenario.camera.node, "c1")


def test_without_apt_the_camera_says_in_words_what_is_missing_and_where_it_goes(tmp_path: Path, nowhere: Path) -> None:
    config = config_of(tmp_path)
    settings = config.camera["c1"].file
    assert settings is not None
    assert settings.file == str(tmp_path / "boxes" / "n-simpang-01" / LINK)
    assert settings.advice.startswith("Rekaman kamera peragaan belum ada, dan komputer ini tanpa apt")
    assert str(nowhere.parent / "cache" / "models" / "debian-opencv-doc") in settings.advice
    assert config.vision.cores <= 0.3, "the gauges come first on two cores"


def test_with_apt_it_says_that_it_is_being_fetched_and_what_to_do_if_that_takes_long(
    tmp_path: Path, nowhere: Path
) -> None:
    (nowhere / footage.CLIENT).touch(mode=0o755)
    settings = config_of(tmp_path).camera["c1"].file
    assert settings is not None
    assert "96 MB sedang diambil dari Debian" in settings.advice
    assert "sudo apt-get update" in settings.advice


@pytest.mark.usefixtures("nowhere")
def test_the_link_leads_to_the_clip_by_its_hash_and_to_nothing_else(tmp_path: Path) -> None:
    folder, link = footage.cache_folder(), tmp_path / "box" / LINK
    place = folder / "debian-opencv-doc" / "clip.avi"
    place.parent.mkdir(parents=True)
    place.write_bytes(b"another clip")
    with pytest.raises(ModelsError, match="perlu / needs apt-get"):
        footage.fetch(wanted(), folder=folder, link=link)
    assert not os.path.lexists(link)
    place.write_bytes(CLIP)
    footage.fetch(wanted(), folder=folder, link=link)
    footage.fetch(wanted(), folder=folder, link=link)
    assert link.read_bytes() == CLIP


def test_without_a_network_it_is_tried_again_and_with_another_clip_it_is_not(tmp_path: Path, nowhere: Path) -> None:
    folder, link = footage.cache_folder(), tmp_path / LINK
    place = folder / "debian-opencv-doc" / "clip.avi"
    client = nowhere / footage.CLIENT
    client.write_text("#!/bin/sh\necho no network >&2\nexit 100\n", encoding="ascii")
    client.chmod(0o755)
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 2:
            place.parent.mkdir(parents=True)
            place.write_bytes(CLIP)

    assert footage.fetch_when_possible(wanted(), folder=folder, link=link, wait=wait)
    assert (len(waits), link.read_bytes()) == (2, CLIP)
    package = package_of(tmp_path, {"./clip.avi": b"another"})
    client.write_text(f"#!/bin/sh\n/bin/cp {package} other.deb\n", encoding="ascii")
    place.unlink()
    link.unlink()
    os.environ["PATH"] += f"{os.pathsep}/usr/bin{os.pathsep}/bin"  # dpkg-deb, and what it calls
    assert not footage.fetch_when_possible(wanted(), folder=folder, link=link, wait=wait)
    assert len(waits) == 2
    assert not os.path.lexists(link)


def test_an_end_in_the_middle_of_the_fetching_leaves_no_process_and_no_half_package(
    tmp_path: Path, nowhere: Path
) -> None:
    client = nowhere / footage.CLIENT
    client.write_text("#!/bin/sh\nPATH=/usr/bin:/bin\necho half >half.deb\nexec sleep 600\n", encoding="ascii")
    client.chmod(0o755)
    link = tmp_path / LINK
    link.symlink_to("of-an-earlier-start")
    fetching = footage.Fetching(link=link)
    assert not os.path.lexists(link)
    (fetching_client,) = wait_until(sleepers, what="the client of the package", deadline_s=20)
    assert [*footage.cache_folder().glob("fetching-*/half.deb")]
    fetching.end()
    assert not lives(fetching_client)
    assert not [*footage.cache_folder().iterdir()]


@pytest.mark.usefixtures("nowhere")
def test_a_fetching_that_is_over_leaves_nothing_in_the_table_of_processes(tmp_path: Path) -> None:
    before = {one.pid for one in psutil.Process().children()}
    fetching = footage.Fetching(link=tmp_path / LINK)  # without apt it gives up at once
    wait_until(lambda: {one.pid for one in psutil.Process().children()} <= before, what="its end", deadline_s=60)
    fetching.end()
