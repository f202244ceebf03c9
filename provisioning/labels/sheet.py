"""What stands where on the sheet: an A4 page with one label to cut out, and how it is used. In mm from the top left.

The words are Indonesian, because a technician reads them. Nothing here knows how a page is written to a file.
"""

from dataclasses import dataclass
from typing import Literal

from reportlab.pdfbase.pdfmetrics import stringWidth

from provisioning.identity import claim_code, fingerprint
from provisioning.identity.claim_text import ClaimText
from provisioning.labels.errors import LabelError
from provisioning.labels.symbol import Symbol, symbol_of

PAGE_MM = (210.0, 297.0)
PT_MM = 25.4 / 72.0
"""Width of a typographic point, mm."""

Font = Literal["Helvetica", "Helvetica-Bold", "Courier-Bold"]
PRINTABLE = "cp1252"
"""What these fonts hold."""

_LABEL_MM = (20.0, 20.0, 120.0, 84.0)
"""Left, top, width, height of the label."""
_QR_MM = (20.8, 10.5, 48.0)
"""Left, from the top of the label, width; its quiet zone takes the place of the margin."""
_LEFT_MM, _TEXT_MM, _RIGHT_MM = 25.0, 76.0, 136.0
_ELLIPSIS = "…"
_MARKS = "-.: "
_ONE_LINE_PT = (10.5, 9.5, 8.5)
_TWO_LINES_PT = (7.5, 6.8, 6.0)
"""Sizes that are tried for what must stand there whole, the largest first; smaller is not read in the rain."""

SPARE = 1.2
"""A reader of PDF that has no Helvetica takes another face, up to so much wider; the label leaves room for it."""

