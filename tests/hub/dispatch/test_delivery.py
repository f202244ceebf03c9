from itertools import pairwise

from hub.dispatch.delivery import DeliveryState, earlier_than, is_forward

WAY = [DeliveryState.OWED, DeliveryState.SENDING, DeliveryState.HANDED, DeliveryState.READ]


def test_the_way_of_a_message_leads_forward_and_never_back() -> None:
    assert all(is_forward(before, after) and not is_forward(after, before) for before, after in pairwise(WAY))


def test_a_message_called_back_may_still_turn_out_to_be_read() -> None:
    assert is_forward(DeliveryState.WITHDRAWN, DeliveryState.READ)
    assert is_forward(DeliveryState.FAILED, DeliveryState.HANDED)


def test_read_and_handed_are_never_lost_to_failure() -> None:
    assert not is_forward(DeliveryState.HANDED, DeliveryState.FAILED)
    assert not is_forward(DeliveryState.READ, DeliveryState.WITHDRAWN)


def test_no_state_leads_to_itself() -> None:
    assert all(state not in earlier_than(state) for state in DeliveryState)
