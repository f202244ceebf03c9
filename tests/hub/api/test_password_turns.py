import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from hub.api.errors import TooBusyError
from hub.api.password_turns import IN_HERE_MOST, OF_A_PLACE_MOST, PasswordTurns
from tests.support.processes import wait_until


def crowd(turns: PasswordTurns, places: list[str]) -> tuple[int, int, int]:
    """Let one hold the turn while others come; return how many got it, how many were refused, how many at once."""
    got, refused, at_once, inside = [0], [0], [0], [0]
    go, lock = threading.Event(), threading.Lock()

    def come(place: str) -> None:
        try:
            with turns.turn(place):
                with lock:
                    inside[0] += 1
                    at_once[0] = max(at_once[0], inside[0])
                assert go.wait(10)
                with lock:
                    inside[0] -= 1
                    got[0] += 1
        except TooBusyError:
            with lock:
                refused[0] += 1

    with ThreadPoolExecutor(len(places)) as pool:
        done = [pool.submit(come, place) for place in places]
        wait_until(lambda: inside[0] == 1 and sum(one.done() for one in done) == refused[0], what="all to have come")
        wait_until(lambda: refused[0] + turns.in_here == len(places), what="all to wait or to be refused")
        go.set()
        for one in done:
            one.result(10)
    return got[0], refused[0], at_once[0]


def test_one_at_a_time_and_few_wait() -> None:
    got, refused, at_once = crowd(PasswordTurns(), [f"192.0.2.{n}" for n in range(20)])
    assert (got, refused, at_once) == (IN_HERE_MOST, 20 - IN_HERE_MOST, 1)


def test_a_place_that_asks_a_thousand_times_leaves_room_for_others() -> None:
    got, refused, _ = crowd(PasswordTurns(), ["192.0.2.1"] * 20)
    assert (got, refused) == (OF_A_PLACE_MOST, 18)


def test_who_fails_inside_gives_the_turn_back() -> None:
    turns = PasswordTurns()
    for _ in range(10):
        with pytest.raises(ZeroDivisionError), turns.turn("a"):
            raise ZeroDivisionError
    assert turns.in_here == 0
