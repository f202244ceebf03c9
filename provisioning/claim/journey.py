"""The way of a box from a label to a certificate. What is done next is what the journal on the disk says.

- `begin` writes the label down before anything else. Another label takes its place only while there is no answer yet.
- LABELLED: a key is made, if there is none. It is made once and asked with again, because the hub binds the code to it.
- KEYED: the hub is asked. It may have answered before and the answer was lost: asked again by the same key with the
  same code it gives the same answer. The answer is verified, written down, and only then counts.
- Before a code leaves the box it is written down as sent with this key; the hub's no takes that back. While it stands
  the hub may have bound the code to the key, so no other key is made for it: the hub would take it for a copied label.
- ANSWERED: certificate and bundle are laid out.
- INSTALLED: the config is told. Then the code is forgotten.
- Until an answer is laid out nothing of a renewal may be there: the uplink would show that certificate, of the old
  name, under the new one.
- DONE. What said that the board was retired under another name is taken away.

A power cut anywhere leaves either the step before or the step after, and each step done twice is as done once.
"""

from typing import Protocol

from msgspec.structs import replace

from edge_agent.retirement import marker
from edge_agent.retirement.errors import MarkerError
from provisioning.claim.box_config import BoxConfigFile
from provisioning.claim.errors import ClaimUsageError, HubRefusedError
from provisioning.claim.identity_folder import BUNDLE, CERTIFICATE, KEY, IdentityFolder, Journal, Step
from provisioning.identity import box_key, claim_code, trust
from provisioning.identity.claim_text import ClaimText, host_of
from provisioning.identity.enrolment import Answer, Ask, decoded_answer, encoded
from provisioning.identity.errors import CertificateError, IdentityError, KeyFileError

SENT_MAX = 20
"""Labels that one key remembers to have asked with."""
_NOT_BOUND = {"claim_unknown", "claim_expired", "claim_revoked", "claim_key_known"}
"""Words of a hub that has not bound the code to the key that asked."""


class Way(Protocol):
    """By which a box asks: HTTPS, or a stick that somebody carries."""

    def ask(self, ask: Ask, *, journal: Journal, key_fingerprint: str) -> bytes | None:
        """Return what the hub answered, not yet believed, or None while it has not."""

    def ask_anew(self, ask: Ask, *, key_fingerprint: str) -> None:
        """What came is not believed: ask again where the question does not wait for an answer by itself."""


