import re
from pathlib import Path

import pytest

from hub.wall.errors import CatalogueError
from hub.wall.language import LANGUAGES, language
from scripts.catalogue import sentences

BRACES = re.compile(r"\{\w+\}")


def test_every_sentence_has_english_words_and_no_word_is_left_over() -> None:
    assert set(language("en").sentences) == set(sentences())


def test_every_translation_fills_in_the_same_values() -> None:
    english = language("en").sentences
    assert not [s for s, words in english.items() if sorted(BRACES.findall(s)) != sorted(BRACES.findall(words))]


def test_scripts_are_given_exactly_the_sentences_they_say() -> None:
    of_scripts = {sentence for sentence, places in sentences().items() if any("static/js/" in p for p in places)}
    assert set(language("en").script_sentences) == of_scripts


def test_an_unknown_language_is_answered_in_indonesian() -> None:
    assert language("nl").code == "id"
    assert LANGUAGES[0] == "id"


def test_a_broken_catalogue_says_which_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "en.po").write_text('msgid "a"\nmsgstr "b\nnonsense', encoding="utf-8")
    monkeypatch.setattr("hub.wall.language.LOCALE_FOLDER", tmp_path)
    language.cache_clear()
    try:
        with pytest.raises(CatalogueError, match=r"en\.po: the catalogue cannot be read"):
            language("en")
    finally:
        language.cache_clear()
