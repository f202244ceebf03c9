"""Which software this is. Box, hub and technician's tools are installed as one and have one version."""

import argparse
import sys
from collections.abc import Sequence
from typing import Any


def installed_version() -> str:
    """Return the version of the installed software, as it stands in `hello`."""
    from importlib.metadata import version  # 20 ms and 3 MB that few need

    return version("jagawai")


class ShowVersion(argparse.Action):
    """`--version`: print program and version, and end."""

    def __init__(self, option_strings: Sequence[str], dest: str) -> None:
        """Take no value."""
        super().__init__(option_strings, dest, nargs=0, help="print the version, end")

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        """Print and end with exit code 0."""
        del namespace, values, option_string
        sys.stdout.write(f"{parser.prog} {installed_version()}\n")
        parser.exit()
