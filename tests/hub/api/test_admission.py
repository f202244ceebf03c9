"""A port holds so many connections and no more, a place a quarter of them, and who waits longest makes room."""

from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule

from hub.api import descriptors
from hub.api.admission import DISPLACED, QUARTER, REFUSED, Admission, Guest

MOST = 8
PLACES = st.sampled_from(["10.0.0.1", "10.0.0.2", "2001:db8:1:2::1", "2001:db8:1:2::2", "127.0.0.1"])


class Hall:
    """An admission and who was sent out of it."""

    def __init__(self, most: int = MOST) -> None:
        self.turned_away: Counter[tuple[str, str]] = Counter()
        self.admission = Admission(name="uji", most=most, turned_away=self.turned_away)
        self.closed: list[str] = []

    def come(self, place: str, name: str = "") -> Guest | None:
        """Come in from a place under a name."""
        return self.admission.admit(place, close=lambda: self.closed.append(name))

    def count(self, outcome: str) -> int:
        """How often this became of a connection."""
        return self.turned_away["uji", outcome]


def test_one_place_has_a_quarter_and_displaces_only_its_own() -> None:
    hall = Hall()
    assert hall.come("10.0.0.9", "honest")
    for number in range(100):
        assert hall.come("10.0.0.1", f"stranger {number}")
    assert hall.admission.open == 1 + MOST // QUARTER
    assert hall.closed == [f"stranger {number}" for number in range(98)]
    assert (hall.count(DISPLACED), hall.count(REFUSED)) == (98, 0)


def test_a_proxy_speaks_for_many() -> None:
    hall = Hall()
    assert all(hall.come("127.0.0.1") for _ in range(MOST))
    assert hall.admission.open == MOST
    assert not hall.closed


def test_a_household_has_one_ipv6_network() -> None:
    hall = Hall()
    for number in range(MOST):
        hall.come(f"2001:db8:1:2::{number}")
    assert hall.admission.open == MOST // QUARTER


def test_who_is_in_a_request_makes_room_for_nobody_and_after_it_waits_as_the_last() -> None:
    hall = Hall()
    guests = [hall.come(f"10.0.0.{number}", str(number)) for number in range(MOST)]
    for guest in guests:
        assert guest
        hall.admission.is_busy(guest)
    assert hall.come("10.0.1.1") is None
    assert (hall.count(REFUSED), hall.closed) == (1, [])
    for number in (3, 0):
        guest = guests[number]
        assert guest
        hall.admission.is_waiting(guest)
    assert hall.come("10.0.1.2")
    assert hall.come("10.0.1.3")
    assert hall.closed == ["3", "0"]


def test_who_sends_a_body_makes_room_after_all_who_wait() -> None:
    hall = Hall()
    guests = [hall.come(f"10.0.0.{number}", str(number)) for number in range(MOST)]
    for guest in guests[:-1]:
        assert guest
        hall.admission.is_sending(guest)
    assert guests[0]
    hall.admission.is_busy(guests[0])
    for number in range(3):
        assert hall.come(f"10.0.1.{number}", "new")
    assert hall.closed == [str(MOST - 1), "new", "new"]
    newest = hall.come("10.0.1.9")
    assert newest
    hall.admission.is_busy(newest)
    assert hall.come("10.0.1.10")
    assert hall.closed[-1] == "1", "the first is being answered"


def test_a_port_too_small_for_quarters_serves_one_connection_a_place() -> None:
    hall = Hall(most=2)
    assert hall.come("10.0.0.1", "first")
    assert hall.come("10.0.0.1", "second")
    assert hall.closed == ["first"]


def test_all_ports_fit_into_the_descriptors_whatever_the_limit_is() -> None:
    ports = (descriptors.PLAIN_MOST, descriptors.HTTPS_MOST, descriptors.BUNDLE_MOST, descriptors.BOXES_MOST)
    for limit in (512, 1_024, 2_048, 1_048_576):
        shares = [descriptors.share(most, limit=limit) for most in ports]
        assert sum(shares) + descriptors.RESERVED <= min(limit, descriptors.WANTED)
        assert min(shares) >= 16


class Comings(RuleBasedStateMachine):
    """Whatever comes, asks and goes."""

    guests = Bundle("guests")

    def __init__(self) -> None:
        super().__init__()
        self.hall = Hall()
        self.inside: set[Guest] = set()
        self.busy: set[Guest] = set()

    @rule(target=guests, place=PLACES)
    def come(self, place: str) -> Guest | object:
        """One more connects; somebody who waits may be sent out for it."""
        mine: list[Guest] = []
        guest = self.hall.admission.admit(place, close=lambda: self.inside.discard(mine[0]))
        if guest is None:
            return multiple()
        mine.append(guest)
        self.inside.add(guest)
        return guest

    @rule(guest=guests)
    def send(self, guest: Guest) -> None:
        """A head has come, a body follows."""
        self.hall.admission.is_sending(guest)
        self.busy.discard(guest)

    @rule(guest=guests)
    def ask(self, guest: Guest) -> None:
        """A whole request has come."""
        self.hall.admission.is_busy(guest)
        if guest in self.inside:
            self.busy.add(guest)

    @rule(guest=guests)
    def be_answered(self, guest: Guest) -> None:
        """It waits again."""
        self.hall.admission.is_waiting(guest)
        self.busy.discard(guest)

    @rule(guest=guests)
    def go(self, guest: Guest) -> None:
        """It is gone, perhaps for the second time."""
        self.hall.admission.leave(guest)
        self.inside.discard(guest)
        self.busy.discard(guest)

    @invariant()
    def bounds_hold(self) -> None:
        """The whole, each place, and nobody in a request was sent out."""
        assert self.hall.admission.open == len(self.inside) <= MOST
        by_place = Counter(guest.place for guest in self.inside)
        assert all(count <= MOST // QUARTER for place, count in by_place.items() if place != "127.0.0.1")
        assert self.busy <= self.inside


TestComings = Comings.TestCase
TestComings.settings = settings(max_examples=20, stateful_step_count=30)
