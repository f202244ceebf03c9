"""A bad config: every problem in one message, exit code 2, nothing started."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.town import EDGE_AGENT, HUB

BAD_BOX = """
[box]
node = "N_7F3K"
hom = "."
board = "laptop"
quota_mb = 2

[hub]
host = "127.0.0.1"
port = 70000

[gauge.g1]
driver = "sonar"

[siren]
driver = "mock"
"""
BOX_PROBLEMS = ("box.node", "box.hom", "box.home", "box.quota_mb", "hub.port", "gauge.g1.driver", "siren.pin")

BAD_HUB = """
hom = "."

[mqtt]
prot = 1883
port = 0

[web]
port = "eight thousand"

[city]
utc_offset_h = 99

[alerts]
rt_after_s = -1
"""
HUB_PROBLEMS = ("hom", "mqtt.prot", "mqtt.port", "web.port", "city.utc_offset_h", "alerts.rt_after_s")


def _run(*command: str) -> tuple[int, str]:
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("part", ["run", "gauge", "uplink"])
def test_a_box_names_every_problem_of_its_config_at_once(tmp_path: Path, part: str) -> None:
    config = tmp_path / "box.toml"
    config.write_text(BAD_BOX, encoding="utf-8")
    code, text = _run(*EDGE_AGENT, part, "--config", str(config))
    assert code == 2, text
    assert [problem for problem in BOX_PROBLEMS if f"{problem} " not in text] == [], text
    assert "Traceback" not in text
    assert _run(*EDGE_AGENT, "--check-config", "--config", str(config)) == (2, text)
    assert [path.name for path in tmp_path.iterdir()] == ["box.toml"]


@pytest.mark.parametrize("part", ["run", "ingest", "dispatch", "web"])
def test_the_hub_names_every_problem_of_its_config_at_once(tmp_path: Path, part: str) -> None:
    config = tmp_path / "hub.toml"
    config.write_text(BAD_HUB, encoding="utf-8")
    code, text = _run(*HUB, part, "--config", str(config))
    assert code == 2, text
    assert [problem for problem in HUB_PROBLEMS if problem not in text] == [], text
    assert "Traceback" not in text
    assert _run(*HUB, "--check-config", "--config", str(config)) == (2, text)
    assert [path.name for path in tmp_path.iterdir()] == ["hub.toml"]


@pytest.mark.parametrize("program", [EDGE_AGENT, HUB], ids=["edge-agent", "hub"])
def test_a_config_that_is_not_there_is_named(tmp_path: Path, program: tuple[str, ...]) -> None:
    missing = tmp_path / "nowhere.toml"
    code, text = _run(*program, "run", "--config", str(missing))
    assert code == 2
    assert str(missing) in text
    assert sys.executable not in text
