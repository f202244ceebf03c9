"""No password, token or whole telephone number gets into a row that nobody can correct, and no fact is taken out."""

import secrets
from datetime import datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hub.audit.masking import HIDDEN, mask_number, masked, masked_target, masked_text, masked_words
from provisioning.identity import claim_code
from provisioning.identity.crockford import ALPHABET, grouped

SEPARATORS = ["", " ", "-", ".", "/", "_", " - ", "\u2013", "\u2011", " \u2014 ", "\u200b", "\u00a0", "\u2060"]
AROUND = st.text("abcAHP ,;:.", max_size=9)


@pytest.mark.parametrize(
    "number",
    ["081234567890", "+62 812-3456-7890", "62812 3456 7890", "(0911) 345 678", "8123456789", "+1 (555) 010-9999"],
)
def test_of_a_telephone_number_only_the_last_three_digits_stay(number: str) -> None:
    last = "".join(character for character in number if character.isdigit())[-3:]
    assert mask_number(number) == HIDDEN + last
    told = masked_text(f"dihubungi {number} tadi malam")
    assert told == f"dihubungi {HIDDEN}{last} tadi malam"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("HP.0812-3456-7890", "HP.***890"),
        ("Telp.081298765432", "Telp.***432"),
        ("wa081311112222", "wa***222"),
        ("No.081298765432 pak RT", "No.***432 pak RT"),
        ("081298765432ya", "***432ya"),
        ("0812:3456:7890", "***890"),
        ("0812,3456,7890", "***890"),
        ("0812 | 3456*7890", "***890"),
        ("1.081298765432 2.081311112222", "1.***222"),
        ("wa.me/6281298765432", "wa.me/***432"),
    ],
)
def test_letters_and_marks_at_a_number_hide_it_from_nobody_who_masks(text: str, shown: str) -> None:
    assert masked_words(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "pukul 03:10, 03:40, 04:10, 04:40",
        "2026-08-11 05:30:00, lalu 06:15:00",
        "170, 182, 195, 203, 210 cm",
        "8123, 8124, 8125",
        "1.08123456789012345 m",
        "alarm A-7K3Q9 di wai-ruhu-1, tiang n-7f3k2m9q",
        "cadangan jagawai-20261122T060000Z.tar.age",
        "128.1812345, -3.6512345",
        "RT003, RW 08: 12 rumah",
    ],
)
def test_times_figures_and_ids_in_peoples_words_stay_as_they_are(text: str) -> None:
    assert masked_words(text) == text


@pytest.mark.parametrize("text", ["6280000 0.0.0.0", "0812 34 10.11.12.13", "62 811 08-11-2026"])
def test_a_number_that_ends_like_an_address_or_a_day_is_a_number(text: str) -> None:
    told = masked_text(f"dari {text}")
    assert told.startswith(f"dari {HIDDEN}")
    assert len(told) == len(f"dari {HIDDEN}") + 3


@given(
    st.from_regex(r"\A(62|0)8[0-9]{8,11}\Z"),
    st.lists(st.sampled_from(SEPARATORS), min_size=14, max_size=14),
    AROUND,
    AROUND,
)
def test_no_indonesian_number_is_readable_however_it_is_set(
    number: str, separators: list[str], before: str, after: str
) -> None:
    text = "".join(digit + separator for digit, separator in zip(number, separators, strict=False))
    told = masked_words(f"{before}{text}{after}")
    assert number[:-3] not in "".join(letter for letter in told if letter.isdigit())
    assert HIDDEN + number[-3:] in told


@pytest.mark.parametrize(
    "number",
    ["\uff0b62 812 3456 7890", "\uff10\uff18\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19", "٠٨١٢٣٤٥٦٧٨٩"],
)
def test_digits_of_another_script_are_digits(number: str) -> None:
    assert masked_text(number).startswith(HIDDEN)


@pytest.mark.parametrize("text", ["08-11-2026 0812 3456 7890", "08-11-2026-1234", "08.11.2026 / 0812-3456"])
def test_a_number_that_begins_like_a_day_is_a_number(text: str) -> None:
    told = masked_text(text)
    assert told.startswith(HIDDEN)
    assert len(told) == len(HIDDEN) + 3


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("phone", 628123456789, "***789"),
        ("seen", 628123456789, "***789"),
        ("seen", 81234567890.0, "***890"),
        ("telepon", 345678, "***678"),
        ("bytes", 8_123_456_789, 8_123_456_789),
        ("made_ms", 1_763_712_000_000, 1_763_712_000_000),
        ("records", 8_123_456_789, 8_123_456_789),
        ("minutes", 5, 5),
        ("is_new", True, True),
        ("rise", float("inf"), float("inf")),
    ],
)
def test_a_number_given_as_a_figure_is_masked_and_a_figure_stays(name: str, value: float, kept: object) -> None:
    assert masked({name: value}) == {name: kept}


