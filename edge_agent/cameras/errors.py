"""What can go wrong between a camera and a frame.

CameraError
├── CameraAwayError          nobody answers at the address, or the camera hung up
├── CameraRefusedError       it answers and does not let us in: user, password, path
├── CameraStalledError       it is connected and sends nothing
├── CameraCodecError         no video, or not in the declared form, or in one that cannot be decoded
├── CameraBrokenError        truncated or damaged beyond decoding
├── CameraEmptyError         pictures of no size
├── CameraMissingError       a device, a file or a library is not there
├── CameraEndedError         a clip is over, whole
└── CameraClosedError        a source was used before `open()` or after `close()`

All but the last become a state of the camera (`state`), and the thread that reads goes on trying, unless nothing can
come any more (`is_last`): a clip that does not repeat has been shown, and is not to be counted twice. Nothing of a
library's own error is chained to those of a stream: the text of such an error holds the address with the password.
"""

from typing import ClassVar

from edge_agent.cameras.state import CameraState


class CameraError(Exception):
    """Something about a camera does not work."""

    state: ClassVar[CameraState] = CameraState.BROKEN
    is_last: bool = False
    """The source is not to be opened again."""


class CameraAwayError(CameraError, ConnectionError):
    """Nobody answers at the camera's address, or it hung up."""

    state = CameraState.AWAY


class CameraRefusedError(CameraError, PermissionError):
    """The camera does not let us in."""

    state = CameraState.REFUSED


class CameraStalledError(CameraError, TimeoutError):
    """The camera is connected and sends nothing."""

    state = CameraState.STALLED


class CameraCodecError(CameraError, ValueError):
    """What comes is no video that was declared or can be decoded."""

    state = CameraState.CODEC


class CameraBrokenError(CameraError, ValueError):
    """What comes is truncated or damaged."""

    state = CameraState.BROKEN


class CameraEmptyError(CameraError, ValueError):
    """Pictures of no size."""

    state = CameraState.EMPTY


class CameraMissingError(CameraError, OSError):
    """A device, a file or a library is not there; the text says what to install or to check."""

    state = CameraState.MISSING


class CameraEndedError(CameraError, EOFError):
    """A clip is over."""

    state = CameraState.ENDED
    is_last = True


class CameraClosedError(CameraError, RuntimeError):
    """A source was asked for a picture while it was not open."""
