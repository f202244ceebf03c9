"""What a city decides about its alerts. Seconds on the hub's (scaled) clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from contract.severity import DEFAULT_WORDS, Severity
from hub.alerting.alert import Escalation

_STEPS = {
    Severity.AWAS: (Escalation.LOUDER, Escalation.LEAD, Escalation.ONCALL),
    Severity.SIAGA: (Escalation.LEAD, Escalation.ONCALL),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertPolicy:
    """Times and words that the life cycle, the routing and the messages follow."""

    rt_after_s: float = 180.0
    """At Siaga: how long an officer may hold back the message to lurah and RT heads."""
    awas_escalation_s: tuple[float, ...] = (60.0, 180.0, 300.0)
    """Unacknowledged: louder, shift lead, BPBD on call; further times call the last one again on the wall."""
    siaga_escalation_s: tuple[float, ...] = (300.0, 900.0)
    """Unacknowledged: shift lead, BPBD on call."""
    shelve_max_s: float = 8 * 3600.0
    siaga_shelve_max_s: float = 3600.0
    words: Mapping[int, str] = field(default_factory=lambda: dict(DEFAULT_WORDS))
    zone_name: str = "WIT"
    utc_offset_h: float = 9.0
    phone: str = "112"
    """Number that messages to people name."""
    mark: str = ""
    """Stands at both ends of every message where the data is not what happens now, for example PERAGAAN 60x."""

    def escalation_times_s(self, severity: int) -> tuple[float, ...]:
        """Return seconds after a rise at which the steps of `severity` fall due; none below Siaga."""
        return {Severity.AWAS: self.awas_escalation_s, Severity.SIAGA: self.siaga_escalation_s}.get(
            Severity(severity), ()
        )

    def escalation(self, severity: int, step: int) -> Escalation:
        """Return what step number `step` (from 0) of `severity`, Siaga or Awas, does."""
        steps = _STEPS[Severity(severity)]
        return steps[min(step, len(steps) - 1)]

    def shelve_longest_s(self, severity: int) -> float:
        """Return the longest time an alert of `severity` may be shelved; 0 where it may not be."""
        if severity >= Severity.AWAS:
            return 0.0
        return self.siaga_shelve_max_s if severity == Severity.SIAGA else self.shelve_max_s
