from collections.abc import Iterator
from threading import Event

import pytest
from gpiozero.pins.mock import MockFactory

from edge_agent.gauges.errors import SirenError
from edge_agent.gauges.siren import PATTERNS, SirenPattern, SwitchedSiren, open_siren

PATIENCE_S = 10.0


class Output:
    """Remembers what it was told, and says when it was switched."""

    def __init__(self) -> None:
        self.states: list[bool] = []
        self.is_closed = False
        self.was_on = Event()

    def on(self) -> None:
        self.states.append(True)
        self.was_on.set()

    def off(self) -> None:
        self.states.append(False)

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def output() -> Output:
    return Output()


@pytest.fixture
def siren(output: Output) -> Iterator[SwitchedSiren]:
    siren = SwitchedSiren(output=output)
    yield siren
    siren.close()


def test_it_sounds_at_once_and_is_silent_at_once(siren: SwitchedSiren, output: Output) -> None:
    siren.sound(SirenPattern.AWAS)
    assert output.was_on.wait(PATIENCE_S)
    assert siren.is_sounding
    siren.silence()
    assert output.states[-1] is False
    assert not siren.is_sounding


def test_it_ends_by_itself_after_the_time_asked_for(siren: SwitchedSiren, output: Output) -> None:
    siren.sound(SirenPattern.TEST, for_s=0.02)
    player = siren._player
    assert player is not None
    player.join(PATIENCE_S)
    assert output.states == [True, False]


def test_after_it_has_ended_a_new_word_starts_it_again(siren: SwitchedSiren, output: Output) -> None:
    for _ in range(2):
        siren.sound(SirenPattern.TEST, for_s=0.02)
        player = siren._player
        assert player is not None
        player.join(PATIENCE_S)
    assert output.states == [True, False, True, False]


def test_the_dead_mans_limit_is_stronger_than_what_is_asked(output: Output) -> None:
    siren = SwitchedSiren(output=output, max_on_s=0.02)
    siren.sound(SirenPattern.AWAS, for_s=3600.0)
    player = siren._player
    assert player is not None
    player.join(PATIENCE_S)
    assert not siren.is_sounding
    assert output.states == [True, False]


def test_the_same_pattern_again_goes_on_unbroken(siren: SwitchedSiren, output: Output) -> None:
    siren.sound(SirenPattern.AWAS)
    assert output.was_on.wait(PATIENCE_S)
    player = siren._player
    siren.sound(SirenPattern.AWAS)
    assert siren._player is player
    assert siren._left_s > 170
    assert output.states == [True]


def test_another_pattern_takes_over(siren: SwitchedSiren, output: Output) -> None:
    siren.sound(SirenPattern.TEST)
    assert output.was_on.wait(PATIENCE_S)
    siren.sound(SirenPattern.AWAS)
    assert siren.is_sounding
    assert siren._pattern is SirenPattern.AWAS


def test_closing_switches_off_and_gives_the_output_back(output: Output) -> None:
    siren = SwitchedSiren(output=output)
    siren.sound(SirenPattern.AWAS)
    assert output.was_on.wait(PATIENCE_S)
    siren.close()
    assert output.states[-1] is False
    assert output.is_closed


def test_a_test_cannot_be_mistaken_for_an_awas() -> None:
    assert PATTERNS[SirenPattern.AWAS][0][1] >= 10 * PATTERNS[SirenPattern.TEST][0][1]


def test_a_gpio_output_is_low_until_the_siren_sounds() -> None:
    factory = MockFactory()
    siren = open_siren(pin=17, pin_factory=factory)
    pin = factory.pin(17)
    assert (pin.function, pin.state) == ("output", False)
    siren.sound(SirenPattern.AWAS)
    assert siren.is_sounding
    siren.close()
    assert pin.function == "input"


def test_a_pin_that_does_not_exist_is_named() -> None:
    with pytest.raises(SirenError, match="pin 99"):
        open_siren(pin=99, pin_factory=MockFactory())


class BrokenOutput(Output):
    is_broken = True

    def on(self) -> None:
        super().on()
        if self.is_broken:
            raise OSError("the relay board is gone")


def test_after_its_output_broke_the_next_word_tries_again() -> None:
    output = BrokenOutput()
    siren = SwitchedSiren(output=output)
    for _ in range(2):
        siren.sound(SirenPattern.AWAS)
        assert not siren.is_sounding
        assert siren.fault == "Sirene tidak menyala: OSError: the relay board is gone"
    assert output.states == [True, False, True, False]


def test_an_output_that_obeys_again_has_no_fault() -> None:
    output = BrokenOutput()
    siren = SwitchedSiren(output=output)
    siren.sound(SirenPattern.AWAS)
    output.is_broken = False
    siren.sound(SirenPattern.AWAS)
    assert siren.is_sounding
    assert siren.fault == ""
    siren.close()


class StuckOutput(Output):
    is_stuck = True

    def off(self) -> None:
        if self.is_stuck:
            raise OSError("the relay sticks")
        super().off()


def test_an_output_that_cannot_be_switched_off_may_still_sound_until_it_can() -> None:
    output = StuckOutput()
    siren = SwitchedSiren(output=output)
    siren.sound(SirenPattern.AWAS)
    seen = []
    for is_stuck in (True, False):
        output.is_stuck = is_stuck
        siren.silence()
        seen.append((siren.is_sounding, siren.fault))
    assert seen == [(True, "Sirene tidak dapat dimatikan: OSError: the relay sticks"), (False, "")]
    siren.close()


def test_a_word_that_comes_while_the_player_ends_is_not_lost(siren: SwitchedSiren, output: Output) -> None:
    siren._pattern = SirenPattern.AWAS
    assert siren._take(1.0) == 0.0  # the player of an earlier word finds nothing left, and is about to return
    siren.sound(SirenPattern.AWAS)
    assert output.was_on.wait(PATIENCE_S)
