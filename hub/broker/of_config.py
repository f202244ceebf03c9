"""From the hub's config to a broker's description, and to what is kept for the broker that this hub has."""

from pathlib import Path

from hub.broker import mosquitto, nats_server
from hub.broker.boxes import Boxes
from hub.broker.description import MQTTS_PORT, Description
from hub.broker.files import RenderedFile
from hub.broker.keeper import Kept
from hub.broker.kinds import NATS_SERVER, Kind
from hub.config import HubConfig

RECEIPT_OF_ROOT = Path("/var/lib/jagawai-broker/applied")
"""Of `hub broker apply`, in a folder of root's that the hub may read."""
RECEIPT = "applied"


def described(config: HubConfig, kind: Kind, boxes: Boxes, *, folder: Path) -> Description:
    """Return what a broker shall be that reads its files in `folder`.

    Raises:
        DescriptionError: an address or path of the config would not mean there what it means here.
    """
    home = config.home_path()
    return Description(
        listen=config.broker.listen,
        port=config.mqtt.port if config.mqtt.tls else MQTTS_PORT,
        authority=kind.authority(home=home, folder=folder).installed,
        server=kind.server(home=home, folder=folder).installed,
        folder=folder,
        known=boxes.known,
        denied=boxes.denied,
        runs_as=config.broker.user,
    )


def kept_folder(config: HubConfig) -> Path:
    """Return where the hub keeps what its broker shall read."""
    return config.home_path().resolve() / "broker"


def kept(config: HubConfig) -> Kept | None:
    """Return what ingest keeps for this hub's broker; None: a broker without TLS, which lets anybody in.

    Of the embedded nats-server that is its whole file, as its users are a list; of a city's mosquitto the access list.
    """
    if config.mqtt.tls is None:
        return None
    folder = kept_folder(config)
    if not config.broker.embedded:
        return Kept(folder=folder, receipt=RECEIPT_OF_ROOT, render=lambda boxes: mosquitto.rights(boxes.denied))

    def render(boxes: Boxes) -> RenderedFile:
        (rendered,) = nats_server.render(described(config, NATS_SERVER, boxes, folder=folder))
        return rendered

    return Kept(folder=folder, receipt=folder / RECEIPT, render=render)
