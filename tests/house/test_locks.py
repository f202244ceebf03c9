"""The lock files say exactly what is installed, and nothing of where it comes from."""

import json
import re
import tomllib

from tests.house.source_tree import ROOT

_PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
_NAME = re.compile(r"[A-Za-z0-9_.-]+")


_GROUPS = {
    "requirements.lock": ("hub", "provision", "camera", "broker", "dev"),
    "requirements-box.lock": ("pins", "provision", "camera"),
    "requirements-hub.lock": ("hub", "provision", "bundle"),
}


def _names(requirements: list[str]) -> set[str]:
    found = (_NAME.match(requirement) for requirement in requirements)
    return {name[0].lower().replace("_", "-") for name in found if name}


def _locked(file: str) -> dict[str, str]:
    """Return name -> hashes of each package in a lock file."""
    text = (ROOT / file).read_text(encoding="utf-8")
    entries = re.findall(r"^([a-z0-9_.-]+)==\S+((?: .*\\)?(?:\\?\n    --hash=.*)+)", text, flags=re.MULTILINE)
    return {name.replace("_", "-"): hashes for name, hashes in entries}


def _versions(file: str) -> dict[str, str]:
    text = (ROOT / file).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9_.-]+)==(\S+)", text, flags=re.MULTILINE))


def test_each_dependency_of_the_project_is_locked_by_hash() -> None:
    extras = _PROJECT["optional-dependencies"]
    for file, groups in _GROUPS.items():
        wanted = _names(_PROJECT["dependencies"]).union(*(_names(extras[group]) for group in groups))
        missing = wanted - set(_locked(file))
        assert not missing, f"{file} lacks {sorted(missing)}. Try: scripts/lock"


def test_the_box_needs_nothing_of_the_hub_but_what_makes_its_key() -> None:
    of_hub = _names(_PROJECT["optional-dependencies"]["hub"]) - {"cryptography"}
    assert not set(_locked("requirements-box.lock")) & of_hub


def test_a_citys_hub_runs_at_the_versions_that_were_tested() -> None:
    tested, of_hub = _versions("requirements.lock"), _versions("requirements-hub.lock")
    # pip installs the rest and is asked for by nothing in the tests.
    differing = {name: version for name, version in of_hub.items() if name != "pip" and tested.get(name) != version}
    assert not differing, "Try: scripts/lock"


def test_no_lock_file_says_where_to_fetch_from() -> None:
    for file in _GROUPS:
        text = (ROOT / file).read_text(encoding="utf-8")
        assert "://" not in text, file
        assert not re.search(r"^-", text, flags=re.MULTILINE), f"{file} holds an option of the installer"
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert not [name for name, entry in packages.items() if "resolved" in entry]


def test_the_front_end_is_locked_at_the_versions_it_names() -> None:
    named = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for name, version in {**named["dependencies"], **named["devDependencies"]}.items():
        entry = packages[f"node_modules/{name}"]
        assert entry["version"] == version
        assert entry["integrity"].startswith("sha512-")
