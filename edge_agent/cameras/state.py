"""How a camera is: one state at a time, and the code of the fault that the camera process writes down for it.

Every state but `opening` and `running` is a fault, is reached within 10 s of its cause, and ends with the next good
picture.
"""

from dataclasses import dataclass
from enum import StrEnum


class CameraState(StrEnum):
    """What can be said of a camera."""

    OPENING = "opening"
    """It was started and has had no time yet to show a picture."""
    RUNNING = "running"
    AWAY = "away"
    """Nobody answers at its address, or it hung up."""
    REFUSED = "refused"
    """It answers and does not let us in: user, password or path."""
    STALLED = "stalled"
    """It is connected and sends no pictures."""
    CODEC = "codec"
    """It sends no video, or not in the form that was declared or that can be decoded."""
    BROKEN = "broken"
    """What it sends, or the file, cannot be decoded: truncated, damaged."""
    EMPTY = "empty"
    """Its pictures have no size."""
    MISSING = "missing"
    """A device, a file or a library is not there."""
    RESHAPED = "reshaped"
    """Pictures come, but of another shape than at first: zones and lines may not fit."""
    ENDED = "ended"
    """A clip is over: nothing is counted any more."""

    @property
    def fault_code(self) -> str | None:
        """The code of its fault record; None: it is no fault."""
        return None if self in _WELL else f"camera_{self.value}"


_WELL = frozenset({CameraState.OPENING, CameraState.RUNNING})
FAULT_CODES = tuple(code for state in CameraState if (code := state.fault_code) is not None)
"""All of them, for who clears at a start what an earlier run has left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraStatus:
    """A camera as it is now."""

    state: CameraState
    text: str
    """Why, and what to do, in Indonesian and English; holds no password. Empty while all is well."""
    since_real_ms: int
    """Since when it is in this state, real clock."""
    size_px: tuple[int, int] | None
    """Width and height of the last picture as handed out; None: there was none."""
    arrived: int
    """Pictures that came, decoded or not, since the start."""
    taken: int
    """Of those, how many were taken by who looks at them; the rest was passed over on purpose."""
    damaged: int
    """Of those, how many could not be decoded whole."""
    openings: int
    """How often it was opened; 1: never lost."""
