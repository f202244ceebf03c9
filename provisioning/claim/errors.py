"""What can go wrong while a box becomes known.

ClaimError
├── ClaimUsageError    nothing was given to go on with, or something that does not fit what was done before
├── BoxConfigError     the box's config file cannot be read, or not be written
├── BoxHomeError       the folder of the identity cannot be used
├── PictureError       no label is found in a picture
├── HubAwayError       the hub does not answer; nothing was decided, ask again
│   └── LoginPageError a page of the network answers in its place
├── HubNotTrustedError whoever answers is not the hub of the label
└── HubRefusedError    the hub says no
"""

from provisioning.errors import ProvisionError


class ClaimError(ProvisionError):
    """A box does not become known."""


class ClaimUsageError(ClaimError, ValueError):
    """What was given does not suffice or does not fit."""


class BoxConfigError(ClaimError, ValueError):
    """The box's config file cannot be used."""


class BoxHomeError(ClaimError, OSError):
    """The folder of the identity cannot be used."""


class PictureError(ClaimError, ValueError):
    """A picture shows no label."""


class HubAwayError(ClaimError, ConnectionError):
    """The hub does not answer."""


class LoginPageError(HubAwayError):
    """A page of the network answers in the hub's place, as in hotels and on some mobile networks."""


class HubNotTrustedError(ClaimError, ConnectionError):
    """Somebody else answers than the hub of the label."""


class HubRefusedError(ClaimError, PermissionError):
    """The hub says no.

    Attributes:
        code: one word for programs.
    """

    def __init__(self, text: str, *, code: str) -> None:
        """Keep the word; the text is the hub's own, in both languages."""
        super().__init__(text)
        self.code = code
