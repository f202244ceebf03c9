"""What other parts of the hub tell the alerts: one struct per event.

Pure values. Times are UTC ms on the hub's (scaled) clock unless a name says otherwise.
"""

from msgspec import Struct

from contract.level.why import Cause


class StationChange(Struct, frozen=True, kw_only=True):
    """A station's level, or what is known about its quality, is no longer what it was."""

    station_id: str
    severity: int | None
    """0 to 3; None: nothing was ever known."""
    from_severity: int | None
    since_ms: int | None
    """From when the severity holds; None also where the box's clock is not trusted and the link was away."""
    stage_cm: float | None
    flag: int
    is_stale: bool
    is_suspect: bool
    decision_id: str | None
    """Of the rise this change belongs to, also when it has just ended."""
    decision_ended: bool
    """The rise is over: the severity is back at 0."""
    rule_version: str
    threshold_version: int
    why: str
    """One Indonesian sentence without a full stop."""
    cause: Cause | None
    sample_ms: int | None
    """When the reading that decided was taken; None where nobody knows, as with `since_ms`."""
    decided_ms: int | None
    """When the box wrote its level record, or the reading when the hub decided; None as above."""
    committed_ms: int
    """The hub's clock at the commit."""
    is_late: bool
    """The level was crossed while the link was away; messages say "sejak hh:mm"."""
    inputs: bytes
    """JSON by `hub.alerting.inputs.encode_inputs`: the act of the rule and everything it was given."""
    after: bytes
    """JSON by `hub.alerting.inputs.encode_state` of what came out; `hub explain` compares a re-run with it."""
