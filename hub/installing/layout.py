"""Where everything stands on a city's machine. docs/install.md has the same list."""

from pathlib import Path

USER = "jagawai"
"""Under whom the hub runs; the same as on a box."""
OPT = Path("/opt/jagawai")
"""One folder for each release."""
CURRENT = OPT / "current"
PYTHON = CURRENT / "bin" / "python3"
STARTED = OPT / "started"
"""Says what was last started, so that a cut before a restart is made good by the next run."""
HOME = Path("/var/lib/jagawai")
CONFIG = HOME / "hub.toml"
COMMAND = Path("/usr/local/bin/hub")
UNITS = Path("/etc/systemd/system")
BROKER_DROP_IN = UNITS / "mosquitto.service.d" / "jagawai.conf"
JOURNAL_DROP_IN = Path("/etc/systemd/journald.conf.d/jagawai.conf")
FIREWALL = Path("/etc/jagawai/firewall.nft")
MOSQUITTO = Path("/etc/mosquitto")
"""As `hub.broker.kinds` has it."""

PROCESSES = ("jagawai-ingest.service", "jagawai-dispatch.service", "jagawai-web.service")
FIREWALL_UNIT = "jagawai-firewall.service"
BROKER_UNITS = ("jagawai-broker.path", "jagawai-broker.service")
"""As `hub.broker.units` renders them."""
TIMERS = ("jagawai-backup.timer", "jagawai-check.timer")
ENABLED = ("mosquitto.service", *PROCESSES, *BROKER_UNITS, *TIMERS)
UNIT_FILES = (*PROCESSES, FIREWALL_UNIT, *TIMERS, "jagawai-backup.service", "jagawai-check.service")
"""That lie in `files/`."""


def hub(*words: str | Path, python: Path = PYTHON) -> tuple[str | Path, ...]:
    """Return the command line of a command of the hub."""
    return (python, "-I", "-m", "hub", *words)
