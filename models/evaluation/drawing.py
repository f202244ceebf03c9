"""A picture for the page: small, pixelated, with what was found, missed and wrongly found drawn over it as SVG.

Shape tells the three apart, not colour alone: found thin, missed thick, false dashed; missed and false carry a word.
"""

import base64
import io
from collections.abc import Iterator
from html import escape

import numpy as np
from PIL import Image

from models.evaluation.pictures import read_picture
from models.evaluation.privacy import pixelated, shy
from models.evaluation.worst import BadPicture

WIDTH_PX = 640
"""Of the embedded picture."""
JPEG_QUALITY = 70
_SHORT = {  # the page explains them
    "person_rider_joined": "O",
    "bicycle": "S",
    "motorcycle_rider_joined": "M",
    "car_bus_truck": "K",
    "boat": "P",
}


def drawn(bad: BadPicture) -> str:
    """Return the SVG element of one picture.

    Raises:
        UnreadablePictureError: the picture is broken.
    """
    picture = bad.picture
    width, height = picture.width_px, picture.height_px
    told = f"{picture.name}: {bad.missed} terlewat / missed, {bad.false} salah / false"
    data = base64.b64encode(_jpeg(bad)).decode("ascii")
    return (
        f'<svg class="picture" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(told)}">'
        f'<image width="{width}" height="{height}" href="data:image/jpeg;base64,{data}"/>'
        f"{''.join(_boxes(bad))}</svg>"
    )


def _jpeg(bad: BadPicture) -> bytes:
    picture = bad.picture
    image = read_picture(picture.file, width_px=picture.width_px, height_px=picture.height_px)
    scale = min(1.0, WIDTH_PX / picture.width_px)
    size = (max(1, round(picture.width_px * scale)), max(1, round(picture.height_px * scale)))
    small = Image.fromarray(image).resize(size, Image.Resampling.LANCZOS)
    finds = shy(bad.detections)
    boxes = np.concatenate([picture.box_xyxy_px, finds.box_xyxy_px])
    labels = np.array([*picture.labels, *finds.labels()], np.str_)
    places = [(label, scale * boxes[labels == label]) for label in sorted(set(labels.tolist()))]
    written = io.BytesIO()
    pixelated(small, places).save(written, "JPEG", quality=JPEG_QUALITY)
    return written.getvalue()


def _boxes(bad: BadPicture) -> Iterator[str]:
    letters = bad.picture.width_px / 42
    for marked in bad.marked:
        word = _SHORT[marked.question.name]
        for box in marked.found:
            yield _rect("found", box.tolist())
        for box in marked.missed:
            yield _rect("missed", box.tolist()) + _word("missed", box.tolist(), f"−{word}", letters)
        for box, score in zip(marked.false, marked.false_score, strict=True):
            text = f"+{word}{min(99, round(100 * score)):02d}"
            yield _rect("false", box.tolist()) + _word("false", box.tolist(), text, letters)


def _rect(kind: str, box: list[float]) -> str:
    left, upper, right, lower = box
    place = f'x="{left:.1f}" y="{upper:.1f}" width="{right - left:.1f}" height="{lower - upper:.1f}"'
    under = f'<rect class="under" {place}/>' if kind != "found" else ""
    return f'{under}<rect class="{kind}" {place}/>'


def _word(kind: str, box: list[float], text: str, letters: float) -> str:
    """Return a word above a box, or inside of it where the picture ends above."""
    upper = box[1] - 0.25 * letters if box[1] > 1.3 * letters else box[1] + letters
    return f'<text class="{kind}" x="{box[0]:.1f}" y="{upper:.1f}" font-size="{letters:.1f}">{escape(text)}</text>'
