"""`edge-agent` on the command line."""

import subprocess
import sys
from pathlib import Path

import pytest

from edge_agent.__main__ import COMMANDS, main

GOOD = Path(__file__).parent / "config" / "good.toml"
BAD = Path(__file__).parent / "config" / "bad" / "many-at-once.toml"

LOADED_BY_HELP = """
import sys
from edge_agent.__main__ import build_parser
build_parser().format_help()
print(sorted(name for name in sys.modules if name.split(".")[0] in {"msgspec", "sqlite3", "gpiozero", "paho", "ssl"}))
"""


def test_a_good_config_is_told_as_it_was_understood(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check-config", "--config", str(GOOD)]) == 0
    out = capsys.readouterr().out
    assert "box.node = n-7f3k2m9q" in out
    assert "Berikutnya / Next: edge-agent run --config" in out


def test_a_bad_config_ends_with_2_and_one_message_that_holds_every_problem(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["gauge", "--config", str(BAD)]) == 2
    message = capsys.readouterr().err
    problems = BAD.with_suffix(".expected").read_text(encoding="utf-8").splitlines()
    assert len(problems) > 5
    assert [line for line in message.splitlines() if line.startswith(f"{BAD}: ")] == [
        f"{BAD}: {problem}" for problem in problems
    ]
    assert "Coba / Try:" in message
    assert "Traceback" not in message


@pytest.mark.parametrize("command", [["--check-config"], *([name] for name in COMMANDS)])
def test_every_command_says_when_the_config_is_not_there(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command, "--config", "away.toml"]) == 2
    said = capsys.readouterr().err
    assert "away.toml: tidak dapat dibaca" in said
    assert "cannot be read: No such file" in said


def test_a_command_without_a_config_is_a_usage_error() -> None:
    with pytest.raises(SystemExit) as caught:
        main(["gauge"])
    assert caught.value.code == 2


def test_no_command_at_all_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "uplink" in capsys.readouterr().out


def test_the_config_may_stand_before_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--config", "away.toml", "run"]) == 2
    assert "away.toml" in capsys.readouterr().err


def test_uplink_without_a_hub_in_the_config_says_what_is_missing(tmp_path: Path) -> None:
    alone = tmp_path / "alone.toml"
    text = GOOD.read_text(encoding="utf-8").replace('[hub]\nhost = "127.0.0.1"\n', "")
    alone.write_text(text, encoding="utf-8")
    code = subprocess.run(
        [sys.executable, "-m", "edge_agent", "uplink", "--config", str(alone)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert code.returncode == 1
    assert "[hub]" in code.stderr
    assert "Traceback" not in code.stderr


def test_help_loads_nothing_heavy() -> None:
    answer = subprocess.run([sys.executable, "-c", LOADED_BY_HELP], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
