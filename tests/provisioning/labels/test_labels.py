"""The printed label holds the text of the claim, in modules that a phone can read, and people's words fit on it."""

import re
import zlib
from base64 import a85decode
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provisioning.identity.claim_code import check_character, shown
from provisioning.identity.claim_text import ClaimText, parsed
from provisioning.labels import pdf, svg
from provisioning.labels.errors import LabelError
from provisioning.labels.sheet import PAGE_MM, PT_MM, SPARE, Label, sheet_of
from provisioning.labels.symbol import QUIET_MODULES, symbol_of
from tests.support import qr_reader

FINGERPRINT = "64c4e78d92740f5bfea58a9135987168aa49abfc99bfa4e5cdbfa76614e542e7"
BODY = "KX4M2P9T0ABCW7RD5QZH"
CODE = BODY + check_character(BODY)


def label(*, name: str = "Jembatan Batu Merah", site: str = "batu-merah", address: str = "192.168.10.2:8443") -> Label:
    return Label(
        site_id=site,
        site_name=name,
        claim=ClaimText(code=CODE, fingerprint=FINGERPRINT, address=address),
        valid_until="6 Desember 2026 12:19 WIT",
    )


def grid(bars: list[tuple[int, int, int]], modules: int) -> list[list[bool]]:
    dark = {(row, column + step) for column, row, length in bars for step in range(length)}
    return [
        [(row + QUIET_MODULES, column + QUIET_MODULES) in dark for column in range(modules)] for row in range(modules)
    ]


@pytest.mark.parametrize("address", ["192.168.10.2:8443", "hub.ambon.example:443", "[fd00::2]:8443"])
def test_the_qr_is_small_enough_for_25_mm(address: str) -> None:
    symbol = symbol_of(label(address=address).claim.encoded())
    assert symbol.designator in {"5-M", "6-M", "7-M"}
    assert symbol.module_mm(25.0) >= 0.45
    assert qr_reader.text_of([list(row) for row in symbol.rows]) == label(address=address).claim.encoded()
    assert symbol_of(label().claim.encoded()).modules == 37


def test_an_address_that_makes_the_modules_too_small_is_refused() -> None:
    with pytest.raises(LabelError, match="shorter address"):
        symbol_of("JW1:" + "x" * 250)


def test_the_svg_holds_the_qr_and_the_words() -> None:
    drawn = svg.drawn(sheet_of(label()))
    root = ElementTree.fromstring(drawn)  # noqa: S314 - our own file
    (path,) = root.iter("{http://www.w3.org/2000/svg}path")
    bars = [(int(x), int(y), int(w)) for x, y, w in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", path.attrib["d"])]
    assert parsed(qr_reader.text_of(grid(bars, 37))) == label().claim
    words = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    for wanted in ("Jembatan Batu Merah", shown(CODE), "6 Desember 2026 12:19 WIT", "CK2E-F3CJ-EG7N-QZN5"):
        assert wanted in words


def test_the_pdf_holds_the_same_qr_and_words() -> None:
    sheet = sheet_of(label())
    drawn = pdf.drawn(sheet)
    assert drawn.startswith(b"%PDF-")
    assert drawn == pdf.drawn(sheet)
    (stream,) = re.findall(rb"stream\s*(.*?)~>\s*endstream", drawn, re.DOTALL)
    page = zlib.decompress(a85decode(stream)).decode("cp1252")
    boxes = [tuple(map(float, box)) for box in re.findall(r"([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+) re\b", page)]
    left, top, width = sheet.qr_mm
    point, module = 72 / 25.4, sheet.symbol.module_mm(width)
    bars = [
        (
            round((x / point - left) / module),
            round((PAGE_MM[1] - top - (y + height) / point) / module),
            round(length / point / module),
        )
        for x, y, length, height in boxes
        if abs(height / point - module) < 0.01
    ]
    assert parsed(qr_reader.text_of(grid(bars, 37))) == label().claim
    for wanted in ("Jembatan Batu Merah", shown(CODE), "6 Desember 2026 12:19 WIT", "CK2E-F3CJ-EG7N-QZN5"):
        assert f"({wanted})" in page


@settings(max_examples=30)
@given(name=st.text(min_size=1, max_size=200), site=st.text("abc-", min_size=1, max_size=63))
def test_no_word_leaves_the_label_or_covers_the_qr(name: str, site: str) -> None:
    sheet = sheet_of(label(name=name, site=site, address=f"{'h' * 60}.example:8443"))
    left, top, width, height = sheet.cut_mm
    qr_right, qr_bottom = sheet.qr_mm[0] + sheet.qr_mm[2], sheet.qr_mm[1] + sheet.qr_mm[2]
    for words in sheet.words:
        # Letters of typewriter faces are all 0.6 of their size wide, whoever drew them.
        right = words.x_mm + words.width_mm * (1.02 if words.font == "Courier-Bold" else SPARE)
        assert right <= PAGE_MM[0] - 8
        if top < words.baseline_mm < top + height:
            assert words.x_mm >= left + 2
            assert right <= left + width - 2
            if sheet.qr_mm[1] < words.baseline_mm < qr_bottom:
                assert words.x_mm >= qr_right
    ElementTree.fromstring(svg.drawn(sheet))  # noqa: S314 - our own file
    assert pdf.drawn(sheet)


@pytest.mark.parametrize("end", ["-utara", "-selatan"])
def test_what_tells_two_labels_apart_stands_there_whole(end: str) -> None:
    site, host = f"jembatan-batu-merah-tiang-sebelah-timur{end}", f"pusat-pengendalian-banjir.bpbd{end}.ambon.example"
    sheet = sheet_of(label(site=site, address=f"{host}:8443"))
    together = "".join(words.text for words in sheet.words)
    assert site in together
    assert f"{host}:8443" in together
    assert "…" not in together
    values = [words for words in sheet.words if words.font == "Helvetica-Bold" and 70 < words.x_mm < 80]
    for above, below in pairwise(sorted(values, key=lambda words: words.baseline_mm)):
        assert below.baseline_mm - above.baseline_mm >= 0.9 * below.size_pt * PT_MM


@pytest.mark.parametrize(
    ("changed", "says"),
    [({"site": "w" * 63}, "Lokasi"), ({"site": "tiang-橋"}, "Lokasi"), ({"address": f"{'w' * 60}.id:8443"}, "Alamat")],
)
def test_what_would_have_to_be_cut_is_refused(changed: dict[str, str], says: str) -> None:
    with pytest.raises(LabelError, match=says):
        sheet_of(label(**changed))


def test_a_name_of_another_script_does_not_break_the_page() -> None:
    words = [words.text for words in sheet_of(label(name="Jembatan 橋 <&>")).words]
    assert "Jembatan ? <&>" in words
