"""What can be wrong with a proposal. Nothing was written when one of these comes.

ProposalError
├── UnknownProposalError   there is none of this id
├── ProposalOverError      it is done, withdrawn or expired
├── SamePersonError        who proposed it wants to approve it
├── NoPersonError          a token that nobody owns wants to propose or approve
├── TooManyProposalsError  as many wait as may
├── ProposalBodyError      it says too much
└── RoleRefusedError       a role cannot be given, or not so
"""

from hub.errors import HubError


class ProposalError(HubError):
    """A proposal cannot be made or decided."""


class UnknownProposalError(ProposalError, LookupError):
    """There is no proposal of this id."""


class ProposalOverError(ProposalError, RuntimeError):
    """The proposal waits no more."""


class SamePersonError(ProposalError, PermissionError):
    """The second person is the first."""


class NoPersonError(ProposalError, PermissionError):
    """Nobody owns the token that acts."""


class TooManyProposalsError(ProposalError, RuntimeError):
    """As many proposals wait as may."""


class ProposalBodyError(ProposalError, ValueError):
    """What is proposed is too long."""


class RoleRefusedError(ProposalError, ValueError):
    """A role cannot be given, or what one alone may not do to an administrator was tried.

    Attributes:
        sentence_id: why and what to do, in Indonesian.
        sentence_en: the same in English.
    """

    def __init__(self, sentence_id: str, sentence_en: str) -> None:
        """Keep both sentences; the text of the error is the English one."""
        super().__init__(sentence_en)
        self.sentence_id = sentence_id
        self.sentence_en = sentence_en
