"""TOML text to values, or one problem in both languages, with line and column where the reader knows them."""

import re
import tomllib
from typing import Any

_AT = re.compile(r" \(at line (\d+), column (\d+)\)$|( \(at end of document\))$")
_TOO_LONG = re.compile(r"[0-9](?:_?[0-9]){4300,}")
"""What int() of Python refuses."""
_WORDS: tuple[tuple[str, str, str], ...] = (
    ("Expected '='", "sesudah nama harus ada =", "write key = value"),
    ("Expected ']' at the end of a table", "kurung ] di akhir nama tabel hilang", "close the table's name with ]"),
    ("Unclosed array", "kurung ] di akhir daftar hilang", "close the list with ]"),
    ("Unclosed inline table", "kurung } di akhir hilang", "close it with }"),
    ("Unterminated string", "tanda kutip penutup hilang", "close the text with its quotation mark"),
    ("Expected newline or end", "sisa baris tidak dimengerti; angka desimal memakai titik", "numbers have a point"),
    ("Invalid value", "nilai tidak dimengerti; teks di antara tanda kutip", "put text between quotation marks"),
    ("Invalid statement", "baris tidak dimengerti; tulis nama = nilai atau [tabel]", "write key = value or [table]"),
    ("Invalid initial character", "nama tidak dimengerti; tulis nama = nilai", "write key = value"),
    ("Illegal character '\\n'", "tanda kutip penutup hilang di baris ini", "close the text with its quotation mark"),
    ("Cannot overwrite a value", "nama ini sudah ada di atas; hapus salah satu", "this key stands above; remove one"),
    ("Cannot declare", "tabel ini sudah ada di atas; gabungkan", "this table stands above; join them"),
    ("Duplicate inline table key", "nama ini sudah ada di tabel ini; hapus salah satu", "remove one of them"),
    ("Unescaped '\\'", "tulis \\\\ untuk satu garis miring terbalik", "write \\\\ for one backslash"),
)
"""How the reader's words begin, what that means, and what to do."""


def parse_toml(text: str | bytes) -> tuple[dict[str, Any], str]:
    """Return the values that a text holds and no problem, or none and the problem."""
    try:
        read = text.decode("utf-8") if isinstance(text, bytes) else text
    except UnicodeDecodeError as problem:
        line = text[: problem.start].count(b"\n") + 1 if isinstance(text, bytes) else 1
        return {}, _no_toml(
            f"baris {line}: bukan UTF-8; simpan lagi sebagai UTF-8",
            f"line {line}: no UTF-8; save it again as UTF-8",
        )
    try:
        return tomllib.loads(read.removeprefix("\ufeff").replace("\r\n", "\n")), ""
    except tomllib.TOMLDecodeError as problem:
        return {}, _problem(str(problem))
    except RecursionError:
        return {}, _no_toml("daftar terlalu dalam", "lists too deep")
    except ValueError:  # of int(); the reader checks whatever else it makes a value of
        return {}, _too_long(read)


def _problem(said: str) -> str:
    """Put the reader's words behind where they are about and what they mean."""
    at, words = _AT.search(said), _AT.sub("", said)
    id_words, to_do = next(((told, do) for begins, told, do in _WORDS if words.startswith(begins)), ("", ""))
    id_place, en_place = "", ""
    if at is not None:
        line, column, _ = at.groups()
        id_place = f"baris {line}, kolom {column}" if line else "di akhir teks"
        en_place = f"line {line}, column {column}" if line else "at the end of the text"
    english = f"{words}: {to_do}" if to_do else words
    return _no_toml(
        ": ".join(part for part in (id_place, id_words or "tidak dimengerti; periksa tempat ini") if part),
        ": ".join(part for part in (en_place, english) if part),
    )


def _too_long(text: str) -> str:
    """Say so of a number, with its line where no other text could be meant."""
    indonesian, english = "angka terlalu panjang; periksa angka itu", "number too long: correct that number"
    found = list(_TOO_LONG.finditer(text))
    if len(found) != 1:
        return _no_toml(indonesian, english)
    line = text.count("\n", 0, found[0].start()) + 1
    return _no_toml(f"baris {line}: {indonesian}", f"line {line}: {english}")


def _no_toml(indonesian: str, english: str) -> str:
    """Put both behind one another; a name that the reader repeats must not look like the end of the Indonesian."""
    return f"bukan TOML, {indonesian} / is no TOML, {english.replace(' / ', '/')}"
