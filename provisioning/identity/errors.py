"""What can be wrong with what a person typed, or a camera read, from a claim label.

IdentityTextError
├── ClaimCodeError    no claim code: length, letter or check character
├── FingerprintError  no fingerprint of an authority
└── ClaimTextError    no text of a claim label
"""


class IdentityTextError(ValueError):
    """A text does not have the form that it should; says which and what to do."""


class ClaimCodeError(IdentityTextError):
    """A text is no claim code, most often by a slip of the finger."""


class FingerprintError(IdentityTextError):
    """A text is no fingerprint."""


class ClaimTextError(IdentityTextError):
    """A text does not come from a claim label, or from one of a newer form."""
