"""When `hello` is said, and what an acknowledgement means."""

from edge_agent.uplink.conversation import Conversation, Phase, Turn


def answer(talk: Conversation, spool_id: str, *, is_restored: bool = False) -> Turn:
    return talk.heard(spool_id, is_answer=True, is_restored=is_restored, now_ms=100)


def greeted() -> Conversation:
    talk = Conversation()
    talk.greet(Phase.GREETING, now_ms=0)
    talk.say_hello(["a", "b"], now_ms=0)
    return talk


def test_an_ack_before_any_hello_was_said_is_no_answer() -> None:
    talk = Conversation()
    talk.greet(Phase.GREETING, now_ms=0)
    assert answer(talk, "a") is Turn.NOTHING
    assert talk.phase is Phase.GREETING


def test_the_first_ack_behind_hello_opens_and_is_counted_once() -> None:
    talk = greeted()
    assert answer(talk, "a") is Turn.OPENED
    assert answer(talk, "b") is Turn.NOTHING
    assert (talk.phase, talk.answered) == (Phase.OPEN, 1)


def test_hello_is_due_again_until_every_spool_was_acknowledged() -> None:
    talk = greeted()
    answer(talk, "a")
    assert talk.hello_due_ms == 30_000
    answer(talk, "b")
    assert talk.hello_due_ms is None


def test_only_an_unanswered_hello_counts_as_repeated() -> None:
    talk = greeted()
    assert talk.say_hello(["a"], now_ms=30_000)
    answer(talk, "b")
    assert not talk.say_hello(["a"], now_ms=60_000)


def test_the_ack_that_ends_a_silence_calls_for_another_hello() -> None:
    talk = greeted()
    talk.greet(Phase.SILENT, now_ms=5)
    talk.say_hello(["a"], now_ms=5)
    assert answer(talk, "a") is Turn.GREET_AGAIN


def test_a_restored_hub_must_hear_hello_again_unless_it_has_just_answered_one() -> None:
    talk = greeted()
    assert answer(talk, "a", is_restored=True) is Turn.OPENED
    assert answer(talk, "a", is_restored=True) is Turn.GREET_AGAIN


def test_an_ack_that_names_no_session_is_no_answer_and_has_hello_said_again_at_once() -> None:
    talk = greeted()
    assert talk.heard("a", is_answer=False, is_restored=False, now_ms=5_000) is Turn.NOTHING
    assert talk.phase is Phase.GREETING
    assert talk.hello_due_ms == 5_000


def test_acks_that_cross_with_hello_have_it_said_again_once_a_second_at_most() -> None:
    talk = greeted()
    for now_ms in (10, 20, 30):
        talk.heard("a", is_answer=False, is_restored=False, now_ms=now_ms)
    assert talk.hello_due_ms == 1_000


def test_what_has_changed_since_hello_is_told_at_once_while_the_conversation_is_open() -> None:
    talk = greeted()
    talk.tell_again(now_ms=50)
    assert talk.hello_due_ms == 30_000  # one is due anyway
    answer(talk, "a")
    answer(talk, "b")
    talk.tell_again(now_ms=70)
    assert talk.hello_due_ms == 70
    assert not talk.say_hello(["a"], now_ms=70)
    assert talk.hello_due_ms == 30_070
    assert answer(talk, "a") is Turn.NOTHING
    assert talk.answered == 1
