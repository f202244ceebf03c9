import msgspec
import pytest
from msgspec import Raw

from contract.level.why import Cause
from contract.severity import DEFAULT_WORDS
from hub.alerting.alert import AlertEvent, DecisionRecord, Escalation, EventKind
from hub.alerting.policy import AlertPolicy
from hub.alerting.wording import Called, Told, clock_time, english, escalation_text, event_sentence, since_time

WORDS = DEFAULT_WORDS


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("kind", [kind for kind in EventKind if kind is not EventKind.ESCALATED])
def test_every_kind_of_event_has_a_sentence_in_both_languages(kind: EventKind, language: str) -> None:
    told = Told(kind=kind, severity=3, water=1, by="Sari", why="uji", text="catatan")
    sentence = event_sentence(told, words=WORDS, language=language)
    assert sentence
    assert "{" not in sentence
    assert not sentence.endswith(".")


@pytest.mark.parametrize("step", list(Escalation))
def test_every_step_of_escalation_has_a_sentence_in_both_languages(step: Escalation) -> None:
    told = Told(
        kind=EventKind.ESCALATED,
        severity=3,
        water=3,
        by="waktu",
        why="",
        text=escalation_text(step, Called(listed=1, owed=1)),
    )
    assert "belum dikonfirmasi" in event_sentence(told, words=WORDS)
    assert "not acknowledged" in event_sentence(told, words=WORDS, language="en")


def test_a_city_has_its_own_words_for_the_levels() -> None:
    told = Told(kind=EventKind.ROSE, severity=3, water=3, by="aturan", why="uji")
    assert event_sentence(told, words={**WORDS, 3: "Bahaya"}) == "naik ke Bahaya: uji"


def event(kind: EventKind, *, inputs: bytes | None = None) -> AlertEvent:
    return AlertEvent(
        alert_id="A-7K3Q9",
        n=1,
        at_ms=0,
        kind=kind,
        severity=2,
        version=1,
        by_whom="Sari",
        why="Siaga: 3 dari 5 bacaan di atas 170 cm",
        rule_version="1",
        threshold_version=3,
        inputs=inputs,
    )


def test_a_stored_decision_is_told_in_english_from_its_cause() -> None:
    record = DecisionRecord(
        inputs=Raw(b"{}"),
        after=Raw(b"{}"),
        cause=Cause(code="persistence", count=3, of=5, limit_cm=170.0),
        from_severity=1,
        severity=2,
        stage_cm=178.0,
        flag=1,
        decision_id=None,
        sample_ms=0,
        decided_ms=0,
        committed_ms=0,
    )
    stored = event(EventKind.ROSE, inputs=msgspec.json.encode(record))
    assert english(stored, words=WORDS) == "rose to Siaga: 3 of 5 readings above 170 cm"


def test_what_a_person_did_is_told_in_english() -> None:
    assert english(event(EventKind.ACKNOWLEDGED), words=WORDS) == "acknowledged by Sari"


def test_a_reason_that_was_kept_in_indonesian_alone_stays_so() -> None:
    assert english(event(EventKind.RAISED), words=WORDS) == "Siaga: 3 dari 5 bacaan di atas 170 cm"


def test_times_are_those_of_the_city() -> None:
    policy = AlertPolicy(utc_offset_h=7.0, zone_name="WIB")
    assert clock_time(1_763_712_000_000, policy=policy) == "15:00"
    assert since_time(1_763_712_000_000, now_ms=1_763_712_000_000 + 86_400_000, policy=policy) == "15:00 21/11"
