"""What can be wrong with a thing that crosses between box and hub.

ContractError
├── IdentityError      a node id, spool id or record key has the wrong form
├── MessageError       a message or a record does not decode
└── RangesError        a list of sequence ranges is not a list of ranges
"""


class ContractError(Exception):
    """Something that crossed, or was about to cross, breaks the contract."""


class IdentityError(ContractError, ValueError):
    """An identifier has the wrong form."""


class MessageError(ContractError, ValueError):
    """A message or a record does not decode; the text says which field and why."""


class RangesError(ContractError, ValueError):
    """A range of sequence numbers is reversed or below 1."""
