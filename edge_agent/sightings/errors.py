"""What can go wrong between detections and sightings.

SightingError
├── FrameOrderError     a frame is older than the one before it
└── ViewFileError       a view file does not say what is to be seen

That a camera sees nothing, or too seldom, is no error: it is a doubt and stands on the sighting.
"""


class SightingError(Exception):
    """Sightings cannot be made."""


class FrameOrderError(SightingError, ValueError):
    """A frame came out of order; whoever reads the frames has mixed two sources or two clocks."""


class ViewFileError(SightingError, ValueError):
    """A view file has problems; the text lists them all, one a line, each with file and key.

    `fault` says it as records do: Indonesian with what to do, ` / `, English.
    """

    def __init__(self, text: str, *, fault: str) -> None:
        """Keep both."""
        super().__init__(text)
        self.fault = fault
