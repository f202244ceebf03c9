import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hub.alerting import hub_notices, messages
from hub.alerting.desk import DEAF_CODE
from hub.alerting.messages import Message, Water
from hub.alerting.policy import AlertPolicy
from hub.alerting.sms import ONE_PART_SEPTETS, septets

POLICY = AlertPolicy(phone="0911-123456")
AT_MS = 1_763_712_120_000
"""17:02 WIT."""


def water(severity: int, **more: object) -> Water:
    facts: dict[str, object] = {
        "station_name": "Wai Ruhu",
        "severity": severity,
        "stage_cm": 232.4,
        "at_ms": AT_MS,
        "since_ms": AT_MS - 780_000,
        "now_ms": AT_MS,
        "rise_cm": 12.0,
        "rise_in_s": 900.0,
        "kelurahan": "Batu Merah",
        "gathering": "SD Negeri 5",
    }
    return Water(**(facts | more))  # type: ignore[arg-type]


def test_a_waspada_says_that_nobody_need_leave_yet() -> None:
    told = messages.warning(water(1, stage_cm=135.0, next_limit_cm=170.0), policy=POLICY)
    assert told.text == (
        "[WASPADA] Wai Ruhu 17:02 WIT: TMA 135 cm, naik 12 cm/15 mnt. Ambang Siaga 170 cm. "
        "Petugas BPBD dan Ketua RT bantaran harap memantau. Belum perlu mengungsi. Kumpul: SD Negeri 5. "
        "Info: 0911-123456."
    )


def test_an_awas_says_go_now_and_where_to() -> None:
    told = messages.warning(water(3), policy=POLICY)
    assert told.text == (
        "[AWAS] Wai Ruhu 17:02 WIT: TMA 232 cm, naik 12 cm/15 mnt. AIR MELUAP / SEGERA MELUAP. "
        "Warga bantaran Batu Merah MENGUNGSI SEKARANG. Jangan menyeberangi arus. Kumpul: SD Negeri 5. "
        "Darurat: 0911-123456."
    )
    assert told.sms == (
        "AWAS Wai Ruhu 17:02 WIT: TMA 232 cm. Air meluap/segera meluap. MENGUNGSI SEKARANG. "
        "Jangan seberangi arus. Kumpul: SD Negeri 5. Darurat: 0911-123456."
    )


def test_a_late_level_says_since_when() -> None:
    told = messages.warning(water(3, is_late=True), policy=POLICY)
    assert "17:02 WIT (sejak 16:49)" in told.text
    assert "17:02 WIT (sejak 16:49)" in told.sms


def test_a_late_level_of_a_clock_that_nobody_trusts_names_no_hour_of_its_begin() -> None:
    told = messages.warning(water(3, is_late=True, is_hour_unknown=True), policy=POLICY)
    assert "17:02 WIT (waktu kejadian tidak pasti)" in told.text
    assert "17:02 WIT (waktu kejadian tidak pasti)" in told.sms
    assert "16:49" not in told.text + told.sms


def test_a_level_held_since_another_day_says_the_day() -> None:
    told = messages.warning(water(3, is_late=True, since_ms=AT_MS - 86_400_000), policy=POLICY)
    assert "(sejak 17:02 20/11)" in told.text


def test_doubtful_quality_is_said() -> None:
    told = messages.warning(water(2, is_suspect=True), policy=POLICY)
    assert "perlu verifikasi" in told.text
    assert "Perlu verifikasi." in told.sms


def test_maybe_very_high_is_not_given_as_a_number() -> None:
    told = messages.warning(water(2, is_maybe_very_high=True), policy=POLICY)
    assert "MUNGKIN SANGAT TINGGI." in told.text
    assert "232" not in told.text + told.sms


def test_a_falling_river_is_said_to_fall() -> None:
    assert "turun 12 cm/15 mnt" in messages.warning(water(2, rise_cm=-12.0), policy=POLICY).text


