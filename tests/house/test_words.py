"""The project speaks of itself alone: no machine, no place to fetch from, no unfinished sentence."""

import re
from pathlib import Path

import pytest

from tests.house.source_tree import ROOT, files, named, python_files

_TEXT = {"", ".cfg", ".conf", ".css", ".csv", ".geojson", ".html", ".ini", ".in", ".js", ".json", ".lock", ".md",
         ".po", ".py", ".service", ".sh", ".sql", ".svg", ".toml", ".txt", ".yaml", ".yml"}  # fmt: skip

# Written so that this file does not hold what it looks for.
_REGISTRIES = re.compile(r"(?<![\w.])(py[p]i\.org|files\.python[h]osted|registry\.n[p]m|deb\.d[e]bian\.org)")
_MACHINE = re.compile(r"(?<![\w.}-])/(home|root|work|Users|opt/pypi\w*)/\w")
_UNFINISHED = re.compile(r"\b(TOD[O]|FIXM[E]|XX[X]|HAC[K])\b")
_UNFINISHED_CODE = re.compile(r"\b(stub(bed)?|for now|not implemented|NotImplementedError)\b", re.IGNORECASE)


def _lines(paths: list[Path]) -> list[tuple[str, str]]:
    return [
        (f"{named(path)}:{number}", line)
        for path in paths
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
    ]


def _all_text() -> list[Path]:
    return [path for path in files() if path.suffix in _TEXT]


@pytest.mark.parametrize("words", [_REGISTRIES, _MACHINE, _UNFINISHED], ids=["registry", "machine", "unfinished"])
def test_no_file_says(words: re.Pattern[str]) -> None:
    found = [f"{place} {line.strip()[:100]}" for place, line in _lines(_all_text()) if words.search(line)]
    assert not found, "\n".join(found)


def test_no_file_names_the_folder_it_stands_in() -> None:
    found = [place for place, line in _lines(_all_text()) if str(ROOT) in line or str(Path.home()) + "/" in line]
    assert not found, "\n".join(found)


def test_no_code_is_left_half_done() -> None:
    lines = _lines(python_files(of_product=True))
    found = [f"{place} {line.strip()[:100]}" for place, line in lines if _UNFINISHED_CODE.search(line)]
    assert not found, "\n".join(found)


def test_the_rules_see_what_they_forbid() -> None:
    assert _REGISTRIES.search("from https://py" + "pi.org/simple")
    assert _MACHINE.search("see /ho" + "me/me/project")
    assert not _MACHINE.search("the frame" + "work/x and /opt/jagawai/")
    assert _UNFINISHED.search("# TO" + "DO later")
