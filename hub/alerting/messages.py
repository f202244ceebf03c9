"""What people are told on their phones, in Indonesian: a long form for chat and a one-part SMS form of each message.

Every message names the place, the time with zone, the stage with its unit, and what to do. The four level words stand
for the levels alone. Where the data is not what happens now, the city's mark stands at both ends.
"""

import re

from msgspec import Struct

from contract.severity import Severity
from hub.alerting.policy import AlertPolicy
from hub.alerting.sms import Part, one_part
from hub.alerting.wording import centimetres, clock_time, since_time

_NAME_LONGEST = 40

_ADVICE = {
    Severity.WASPADA: "Petugas BPBD dan Ketua RT bantaran harap memantau. Belum perlu mengungsi.",
    Severity.SIAGA: "Warga bantaran{area}: jauhi sungai, naikkan barang, siapkan lansia, anak dan dokumen. "
    "Ketua RT cek warga rentan dan lapor.",
    Severity.AWAS: "AIR MELUAP / SEGERA MELUAP. Warga bantaran{area} MENGUNGSI SEKARANG. Jangan menyeberangi arus.",
}
_SHORT_ADVICE = {
    Severity.WASPADA: (Part(" Pantau sungai, belum perlu mengungsi."),),
    Severity.SIAGA: (Part(" Jauhi sungai, siapkan lansia, anak, dokumen."),),
    Severity.AWAS: (
        Part(" Air meluap/segera meluap.", 3),
        Part(" MENGUNGSI SEKARANG."),
        Part(" Jangan seberangi arus.", 2),
    ),
}
_VERIFY = " Mutu data diragukan, perlu verifikasi."
_VERIFY_SHORT = " Perlu verifikasi."
_BORNE_OUT = " Dipastikan petugas."
_MAYBE = "MUNGKIN SANGAT TINGGI"
_VERY_HIGH = "SANGAT TINGGI"
_MAYBE_WHY = " Alat tidak dapat mengukur, periksa langsung."
_HOUR_UNKNOWN = "waktu kejadian tidak pasti"
_UNACKNOWLEDGED = "BELUM DIKONFIRMASI. "


_GATHERING = re.compile(r"^\s*titik kumpul\s*:\s*(.+?)[\s.]*$", re.IGNORECASE | re.MULTILINE)


class Message(Struct, frozen=True, kw_only=True):
    """The same words for a chat and for one part of an SMS."""

    text: str
    sms: str


class Water(Struct, frozen=True, kw_only=True):
    """What a message says of a river."""

    station_name: str
    severity: int
    stage_cm: float | None
    at_ms: int
    """Of the sample."""
    since_ms: int
    now_ms: int
    is_late: bool = False
    is_hour_unknown: bool = False
    """Late, by the clock of a box that nobody may trust."""
    is_suspect: bool = False
    is_maybe_very_high: bool = False
    is_borne_out: bool = False
    """A person stands for what a doubted or failing gauge could not say."""
    is_unacknowledged: bool = False
    rise_cm: float | None = None
    rise_in_s: float | None = None
    next_limit_cm: float | None = None
    """Where the next level begins."""
    kelurahan: str = ""
    gathering: str = ""
    """Where people gather, as the station's SOP has it."""
    refusal: str = ""
    """Why the hub takes nothing from the station's box, in a word or two; empty: it does."""


def warning(water: Water, *, policy: AlertPolicy) -> Message:
    """Return the warning that people see `water.severity`, 1 to 3."""
    severity = Severity(water.severity)
    word = policy.words[severity].upper()
    when, measured, trend = _when(water, policy), _measured(water), _trend(water)
    area = f" {water.kelurahan}" if water.kelurahan else ""
    alarm = _UNACKNOWLEDGED if water.is_unacknowledged else ""
    is_doubted = water.is_suspect and not water.is_borne_out
    doubt = _VERIFY if is_doubted else ""
    word_given = _BORNE_OUT if water.is_borne_out else ""
    maybe = _MAYBE_WHY if water.is_maybe_very_high and not water.is_borne_out else ""
    limit, gathering, call = _limit(water, policy), _gathering(water), _call(severity, policy)
    advice = _ADVICE[severity].format(area=area)
    head = f"{alarm}[{word}] {water.station_name} {when}: {measured}{trend}."
    text = f"{head}{maybe}{doubt}{word_given}{limit} {advice}{gathering}{call}"
    short = [
        Part(alarm, 2),
        Part(f"{word} {water.station_name[:_NAME_LONGEST]} {when}: {measured}"),
        Part(trend, 5),
        Part("."),
        Part(maybe, 4),
        Part(_VERIFY_SHORT if is_doubted else "", 2),
        Part(word_given, 2),
        Part(limit, 6),
        *_SHORT_ADVICE[severity],
        Part(gathering, 1),
        Part(call, 1),
    ]
    return marked(text, short, policy=policy)


