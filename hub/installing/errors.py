"""What can go wrong while a hub is installed.

InstallError
├── QuestionError   something must be known that nobody said
└── StartError      the services do not come up
"""

from hub.errors import HubError


class InstallError(HubError, RuntimeError):
    """A step of the installation cannot be done; what was done until then stays, and the command may be typed again."""


class QuestionError(InstallError, ValueError):
    """A name or folder is needed that was neither given nor can be asked for."""


class StartError(InstallError):
    """The services do not come up."""