@pytest.mark.parametrize(
    "text",
    [
        "A-7K3Q9",
        "wai-ruhu-1",
        "n-7f3k2m9q",
        "2026-11-22 03:10",
        "stations.toml",
        "lumpur di RT 003",
        "170.5 cm",
        "12",
        "tiang-jembatan-batu-merah-sisi-timur",
        "pos-0812-2026-1122-01",
        "n-82345678901",
        "P-081234567890",
        "08-11-2026 05:30",
        "08/11/2026",
        "pada 8.11.2026, 05.30 WIT",
        "62.81.234.56",
        "jagawai-20261122T060000Z.tar.age",
        "4GZ0-7KQM-2XTB-9D1E",
        "alerts:read,alerts:write",
        "8123456789012345",
        "sungai yang naik dari hulu 1",
    ],
)
def test_names_times_and_figures_stay_as_they_are(text: str) -> None:
    assert masked_text(text) == text


@given(st.from_regex(r"\A[a-z0-9][a-z0-9-]{0,62}\Z"))
def test_no_id_of_a_station_a_site_or_a_box_is_ever_touched(own_id: str) -> None:
    assume(any("a" <= letter <= "z" for letter in own_id))
    assert masked_text(own_id) == own_id
    assert masked({"site": own_id}) == {"site": own_id}


@given(st.text(ALPHABET, min_size=5, max_size=5), st.binary(min_size=6, max_size=8), st.text(ALPHABET, min_size=16))
def test_no_id_of_an_alert_a_proposal_a_user_or_a_life_is_ever_touched(alert: str, bits: bytes, mark: str) -> None:
    for own_id in (f"A-{alert}", f"P-{bits[:6].hex()}", f"{bits.hex():0<16}", grouped(mark[:16])):
        assume(any(letter.isalpha() for letter in own_id) or len(own_id) == 16)
        assert masked_text(own_id) == own_id


@given(st.datetimes(datetime(1990, 1, 1), datetime(2099, 1, 1)), AROUND)  # noqa: DTZ001 - as people write it
def test_no_day_or_time_is_ever_touched(moment: datetime, before: str) -> None:
    for form in ("%d-%m-%Y %H:%M", "%d/%m/%Y", "%d.%m.%Y %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S"):
        text = f"{before} {moment:{form}}"
        assert masked_text(text) == text


@given(st.integers(0, 2**100 - 1), st.sampled_from(["", "-", " ", "\u2013"]), st.booleans(), AROUND)
def test_no_claim_code_is_readable_in_any_form(bits: int, hyphen: str, is_small: bool, before: str) -> None:  # noqa: FBT001
    code = "".join(ALPHABET[bits >> 5 * place & 31] for place in range(20))
    assume(any(letter.isdigit() for letter in code))
    code += claim_code.check_character(code)
    text = grouped(code).replace("-", hyphen)
    assert masked_text(text.lower() if is_small else text) == HIDDEN
    assert code[:8] not in masked_text(f"{before} {text}").replace(hyphen or "-", "")


@given(st.binary(min_size=24, max_size=48), AROUND)
def test_no_token_is_readable(bits: bytes, before: str) -> None:
    for token in (bits.hex(), secrets.token_urlsafe(32)):
        assert token not in masked_text(f"{before} {token}")
        assert masked_text(token) == HIDDEN


def test_tokens_and_digests_are_told_apart_by_name_and_form() -> None:
    token, digest = secrets.token_urlsafe(32), secrets.token_hex(32)
    detail = masked({"note": f"with {token}", "sha256": digest, "seen": digest, "key": digest, "fingerprint": token})
    assert detail == {"note": f"with {HIDDEN}", "sha256": digest, "seen": HIDDEN, "key": digest, "fingerprint": HIDDEN}


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "Kata_sandi",
        "api_token",
        "session_cookie",
        "claim_code",
        "csrf",
        "passphrase",
        "api_key",
        "auth",
        "pincode",
        "pin",
        "pin_code",
        "authorization",
        "bearer",
        "private_key",
        "pass",
    ],
)
def test_a_value_whose_name_says_that_it_is_secret_is_hidden_however_short(name: str) -> None:
    assert masked({name: "abc", "minutes": 5, "is_new": True}) == {name: HIDDEN, "minutes": 5, "is_new": True}


@pytest.mark.parametrize("name", ["authority", "author", "pinned_at", "passed", "compass", "keys"])
def test_a_name_that_only_sounds_like_a_secret_hides_nothing(name: str) -> None:
    assert masked({name: "abc"}) == {name: "abc"}


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        ("+6281234567890", "***890"),
        ("0812-3456-7890", "***890"),
        ("https://user:pw@gateway.example/send?to=081234567890", "gateway.example"),  # pragma: allowlist secret
        ("http://127.0.0.1:9/", "127.0.0.1:9"),
        ("sari@bpbd.example", "***@bpbd.example"),
        ("", "***"),
        ("://081234567890", "***"),
        ("sms://081234567890", "***890"),
        ("http://[081234567890", "***"),
    ],
)
def test_an_address_in_a_channel_is_recognised_and_cannot_be_used(target: str, shown: str) -> None:
    assert masked_target(target) == shown
