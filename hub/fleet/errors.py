"""What can go wrong with what a city writes down of itself.

FleetError
├── CityFileError   a file of stations, thresholds, bindings or recipients cannot be used; lists every problem
├── SiteError       there is no such site
├── ClaimError      a claim cannot be revoked
├── StandingError   a box cannot be revoked or released
├── StickFolderError  a USB stick cannot be used
└── AuthorityError  something about the issuing authority; its tree stands in authority/errors.py
"""

from hub.errors import HubError


class FleetError(HubError):
    """Something about the fleet cannot be done."""


class CityFileError(FleetError, ValueError):
    """A file cannot be used.

    Attributes:
        problems: one line each, with file and place.
    """

    def __init__(self, problems: list[str]) -> None:
        """Keep the problems; the text of the error is all of them."""
        self.problems = problems
        super().__init__("\n".join(problems))


class SiteError(FleetError, ValueError):
    """There is no such site."""


class ClaimError(FleetError, ValueError):
    """Nothing can be done with a claim."""


class StandingError(FleetError, ValueError):
    """A box cannot be revoked or released."""


class StickFolderError(FleetError, OSError):
    """A USB stick cannot be used."""
