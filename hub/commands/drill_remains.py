"""What a drill or a restore that was cut short left in the hub's folder: swept when the next command begins."""

import argparse
import sys

from hub.backup import place
from hub.commands.config_argument import config_of
from hub.errors import ConfigError


def sweep(args: argparse.Namespace) -> None:
    """Take the remains away; say so where they stay: private keys lie open in them."""
    try:
        home = config_of(args).home_path()
    except ConfigError:
        return  # A restore onto a new machine has none yet; a command that needs one says what is wrong with it.
    for path in place.sweep(home):
        print(
            f"PERHATIAN / NOTE: {path}: kunci terbuka / open keys, atau latihan masih berjalan / or a drill is still "
            f"at work. Tidak ada? / there is none? sudo rm -r {path}",
            file=sys.stderr,
        )
