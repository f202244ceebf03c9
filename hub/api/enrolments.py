"""What the route of new boxes needs beside the house: the authority, where the broker is, and who sent wrong codes."""

from dataclasses import dataclass, field
from pathlib import Path

from hub.api.unwritten import Unwritten
from hub.api.wrong_codes import WrongCodes
from hub.fleet.nonces import Nonces
from provisioning.identity.enrolment import Broker


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolments:
    """Made once by the web process; the authority is opened for each box anew, so a replaced key is seen at once."""

    home: Path
    """State directory of the hub."""
    broker: Broker = field(default_factory=Broker)
    wrong_codes: WrongCodes = field(default_factory=WrongCodes)
    unwritten: Unwritten = field(default_factory=Unwritten)
    """What became of attempts that were answered without a write."""
    nonces: Nonces = field(default_factory=Nonces)
    """For boxes whose certificate has ended."""
