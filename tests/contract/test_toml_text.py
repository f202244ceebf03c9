"""TOML text that is none: told in both languages, with its place."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.toml_text import parse_toml


@pytest.mark.parametrize(
    ("text", "indonesian", "english"),
    [
        ("a 1", "baris 1, kolom 3: sesudah nama harus ada =", "line 1, column 3: Expected '=' after a key"),
        ("a = 1\n[b", "di akhir teks: kurung ] di akhir nama tabel hilang", "at the end of the text: Expected ']'"),
        ("a = [1, 2", "di akhir teks: kurung ] di akhir daftar hilang", "at the end of the text: Unclosed array"),
        ("a = 0,5", "baris 1, kolom 6: sisa baris tidak dimengerti; angka desimal memakai titik", "line 1, column 6"),
        ("a = jalan", "baris 1, kolom 5: nilai tidak dimengerti", "line 1, column 5: Invalid value"),
        ('a = "x\nb = 1', "baris 1, kolom 7: tanda kutip penutup hilang di baris ini", "line 1, column 7"),
        ("a = 1\n\na = 2\nb = 1", "baris 3, kolom 6: nama ini sudah ada di atas", "line 3, column 6: Cannot overwrite"),
        ("[a]\n[a]", "baris 2, kolom 3: tabel ini sudah ada di atas", "line 2, column 3: Cannot declare"),
        ("a = {b = 1, b = 2}", "baris 1, kolom 18: nama ini sudah ada di tabel ini", "Duplicate inline table key"),
        ('a = "C:\\data"', "baris 1, kolom 10: tulis \\\\ untuk satu", "Unescaped '\\' in a string: write \\\\"),
        (b"a = 1\nb = '\xff'", "baris 2: bukan UTF-8; simpan lagi sebagai UTF-8", "line 2: no UTF-8; save it again"),
        ("a = " + "[" * 3000, "daftar terlalu dalam", "lists too deep"),
        ("a = 1\nb = " + "7" * 5000, "baris 2: angka terlalu panjang", "line 2: number too long"),
        ("a = [-1" + "_000" * 1500 + "]", "baris 1: angka terlalu panjang", "line 1: number too long"),
        ("a = " + "7" * 5000 + "\n# " + "7" * 5000, "angka terlalu panjang", "number too long"),
        ("['a / b']\n['a / b']", "baris 2, kolom 9: tabel ini sudah ada di atas", "Cannot declare ('a/b',) twice"),
    ],
)
def test_text_that_is_no_toml_is_told_with_its_place_in_both_languages(
    text: str | bytes, indonesian: str, english: str
) -> None:
    values, problem = parse_toml(text)
    told_id, _, told_en = problem.partition(" / is no TOML, ")
    assert values == {}
    assert problem.count(" / ") == 1
    assert told_id.startswith(f"bukan TOML, {indonesian}")
    assert english in told_en


@pytest.mark.parametrize("text", [b"\xef\xbb\xbfa = 1\r\n", "\ufeffa = 1\r\n", "a = 1"])
def test_what_an_editor_puts_around_it_is_no_problem(text: str | bytes) -> None:
    assert parse_toml(text) == ({"a": 1}, "")


@given(st.text("ab=[]{}'\"\n 1.,#\\", max_size=40))
def test_any_text_is_values_or_one_problem_in_two_languages(text: str) -> None:
    values, problem = parse_toml(text)
    try:
        assert (tomllib.loads(text), "") == (values, problem)
    except tomllib.TOMLDecodeError:
        assert problem.startswith("bukan TOML, ")
        assert " / is no TOML, " in problem
