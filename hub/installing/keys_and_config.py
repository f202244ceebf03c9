"""The backup key on the stick, and hub.toml with its public half.

A cut between the two leaves a key on the stick that hub.toml does not name yet: the next run takes it.
"""

import tomllib
from pathlib import Path

from contract.clock import SystemClock, aware
from hub.backup import keys
from hub.backup.owner import as_owner_of
from hub.config import HubConfig, load_config
from hub.fleet.authority import disk
from hub.installing import layout
from hub.installing.answers import BACKUP_KEY, Answers
from hub.installing.errors import InstallError
from hub.installing.machine import Machine


def lay_out(machine: Machine, answers: Answers) -> bool:
    """Have a hub.toml that names a backup key; answer whether anything was written.

    Raises:
        InstallError: something is not known, or cannot be written.
    """
    place = machine.at(layout.CONFIG)
    text = place.read_text(encoding="utf-8") if place.is_file() else ""
    if text and tomllib.loads(text).get("backup", {}).get("recipient"):
        return False
    if machine.is_dry:
        print(f"    akan / would: {layout.CONFIG}, {answers.root or '--root'}/{BACKUP_KEY}")
        return True
    if text:
        recipient = _recipient(answers.stick())
        text = _with_recipient(text, recipient)
    else:
        # All questions before the first key is made.
        answers_text = answers.config_text(hosts=answers.hosts(), recipient="{recipient}")
        text = answers_text.replace("{recipient}", _recipient(answers.stick()))
    with as_owner_of(place.parent):
        disk.write_file(place, text.encode())
    return True


def read(machine: Machine) -> HubConfig:
    """Return the config of the installed hub.

    Raises:
        ConfigError: it cannot be used.
    """
    return load_config(machine.at(layout.CONFIG))


def _recipient(stick: Path) -> str:
    """Return the public half of the key on the stick; it is made where there is none.

    Raises:
        InstallError: the stick is not there.
    """
    path = stick / BACKUP_KEY
    if path.exists():
        print(f"    kunci cadangan yang ada dipakai / the backup key that is there is taken: {path}")
        return str(keys.read_key(path).to_public())
    try:
        stick.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise InstallError(
            f"--root {stick}: {problem.strerror}. Pasang stik USB / plug in and mount the USB stick."
        ) from problem
    public = keys.make_key(path, now=aware(SystemClock().now_ms()))
    print(f"    kunci cadangan / backup key: {path}")
    return public


def _with_recipient(text: str, recipient: str) -> str:
    """Return the config with the recipient, in its table where there is one already."""
    line = f'recipient = "{recipient}"'
    if "backup" not in tomllib.loads(text):
        return f"{text.rstrip()}\n\n[backup]\n{line}\n"
    changed = text.replace("[backup]\n", f"[backup]\n{line}\n", 1)
    if tomllib.loads(changed).get("backup", {}).get("recipient") != recipient:
        raise InstallError(f"{layout.CONFIG}: tulis sendiri / write yourself, below [backup]: {line}")
    return changed
