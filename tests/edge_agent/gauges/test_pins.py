import sys
from types import ModuleType

import pytest

from edge_agent.gauges.errors import SensorUnavailableError
from edge_agent.gauges.pins import PinKind, open_pin_factory


def test_each_mock_factory_is_its_own_board() -> None:
    assert open_pin_factory(PinKind.MOCK) is not open_pin_factory(PinKind.MOCK)


def test_a_board_without_its_library_says_which_extra_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lgpio", None)
    with pytest.raises(SensorUnavailableError, match=r"pip install 'jagawai\[pins\]'"):
        open_pin_factory(PinKind.BOARD)


class LgpioElsewhere(ModuleType):
    """The library, on a machine that is no Raspberry Pi."""

    error = type("error", (Exception,), {})

    def __getattr__(self, name: str) -> int:
        if name.startswith("__"):
            raise AttributeError(name)
        return 0


def test_a_machine_without_pins_says_what_to_check(monkeypatch: pytest.MonkeyPatch) -> None:
    adapter = "gpiozero.pins.lgpio"
    monkeypatch.setitem(sys.modules, "lgpio", LgpioElsewhere("lgpio"))
    monkeypatch.setitem(sys.modules, adapter, ModuleType(adapter))
    del sys.modules[adapter]  # imported anew with the library above, and forgotten after the test
    with pytest.raises(SensorUnavailableError, match="group gpio"):
        open_pin_factory(PinKind.BOARD)
