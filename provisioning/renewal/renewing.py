"""One renewal, as far as it can be gone without the broker. What is done next is what lies on the disk (`slots`).

- Nothing is begun: the hub is asked whether it is time. If TLS does not take the certificate, it may have ended; if the
  port of boxes is shut and that of the label is not, that decides nothing either: the hub is asked anyway.
- BEGUN is written, then a new key, then the hub is asked with it. The same key asked again gets the same answer, so a
  lost answer costs nothing. The answer is believed as at the claim, and laid beside: bundle, then certificate.
- The port of boxes does not answer, or ends the connection: the question goes to the port of the label, signed by the
  key in use. There the hub decides by its own clock whether the certificate has ended.
- The new certificate is tried by HTTPS. Where that has no answer, the hub is asked again with its key on the port of
  the label: if it still gives this certificate, the broker is the trial. Then TRIED is written, and the uplink tries it
  at the broker and switches.
- What cannot be loaded any more is fetched again, by the same key as long as that can be read.

A new key is forgotten only at a word of the hub that it will never take it: after a connection that broke the hub may
have seen the new certificate, and then closes the old one 7 days later. A power cut anywhere leaves the old certificate
in use; each step done twice is as done once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from contract.clock import Clock
from edge_agent.renewal import slots
from edge_agent.renewal.slots import Slots, SlotsInUseError, Step
from edge_agent.uplink.errors import TlsFilesError
from edge_agent.uplink.tls import folder_context
from provisioning.claim.identity_folder import Journal
from provisioning.identity import box_key, disk, trust
from provisioning.identity.errors import KeyFileError
from provisioning.identity.renewal import RenewAnswer, RenewAsk, expired_ask
from provisioning.renewal.errors import (
    IdentityDiskError,
    IdentityInUseError,
    RenewalAwayError,
    RenewalError,
    RenewalRefusedError,
    ShownRefusedError,
)
from provisioning.renewal.hub_side import HubSide

_BEGIN_ANEW = {"renewal_key_known", "renewal_early", "invalid"}
"""Words of a hub that will never answer to this key."""
_NEVER_TAKEN = {"certificate_closed", "no_box"}
"""Words of a hub that will never take this certificate; a box that is quarantined may be live again."""
_NOT_ENDED = "renewal_not_ended"


class Result(StrEnum):
    """Where a renewal stands."""

    NOT_DUE = "not_due"
    READY = "ready"
    """The uplink tries it at the broker and switches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """What came of it."""

    result: Result
    due_ms: int = 0
    """When it will be time, real time in UTC ms, by the hub's clock; 0: not told."""


