"""By USB stick: the box writes what it asks, somebody carries it to the hub and back, the box reads the answer.

The stick holds the claim code until the hub has read it, so it is guarded like the label. What comes back is judged by
the fingerprint of the label, whoever had the stick meanwhile.
"""

from pathlib import Path

from provisioning.claim.identity_folder import Journal
from provisioning.identity import stick
from provisioning.identity.enrolment import ANSWER_BYTES_MAX, Ask, decoded_answer, encoded
from provisioning.identity.errors import CertificateError, StickError


class Usb:
    """Asks by a stick."""

    def __init__(self, folder: Path) -> None:
        """Take where the stick is mounted."""
        self._folder = folder
        self.written: Path | None = None
        """What the stick holds for the hub now."""
        self.passed_over = ""
        """Why the answer on the stick was passed over; empty: there was none, or it can be read."""

    def ask(self, ask: Ask, *, journal: Journal, key_fingerprint: str) -> bytes | None:  # noqa: ARG002 - of HTTPS
        """Return the answer that the stick brings back, or write what is asked and return None.

        An answer that cannot be read, torn by a pulled stick perhaps, is passed over: the hub gives the same again.

        Raises:
            StickError: the stick cannot be used.
        """
        answer = self._answer(key_fingerprint)
        if answer is None:
            self.ask_anew(ask, key_fingerprint=key_fingerprint)
        return answer

    def ask_anew(self, ask: Ask, *, key_fingerprint: str) -> None:
        """Write what is asked, so that the stick can be carried once more.

        Raises:
            StickError: the stick cannot be used.
        """
        self.written = stick.write(self._folder, stick.ASKS, key_fingerprint, encoded(ask))

    def _answer(self, key_fingerprint: str) -> bytes | None:
        try:
            answer = stick.read(self._folder, stick.ANSWERS, key_fingerprint, most=ANSWER_BYTES_MAX)
            if answer is not None:
                decoded_answer(answer)
        except (StickError, CertificateError) as problem:
            self.passed_over = str(problem)
            return None
        return answer
