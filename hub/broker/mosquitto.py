"""mosquitto 2.0 (Debian 12 has 2.0.11): the broker of a city, as a whole `mosquitto.conf` and its access list.

The whole file and no piece in `conf.d`: what else lay there could open a second, plain listener.

Rights of boxes are patterns over the certificate's name, so a box may speak as soon as it has its certificate, with no
step in between; only denials are listed. Measured with 2.0.11:

- it answers every subscription with yes; what is not allowed is just never delivered;
- a name with `+`, `#` or `/` gets nothing by a pattern;
- `deny` of a user comes before patterns, also for sessions that were there before the file was read again;
- `use_username_as_clientid` closes the way to push another box off by its client id;
- it reads key, certificates and access list after it has become `runs_as`, so that user must be able to;
- at its start it ends with an error where the access list cannot be read or has a broken line; **at a reload it logs
  the error and lets everybody do everything**, so nobody reloads it before `hub broker check` has found no difference.
"""

from contract.identity import HUB_NAME
from hub.broker import limits
from hub.broker.description import Description
from hub.broker.files import RenderedFile
from hub.broker.rights import HUB, of_box

KIND = "mosquitto"
CONFIG = "mosquitto.conf"
RIGHTS = "jagawai.acl"
MODE = 0o640
"""root:mosquitto; when told to read them again the broker is no longer root."""
_WHOEVER = "%u"
"""mosquitto's sign for the name in the client's certificate."""

_CONFIG = """\
# Jagawai: rendered by `hub broker render --kind mosquitto`. Changes here are found by `hub broker check`.
per_listener_settings false
user {runs_as}
log_dest stderr
log_timestamp false
log_type error
log_type warning
log_type notice
connection_messages true

# Queues live in memory: boxes keep everything until the hub itself has acknowledged it.
persistence false
sys_interval 0
allow_zero_length_clientid false
max_packet_size {packet_bytes}
max_inflight_messages {in_flight}
max_queued_messages {queued_messages}
max_queued_bytes {queued_bytes}
set_tcp_nodelay true

listener {port} {listen}
max_connections {connections}
tls_version tlsv1.2
cafile {authority}
certfile {server}
keyfile {server}
require_certificate true
use_identity_as_username true
use_username_as_clientid true
allow_anonymous false
acl_file {folder}/{rights}
"""


def render(broker: Description) -> tuple[RenderedFile, ...]:
    """Return `mosquitto.conf` and its access list."""
    config = _CONFIG.format(
        runs_as=broker.runs_as,
        packet_bytes=limits.PACKET_BYTES,
        in_flight=limits.IN_FLIGHT,
        queued_messages=limits.QUEUED_MESSAGES,
        queued_bytes=limits.QUEUED_BYTES,
        port=broker.port,
        listen=broker.listen,
        connections=limits.CONNECTIONS_MOST,
        authority=broker.authority,
        server=broker.server,
        folder=broker.folder,
        rights=RIGHTS,
    )
    return (
        RenderedFile(name=CONFIG, text=config, mode=MODE),
        rights(broker.denied),
    )


def rights(denied: tuple[str, ...]) -> RenderedFile:
    """Return the access list, which depends on who is denied alone.

    Args:
        denied: node ids, sorted.
    """
    lines = ["# Jagawai: rendered by `hub broker render --kind mosquitto`.", f"user {HUB_NAME}"]
    # The patterns below would also make a box of the hub.
    own = of_box(HUB_NAME)
    lines += [f"topic deny {topic}" for topic in (*own.publish, *own.hear)]
    lines += [f"topic write {topic}" for topic in HUB.publish]
    lines += [f"topic read {topic}" for topic in HUB.hear]
    box = of_box(_WHOEVER)
    lines += ["", "# Each box, by the name in its certificate."]
    lines += [f"pattern write {topic}" for topic in box.publish]
    lines += [f"pattern read {topic}" for topic in box.hear]
    lines += ["", f"# May not speak: {len(denied)}."]
    for name in denied:
        lines += [f"user {name}", "topic deny #"]
    return RenderedFile(name=RIGHTS, text="\n".join(lines) + "\n", mode=MODE)