def all_clear(water: Water, *, policy: AlertPolicy) -> Message:
    """Return the end of a warning: back at 0."""
    at = f"{clock_time(water.now_ms, policy=policy)} {policy.zone_name}"
    stage = "" if water.stage_cm is None else f" TMA {centimetres(water.stage_cm)} cm."
    text = (
        f"[SELESAI - {policy.words[0]}] {water.station_name} {at}:{stage} Peringatan dicabut. "
        f"Tetap hati-hati lumpur dan kabel listrik. Lapor kerusakan: {policy.phone}."
    )
    short = [
        Part(f"SELESAI {water.station_name[:_NAME_LONGEST]} {at}:"),
        Part(stage, 3),
        Part(" Peringatan dicabut."),
        Part(" Hati-hati lumpur, listrik.", 2),
        Part(f" Lapor {policy.phone}.", 1),
    ]
    return marked(text, short, policy=policy)


def silence(water: Water, *, policy: AlertPolicy) -> Message:
    """Return the notice that a station sends nothing any more; `water.since_ms` is since when."""
    since = since_time(water.since_ms, now_ms=water.now_ms, policy=policy)
    heard = "TIDAK didengar pusat" if water.refusal else "tidak mengirim data"
    said = f"{heard} sejak {since} {policy.zone_name}. Status terakhir {policy.words[water.severity]}."
    alarm = _UNACKNOWLEDGED if water.is_unacknowledged else ""
    refused = f" Kotak {water.refusal}." if water.refusal else ""
    look = f" Kotaknya {water.refusal}: pusat menolak datanya, lihat daftar alarm." if water.refusal else ""
    text = f"{alarm}[ALAT GANGGUAN] Pos {water.station_name} {said}{look} Mohon pantau manual tiap 15 menit."
    short = [
        Part(alarm, 2),
        Part(f"ALAT GANGGUAN Pos {water.station_name[:_NAME_LONGEST]} {said}"),
        Part(refused, 3),
        Part(" Pantau manual tiap 15 mnt.", 1),
    ]
    return marked(text, short, policy=policy)


def voice(water: Water, *, policy: AlertPolicy) -> Message:
    """Return the notice that a silent station speaks again."""
    at = f"{clock_time(water.now_ms, policy=policy)} {policy.zone_name}"
    short = f"ALAT PULIH Pos {water.station_name[:_NAME_LONGEST]} mengirim data lagi sejak {at}."
    text = f"[ALAT PULIH] Pos {water.station_name} mengirim data lagi sejak {at}."
    return marked(text, [Part(short)], policy=policy)


def marked(text: str, short: list[Part], *, policy: AlertPolicy) -> Message:
    """Return both forms, with the city's mark at both ends if there is one."""
    mark = policy.mark
    if not mark:
        return Message(text=text, sms=one_part(short))
    return Message(text=f"{mark}: {text} ({mark})", sms=one_part([Part(f"{mark}: "), *short, Part(f" ({mark})")]))


def _when(water: Water, policy: AlertPolicy) -> str:
    at = f"{clock_time(water.at_ms, policy=policy)} {policy.zone_name}"
    if not water.is_late:
        return at
    if water.is_hour_unknown:
        return f"{at} ({_HOUR_UNKNOWN})"
    return f"{at} (sejak {since_time(water.since_ms, now_ms=water.at_ms, policy=policy)})"


def gathering_place(sop: str) -> str:
    """Return what a station's SOP says behind "Titik kumpul:" on a line of its own, or nothing."""
    found = _GATHERING.search(sop)
    return found.group(1) if found else ""


def _measured(water: Water) -> str:
    if water.is_maybe_very_high:
        return _VERY_HIGH if water.is_borne_out else _MAYBE
    return "TMA tidak diketahui" if water.stage_cm is None else f"TMA {centimetres(water.stage_cm)} cm"


def _trend(water: Water) -> str:
    if water.is_maybe_very_high or water.rise_cm is None or not water.rise_in_s or abs(water.rise_cm) < 1:
        return ""
    verb = "naik" if water.rise_cm > 0 else "turun"
    return f", {verb} {centimetres(abs(water.rise_cm))} cm/{max(1, round(water.rise_in_s / 60))} mnt"


def _limit(water: Water, policy: AlertPolicy) -> str:
    if water.next_limit_cm is None or water.severity >= Severity.AWAS:
        return ""
    return f" Ambang {policy.words[water.severity + 1]} {centimetres(water.next_limit_cm)} cm."


def _gathering(water: Water) -> str:
    return f" Kumpul: {water.gathering}." if water.gathering else ""


def _call(severity: Severity, policy: AlertPolicy) -> str:
    return f" Darurat: {policy.phone}." if severity is Severity.AWAS else f" Info: {policy.phone}."
