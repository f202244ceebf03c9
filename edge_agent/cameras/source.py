"""What every source of frames gives, whatever camera stands behind it.

A source belongs to one thread. It opens, gives pictures one after another in the order in which they were taken, and
can be opened again after it was closed; it never hangs longer than its time-outs say. What goes wrong leaves it as a
`CameraError` only.
"""

from dataclasses import dataclass
from typing import Protocol

from edge_agent.cameras.frame import Frame


@dataclass(slots=True, kw_only=True)
class Tally:
    """What a source has counted since it was made. Written by the reading thread alone; anyone may read."""

    arrived: int = 0
    """Pictures that came, decoded or not."""
    damaged: int = 0
    """Pictures that could not be decoded whole."""
    alive_real_ms: int = 0
    """When the last picture came, or a clip waited on purpose for its next one; real clock."""


class FrameSource(Protocol):
    """A camera behind its driver; a clip and a drawn street are ones too."""

    @property
    def is_live(self) -> bool:
        """Whether pictures come whether or not anyone takes them; otherwise each one may be waited for."""

    @property
    def tally(self) -> Tally:
        """What it has counted."""

    def open(self) -> None:
        """Connect, or connect again.

        Raises:
            CameraError: it does not work; the text says why and what to do.
        """

    def look(self, *, every_s: float) -> Frame | None:
        """Wait for the next picture to come and return it if it is due; otherwise it is passed over.

        Args:
            every_s: least time between two pictures that are returned, s of the camera; 0: each. What is not due is
                not converted, and where the stream permits not even decoded.

        Raises:
            CameraError: no picture comes; the text says why and what to do.
        """

    def read(self) -> Frame:
        """Return the next picture.

        Raises:
            CameraError: as `look`.
        """

    def close(self) -> None:
        """Let go of the camera; a second call does nothing."""


def read_next(source: FrameSource) -> Frame:
    """Return the next picture of a source that knows only how to look."""
    while (frame := source.look(every_s=0.0)) is None:
        pass
    return frame
