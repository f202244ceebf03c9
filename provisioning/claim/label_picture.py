"""A label read from a picture of it, taken with any phone."""

from pathlib import Path

from provisioning.claim.errors import PictureError
from provisioning.identity import claim_text
from provisioning.identity.claim_text import ClaimText

PICTURE_BYTES_MAX = 32 * 1024 * 1024
PIXELS_MAX = 64_000_000
"""A phone of today makes 12 to 50 million; each takes one byte here."""
SIDE_PX = 2400
"""Larger pictures are made smaller: the modules of a label are still many pixels wide."""


def label_in(path: Path) -> ClaimText:
    """Return what the label in a picture says.

    Raises:
        PictureError: the picture cannot be read, or shows no label, or two that differ.
        ClaimTextError: the QR is of something else.
    """
    texts = sorted(set(_texts(path)))
    labels = [text for text in texts if text.upper().startswith(f"{claim_text.FORM}:")]
    if len(labels) > 1:
        raise PictureError(f"{path}: {len(labels)} label. Foto satu saja / take a picture of one alone.")
    if not texts:
        raise PictureError(
            f"{path}: QR tidak terbaca / no QR is read. Foto lagi dari dekat, lurus, tanpa bayangan / take it again, "
            "close, straight, without shadow; or type the code: --code"
        )
    return claim_text.parsed((labels or texts)[0])


def _texts(path: Path) -> list[str]:
    """Return the texts of all QR in a picture; the libraries are loaded here, so that a typed code needs none."""
    try:
        import zxingcpp
        from PIL import Image
    except ImportError as problem:
        raise PictureError(
            f"--qr-image needs {problem.name}. Coba / try: pip install 'jagawai[provision]', or type the code: --code"
        ) from problem
    try:
        if path.stat().st_size > PICTURE_BYTES_MAX:
            raise PictureError(f"{path}: a picture of up to {PICTURE_BYTES_MAX >> 20} MiB expected. Make it smaller.")
        with Image.open(path, formats=("PNG", "JPEG", "WEBP", "BMP")) as opened:
            if opened.width * opened.height > PIXELS_MAX:
                raise PictureError(f"{path}: {opened.width} x {opened.height} pixels are too many. Make it smaller.")
            opened.draft("L", (SIDE_PX, SIDE_PX))
            picture = opened.convert("L")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as problem:
        if isinstance(problem, PictureError):
            raise
        raise PictureError(f"{path}: gambar tidak terbaca / no picture that can be read: {problem}") from problem
    picture.thumbnail((SIDE_PX, SIDE_PX))
    return [
        one.text
        for one in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    ]
