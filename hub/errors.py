"""What can go wrong while the hub is started.

HubError
├── ConfigError     the config file cannot be used; lists every problem
├── PasswordError   a name or password cannot be taken
├── BrokerError     the embedded broker does not start
├── RefusedError    the machine refuses a file: rights, room, a broken disk
└── PortTakenError  something else listens where the hub wants to
"""


class HubError(Exception):
    """The hub cannot do what it was started for; the text says what, why and what to do."""


class ConfigError(HubError, ValueError):
    """A config file cannot be used.

    Attributes:
        problems: one line each, with file and key.
    """

    def __init__(self, problems: list[str]) -> None:
        """Keep the problems; the text of the error is all of them."""
        self.problems = problems
        super().__init__("\n".join(problems))


class PasswordError(HubError, ValueError):
    """A name or password of a person cannot be taken."""


class HiddenWordError(HubError, ValueError):
    """A word that nobody shall see cannot be asked for, or is no text."""


class BrokerError(HubError, RuntimeError):
    """The embedded broker does not start or ended at once."""


class RefusedError(HubError, OSError):
    """The machine does not let a file be read or written; made by `hub.refusal`."""


class PortTakenError(HubError, OSError):
    """Another program listens on a port that the hub needs."""
