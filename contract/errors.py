"""What can be wrong with a thing that crosses between box and hub.

ContractError
├── DrawingError       what is drawn on a view could never work
├── IdentityError      a node id, spool id or record key has the wrong form
├── MessageError       a message or a record does not decode
└── RangesError        a list of sequence ranges is not a list of ranges
"""


class ContractError(Exception):
    """Something that crossed, or was about to cross, breaks the contract."""


class DrawingError(ContractError, ValueError):
    """What is drawn on a view could never work; the text says why, `flaw` names it for who says it in other words."""

    def __init__(self, flaw: str, text: str, *, corners: tuple[int, ...] = ()) -> None:
        """Keep all; `flaw` is one of `contract.views.Flaw`, `corners` are those that it is about, from 1."""
        super().__init__(text)
        self.flaw = flaw
        self.corners = corners


class IdentityError(ContractError, ValueError):
    """An identifier has the wrong form."""


class MessageError(ContractError, ValueError):
    """A message or a record does not decode; the text says which field and why."""


class RangesError(ContractError, ValueError):
    """A range of sequence numbers is reversed or below 1."""
