"""When `hello` is said, and what an acknowledgement means."""

from edge_agent.uplink.conversation import Conversation, Phase, Turn


def greeted() -> Conversation:
    talk = Conversation()
    talk.greet(Phase.GREETING, now_ms=0)
    talk.say_hello(["a", "b"], now_ms=0)
    return talk


def test_an_ack_before_any_hello_was_said_is_no_answer() -> None:
    talk = Conversation()
    talk.greet(Phase.GREETING, now_ms=0)
    assert talk.heard("a", is_restored=False) is Turn.NOTHING
    assert talk.phase is Phase.GREETING


def test_the_first_ack_behind_hello_opens_and_is_counted_once() -> None:
    talk = greeted()
    assert talk.heard("a", is_restored=False) is Turn.OPENED
    assert talk.heard("b", is_restored=False) is Turn.NOTHING
    assert (talk.phase, talk.answered) == (Phase.OPEN, 1)


def test_hello_is_due_again_until_every_spool_was_acknowledged() -> None:
    talk = greeted()
    talk.heard("a", is_restored=False)
    assert talk.hello_due_ms == 30_000
    talk.heard("b", is_restored=False)
    assert talk.hello_due_ms is None


def test_only_an_unanswered_hello_counts_as_repeated() -> None:
    talk = greeted()
    assert talk.say_hello(["a"], now_ms=30_000)
    talk.heard("b", is_restored=False)
    assert not talk.say_hello(["a"], now_ms=60_000)


def test_the_ack_that_ends_a_silence_calls_for_another_hello() -> None:
    talk = greeted()
    talk.greet(Phase.SILENT, now_ms=5)
    talk.say_hello(["a"], now_ms=5)
    assert talk.heard("a", is_restored=False) is Turn.GREET_AGAIN


def test_a_restored_hub_must_hear_hello_again_unless_it_has_just_answered_one() -> None:
    talk = greeted()
    assert talk.heard("a", is_restored=True) is Turn.OPENED
    assert talk.heard("a", is_restored=True) is Turn.GREET_AGAIN
