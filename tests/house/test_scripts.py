"""The scripts of the house can be started and say what they are for."""

import subprocess

from tests.house.source_tree import ROOT, files, named

_SCRIPTS = [path for path in files() if path.parent in {ROOT / "scripts", ROOT / ".ci"} and not path.suffix]


def test_each_script_parses_and_can_be_started() -> None:
    for script in _SCRIPTS:
        assert script.stat().st_mode & 0o100, f"{named(script)} is not executable"
        parsed = subprocess.run(["bash", "-n", script], capture_output=True, text=True, timeout=10, check=False)
        assert parsed.returncode == 0, parsed.stderr


def test_each_script_says_what_it_is_for() -> None:
    for script in _SCRIPTS:
        first, second = script.read_text(encoding="utf-8").splitlines()[:2]
        assert first == "#!/usr/bin/env bash", named(script)
        assert second.startswith("# "), named(script)


def test_the_makefile_and_ci_call_the_same_tests() -> None:
    assert "make --no-print-directory test" in (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert "@scripts/test\n" in (ROOT / "Makefile").read_text(encoding="utf-8")
