"""What can go wrong while a box is made known or checked.

ProvisionError
└── ClaimError            see claim/errors.py
"""


class ProvisionError(Exception):
    """A command for technicians cannot do what was asked; says what, why and what to do."""
