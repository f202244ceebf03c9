"""A board that was retired under one name is claimed anew under another; one that is still being wiped is not."""

from pathlib import Path

import pytest

from edge_agent import config as edge_config
from edge_agent.retirement.marker import Marker, Step, is_marked, refuse_retired, write_marker
from hub.__main__ import main as at_hub
from provisioning.__main__ import main as provision
from tests.support.new_hubs import NewBox, NewHub

OLD = "n-7f3k2m9q"
WAITING, REFUSED = 3, 2


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> NewHub:
    """A hub whose web process does not run."""
    return NewHub(tmp_path_factory.mktemp("hub"))


def mark(box: NewBox, step: Step) -> None:
    box.home.mkdir(exist_ok=True)
    write_marker(box.home, Marker(step=step, node=OLD, command_id="c1", at_ms=1))


def test_the_marker_goes_when_the_claim_is_through_and_no_sooner(hub: NewHub, box: NewBox, tmp_path: Path) -> None:
    mark(box, Step.RETIRED)
    usb = tmp_path / "usb"
    usb.mkdir()
    assert provision(box.claiming("--code", hub.label().encoded(), "--usb", usb)) == WAITING
    assert is_marked(box.home)
    assert at_hub(["usb", "import", str(usb), "--config", str(hub.config)]) == 0
    assert provision(box.claiming("--usb", usb)) == 0
    refuse_retired(box.home)
    assert edge_config.load(box.config).box.node not in {"", OLD}


@pytest.mark.parametrize("step", [Step.LEAVING, Step.WIPING])
def test_no_label_is_taken_while_the_old_identity_is_not_wiped(
    hub: NewHub, box: NewBox, tmp_path: Path, step: Step, capsys: pytest.CaptureFixture[str]
) -> None:
    mark(box, step)
    assert provision(box.claiming("--code", hub.label().encoded(), "--usb", tmp_path)) == REFUSED
    assert "sedang dipensiunkan" in capsys.readouterr().err
    assert is_marked(box.home)
    assert not list(box.identity.iterdir())
