"""Brings hub/wall/locale/en.po up to what pages and scripts say: new sentences wait for words, unused ones go.

Run as `.venv/bin/python scripts/catalogue.py`.
"""  # noqa: INP001 - a script, started by its path

import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
CATALOGUE = ROOT / "hub" / "wall" / "locale" / "en.po"
KEYWORDS = {"say": None}
PLACES: tuple[tuple[str, str, str], ...] = (
    ("hub/wall", "*.py", "python"),
    ("hub/api", "**/*.py", "python"),
    ("hub/wall/templates", "*.html", "jinja2.ext:babel_extract"),
)
SCRIPTS = "hub/wall/static/js"
SAID_IN_SCRIPT = re.compile(r'\bsay\("([^"]+)"')
"""Babel's reader of JavaScript loses its way in nested template strings."""
REASONS = "hub/wall/reasons.py"


def sentences() -> dict[str, set[str]]:
    """Return every sentence that is said, with the files that say it."""
    found: dict[str, set[str]] = {}
    for folder, pattern, method in PLACES:
        for path in sorted((ROOT / folder).glob(pattern)):
            place = path.relative_to(ROOT).as_posix()
            for _, message, _, _ in extract_from_file(method, path, keywords=KEYWORDS):
                found.setdefault(str(message), set()).add(place)
    for path in sorted((ROOT / SCRIPTS).glob("*.js")):
        for sentence in SAID_IN_SCRIPT.findall(path.read_text(encoding="utf-8")):
            found.setdefault(sentence, set()).add(path.relative_to(ROOT).as_posix())
    for sentence in _reasons():
        found.setdefault(sentence, set()).add(REASONS)
    return found


def _reasons() -> Iterable[str]:
    """Return the words of quality control, which are looked up by code and so stand in no call."""
    sys.path.insert(0, str(ROOT))
    from hub.wall.reasons import REASONS as WORDS

    return WORDS.values()


def renewed(said: Mapping[str, set[str]], held: Catalog) -> Catalog:
    """Return a catalogue of what is said, with the words already held."""
    catalogue = Catalog(
        locale="en", project="Jagawai", version="1", copyright_holder="Jagawai", fuzzy=False, header_comment="# English"
    )
    for sentence in sorted(said, key=str.casefold):
        known = held.get(sentence)
        words = str(known.string) if known is not None else ""
        catalogue.add(sentence, words, locations=[(place, 0) for place in sorted(said[sentence])])
    return catalogue


def main() -> int:
    """Write the catalogue and name what still needs words."""
    with CATALOGUE.open("rb") as file:
        held = read_po(file, locale="en")
    catalogue = renewed(sentences(), held)
    with CATALOGUE.open("wb") as file:
        write_po(file, catalogue, width=110, omit_header=True, include_lineno=False)
    missing = [str(message.id) for message in catalogue if message.id and not message.string]
    for sentence in missing:
        sys.stdout.write(f"needs words: {sentence}\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
