from edge_agent.gauges.quality.reasons import Reason
from hub.wall.language import language
from hub.wall.reasons import REASONS, reason_words


def test_every_reason_that_a_box_can_give_has_words() -> None:
    assert set(REASONS) == {reason.value for reason in Reason if reason.value}


def test_the_words_come_in_both_languages() -> None:
    assert reason_words(language("id"))["flat_line"] == "sensor macet"
    assert reason_words(language("en"))["flat_line"] == "flat line"
