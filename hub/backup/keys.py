"""The two halves of a backup key, in the format of the program `age`: X25519.

The hub knows the public half and can only lock. The private half lies in a safe and is needed for the way back, so
whoever steals the hub or a backup reads neither yesterday's telephone numbers nor the issuing key from it.
"""

from datetime import datetime
from pathlib import Path

import pyrage
from pyrage.x25519 import Identity, Recipient

from hub.backup import place
from hub.backup.errors import BackupKeyError, BackupPlaceError
from provisioning.identity import disk

_KEPT = "berkas dari brankas / the file from the safe, made by `hub backup key`"


def make_key(path: Path, *, now: datetime) -> str:
    """Write a new private half to `path` (0600, the file format of `age-keygen`); return the public half.

    Raises:
        BackupPlaceError: something stands there already, or it cannot be written.
    """
    with place.told("hub backup key", path):
        if path.exists():
            raise BackupPlaceError(f"{path}: sudah ada / is there already. Coba / try: nama lain / another name.")
        identity = Identity.generate()
        public = str(identity.to_public())
        text = f"# created: {now.isoformat(timespec='seconds')}\n# public key: {public}\n{identity}\n"
        disk.write_file(path, text.encode())
    return public


def read_key(path: Path) -> Identity:
    """Return the private half in a file.

    Raises:
        BackupPlaceError: the file is not there or may not be read.
        BackupKeyError: there is no key in it.
    """
    with place.told(f"--identity ({_KEPT})", path):
        data = path.read_bytes()
    try:
        lines = data.decode("ascii").splitlines()
    except UnicodeDecodeError as problem:
        raise BackupKeyError(f"reading {path}: bukan kunci cadangan / no backup key. {_KEPT}.") from problem
    words = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    try:
        (word,) = words
        return Identity.from_str(word)
    except (ValueError, pyrage.IdentityError) as problem:
        raise BackupKeyError(
            f"reading {path}: bukan kunci cadangan / no backup key: one line AGE-SECRET-KEY-1… expected. {_KEPT}."
        ) from problem


def read_public(text: str) -> Recipient:
    """Return the public half as it stands in the config.

    Raises:
        BackupKeyError: there is none, or it cannot be used.
    """
    if not text:
        raise BackupKeyError(
            "backup.recipient: belum ada / is not set. Coba / try: hub backup key --out FILE, then write the line that "
            "it prints into hub.toml."
        )
    try:
        return Recipient.from_str(text)
    except pyrage.RecipientError as problem:
        raise BackupKeyError(
            f"backup.recipient {text!r}: expected age1… as `hub backup key` printed it ({problem})."
        ) from problem
