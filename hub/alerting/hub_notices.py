"""What people are told when the hub itself is in trouble, and when it is well again: a pair of sentences a code."""

from msgspec import Struct

from hub.alerting.alert import BROKER_CODE, BROKER_FILE_CODE, CLOCK_CODE, OWN_CERTIFICATE_CODE
from hub.alerting.messages import Message, marked
from hub.alerting.policy import AlertPolicy
from hub.alerting.sms import Part
from hub.alerting.wording import clock_time, day_time, since_time


class Notice(Struct, frozen=True, kw_only=True):
    """Both sentences, in Indonesian. `{since}`, `{day}` and `{now}` are hours of the city, with the zone's name."""

    trouble: str
    well: str


NOT_RECEIVING = Notice(
    trouble="Pusat data tidak menerima data sungai sejak {since}. Pantau sungai manual, hubungi teknisi pusat.",
    well="Pusat data menerima data sungai lagi sejak {now}.",
)
"""Of every code that has no sentences of its own: the hub is deaf, or its ingest stands still."""

BY_CODE = {
    # What the clock shows is said, to be set beside a watch.
    CLOCK_CODE: Notice(
        trouble="Jam pusat data tertinggal: kini menunjuk {day}. "
        "Grafik tidak lengkap. Hubungi teknisi pusat: setel jam.",
        well="Jam pusat data cocok lagi dengan jam alat sejak {now}.",
    ),
    BROKER_CODE: Notice(
        trouble="Broker belum membaca daftar hak yang baru; pusat tetap menolak kotak itu. Hubungi teknisi pusat.",
        well="Broker sudah membaca daftar hak yang baru sejak {now}.",
    ),
    BROKER_FILE_CODE: Notice(
        trouble="Pusat tidak dapat menulis daftar hak broker (disk penuh?). Hubungi teknisi pusat: periksa disk.",
        well="Pusat dapat menulis daftar hak broker lagi sejak {now}.",
    ),
    OWN_CERTIFICATE_CODE: Notice(
        trouble="Sertifikat pusat segera berakhir; sesudahnya semua alat terputus. "
        "Teknisi pusat: hub authority server.",
        well="Sertifikat pusat sudah diganti, dilihat {now}.",
    ),
}


def trouble(code: str | None, *, since_ms: int, now_ms: int, policy: AlertPolicy) -> Message:
    """Return the notice that the hub is in trouble, for people who are to watch or mend.

    Args:
        code: of the hub's own alert.
        since_ms: when the trouble began, the hub's clock.
        now_ms: the hub's clock.
        policy: of the city.
    """
    said = _of(code).trouble.format(
        since=f"{since_time(since_ms, now_ms=now_ms, policy=policy)} {policy.zone_name}",
        day=f"{day_time(now_ms, policy=policy)} {policy.zone_name}",
    )
    return marked(f"[PUSAT GANGGUAN] {said}", [Part(f"PUSAT GANGGUAN {said}")], policy=policy)


def well(code: str | None, *, now_ms: int, policy: AlertPolicy) -> Message:
    """Return the notice that the same trouble is over; arguments as for `trouble`."""
    said = _of(code).well.format(now=f"{clock_time(now_ms, policy=policy)} {policy.zone_name}")
    return marked(f"[PUSAT PULIH] {said}", [Part(f"PUSAT PULIH {said}")], policy=policy)


def _of(code: str | None) -> Notice:
    return BY_CODE.get(code or "", NOT_RECEIVING)
