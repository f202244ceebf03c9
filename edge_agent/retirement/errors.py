"""What can go wrong with a box that is retired.

EdgeError
└── RetiredError        this box is retired, or is being retired: nothing starts here
    └── MarkerError     the marker of it cannot be read
"""

from edge_agent.errors import EdgeError


class RetiredError(EdgeError):
    """Nothing starts on a box that is retired."""


class MarkerError(RetiredError, ValueError):
    """The marker cannot be read."""
