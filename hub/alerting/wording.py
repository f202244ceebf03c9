"""One sentence for each event of an alert, Indonesian or English, without a full stop; and times as people read them.

The words of the four levels are the city's; everything else is here.
"""

from collections.abc import Mapping
from datetime import timedelta

import msgspec
from msgspec import Struct

from contract.clock import aware
from contract.level.why import sentence
from hub.alerting.alert import AlertEvent, DecisionRecord, Escalation, EventKind
from hub.alerting.policy import AlertPolicy

BY_RULE, BY_TIME, BY_DEVICE, BY_HUB = "aturan", "waktu", "alat", "pusat"
"""Who acted where no person did."""

MAYBE_VERY_HIGH = "mungkin sangat tinggi"
NO_DATA = "tidak ada data"
NOBODY_LISTED = "tidak ada penerima di daftar"

_SENTENCES: dict[str, dict[EventKind, str]] = {
    "id": {
        EventKind.RAISED: "{word}: {why}",
        EventKind.ROSE: "naik ke {word}: {why}",
        EventKind.FELL: "turun ke {word}: {why}",
        EventKind.WATER_MOVED: "air kini di {water_word}: {why}; {word} tetap sampai penurunan dikonfirmasi",
        EventKind.JOINED: "keputusan lain bergabung: {why}",
        EventKind.NOTED: "{why}",
        EventKind.ACKNOWLEDGED: "dikonfirmasi oleh {by}",
        EventKind.DOWNGRADED: "{by} menurunkan ke {word}",
        EventKind.BORNE_OUT: "{by} memastikan {word}: {text}",
        EventKind.COMMENTED: "catatan {by}: {text}",
        EventKind.SHELVED: "ditunda oleh {by}: {text}",
        EventKind.SHELF_ENDED: "penundaan berakhir",
        EventKind.UNSHELVED: "{by} mengakhiri penundaan",
        EventKind.RT_TOLD: "{by} meneruskan ke lurah dan RT",
        EventKind.RESOLVED: "selesai: {why}",
    },
    "en": {
        EventKind.RAISED: "{word}: {why}",
        EventKind.ROSE: "rose to {word}: {why}",
        EventKind.FELL: "fell to {word}: {why}",
        EventKind.WATER_MOVED: "the water is now at {water_word}: {why}; {word} stays until the downgrade is confirmed",
        EventKind.JOINED: "another decision joined: {why}",
        EventKind.NOTED: "{why}",
        EventKind.ACKNOWLEDGED: "acknowledged by {by}",
        EventKind.DOWNGRADED: "{by} lowered it to {word}",
        EventKind.BORNE_OUT: "{by} confirmed {word}: {text}",
        EventKind.COMMENTED: "note of {by}: {text}",
        EventKind.SHELVED: "shelved by {by}: {text}",
        EventKind.SHELF_ENDED: "the shelf has ended",
        EventKind.UNSHELVED: "{by} ended the shelf",
        EventKind.RT_TOLD: "{by} passed it on to lurah and RT heads",
        EventKind.RESOLVED: "over: {why}",
    },
}
_ESCALATIONS: dict[str, dict[Escalation, str]] = {
    "id": {
        Escalation.LOUDER: "belum dikonfirmasi: bunyi dinding diperkeras",
        Escalation.LEAD: "belum dikonfirmasi: ketua regu dipanggil",
        Escalation.ONCALL: "belum dikonfirmasi: piket BPBD dipanggil",
    },
    "en": {
        Escalation.LOUDER: "not acknowledged: the wall gets louder",
        Escalation.LEAD: "not acknowledged: the shift lead is called",
        Escalation.ONCALL: "not acknowledged: BPBD on call is called",
    },
}
_KNOWN: dict[str, dict[Escalation, str]] = {
    "id": {
        Escalation.LEAD: "belum dikonfirmasi: pesan kepada ketua regu sudah ada di daftar",
        Escalation.ONCALL: "belum dikonfirmasi: pesan kepada piket BPBD sudah ada di daftar",
    },
    "en": {
        Escalation.LEAD: "not acknowledged: a message to the shift lead is in the list already",
        Escalation.ONCALL: "not acknowledged: a message to BPBD on call is in the list already",
    },
}
_TOLD_BEFORE = "told"
_NOBODY = {"id": NOBODY_LISTED, "en": "nobody is on the list"}


class Told(Struct, frozen=True, kw_only=True):
    """What an event's sentence is made of."""

    kind: EventKind
    severity: int
    water: int
    by: str
    why: str
    text: str = ""


def event_sentence(told: Told, *, words: Mapping[int, str], language: str = "id") -> str:
    """Return what happened as one sentence in `id` or `en`."""
    if told.kind is EventKind.ESCALATED:
        step, _, reached = told.text.partition(":")
        if reached == _TOLD_BEFORE:
            return _KNOWN[language][Escalation(step)]
        called = _ESCALATIONS[language][Escalation(step)]
        return f"{called}; {_NOBODY[language]}" if reached == "0" else called
    return _SENTENCES[language][told.kind].format(
        word=words[told.severity], water_word=words[told.water], by=told.by, why=told.why, text=told.text
    )


class Called(Struct, frozen=True, kw_only=True):
    """What a step of escalation came to."""

    listed: int
    """People whom it names."""
    owed: int
    """Messages that were new; the others have one of this peak already, whatever became of it."""


def escalation_text(step: Escalation, called: Called) -> str:
    """Return the form in which an event keeps a step of escalation and how many it called."""
    if step is Escalation.LOUDER:
        return step.value
    return f"{step.value}:{_TOLD_BEFORE if called.listed and not called.owed else called.owed}"


def english(event: AlertEvent, *, words: Mapping[int, str]) -> str:
    """Return the sentence of a stored event in English; where only an Indonesian reason was kept, with that reason."""
    why, water = event.why, event.severity
    if event.inputs is not None:
        record = msgspec.json.decode(event.inputs, type=DecisionRecord)
        why = sentence(record.cause, "en") if record.cause is not None else why
        water = record.severity if record.severity is not None else water
        told = Told(kind=event.kind, severity=event.severity, water=water, by=event.by_whom, why=why, text=event.text)
        return event_sentence(told, words=words, language="en")
    if event.kind in {EventKind.RAISED, EventKind.ROSE, EventKind.FELL, EventKind.RESOLVED, EventKind.NOTED}:
        return why
    told = Told(kind=event.kind, severity=event.severity, water=water, by=event.by_whom, why=why, text=event.text)
    return event_sentence(told, words=words, language="en")


def clock_time(at_ms: int, *, policy: AlertPolicy) -> str:
    """Return the city's time of day, `hh:mm`."""
    return (aware(at_ms) + timedelta(hours=policy.utc_offset_h)).strftime("%H:%M")


def since_time(since_ms: int, *, now_ms: int, policy: AlertPolicy) -> str:
    """Return `hh:mm`, with day and month where it was not today."""
    offset = timedelta(hours=policy.utc_offset_h)
    is_today = (aware(since_ms) + offset).date() == (aware(now_ms) + offset).date()
    return clock_time(since_ms, policy=policy) if is_today else day_time(since_ms, policy=policy)


def day_time(at_ms: int, *, policy: AlertPolicy) -> str:
    """Return the city's time of day with day and month, `hh:mm dd/mm`."""
    return (aware(at_ms) + timedelta(hours=policy.utc_offset_h)).strftime("%H:%M %d/%m")


def centimetres(value: float) -> str:
    """Return a stage as people say it: whole centimetres."""
    return f"{value:.0f}"
