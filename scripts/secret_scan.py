"""Looks for secrets in the repository: keys, tokens, passwords and codes, of others' systems and of ours.

Run as `.venv/bin/python scripts/secret_scan.py [FILE ...]`; without files it looks at everything that git has or would
add. Forms of others come from detect-secrets; a line that only looks like one ends in `# pragma: allowlist secret`.
Exit codes: 0 nothing found, 1 found.
"""  # noqa: INP001 - a script, started by its path

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.core.secrets_collection import SecretsCollection
from detect_secrets.settings import transient_settings

ROOT = Path(__file__).resolve().parents[1]
LOCKS = re.compile(r"(^|/)(requirements.*\.lock|package-lock\.json)$")
"""Hold hashes and nothing else; tests/house/test_locks.py sees to that."""

NOT_BY_FORM = {"Base64HighEntropyString", "HexHighEntropyString", "KeywordDetector", "IPPublicDetector"}
"""Detectors that guess: every hash, every word `password` in a test and every address would be a find."""

OURS = {
    "a backup key": re.compile(r"AGE-SECRET-KEY-1[A-Z0-9]{20}"),
    "a claim label": re.compile(r"JW1:[0-9A-HJKMNP-TV-Z]{21}:[0-9A-F]{64}:"),
    "a token or link of a hub": re.compile(
        r"(?i:/(?:layar|mulai|sandi)/|\bbearer[ :=]+)[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])"
    ),
    "a password in the code": re.compile(
        r"""(?im)^(?!.*allowlist secret)[^#\n]*\b\w*(?:password|passphrase|secret|token|api_?key)["']?"""
        r"""\s*[:=]\s*["'][^"'\s{<./]{6,}["']"""
    ),
}
MAY_NAME_PASSWORDS = ("tests/",)
"""A test signs in with passwords that open nothing."""


def main(arguments: list[str]) -> int:
    """Print each place that holds a secret; return the exit code."""
    found = [place for path in arguments or _tracked() for place in secrets_in(path)]
    for place in found:
        sys.stderr.write(f"{place}\n")
    if found:
        sys.stderr.write("scripts/secret_scan.py: take it out, make a new one, tell whose it was (SECURITY.md).\n")
    return int(bool(found))


def secrets_in(path: str) -> list[str]:
    """Return a line for each secret in a file: where and what kind, never the secret."""
    file = ROOT / path
    if LOCKS.search(path) or not file.is_file():
        return []
    text = file.read_text(encoding="utf-8", errors="replace")
    found = [
        f"{path}:{text.count(chr(10), 0, match.start()) + 1}: {kind}"
        for kind, form in OURS.items()
        if not (kind == "a password in the code" and path.startswith(MAY_NAME_PASSWORDS))
        for match in form.finditer(text)
    ]
    return found + (_of_others(file, path) if _may_hold(text) else [])


def _detectors() -> dict[str, list[re.Pattern[str]]]:
    """Return the detectors that know a form, with its forms."""
    found: Any = get_mapping_from_secret_type_to_class()
    known = {one.__name__: one for one in found.values()}
    return {name: list(one.denylist) for name, one in known.items() if name not in NOT_BY_FORM and one.denylist}


DETECTORS = _detectors()


def _may_hold(text: str) -> bool:
    """Answer whether any form of others is in the text: the library's reading line by line takes six times as long."""
    return any(form.search(text) for forms in DETECTORS.values() for form in forms)


def _of_others(file: Path, path: str) -> list[str]:
    with transient_settings({"plugins_used": [{"name": name} for name in DETECTORS]}):
        collection = SecretsCollection()
        collection.scan_file(str(file))
    return [f"{path}:{secret.line_number}: {secret.type}" for _, secret in collection]


def _tracked() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for path in listed.stdout.split("\0") if path]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
