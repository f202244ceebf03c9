"""A frame and the hints of this very frame become a picture that may be given away. Nothing else leaves memory."""

import hashlib
from dataclasses import dataclass
from io import BytesIO

from PIL import Image as Pictures

from contract.views import Outline
from edge_agent.cameras.frame import Image
from edge_agent.inference.detections import Detections
from edge_agent.stills.blur import blurred

QUALITY = 80
"""Of JPEG: a still of a street has some 50 KB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Still:
    """A picture in which nobody can be recognised."""

    content: bytes
    """JPEG without metadata: no time, no place, no maker of the camera."""
    sha256: str
    width_px: int
    height_px: int


def still_of(image: Image, hints: Detections, *, purpose: Outline | None) -> Still:
    """Return the still of a frame.

    Args:
        image: the frame, RGB uint8 [height, width, 3], not empty.
        hints: in this very frame, from `hiding.LEAST_SCORE` on, nothing suppressed.
        purpose: of the view, parts of the picture; None: all of it is coarse.
    """
    shown = blurred(image, hints, purpose=purpose)
    file = BytesIO()
    Pictures.fromarray(shown).save(file, "JPEG", quality=QUALITY)
    content = file.getvalue()
    return Still(
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        width_px=int(shown.shape[1]),
        height_px=int(shown.shape[0]),
    )
