"""A broker whose file the hub keeps, and which is told of it as in a house: the keeper writes, its owner tells.

The owner of mosquitto is a unit of root's that runs `hub broker apply` when the list changes; here the same command is
typed in this process. The owner of nats-server is the hub's supervisor.
"""

import getpass
import signal
from pathlib import Path

from contract.clock import Clock
from hub.__main__ import main
from hub.broker import mosquitto, nats_server
from hub.broker.boxes import Boxes
from hub.broker.files import RenderedFile
from hub.broker.keeper import Keeper, Kept
from hub.broker.reloading import Reloader
from tests.support.brokers import NODE_IDS, Kind
from tests.support.rendered_brokers import RenderedBroker


class KeptBroker(RenderedBroker):
    """Knows `NODE_IDS` from the start; the rest is the keeper's."""

    def __init__(self, kind: Kind, *, folder: Path, known: tuple[str, ...] = NODE_IDS) -> None:
        super().__init__(kind, folder=folder, known=known)
        self.folder = folder
        self.receipt = folder / "applied"
        self.offered = folder / ("offered" if kind == "mosquitto" else "")
        self._known = known
        self._seen: bytes | None = None
        self._reloader = Reloader(
            folder=folder,
            receipt=self.receipt,
            pid=lambda: self.pid,
            hang_up=self._hang_up,
        )

    def keeper(self, clock: Clock) -> Keeper:
        """Return what ingest keeps for this broker."""
        return Keeper(Kept(folder=self.offered, receipt=self.receipt, render=self._rendered), clock=clock)

    def be_told(self) -> None:
        """Do what the owner does when the file has changed."""
        if self.kind == "nats-server":
            self._reloader.look()
            return
        file = self.offered / mosquitto.RIGHTS
        found = file.read_bytes() if file.exists() else None
        if found is not None and found != self._seen:
            self._seen = found
            assert main(self.applying()) == 0

    def applying(self) -> list[str]:
        """Return what the unit of root's types."""
        return [
            "broker", "apply", "--from", str(self.offered / mosquitto.RIGHTS), "--installed", str(self._folder),
            "--user", getpass.getuser(), "--receipt", str(self.receipt), "--reload", f"kill -HUP {self.pid}",
        ]  # fmt: skip

    def _hang_up(self, number: signal.Signals) -> bool:
        assert self._child is not None
        self._child.send(number)
        return True

    def _rendered(self, boxes: Boxes) -> RenderedFile:
        if self.kind == "mosquitto":
            return mosquitto.rights(boxes.denied)
        known = {*self._known, *boxes.known}
        (rendered,) = nats_server.render(self.described(known=tuple(known), denied=boxes.denied))
        return rendered
