"""A quota set at the hub, by its own command, on a box that runs."""

from pathlib import Path

from tests.support.pole import Pole, steady
from tests.support.town import HUB, Town, running_town

POLE = Pole(node_id="n-quota-01", station_id="wai-uji", river=steady(40.0))


def set_quota(town: Town, quota_mb: int) -> None:
    file = town.folder / "boxes.csv"
    file.write_text(f"node,quota_mb\n{POLE.node_id},{quota_mb}\n", encoding="utf-8")
    child = town.start("import", *HUB, "stations", "import", str(file), "--config", str(town.hub_config))
    assert child.wait(deadline_s=20) == 0, child.output()


def wait_until_applied(town: Town, version: int) -> None:
    town.wait_for_row("SELECT 1 FROM nodes WHERE applied_version = ?", version, what=f"version {version} to be applied")


def test_a_running_box_follows_the_quota_that_a_maintainer_sets(tmp_path: Path) -> None:
    with running_town(tmp_path) as town:
        town.import_stations(POLE)
        town.start_hub("ingest")
        town.start_box(POLE)
        wait_until_applied(town, 1)
        for quota_mb, version in ((64, 2), (20, 3)):
            set_quota(town, quota_mb)
            wait_until_applied(town, version)
            for part, limit_mb in (("gauge", quota_mb / 2), ("uplink", quota_mb / 10)):
                town.children[f"{POLE.node_id}/{part}"].wait_for_output(f"{limit_mb:g} MiB from now on")
        assert all(town.children[f"{POLE.node_id}/{part}"].is_running for part in ("gauge", "uplink"))
