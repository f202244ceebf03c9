"""A desk that writes down what ingest tells the alerts, in place of the alerts."""

from collections.abc import Callable
from functools import partial
from inspect import signature
from typing import Any

from hub.alerting.events import StationChange
from hub.ingest.alert_desk import AlertDesk

_FORM = {name: signature(said) for name, said in vars(AlertDesk).items() if callable(said) and name[0] != "_"}
"""What a desk can be told and with what, as `AlertDesk` has it."""
_OF_EVERY_CALL = frozenset({"self", "connection", "policy"})


class RecordingDesk(Any):  # type: ignore[misc]  # what it takes is read from `AlertDesk`, not written down again
    """Takes exactly what an `AlertDesk` takes, and keeps it; `raises` makes it fail."""

    def __init__(self) -> None:
        self.changes: list[StationChange] = []
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.ticks = 0
        self.raises: Exception | None = None

    def __getattr__(self, name: str) -> Callable[..., None]:
        """Return what hears what a desk is told by this name."""
        if name not in _FORM:
            raise AttributeError(f"an alert desk has no {name!r}: it has {', '.join(_FORM)}")
        return partial(self._hear, name)

    def _hear(self, name: str, *said: Any, **named: Any) -> None:
        bound = _FORM[name].bind(self, *said, **named).arguments
        if self.raises is not None:
            raise self.raises
        values = {key: value for key, value in bound.items() if key not in _OF_EVERY_CALL}
        if name == "tick":
            self.ticks += 1
            return
        self.heard.append((name.removeprefix("on_"), values))
        if name == "on_station_change":
            self.changes.append(values["change"])

    def told(self, what: str) -> list[dict[str, Any]]:
        """Return what was said under this name, without the `on_` before it."""
        return [values for name, values in self.heard if name == what]
