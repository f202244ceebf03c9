"""The two systemd units of root's that have a city's mosquitto read the access list which ingest keeps.

The path unit waits for the list to change; the service puts it in place by `hub broker apply`. Between them the hub's
own user needs no right over the broker at all.
"""

import sys
from pathlib import Path

from hub.broker import mosquitto
from hub.broker.description import verify_plain
from hub.broker.files import RenderedFile
from hub.broker.of_config import RECEIPT_OF_ROOT

MODE = 0o644
NAME = "jagawai-broker"
_PATH = """\
# Jagawai: rendered by `hub broker render --kind mosquitto`.
[Unit]
Description=Jagawai: wait for a new access list of the broker

[Path]
PathChanged={offered}
TriggerLimitIntervalSec=0

[Install]
WantedBy=multi-user.target
"""
_SERVICE = """\
# Jagawai: rendered by `hub broker render --kind mosquitto`.
[Unit]
Description=Jagawai: put the broker's access list in place and have it read
After=mosquitto.service
StartLimitIntervalSec=0

[Service]
Type=oneshot
ExecStart={python} -I -m hub broker apply --from {offered} --installed {installed} --user {user}
StateDirectory={name}
UMask=0022
NoNewPrivileges=yes
ProtectSystem=strict
ReadWritePaths={installed}
ProtectHome=read-only
PrivateTmp=yes
PrivateNetwork=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
RestrictAddressFamilies=AF_UNIX
RestrictNamespaces=yes
SystemCallArchitectures=native
CapabilityBoundingSet=CAP_CHOWN CAP_FOWNER CAP_DAC_OVERRIDE

[Install]
WantedBy=multi-user.target
"""
assert RECEIPT_OF_ROOT.parent == Path("/var/lib") / NAME  # noqa: S101 - the service's StateDirectory


def render(*, offered_folder: Path, installed: Path, user: str, python: Path | None = None) -> tuple[RenderedFile, ...]:
    """Return both units.

    Args:
        offered_folder: where ingest keeps the list.
        installed: where mosquitto reads it.
        user: that mosquitto runs as.
        python: that has the hub's modules and belongs to root; None: the one that runs this.

    Raises:
        DescriptionError: a path is one that systemd would read as two.
    """
    offered, python = offered_folder / mosquitto.RIGHTS, python or Path(sys.executable)
    for path in (offered, installed, python):
        verify_plain(path)
    service = _SERVICE.format(python=python, offered=offered, installed=installed, user=user, name=NAME)
    return (
        RenderedFile(name=f"{NAME}.path", text=_PATH.format(offered=offered), mode=MODE),
        RenderedFile(name=f"{NAME}.service", text=service, mode=MODE),
    )
