"""The record of an alert's decisions, and each of them run again from its stored inputs.

A decision is the same if the state that comes out has the same JSON, byte for byte. A decision of another rule version
cannot be judged here, and counts as differing: the answer to "would it decide so again?" is not yes. A state from
before states named the settings that judged them is compared without that name.
"""

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from contract.level.rule import RULE_VERSION
from hub.alerting.alert import Alert, AlertEvent, DecisionRecord
from hub.alerting.inputs import decode_inputs, encode_state, rerun
from hub.storage import alerts
from hub.storage.connection import Connection

_SETTINGS_NAMED = '"fingerprint"'


class Rerun(Struct, frozen=True, kw_only=True):
    """One decision of the level rule, then and now."""

    is_same: bool
    problem: str
    """Why it is not the same; empty where it is."""
    stored: str
    """The state that came out then, JSON."""
    found: str
    """The state that comes out now, JSON; empty where it could not be run."""


class Explained(Struct, frozen=True, kw_only=True):
    """One line of the alert's history, with the re-run where the level rule spoke."""

    event: AlertEvent
    record: DecisionRecord | None
    rerun: Rerun | None


class Explanation(Struct, frozen=True, kw_only=True):
    """Everything that made an alert what it is."""

    alert: Alert
    decisions: list[str]
    lines: list[Explained]

    @property
    def differing(self) -> list[Explained]:
        """The decisions that do not come out the same."""
        return [line for line in self.lines if line.rerun is not None and not line.rerun.is_same]


def explain(connection: Connection, alert_id: str) -> Explanation | None:
    """Return the explanation of an alert, or None if there is no such alert."""
    alert = alerts.one(connection, alert_id)
    if alert is None:
        return None
    return Explanation(
        alert=alert,
        decisions=list(alerts.decisions(connection, alert_id)),
        lines=[_explained(event) for event in alerts.events(connection, alert_id)],
    )


def _explained(event: AlertEvent) -> Explained:
    if event.inputs is None:
        return Explained(event=event, record=None, rerun=None)
    try:
        record = msgspec.json.decode(event.inputs, type=DecisionRecord)
    except msgspec.DecodeError as error:
        broken = Rerun(is_same=False, problem=f"the stored record cannot be read: {error}", stored="", found="")
        return Explained(event=event, record=None, rerun=broken)
    return Explained(event=event, record=record, rerun=run_again(record, rule_version=event.rule_version))


def run_again(record: DecisionRecord, *, rule_version: str) -> Rerun:
    """Return what the level rule says to the stored inputs now, beside what it said then."""
    stored = bytes(record.after).decode()
    if rule_version != RULE_VERSION:
        problem = f"decided by rule version {rule_version}, this hub has version {RULE_VERSION}"
        return Rerun(is_same=False, problem=problem, stored=stored, found="")
    try:
        inputs = decode_inputs(record.inputs)
    except msgspec.DecodeError as error:
        return Rerun(is_same=False, problem=f"the stored inputs cannot be read: {error}", stored=stored, found="")
    state = rerun(inputs).state
    if _SETTINGS_NAMED not in stored:
        state = replace(state, fingerprint=0)  # a default, which is not written
    found = encode_state(state).decode()
    problem = "" if found == stored else "the same inputs give another state"
    return Rerun(is_same=found == stored, problem=problem, stored=stored, found=found)
