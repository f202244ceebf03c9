"""What can go wrong with the hub's authority.

AuthorityError
├── AuthorityExistsError    there is one already; a second would make every box a stranger
├── AuthorityMissingError   there is none yet, or a file of it is gone or broken
├── AuthorityForeignError   it belongs to another user of this machine
├── AuthorityPlaceError     a directory cannot be used for what it was named for
├── AuthorityClockError     the machine's clock cannot be right, or the issuing certificate has ended
├── RootKeyError            the root key is not there, is another one, or does not open with this passphrase
├── PassphraseError         the passphrase is too short, or the two differ
├── ServerNameError         not a DNS name or IP address
├── PresentedError          a certificate that is shown is none of a box of this hub
└── RequestRefusedError     a certificate request is refused
    ├── RequestUnreadableError   it is none
    ├── RequestSignatureError    whoever asks does not hold the key
    ├── RequestKeyError          the key is of a kind that is not taken
    ├── RequestAuthorityError    it asks for the right to sign others
    └── RequestNameError         the node id has not the form of one
"""

from hub.fleet.errors import FleetError


class AuthorityError(FleetError):
    """Something about the authority cannot be done."""


class AuthorityExistsError(AuthorityError):
    """There is an authority already."""


class AuthorityMissingError(AuthorityError):
    """There is no whole authority at this hub."""


class AuthorityForeignError(AuthorityError):
    """Only its own user may read it."""


class AuthorityPlaceError(AuthorityError, ValueError):
    """A directory cannot be used."""


class AuthorityClockError(AuthorityError):
    """Nothing can be signed at this time."""


class RootKeyError(AuthorityError):
    """The root key cannot be had."""


class PassphraseError(AuthorityError, ValueError):
    """A passphrase cannot be taken."""


class ServerNameError(AuthorityError, ValueError):
    """A name cannot stand in the hub's certificate."""


class PresentedError(AuthorityError, ValueError):
    """Whoever shows this certificate is no box of this hub."""


class RequestRefusedError(AuthorityError, ValueError):
    """No certificate is issued for this request."""


class RequestUnreadableError(RequestRefusedError):
    """Not a PKCS#10 request."""


class RequestSignatureError(RequestRefusedError):
    """The request is not signed by the key in it."""


class RequestKeyError(RequestRefusedError):
    """Only elliptic curves P-256 and P-384 are taken."""


class RequestAuthorityError(RequestRefusedError):
    """A box never signs for others."""


class RequestNameError(RequestRefusedError):
    """The node id has not the form of one."""
