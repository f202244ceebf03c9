"""Says a trouble once: WARNING when it begins, DEBUG while it lasts, INFO when it is over."""

import logging


class Complaints:
    """What is complained about at the moment, by kind."""

    def __init__(self, logger: logging.Logger) -> None:
        """Begin content."""
        self._logger = logger
        self._open: set[str] = set()

    def trouble(self, kind: str, message: str) -> None:
        """Say that something of this kind is wrong."""
        self._logger.log(logging.DEBUG if kind in self._open else logging.WARNING, "%s", message)
        self._open.add(kind)

    def well(self, kind: str, message: str) -> None:
        """Say that it is right again, if it was wrong."""
        if kind in self._open:
            self._open.discard(kind)
            self._logger.info("%s", message)
