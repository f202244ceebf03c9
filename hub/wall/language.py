"""Languages of the pages. Indonesian is the source text; English comes from a catalogue.

A sentence is looked up as it stands in the code, then its `{names}` are filled in. Sentences that scripts use are
marked in the catalogue by the place they come from, and are handed to the page as JSON.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel.messages.pofile import PoFileError, read_po
from msgspec import Struct

from hub.wall.errors import CatalogueError

SOURCE_LANGUAGE = "id"
LANGUAGES = ("id", "en")
LOCALE_FOLDER = Path(__file__).parent / "locale"
_SCRIPTS = "hub/wall/static/js/"


class Language(Struct, frozen=True, kw_only=True):
    """One language: its code and its sentences by source sentence (none for the source language)."""

    code: str
    sentences: Mapping[str, str] = {}
    script_sentences: Mapping[str, str] = {}
    """The part of `sentences` that scripts in the browser need."""

    def say(self, sentence: str, **values: object) -> str:
        """Return `sentence` in this language with `values` filled in."""
        text = self.sentences.get(sentence, sentence)
        return text.format(**values) if values else text


@cache
def language(code: str) -> Language:
    """Return the language of this code, or Indonesian where there is none.

    Raises:
        CatalogueError: its catalogue cannot be read.
    """
    if code == SOURCE_LANGUAGE or code not in LANGUAGES:
        return Language(code=SOURCE_LANGUAGE)
    path = LOCALE_FOLDER / f"{code}.po"
    try:
        with path.open("rb") as file:
            catalogue = read_po(file, locale=code, abort_invalid=True)
    except (OSError, PoFileError) as problem:
        raise CatalogueError(f"{path}: the catalogue cannot be read: {problem}") from problem
    messages = [message for message in catalogue if message.id and message.string]
    return Language(
        code=code,
        sentences={str(message.id): str(message.string) for message in messages},
        script_sentences={
            str(message.id): str(message.string)
            for message in messages
            if any(place.startswith(_SCRIPTS) for place, _ in message.locations)
        },
    )
