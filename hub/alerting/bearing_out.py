"""A person's word for an Awas that the gauge alone may not give (rule 12 of `hub.alerting.life_cycle`). Pure.

The rules:

1. A word is asked for where "mungkin sangat tinggi" holds an alert at Siaga, and where the level rule's own Siaga or
   Awas rests on doubted readings.
2. Below Awas it raises the alert to Awas: latched, to be acknowledged anew, told to everybody whom an Awas is told to.
   At Awas it moves nothing; the doubt is gone from what is told after it.
3. It is given once. Given again for the version that was seen, or for the one of now, it changes nothing.
4. It is the hub's: a box's siren does not sound by it, and the level rule's own decisions stay as they were.
"""

from msgspec.structs import replace

from contract.severity import Severity
from hub.alerting.alert import WHY_LONGEST, Alert, EventKind, may_be_borne_out
from hub.alerting.errors import RefusedError
from hub.alerting.life_cycle import Moment, Move, raised, verify_seen
from hub.alerting.policy import AlertPolicy
from hub.alerting.words import verify_words


def bear_out(alert: Alert, *, seen_version: int, by: str, why: str, now_ms: int, policy: AlertPolicy) -> Move | None:
    """Return the alert for whose Awas `by` stands, or None if somebody stands for it already.

    Raises:
        StaleVersion: the person saw another version.
        RefusedError: nothing is in doubt, or there is no reason or one too long.
    """
    if alert.is_open and alert.borne_out_ms is not None and seen_version in {alert.version, alert.borne_out_version}:
        return None
    verify_seen(alert, seen_version)
    awas = policy.words[Severity.AWAS]
    if not may_be_borne_out(alert):
        raise RefusedError(
            f"alert {alert.alert_id}: nothing is in doubt that a person could confirm as {awas}",
            f"Tidak ada yang perlu dipastikan: alarm ini tidak sedang diragukan di tingkat {policy.words[2]} ke atas.",
        )
    reason = verify_words(why, longest=WHY_LONGEST, what="a reason", what_id="Alasan")
    after = replace(alert, borne_out_ms=now_ms, borne_out_by=by, borne_out_why=reason, borne_out_version=alert.version)
    if alert.severity < Severity.AWAS:
        moment = Moment(
            now_ms=now_ms, since_ms=now_ms, sample_ms=None, decided_ms=None, why=f"dipastikan oleh {by}: {reason}"
        )
        latched = replace(after, is_latched=True, severity=int(Severity.AWAS))
        after = raised(latched, moment=moment, policy=policy)
    return Move(before=alert, after=after, event=EventKind.BORNE_OUT)
