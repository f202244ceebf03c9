"""What can go wrong with the audit log.

AuditError
├── NoAuditLogError   the database has no audit log
└── WitnessFileError  a file of witnesses cannot be read; lists every problem
"""

from hub.errors import HubError


class AuditError(HubError):
    """The audit log cannot be read or verified."""


class NoAuditLogError(AuditError, LookupError):
    """The database has no audit log."""


class WitnessFileError(AuditError, ValueError):
    """A file of witnesses cannot be used.

    Attributes:
        problems: one line each, with file and line.
    """

    def __init__(self, problems: list[str]) -> None:
        """Keep the problems; the text of the error is all of them."""
        self.problems = problems
        super().__init__("\n".join(problems))
