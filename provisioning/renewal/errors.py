"""What can go wrong while a certificate is renewed.

RenewalError
├── NotClaimedError      this box has no identity of a claim
├── IdentityInUseError   another program renews it now
├── IdentityDiskError    its folder cannot be read or written
├── RenewalAwayError     the hub does not answer, or whoever answers is not it
├── ShownRefusedError    the connection ended at the sight of the certificate: it is ended, or the hub is
└── RenewalRefusedError  the hub says no
"""

from provisioning.errors import ProvisionError


class RenewalError(ProvisionError):
    """A certificate is not renewed now; the one in use stays."""


class NotClaimedError(RenewalError, ValueError):
    """There is nothing to renew."""


class IdentityInUseError(RenewalError):
    """Another program renews it now."""


class IdentityDiskError(RenewalError, OSError):
    """The folder of the identity cannot be used."""


class RenewalAwayError(RenewalError, ConnectionError):
    """The hub does not answer."""


class ShownRefusedError(RenewalError, ConnectionError):
    """The hub has ended the connection at the sight of the certificate, or was itself ended just then."""


class RenewalRefusedError(RenewalError, PermissionError):
    """The hub says no.

    Attributes:
        code: one word for programs.
    """

    def __init__(self, text: str, *, code: str) -> None:
        """Keep the word; the text is the hub's own, in both languages."""
        super().__init__(text)
        self.code = code
