"""By USB stick: the box writes what it asks, somebody carries it to the hub and back, the box reads the answer.

The stick holds the claim code until the hub has read it, so it is guarded like the label. What comes back is judged by
the fingerprint of the label, whoever had the stick meanwhile.
"""

from pathlib import Path

from provisioning.claim.identity_folder import Journal
from provisioning.identity import stick
from provisioning.identity.enrolment import ANSWER_BYTES_MAX, Ask, encoded


class Usb:
    """Asks by a stick."""

    def __init__(self, folder: Path) -> None:
        """Take where the stick is mounted."""
        self._folder = folder
        self.written: Path | None = None
        """What the stick holds for the hub now."""

    def ask(self, ask: Ask, *, journal: Journal, key_fingerprint: str) -> bytes | None:  # noqa: ARG002 - of HTTPS
        """Return the answer that the stick brings back, or write what is asked and return None.

        Raises:
            StickError: the stick cannot be used.
        """
        answer = stick.read(self._folder, stick.ANSWERS, key_fingerprint, most=ANSWER_BYTES_MAX)
        if answer is None:
            self.written = stick.write(self._folder, stick.ASKS, key_fingerprint, encoded(ask))
        return answer
