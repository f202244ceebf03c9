"""The repository holds no secret, and the scan sees each kind that it is there for."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source_tree import ROOT

# Put together here, so that this file holds none.
KINDS = {
    "a private key": "-----BEGIN " + "PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49\n-----END " + "PRIVATE KEY-----\n",
    "a backup key": "AGE-SECRET-" + "KEY-1QYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGP",
    "a claim label": "JW1:" + "KX4M2P9T0ABCW7RD5QZH3:" + "AB" * 32 + ":HUB:8443",
    "a password in the code": "gateway_" + 'password = "sungai-7-naik"',
    "a token in the code": "api_" + 'token = "' + "aB3_" * 10 + 'xyz"',
    "a program's token": "curl -H 'Authorization: Bearer " + "aB3_" * 10 + "xyz' https://hub:8443/api/v1/alerts",
    "a link of a screen": "https://hub:8443/" + "layar/" + "aB3-" * 10 + "xyz",
    "a link of the first administrator": "http://hub:8080/" + "mulai/" + "aB3-" * 10 + "xyz",
    "a link to choose a password": "http://hub:8080/" + "sandi/" + "aB3-" * 10 + "xyz",
    "a token of a code host": "gh" + "p_" + "a1B2" * 9,
    "a cloud key": "AKIA" + "ABCDEFGHIJ234567",
}


def scan(*files: Path) -> subprocess.CompletedProcess[str]:
    command: list[str | Path] = [sys.executable, ROOT / "scripts/secret_scan.py", *files]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_each_kind_of_secret_is_found_and_never_shown(tmp_path: Path) -> None:
    planted = []
    for number, text in enumerate(KINDS.values()):
        planted.append(tmp_path / f"file_{number}.py")
        planted[-1].write_text(f"# first line\n{text}\n", encoding="utf-8")
    clean = tmp_path / "clean.py"
    clean.write_text('password = ask()\n"JW1:CODE:FINGERPRINT:HOST:PORT"\n', encoding="utf-8")
    told = scan(*planted, clean)
    assert told.returncode == 1
    for number, (kind, text) in enumerate(KINDS.items()):
        assert f"file_{number}.py:2: " in told.stderr, kind
        assert text not in told.stderr
    assert "clean.py" not in told.stderr
    assert "SECURITY.md" in told.stderr


@pytest.mark.parametrize("line", ['webhook_password = "sungai-7-naik"  # pragma: allowlist secret'])
def test_a_line_may_say_that_it_holds_none(tmp_path: Path, line: str) -> None:
    (tmp_path / "file.py").write_text(line + "\n", encoding="utf-8")
    assert scan(tmp_path / "file.py").returncode == 0
