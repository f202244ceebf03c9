"""What can be wrong with what makes a box known.

IdentityTextError         what a person typed, or a camera read, from a claim label
├── ClaimCodeError        no claim code: length, letter or check character
├── FingerprintError      no fingerprint of an authority
└── ClaimTextError        no text of a claim label
IdentityError             what a box holds, or was given
├── KeyFileError          no private key of a box
├── BundleError           no trust bundle, or one that holds what its root has not signed
├── OtherAuthorityError   a bundle of another authority than the label names
├── CertificateError      a certificate that is not this box's own
└── StickError            a USB stick cannot be used, or a file on it must not be
"""


class IdentityTextError(ValueError):
    """A text does not have the form that it should; says which and what to do."""


class ClaimCodeError(IdentityTextError):
    """A text is no claim code, most often by a slip of the finger."""


class FingerprintError(IdentityTextError):
    """A text is no fingerprint."""


class ClaimTextError(IdentityTextError):
    """A text does not come from a claim label, or from one of a newer form."""


class IdentityError(Exception):
    """What makes a box known cannot be used; says what, why and what to do."""


class KeyFileError(IdentityError, ValueError):
    """There is no private key of a box."""


class BundleError(IdentityError, ValueError):
    """A trust bundle cannot be believed."""


class OtherAuthorityError(IdentityError):
    """Somebody else answers than the label names."""


class CertificateError(IdentityError, ValueError):
    """A certificate is not this box's own."""


class StickError(IdentityError, OSError):
    """A USB stick cannot be used."""
