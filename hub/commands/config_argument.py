"""`--config` of the commands that work on the hub's database beside a running hub, or before it ever ran."""

import argparse
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from hub import refusal
from hub.config import HubConfig, load_config
from hub.errors import ConfigError
from hub.storage import connection as database
from hub.storage.connection import Connection
from hub.storage.migrations import migrate

HOME_VARIABLE = "JAGAWAI_HOME"
HOME_DEFAULT = "var"
HUB_CONFIG = "hub.toml"


def add_config(parser: argparse.ArgumentParser) -> None:
    """Add the argument to a command, or to one of its actions; it may stand at both."""
    parser.add_argument(
        "--config",
        type=Path,
        default=argparse.SUPPRESS,  # a default would take the place of what stands further to the left
        help=f"config file of the hub; default: {HUB_CONFIG} in ${HOME_VARIABLE} or ./{HOME_DEFAULT}",
    )


def config_of(args: argparse.Namespace) -> HubConfig:
    """Return the config that was named, or the one at home.

    Raises:
        ConfigError: it cannot be used.
    """
    return load_config(config_path_of(args))


def config_path_of(args: argparse.Namespace) -> Path:
    """Return where the config lies that was named, or the one at home."""
    given = getattr(args, "config", None)
    return Path(given) if given else Path(os.environ.get(HOME_VARIABLE, HOME_DEFAULT)) / HUB_CONFIG


@contextmanager
def opened(config: HubConfig) -> Iterator[Connection]:
    """Open the hub's database for the length of a `with` block, made and brought up to date where it needs that.

    Raises:
        ConfigError: there is no folder for it, and none can be made.
        RefusedError: this user may not use it, its disk is full, or it is broken.
    """
    home = config.home_path()
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise ConfigError([f"home: the folder {home} cannot be made: {problem.strerror}. Choose another."]) from problem
    with refusal.of_database(config.database_path()), closing(database.open(config.database_path())) as connection:
        migrate(connection)
        yield connection


@contextmanager
def read(config: HubConfig) -> Iterator[Connection]:
    """Open the hub's database for reading only, for the length of a `with` block.

    Raises:
        DatabaseMissingError: there is none yet.
        RefusedError: this user may not read it, or it is broken.
    """
    with refusal.of_database(config.database_path()), closing(database.read_only(config.database_path())) as connection:
        yield connection
