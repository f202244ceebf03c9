"""What can go wrong with files about rivers.

RiversError
├── SeriesFormError    a series is not there, or has not the columns
├── SeriesFileError    a line of a series cannot be read
└── ThresholdsError    a file of thresholds cannot be used
"""

from hub.errors import HubError


class RiversError(HubError):
    """Something about rivers cannot be done; the text stands in Indonesian and in English."""


class SeriesFormError(RiversError, ValueError):
    """A series is not there, or has not the columns: the command was given the wrong thing."""


class SeriesFileError(RiversError):
    """A line of a series cannot be read."""


class ThresholdsError(RiversError, ValueError):
    """A file of thresholds cannot be used; lists every problem."""
