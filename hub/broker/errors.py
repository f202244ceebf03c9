"""What can go wrong with a broker's configuration.

BrokerError (hub.errors)
└── BrokerConfigError       a broker's configuration cannot be rendered, written or compared
    ├── DescriptionError    what it is to be rendered from cannot be right
    ├── BrokerPlaceError    a directory or file cannot be used
    └── ApplyError          what is offered to a broker is not put in place; the broker goes on as before
"""

from hub.errors import BrokerError


class BrokerConfigError(BrokerError):
    """A broker's configuration cannot be rendered, written or compared."""


class DescriptionError(BrokerConfigError, ValueError):
    """An address, path or name would not mean in the file what it means here."""


class BrokerPlaceError(BrokerConfigError, ValueError):
    """A directory or file cannot be used."""


class ApplyError(BrokerConfigError):
    """What is offered to a broker is not put in place; the broker goes on as before."""
