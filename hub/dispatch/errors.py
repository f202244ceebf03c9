"""What can go wrong between the hub and a person's phone.

DispatchError
├── SecretError    the file with the signing secret cannot be used
└── NotTakenError  a channel did not take a message; the text is short and stands on the wall
"""

from hub.errors import HubError


class DispatchError(HubError):
    """A message did not get where it should."""


class SecretError(DispatchError, ValueError):
    """The signing secret cannot be used; the text says which file and what to do."""


class NotTakenError(DispatchError, ConnectionError):
    """A channel did not take a message; it may be offered again."""
