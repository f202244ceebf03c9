import pytest
from msgspec.structs import replace

from hub.alerting.routing import Role
from hub.dispatch.delivery import Delivery, DeliveryState
from hub.storage import deliveries
from hub.storage.connection import Connection, write
from tests.support.alerts import START_MS, hub_database, person


def message(number: int, *, recipient: str = "a", severity: int = 2, due_ms: int | None = START_MS) -> Delivery:
    return Delivery(
        delivery_id=f"d-{number:03d}",
        alert_id=f"A-{number:05d}",
        severity=severity,
        recipient_id=recipient,
        channel="webhook",
        due_ms=due_ms,
        token=f"t-{number}",
        text="lama",
        created_ms=START_MS,
    )


@pytest.fixture
def connection() -> Connection:
    return hub_database(
        None, person("a", Role.OFFICER, target="http://a"), person("b", Role.OFFICER, target="http://b")
    )


def due(connection: Connection, *, now_ms: int = START_MS, real_ms: int = 0, per_target: int = 9) -> list[str]:
    found = deliveries.waiting(connection, now_ms=now_ms, now_real_ms=real_ms, per_target=per_target)
    return [one.delivery_id for one in found]


def test_a_message_comes_back_as_it_was_written(connection: Connection) -> None:
    with write(connection):
        deliveries.owe_all(connection, [message(1)])
    assert deliveries.one(connection, "d-001") == message(1)
    assert deliveries.by_token(connection, "t-1") == message(1)


def test_nobody_is_owed_the_same_severity_of_an_alert_twice(connection: Connection) -> None:
    again = replace(message(1), delivery_id="d-002", token="t-2", text="baru", due_ms=START_MS + 1)
    with write(connection):
        deliveries.owe_all(connection, [message(1)])
        deliveries.owe_all(connection, [again])
    assert deliveries.of_alert(connection, "A-00001") == [message(1)]


def test_a_held_message_is_let_go_with_new_words_only_if_it_was_never_sent(connection: Connection) -> None:
    with write(connection):
        deliveries.owe_all(connection, [message(1), message(2)])
        deliveries.begin(connection, "d-002", next_try_real_ms=0)
        for number in (1, 2):
            deliveries.hold_above(connection, f"A-{number:05d}", severity=1)
    assert due(connection) == []
    with write(connection):
        deliveries.owe_all(
            connection,
            [replace(message(n), delivery_id=f"x-{n}", token=f"x-{n}", text="baru", due_ms=START_MS) for n in (1, 2)],
        )
    texts = {number: deliveries.one(connection, number) for number in ("d-001", "d-002")}
    assert {number: one.text for number, one in texts.items() if one} == {"d-001": "baru", "d-002": "lama"}
    assert due(connection) == ["d-001", "d-002"]


def test_a_target_with_many_messages_shows_a_few_and_hides_no_other(connection: Connection) -> None:
    with write(connection):
        deliveries.owe_all(connection, [message(number) for number in range(50)])
        deliveries.owe_all(connection, [message(99, recipient="b", due_ms=START_MS)])
    assert due(connection, per_target=2) == ["d-000", "d-001", "d-099"]


def test_what_was_never_tried_comes_before_what_was_and_the_gravest_first(connection: Connection) -> None:
    with write(connection):
        deliveries.owe_all(connection, [message(1, severity=3), message(2, severity=1), message(3, severity=3)])
        deliveries.begin(connection, "d-001", next_try_real_ms=0)
    assert due(connection) == ["d-003", "d-002", "d-001"]


def test_a_message_is_due_by_the_hubs_clock_and_tried_again_by_the_real_one(connection: Connection) -> None:
    with write(connection):
        deliveries.owe_all(connection, [message(1, due_ms=START_MS + 5)])
    assert due(connection, now_ms=START_MS + 4) == []
    assert deliveries.next_due(connection) == (START_MS + 5, None)
    with write(connection):
        deliveries.begin(connection, "d-001", next_try_real_ms=700)
    assert due(connection, now_ms=START_MS + 5, real_ms=699) == []
    assert due(connection, now_ms=START_MS + 5, real_ms=700) == ["d-001"]
    assert deliveries.next_due(connection) == (None, 700)


def test_after_a_restart_what_was_being_sent_is_tried_at_once(connection: Connection) -> None:
    with write(connection):
        deliveries.owe_all(connection, [message(1), message(2)])
        deliveries.begin(connection, "d-001", next_try_real_ms=10**12)
        assert deliveries.forget_tries(connection) == 1
    assert set(due(connection)) == {"d-001", "d-002"}


def test_a_message_that_no_longer_waits_is_not_begun(connection: Connection) -> None:
    with write(connection):
        deliveries.owe_all(connection, [message(1)])
        deliveries.withdraw_warnings(connection, "A-00001")
        assert deliveries.begin(connection, "d-001", next_try_real_ms=0) is None


def test_one_handed_after_it_was_withdrawn_counts_as_handed(connection: Connection) -> None:
    with write(connection):
        deliveries.owe_all(connection, [message(1)])
        deliveries.begin(connection, "d-001", next_try_real_ms=0)
        deliveries.withdraw_warnings(connection, "A-00001")
        assert deliveries.move(connection, "d-001", DeliveryState.HANDED, at_ms=START_MS + 1)
    assert deliveries.reached(connection, "A-00001") == [("a", "webhook")]
