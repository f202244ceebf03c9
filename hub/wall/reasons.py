"""Why a reading is doubted, in words: the boxes' codes as sentences of the source language."""

from hub.wall.language import Language

REASONS: dict[str, str] = {
    "no_echo": "tidak ada gema",
    "echo_stuck": "gema macet",
    "series_not_begun": "data belum mulai",
    "series_gap": "data bolong",
    "series_ended": "data habis",
    "zero_echo": "gema kosong",
    "blind_zone": "air di zona buta",
    "over_range": "di luar jangkauan",
    "scattered": "gema tersebar",
    "few_echoes": "gema terlalu sedikit",
    "no_history": "belum ada riwayat",
    "time_gap": "jeda waktu",
    "site_span": "di luar rentang pos",
    "spike": "lonjakan",
    "rate_of_change": "berubah cepat",
    "sudden_change": "berubah mendadak",
    "fall_from_blind_zone": "jatuh dari zona buta",
    "flat_line": "sensor macet",
    "attenuated": "gerak teredam",
}


def reason_words(language: Language) -> dict[str, str]:
    """Return code to words in a language."""
    return {code: language.say(sentence) for code, sentence in REASONS.items()}
