"""What can be wrong with a thing that crosses between box and hub.

ContractError
├── RefusedError       values that are right one by one cannot stand together
│   └── DrawingError   what is drawn on a view could never work
├── IdentityError      a node id, spool id or record key has the wrong form
├── MessageError       a message or a record does not decode
└── RangesError        a list of sequence ranges is not a list of ranges
"""


class ContractError(Exception):
    """Something that crossed, or was about to cross, breaks the contract."""


class RefusedError(ContractError, ValueError):
    """Values that are right one by one cannot stand together; said in both languages, the text is the English."""

    def __init__(self, *, indonesian: str, english: str) -> None:
        """Keep both: what, why and what to do, to go on from a key and a colon."""
        super().__init__(english)
        self.indonesian = indonesian
        self.english = english


class DrawingError(RefusedError):
    """What is drawn on a view could never work; the text says why, `flaw` names it for who says it in other words."""

    def __init__(self, flaw: str, *, indonesian: str, english: str, corners: tuple[int, ...] = ()) -> None:
        """Keep all; `flaw` is one of `contract.views.Flaw`, `corners` are those that it is about, from 1."""
        super().__init__(indonesian=indonesian, english=english)
        self.flaw = flaw
        self.corners = corners

    def __str__(self) -> str:
        """Say both, one behind the other."""
        return f"{self.indonesian} / {self.english}"


class IdentityError(ContractError, ValueError):
    """An identifier has the wrong form."""


class MessageError(ContractError, ValueError):
    """A message or a record does not decode; the text says which field and why."""


class RangesError(ContractError, ValueError):
    """A range of sequence numbers is reversed or below 1."""
