"""What can be wrong with a proposal. Nothing was written when one of these comes.

ProposalError
├── UnknownProposalError   there is none of this id
├── ProposalOverError      it is done, withdrawn or expired
├── SamePersonError        who proposed it wants to approve it
├── NoPersonError          a token that nobody owns wants to propose or approve
├── TooManyProposalsError  as many wait as may
└── ProposalBodyError      it says too much
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