class Renewing:
    """One box's."""

    def __init__(self, *, place: Slots, journal: Journal, clock: Clock) -> None:
        """Take where the identity lies and what the claim has written down."""
        self._slots = place
        self._journal = journal
        self._hub = HubSide(address=journal.address, box_port=journal.box_port, clock=clock)

    def find_hub(self) -> None:
        """See that the hub answers on the port of the label.

        Raises:
            RenewalError: it does not, or whoever answers is not it.
        """
        self._hub.nonce(self._slots.in_use())

    def go_on(self) -> Renewed:
        """Do what is left to do.

        Raises:
            RenewalError: it cannot go on now; what was reached stays.
            IdentityError: what came is not to be believed.
        """
        try:
            with self._slots.locked():
                self._slots.tidy()
                return self._go_on()
        except SlotsInUseError as problem:
            raise IdentityInUseError(f"{problem}. Coba lagi / try again.") from problem
        except OSError as problem:
            if isinstance(problem, RenewalError):
                raise
            raise IdentityDiskError(
                f"{problem.filename or self._slots.folder}: {problem.strerror}. Beri hak atau tempat / give rights or "
                "make room."
            ) from problem

    def _go_on(self) -> Renewed:
        self._drop_damaged()
        if self._slots.is_ready():
            return Renewed(result=Result.READY)
        if self._slots.step() is None:
            due_ms = self._not_due()
            if due_ms is not None:
                return Renewed(result=Result.NOT_DUE, due_ms=due_ms)
            self._begin()
        if not (self._slots.idle() / slots.CERTIFICATE).is_file():
            self._fetch(self._asked)
        self._try()
        return Renewed(result=Result.READY)

    def _drop_damaged(self) -> None:
        """Take away a new certificate that cannot be loaded, with its key and bundle; it is fetched again."""
        idle = self._slots.idle()
        if not (idle / slots.CERTIFICATE).is_file():
            return
        try:
            folder_context(idle)
        except TlsFilesError:
            self._slots.drop_certificate()

    def _not_due(self) -> int | None:
        """Return when it will be time, or None if it is, or if that is asked on the port of the label."""
        try:
            told = self._hub.due(self._slots.in_use())
        except ShownRefusedError:
            return None
        except RenewalAwayError:
            self.find_hub()  # before anything is written: it may be the whole network that is away
            return None
        return None if told.is_due else told.due_ms

    def _begin(self) -> None:
        idle = self._slots.idle()
        disk.make_folder(idle)
        self._slots.wipe_idle()
        disk.write_file(idle / slots.STEP, Step.BEGUN.encode())

    def _key(self) -> bytes:
        """Return the new key; made once, and anew if a cut has spoilt it."""
        path = self._slots.idle() / slots.KEY
        try:
            key = path.read_bytes()
            box_key.loaded(key)
        except (FileNotFoundError, KeyFileError):
            key = box_key.new_key()
            disk.write_file(path, key)
        return key

    def _fetch(self, asked: Callable[[str], RenewAnswer]) -> None:
        """Ask with the new key and lay the answer beside; a key that gets none ever is forgotten."""
        key = self._key()
        try:
            answer = asked(box_key.request_of(key))
        except RenewalRefusedError as refusal:
            if refusal.code in _BEGIN_ANEW:
                self._slots.wipe_idle()
            raise
        trusted = trust.verified(answer.bundle.encode(), expected=self._journal.fingerprint)
        trust.verify_own(answer.certificate.encode(), node_id=self._journal.node, key_pem=key, trust=trusted)
        idle = self._slots.idle()
        disk.write_file(idle / slots.BUNDLE, trusted.pem.encode())
        disk.write_file(idle / slots.CERTIFICATE, answer.certificate.encode())

    def _asked(self, csr: str) -> RenewAnswer:
        """Ask with the old certificate; where that does not get through, with a signature by its key."""
        try:
            return self._hub.renew(RenewAsk(csr=csr), identity=self._slots.in_use())
        except (ShownRefusedError, RenewalAwayError) as problem:
            return self._asked_by_label(csr, instead_of=problem)

    def _asked_by_label(self, csr: str, *, instead_of: RenewalError) -> RenewAnswer:
        """Ask on the port of the label, with a signature by the old key.

        Args:
            csr: of the new key.
            instead_of: what the port of boxes has come to.
        """
        used = self._slots.in_use()
        ask = expired_ask(
            csr=csr,
            certificate=(used / slots.CERTIFICATE).read_text(encoding="ascii"),
            nonce=self._hub.nonce(used),
            old_key_pem=(used / slots.KEY).read_bytes(),
        )
        try:
            return self._hub.renew_expired(ask, identity=used)
        except RenewalRefusedError as refusal:
            if refusal.code != _NOT_ENDED:
                raise
            raise RenewalAwayError(
                f"{instead_of} Hub menjawab di / the hub answers at {self._journal.address}: buka port kotak di tembok "
                "api / open the port of boxes in the firewall; nomornya lain / it is another: provision renew "
                "--box-port N"
            ) from refusal

    def _try(self) -> None:
        """Go to the hub with the new certificate, or hear that it stands by it; one that it closed is forgotten."""
        idle = self._slots.idle()
        try:
            self._hub.due(idle)
        except RenewalRefusedError as refusal:
            if refusal.code in _NEVER_TAKEN:
                self._slots.wipe_idle()
            raise
        except (ShownRefusedError, RenewalAwayError) as problem:
            self._fetch(partial(self._asked_by_label, instead_of=problem))
        disk.write_file(idle / slots.STEP, Step.TRIED.encode())
