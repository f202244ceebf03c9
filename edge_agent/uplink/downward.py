"""What comes from the hub: checked, counted, and brought to where it belongs. Nothing bad ends the process."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from msgspec import UNSET

from contract.clock import Clock
from contract.desired import Applied, Desired, is_to_be_applied
from contract.errors import ContractError
from contract.messages import Ack, Command, decode_message
from edge_agent.outbox.errors import OutboxError
from edge_agent.outbox.inbox_rows import DesiredDocument
from edge_agent.uplink.commands import is_for_camera, is_for_gauge, life_left_s
from edge_agent.uplink.counts import Count, Counts
from edge_agent.uplink.hub_time import HubTime
from edge_agent.uplink.inbox_writer import InboxWriter
from edge_agent.uplink.link import Heard
from edge_agent.uplink.sender import Sender
from edge_agent.uplink.witnesses import Witnesses

_log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Downward:
    """The way down.

    Attributes:
        sender: takes acknowledgements.
        inbox: takes desired state, and commands for gauge and camera.
        answer: carries out a command of the uplink's own; (command, is it expired) -> is it new.
        hub_time: learns from acknowledgements.
        witnesses: keeps what a document shows of the hub's audit log.
        clock: of this process.
        counts: counted up.
        expect_picture: told that a command for the camera was laid down, and until when it lives, real ms; None: nobody
            on this box answers such a command with a picture.
    """

    sender: Sender
    inbox: InboxWriter
    answer: Callable[[Command, bool], bool]
    hub_time: HubTime
    witnesses: Witnesses
    clock: Clock
    counts: Counts
    expect_picture: Callable[[int], None] | None = None
    _is_malformed: bool = False

    def take(self, heard: Heard) -> None:
        """Take one message."""
        takers = {"ack": self._take_ack, "desired": self._take_desired, "command": self._take_command}
        taker = takers.get(heard.leaf)
        if taker is None:
            self.counts[Count.DOWN_UNKNOWN] += 1
            return
        try:
            taker(heard.payload)
        except ContractError as exc:
            self.counts[Count.DOWN_MALFORMED] += 1
            _log.log(
                logging.DEBUG if self._is_malformed else logging.WARNING, "%s: not understood: %s", heard.leaf, exc
            )
            self._is_malformed = True

    def _take_ack(self, payload: bytes) -> None:
        ack = decode_message(Ack, payload)
        self.sender.heard(ack)
        self.hub_time.heard(ack.hub_ms)

    def _take_desired(self, payload: bytes) -> None:
        if not payload:  # the retained document was taken back; what holds goes on to hold
            return
        document = decode_message(Desired, payload)
        if document.audit is not UNSET:
            went_back = self.witnesses.is_contradicted(document.audit, db_epoch=document.db_epoch)
            self.counts[Count.AUDIT_WENT_BACK] += went_back
            self.witnesses.take(document.audit, db_epoch=document.db_epoch)
        held = self.inbox.desired
        applied = Applied() if held is None else Applied(db_epoch=held.db_epoch, version=held.version)
        if not is_to_be_applied(document, applied=applied):
            self.counts[Count.DESIRED_OLD] += document.version < applied.version
            return
        self.inbox.note_desired(DesiredDocument(db_epoch=document.db_epoch, version=document.version, body=payload))
        _log.info("desired state %d of %s taken", document.version, document.db_epoch)

    def _take_command(self, payload: bytes) -> None:
        command = decode_message(Command, payload)
        left_s = life_left_s(command, hub_now_ms=self.hub_time.now_ms(), rate=self.clock.rate)
        try:
            expires_real_ms = self.clock.real_ms() + round(1000 * left_s)
            if is_for_gauge(command):
                is_new = self.inbox.add_command(command.command_id, payload, expires_real_ms=expires_real_ms)
            elif is_for_camera(command) and self.expect_picture is not None:
                is_new = self.inbox.add_command(command.command_id, payload, expires_real_ms=expires_real_ms)
                self.expect_picture(expires_real_ms)
            else:
                is_new = self.answer(command, left_s <= 0)
        except OutboxError as exc:
            _log.warning("command %s: not kept: %s. The hub sends it again.", command.command_id, exc)
            return
        self.counts[Count.COMMANDS if is_new else Count.COMMANDS_AGAIN] += 1