_STEPS = (
    "Cara memakai",
    "1.  Gunting label ini dan bawa ke lokasi. Simpan seperti kunci: pemegangnya dapat mendaftarkan kotak.",
    "2.  Nyalakan kotak di lokasi yang tertulis di atas, lalu pindai QR atau ketik kodenya.",
    "3.  Jika kode diketik: cocokkan juga sidik jari hub, huruf demi huruf. Berbeda? Berhenti dan telepon kota.",
    "4.  Kode berlaku satu kali. Setelah kotak terdaftar, musnahkan label ini.",
    "5.  Label hilang atau difoto orang? Cabut di hub: hub claim list, lalu hub claim revoke NOMOR.",
    "Huruf I, L, O dan U tidak ada dalam kode. Angka satu dan nol adalah angka.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What a label says."""

    site_id: str
    site_name: str
    claim: ClaimText
    valid_until: str
    """As a person reads it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A line of text; `width_mm` is what it takes in the named font, so that another font can be fitted to it."""

    x_mm: float
    baseline_mm: float
    size_pt: float
    font: Font
    text: str
    width_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The page: lines of text, the QR with its quiet zone, and the line along which it is cut."""

    words: tuple[Words, ...]
    symbol: Symbol
    qr_mm: tuple[float, float, float]
    """Left, top, width and height."""
    cut_mm: tuple[float, float, float, float]
    """Left, top, width, height."""


def sheet_of(label: Label) -> Sheet:
    """Return the page for a label.

    Raises:
        LabelError: its QR, or a word by which it is told from others, would be too small to be read.
    """
    _, top, _, _ = _LABEL_MM
    return Sheet(
        words=(*_of_label(label, top), *_of_steps(top + _LABEL_MM[3] + 14)),
        symbol=symbol_of(label.claim.encoded()),
        qr_mm=(_QR_MM[0], top + _QR_MM[1], _QR_MM[2]),
        cut_mm=_LABEL_MM,
    )


def _of_label(label: Label, top: float) -> list[Words]:
    width = (_RIGHT_MM - _TEXT_MM) / SPARE
    name = _wrapped(label.site_name, size_pt=12.5, font="Helvetica-Bold", width_mm=width, lines=3)
    words = [_line(_LEFT_MM, top + 8.5, 10, "Helvetica-Bold", "JAGAWAI · label klaim kotak")]
    words += [_line(_TEXT_MM, top + 18 + 5.5 * n, 12.5, "Helvetica-Bold", text) for n, text in enumerate(name)]
    facts = (
        ("Lokasi", label.site_id),
        ("Berlaku sampai", _printable(label.valid_until)),
        ("Alamat hub", label.claim.address),
    )
    for number, (what, value) in enumerate(facts):
        at = top + 36 + 9 * number
        words.append(_line(_TEXT_MM, at, 7.5, "Helvetica", what))
        words += _whole(what, value, below_mm=at, width_mm=width)
    words.append(_line(_LEFT_MM, top + 64.5, 7.5, "Helvetica", "Kode (satu kali pakai)"))
    words.append(_line(_LEFT_MM, top + 71, 18, "Courier-Bold", claim_code.shown(label.claim.code)))
    words.append(_line(_LEFT_MM, top + 79, 7.5, "Helvetica", "Sidik jari hub"))
    words.append(_line(_LEFT_MM + 22, top + 79, 11, "Courier-Bold", fingerprint.short(label.claim.fingerprint)))
    return words


def _of_steps(top: float) -> list[Words]:
    head, *steps = _STEPS
    return [
        _line(20, top, 12, "Helvetica-Bold", head),
        *(_line(20, top + 8 + 6.2 * number, 9, "Helvetica", step) for number, step in enumerate(steps)),
    ]


def _line(x_mm: float, baseline_mm: float, size_pt: float, font: Font, text: str) -> Words:
    text = _printable(text)
    return Words(
        x_mm=x_mm, baseline_mm=baseline_mm, size_pt=size_pt, font=font, text=text,
        width_mm=_width_mm(text, size_pt=size_pt, font=font),
    )  # fmt: skip


def _whole(what: str, text: str, *, below_mm: float, width_mm: float) -> list[Words]:
    """Return a text by which one label is told from another: smaller or in two lines, and never cut.

    Raises:
        LabelError: it would be too small to be read, or has letters that the fonts do not hold.
    """
    font: Font = "Helvetica-Bold"
    if _printable(text) == text:
        for size_pt in _ONE_LINE_PT:
            if _width_mm(text, size_pt=size_pt, font=font) <= width_mm:
                return [_line(_TEXT_MM, below_mm + 4.3, size_pt, font, text)]
        for size_pt in _TWO_LINES_PT:
            at = _parting(text, size_pt=size_pt, font=font, width_mm=width_mm)
            if at is not None:
                halves = (text[:at], text[at:])
                return [_line(_TEXT_MM, below_mm + 3.1 + 2.6 * n, size_pt, font, half) for n, half in enumerate(halves)]
    raise LabelError(
        f"label, {what}: {text!r} tidak muat utuh / does not fit whole, and cut it could be taken for another. Beri "
        "nama lebih pendek / give a shorter one."
    )


def _parting(text: str, *, size_pt: float, font: Font, width_mm: float) -> int | None:
    """Return where a text is parted so that both lines fit, after a mark rather than in a word, near the middle."""
    fitting = [
        at
        for at in range(1, len(text))
        if max(_width_mm(half, size_pt=size_pt, font=font) for half in (text[:at], text[at:])) <= width_mm
    ]
    return min(fitting, key=lambda at: (text[at - 1] not in _MARKS, abs(2 * at - len(text))), default=None)


def _wrapped(text: str, *, size_pt: float, font: Font, width_mm: float, lines: int) -> list[str]:
    """Return at most so many lines that fit the width; what does not fit ends in an ellipsis."""
    found = [""]
    for word in _printable(text).split():
        longer = f"{found[-1]} {word}".strip()
        if found[-1] and _width_mm(longer, size_pt=size_pt, font=font) > width_mm:
            found.append(word)
        else:
            found[-1] = longer
    if len(found) > lines:
        found[lines - 1 :] = [f"{found[lines - 1]}{_ELLIPSIS}"]
    return [_cut(line, size_pt=size_pt, font=font, width_mm=width_mm) for line in found]


def _cut(line: str, *, size_pt: float, font: Font, width_mm: float) -> str:
    while len(line) > 1 and _width_mm(line, size_pt=size_pt, font=font) > width_mm:
        line = f"{line.removesuffix(_ELLIPSIS)[:-1]}{_ELLIPSIS}"
    return line


def _printable(text: str) -> str:
    """Return the text with `?` for what the fonts do not hold; the site's id beside it says which site it is."""
    return "".join(one if one.isprintable() else " " for one in text).encode(PRINTABLE, "replace").decode(PRINTABLE)


def _width_mm(text: str, *, size_pt: float, font: Font) -> float:
    return float(stringWidth(text, font, size_pt)) * PT_MM