def test_a_station_whose_box_is_refused_is_said_not_to_be_heard_and_to_need_eyes() -> None:
    told = messages.silence(water(1, refusal="dikarantina"), policy=POLICY)
    assert told.text == (
        "[ALAT GANGGUAN] Pos Wai Ruhu TIDAK didengar pusat sejak 16:49 WIT. Status terakhir Waspada. Kotaknya "
        "dikarantina: pusat menolak datanya, lihat daftar alarm. Mohon pantau manual tiap 15 menit."
    )
    assert told.sms == (
        "ALAT GANGGUAN Pos Wai Ruhu TIDAK didengar pusat sejak 16:49 WIT. Status terakhir Waspada. Kotak dikarantina. "
        "Pantau manual tiap 15 mnt."
    )


def test_every_message_of_a_demo_says_at_both_ends_that_it_is_one() -> None:
    policy = AlertPolicy(mark="PERAGAAN 60x")
    for told in every_message(water(3), policy):
        for text in (told.text, told.sms):
            assert text.startswith("PERAGAAN 60x: ")
            assert text.endswith("(PERAGAAN 60x)")


def every_message(about: Water, policy: AlertPolicy) -> list[Message]:
    return [
        messages.warning(about, policy=policy),
        messages.all_clear(about, policy=policy),
        messages.silence(about, policy=policy),
        messages.silence(replace(about, refusal="dikarantina"), policy=policy),
        messages.voice(about, policy=policy),
        *(
            hub_notices.trouble(code, since_ms=about.since_ms, now_ms=about.now_ms, policy=policy)
            for code in (*hub_notices.BY_CODE, DEAF_CODE, None)
        ),
        *(hub_notices.well(code, now_ms=about.now_ms, policy=policy) for code in (*hub_notices.BY_CODE, DEAF_CODE)),
    ]


LEVEL_WORDS = {"waspada", "siaga", "awas"}


def test_the_level_words_stand_for_the_levels_alone() -> None:
    for told in every_message(water(2), POLICY):
        said = {word.strip("[].,:").lower() for text in (told.text, told.sms) for word in text.split()}
        assert said & LEVEL_WORDS <= {"siaga"}


names = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=80)


facts = st.fixed_dictionaries(
    {
        "station_name": names,
        "gathering": names,
        "kelurahan": names,
        "stage_cm": st.one_of(st.none(), st.floats(-500, 5000)),
        "rise_cm": st.one_of(st.none(), st.floats(-300, 300)),
        "is_late": st.booleans(),
        "is_hour_unknown": st.booleans(),
        "is_suspect": st.booleans(),
        "is_maybe_very_high": st.booleans(),
        "is_borne_out": st.booleans(),
        "is_unacknowledged": st.booleans(),
    }
)


@given(severity=st.integers(1, 3), about=facts, mark=st.sampled_from(["", "PERAGAAN 60x", "INI LATIHAN"]))
def test_every_message_fits_one_sms_and_never_loses_its_action(
    severity: int, about: dict[str, object], mark: str
) -> None:
    policy, told_of = AlertPolicy(mark=mark), water(severity, **about)
    for told in every_message(told_of, policy):
        assert septets(told.sms) <= ONE_PART_SEPTETS
    action = {1: "belum perlu mengungsi", 2: "Jauhi sungai", 3: "MENGUNGSI SEKARANG"}[severity]
    assert action in messages.warning(told_of, policy=policy).sms


@pytest.mark.parametrize(
    ("sop", "place"),
    [
        ("Siaga: buka posko.\nTitik kumpul: SD Negeri 5.\nAwas: evakuasi", "SD Negeri 5"),
        ("titik kumpul : Gereja Rehoboth", "Gereja Rehoboth"),
        ("Siaga: buka posko", ""),
        ("", ""),
    ],
)
def test_the_gathering_place_is_taken_from_its_line_in_the_sop(sop: str, place: str) -> None:
    assert messages.gathering_place(sop) == place