class Journey:
    """One box's claim."""

    def __init__(self, *, folder: IdentityFolder, config: BoxConfigFile) -> None:
        """Take where the identity is kept and which config is told."""
        self._folder = folder
        self._config = config
        folder.prepare()

    @property
    def journal(self) -> Journal | None:
        """How far it has come, None before the first label."""
        return self._folder.journal()

    @property
    def is_roots(self) -> bool:
        """Whether root types and the home is root's: an agent under another user could not enter it."""
        return self._folder.is_roots

    def begin(self, label: ClaimText) -> Journal:
        """Write a label down, or go on with it if it is the one that was begun with.

        Raises:
            ClaimUsageError: this box has an answer by another label already, or a certificate of a renewal.
        """
        self._refuse_leaving()
        digest = claim_code.digest(label.code)
        old = self.journal
        self._refuse_renewed(old)
        if old is not None and old.step not in {Step.LABELLED, Step.KEYED}:
            if old.code_digest == digest:
                return old
            raise ClaimUsageError(
                f"Kotak ini sudah menjadi {old.node} dengan label lain / this box is {old.node} already, by another "
                "label. Selesaikan tanpa label / finish without a label: provision claim. Untuk tempat lain? / for "
                f"another place: remove {self._folder.path} first; the hub then sees a new box."
            )
        journal = Journal(
            step=Step.LABELLED if old is None else old.step,
            code=label.code,
            code_digest=digest,
            fingerprint=label.fingerprint,
            address=label.address,
            sent=() if old is None else old.sent,
        )
        if journal != old:
            self._folder.keep_journal(journal)
        return journal

    def take_new_key(self, label: ClaimText | None) -> bool:
        """Forget the key, so that the next is made; before `begin`.

        Args:
            label: that comes next; None: the one that was begun with.

        Returns:
            False where the key stays, because the hub may have bound this very label's code to it.

        Raises:
            ClaimUsageError: there is an answer for it already.
        """
        journal = self.journal
        self._refuse_renewed(journal)
        if journal is None:
            return True
        if journal.step not in {Step.LABELLED, Step.KEYED}:
            raise ClaimUsageError(
                f"--new-key: kunci ini sudah milik {journal.node} / this key is {journal.node} already. Nothing was "
                "changed."
            )
        digest = journal.code_digest if label is None else claim_code.digest(label.code)
        if digest in journal.sent and self._has_key():
            return False
        self._folder.keep_journal(replace(journal, step=Step.LABELLED, sent=()))
        self._folder.forget_key()
        return True

    def go_on(self, way: Way) -> Journal:
        """Do what is left to do; return where it stands: DONE, or KEYED while the hub has not answered.

        Raises:
            ClaimError: it cannot go on now; what was reached stays.
            IdentityError: what came is not to be believed.
        """
        self._refuse_leaving()
        journal = self.journal
        if journal is None:
            raise ClaimUsageError(
                "Belum ada label / no label yet. Coba / try: provision claim --code - --hub HOST:PORT --fingerprint "
                "SIDIK-JARI, atau / or: --qr-image FILE"
            )
        self._refuse_renewed(journal)
        while journal.step is not Step.DONE:
            after = self._step(journal, way)
            if after is None:
                return journal
            self._folder.keep_journal(after)
            journal = after
        self._folder.forget_answer()
        self._folder.forget_retirement()
        return journal

    def _refuse_leaving(self) -> None:
        """Stop where the old identity is not wiped yet: the wipe would take the new one along."""
        home = self._folder.path.parent
        try:
            left = marker.read_marker(home)
        except MarkerError as problem:
            raise ClaimUsageError(str(problem)) from problem
        if left is not None and left.step is not marker.Step.RETIRED:
            raise ClaimUsageError(marker.refusal(home, left))

    def _refuse_renewed(self, journal: Journal | None) -> None:
        """Stop where the certificate of a renewal would be used in place of the one that comes."""
        if journal is not None and journal.step in {Step.INSTALLED, Step.DONE}:
            return
        names = self._folder.renewed()
        if names:
            raise ClaimUsageError(
                f"{self._folder.path}: masih memegang sertifikat perpanjangan dari nama lama / still holds a renewed "
                f"certificate of an older name ({', '.join(names)}), yang akan dipakai dengan nama baru / which would "
                f"be used under the new name. {self._folder.moving_away}"
            )

    def _step(self, journal: Journal, way: Way) -> Journal | None:
        if journal.step is Step.LABELLED:
            self._make_key()
            return replace(journal, step=Step.KEYED)
        if journal.step is Step.KEYED:
            asked = self._noted(journal)
            node = self._ask(asked, way)
            return None if node is None else replace(asked, step=Step.ANSWERED, node=node, sent=())
        if journal.step is Step.ANSWERED:
            answer = self._kept_answer()
            self._folder.write(BUNDLE, answer.bundle.encode())
            self._folder.write(CERTIFICATE, answer.certificate.encode())
            return replace(journal, step=Step.INSTALLED)
        self._tell_config(journal, self._kept_answer())
        return replace(journal, step=Step.DONE, code="")

    def _make_key(self) -> None:
        if self._folder.key() is None:
            self._folder.write(KEY, box_key.new_key())

    def _has_key(self) -> bool:
        """Answer whether there is a key that can be used."""
        try:
            box_key.loaded(self._folder.key() or b"")
        except KeyFileError:
            return False
        return True

    def _noted(self, journal: Journal) -> Journal:
        """Return the journal with the code written down as sent."""
        if journal.code_digest in journal.sent:
            return journal
        noted = replace(journal, sent=(*journal.sent, journal.code_digest)[-SENT_MAX:])
        self._folder.keep_journal(noted)
        return noted

    def _ask(self, journal: Journal, way: Way) -> str | None:
        key = self._folder.key()
        if key is None:
            raise ClaimUsageError("key of the box: gone. Try: provision claim --new-key")
        fingerprint = box_key.fingerprint_of(box_key.loaded(key).public_key())
        ask = Ask(claim=journal.code, csr=box_key.request_of(key))
        try:
            given = way.ask(ask, journal=journal, key_fingerprint=fingerprint)
        except HubRefusedError as refusal:
            if refusal.code in _NOT_BOUND:
                self._folder.keep_journal(replace(journal, sent=_without(journal)))
            raise
        if given is None:
            return None
        try:
            answer = _believed(decoded_answer(given), journal=journal, key=key)
        except IdentityError:
            way.ask_anew(ask, key_fingerprint=fingerprint)
            raise
        self._folder.keep_answer(encoded(answer))
        return answer.node

    def _kept_answer(self) -> Answer:
        kept = self._folder.answer()
        if kept is None:
            raise CertificateError(f"{self._folder.path}: the hub's answer is gone. Call the city: hub claim list")
        return decoded_answer(kept)

    def _tell_config(self, journal: Journal, answer: Answer) -> None:
        folder = self._config.identity_folder()
        self._config.merge(
            {
                ("box", "node"): answer.node,
                ("hub", "host"): answer.broker.host or host_of(journal.address),
                ("hub", "port"): answer.broker.port,
                ("hub.tls", "ca"): f"{folder}/{BUNDLE}",
                ("hub.tls", "certificate"): f"{folder}/{CERTIFICATE}",
                ("hub.tls", "key"): f"{folder}/{KEY}",
            }
        )


def _without(journal: Journal) -> tuple[str, ...]:
    return tuple(one for one in journal.sent if one != journal.code_digest)


def _believed(answer: Answer, *, journal: Journal, key: bytes) -> Answer:
    """Return the answer with nothing in its bundle but what the label gives reason to believe."""
    trusted = trust.verified(answer.bundle.encode(), expected=journal.fingerprint)
    trust.verify_own(answer.certificate.encode(), node_id=answer.node, key_pem=key, trust=trusted)
    return replace(answer, bundle=trusted.pem)
