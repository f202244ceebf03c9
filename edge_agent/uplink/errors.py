"""What can be wrong between the box and the hub's broker.

UplinkError
├── LinkError            the broker cannot be reached, or refuses the box
└── TlsFilesError        the authority, certificate or key of `[hub.tls]` cannot be used
"""


class UplinkError(Exception):
    """Something about the way to the hub does not work."""


class LinkError(UplinkError, ConnectionError):
    """There is no connection to the broker; trying again later may help."""


class TlsFilesError(UplinkError, ValueError):
    """A file that TLS needs cannot be used; trying again does not help."""
