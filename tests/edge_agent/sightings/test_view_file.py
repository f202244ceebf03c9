from pathlib import Path

import pytest

from contract.views import View, ZoneKind
from edge_agent.sightings import view_file
from edge_agent.sightings.errors import ViewFileError
from edge_agent.sightings.view_file import read_view


def _example() -> str:
    doc = (view_file.__doc__ or "").split("\n")
    return "\n".join(line[4:] for line in doc if line.startswith("    "))


def _write(folder: Path, text: str) -> Path:
    path = folder / "pandangan.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_example_of_the_module_is_a_view(tmp_path: Path) -> None:
    view = read_view(_write(tmp_path, _example()))
    assert view.zones["jalur-utara"].kind is ZoneKind.ROAD
    assert (view.lines["simpang"].forward, view.lines["simpang"].backward) == ("ke pasar", "ke pelabuhan")
    assert view.purpose is not None


def test_an_empty_file_is_a_view_with_nothing_drawn(tmp_path: Path) -> None:
    assert read_view(_write(tmp_path, "")) == View()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            '[zones.jalur]\nkind = "road"\noutline = [[0.1, 0.1], [1.3, 0.1], [0.5, 0.9]]',
            ["zones.jalur.outline[2]", "from 0 to 1", "1.3", "not pixels"],
        ),
        ('[zones.jalur]\nkind = "road"\noutline = [[64, 80], [640, 80], [320, 400]]', ["outline[1]", "bukan piksel"]),
        (
            '[zones.jalur]\nkind = "road"\noutline = [[0.1, 0.1], [0.9, 0.9], [0.9, 0.1], [0.1, 0.8]]',
            ["zones.jalur", "saling memotong", "must not cross itself"],
        ),
        (
            '[zones.jalur]\nkind = "raod"\noutline = [[0.1, 0.1], [0.9, 0.1], [0.5, 0.9]]',
            ["zones.jalur.kind harus road atau bank", "Maksudnya road?", "Did you mean road?"],
        ),
        (
            '[zones.jalur]\nkind = "road"\noutline = [[0.1, 0.1], [0.9, 0.1]]',
            ["zones.jalur.outline harus punya 3 sampai 32 nilai", "must have 3 to 32 values, got 2"],
        ),
        ('[zones.Jalur]\nkind = "road"\noutline = [[0.1, 0.1], [0.9, 0.1], [0.5, 0.9]]', ["zones.Jalur", "a letter"]),
        ("[lines.simpang]\nstart = [0.1, 0.5]\nende = [0.9, 0.5]", ["lines.simpang.ende", "Did you mean end?"]),
        ("[lines.simpang]\nstart = [0.5, 0.5]\nend = [0.5, 0.5]", ["lines.simpang", "at least 0.02 apart"]),
        (
            "[line.simpang]\nstart = [0.1, 0.5]\nend = [0.9, 0.5]",
            ["line tidak dikenal di sini. Maksudnya lines?", "is not known here. Did you mean lines?"],
        ),
        ("zones = 5", ["zones harus tabel", "must be a table"]),
        ("[[[", ["bukan TOML, baris 1, kolom 3", "is no TOML, line 1, column 3"]),
        ('name = "Pasar\nx = 1', ["bukan TOML, baris 1, kolom 14: tanda kutip penutup hilang", "line 1, column 14"]),
        ("[lines.simpang]\nstart = [0,1, 0,5]\nend = [1, 0]", ["lines.simpang.start", "Angka desimal memakai titik"]),
        ("name = 0,5", ["baris 1, kolom 9", "angka desimal memakai titik", "line 1, column 9"]),
        ("zones = [", ["di akhir teks", "at the end of the text"]),
    ],
)
def test_a_bad_file_is_refused_with_file_key_and_what_to_do(tmp_path: Path, text: str, says: list[str]) -> None:
    path = _write(tmp_path, text)
    with pytest.raises(ViewFileError) as caught:
        read_view(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: pandangan tidak dapat dipakai / the view cannot be used\n")
    for words in says:
        assert words in message


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    text = """
nama = "x"
[zones.a]
kind = "road"
outline = [[0.1, 0.1], [1.5, 0.1], [0.5, 0.9]]
[lines.b]
start = [0.1, -0.5]
end = [0.9, 0.5]
"""
    path = _write(tmp_path, text)
    with pytest.raises(ViewFileError) as caught:
        read_view(path)
    problems = [line for line in str(caught.value).splitlines()[1:] if line.startswith(str(path))]
    assert [line.split(": ")[1].split()[0] for line in problems] == ["nama", "zones.a.outline[2]", "lines.b.start"]


TRIANGLE = "outline = [[0.1, 0.1], [0.9, 0.1], [0.5, 0.9]]"
SEVENTEEN = "".join(f"[zones.z{place}]\nkind = 'road'\n{TRIANGLE}\n" for place in range(17))


@pytest.mark.parametrize(
    ("text", "indonesian", "english"),
    [
        (
            "purpose = [[0.1, 0.1], [0.11, 0.1], [0.1, 0.11]]",
            "berkas ini: purpose terlalu kecil",
            "the file: purpose must",
        ),
        (SEVENTEEN, "berkas ini: paling banyak 16 zona dan garis", "the file: up to 16 zones and lines"),
        (
            f"[zones.a]\nkind = 'road'\n{TRIANGLE}\n[lines.a]\nstart = [0, 0]\nend = [1, 1]",
            "berkas ini: a adalah zona dan juga garis",
            "the file: a is both a zone and a line",
        ),
        (
            f"[zones.a]\nkind = 'jalan / road'\n{TRIANGLE}",
            'zones.a.kind harus road atau bank, tertulis "jalan/road".',
            'zones.a.kind must be road or bank, got "jalan/road".',
        ),
        (
            "[lines.a]\nstart = [0, 0]\nend = [1, 1]\nforward = 'pasar / kota'\nbackward = 'pasar / kota'",
            "lines.a: kedua arah bernama 'pasar/kota'",
            "lines.a: forward and backward must have different names",
        ),
        ("'arah / way' = 1", "arah/way tidak dikenal di sini.", "arah/way is not known here."),
        ("name = " + "7" * 5000, "bukan TOML, baris 1: angka terlalu panjang", "is no TOML, line 1: number too long"),
    ],
)
@pytest.mark.parametrize("folder", ["", "peta / map"])
def test_a_fault_says_each_problem_with_its_key_in_each_language(
    tmp_path: Path, folder: str, text: str, indonesian: str, english: str
) -> None:
    (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    with pytest.raises(ViewFileError) as caught:
        read_view(_write(tmp_path / folder, text))
    first, second = caught.value.fault.split(" / ")
    assert f"gambar zonanya di pusat. {indonesian}" in first
    assert f"draw its zones at the hub. {english}" in second


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ViewFileError, match="tidak dapat dibaca"):
        read_view(tmp_path / "tiada.toml")
