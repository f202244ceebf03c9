"""The page of threats names all twenty, and no test on it is gone."""

import re

from tests.house.source_tree import ROOT

PAGE = (ROOT / "docs/threats.md").read_text(encoding="utf-8")
COUNT = 20
_NAMED = re.compile(r"^- `(\S+)::(\S+)`$", re.MULTILINE)
_SECTION = re.compile(r"^## ((?:E\d+(?:, )?)+):.*?(?=^## )", re.MULTILINE | re.DOTALL)


def _sections() -> dict[str, str]:
    """Return threat -> what stands about it."""
    return {threat: match[0] for match in _SECTION.finditer(PAGE) for threat in match[1].split(", ")}


def test_every_threat_has_a_row_and_a_section_with_tests_or_an_honest_word() -> None:
    threats = [f"E{number}" for number in range(1, COUNT + 1)]
    assert re.findall(r"^\| (E\d+) \|", PAGE, re.MULTILINE) == threats
    sections = _sections()
    assert list(sections) == threats
    assert not [name for name, text in sections.items() if not _NAMED.search(text) and "Not covered:" not in text]


def test_every_test_on_the_page_is_there() -> None:
    named = _NAMED.findall(PAGE)
    assert len(named) > COUNT
    missing = []
    for file, test in named:
        path = ROOT / "tests" / file
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        if not re.search(rf"^(?:async )?def {'test_' if test == '*' else re.escape(test)}", text, re.MULTILINE):
            missing.append(f"{file}::{test}")
    assert not missing, "\n".join(missing)


def test_every_bullet_of_a_section_is_a_test() -> None:
    bullets = re.findall(r"^- .*$", PAGE, re.MULTILINE)
    assert [bullet for bullet in bullets if not _NAMED.match(bullet)] == []
