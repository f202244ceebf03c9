"""The uplink goes over: only after the broker has taken the new certificate, and back at once if it does not."""

import errno
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from edge_agent.renewal import slots
from edge_agent.renewal.changeover import FIRST_PAUSE_MS, LONGEST_PAUSE_MS, Changeover
from edge_agent.renewal.slots import Slots, Step
from edge_agent.uplink.errors import TlsFilesError
from tests.support.clocks import FakeClock


class FakeLink:
    """A link that a test moves."""

    def __init__(self) -> None:
        self.is_up = True
        self.has_network = True
        self.used: list[str] = []

    def use_tls(self, tls: ssl.SSLContext) -> None:
        self.used.append(tls.sni_callback)  # type: ignore[arg-type]  # where the fake `load` has put a name


class Uplink:
    """A changeover with what is around it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.slots, self.link, self.clock = Slots(folder), FakeLink(), FakeClock()
        self.broken: set[str] = set()
        self.changeover = Changeover(slots=self.slots, link=self.link, load=self.load, clock=self.clock)

    def load(self, folder: Path) -> ssl.SSLContext:
        if folder.name in self.broken:
            raise TlsFilesError(f"{folder}: broken")

        class Named:
            sni_callback = folder.name

        return Named()  # type: ignore[return-value]

    def prepare(self) -> None:
        idle = self.slots.idle()
        idle.mkdir(exist_ok=True)
        for name in (slots.KEY, slots.CERTIFICATE, slots.BUNDLE):
            (idle / name).write_text("x")
        (idle / slots.STEP).write_text(Step.TRIED)

    def turn(self, *, is_free: bool = True) -> bool:
        """Do as the uplink does; answer whether it connects anew."""
        if not self.changeover.is_due(is_free=is_free):
            return False
        self.link.is_up = False
        self.changeover.turn()
        self.link.is_up = self.link.has_network
        return True

    def wait_for_trial(self) -> int:
        """Let time pass until the new one is tried; return how much, ms."""
        begun_ms = self.clock.real_ms()
        while not self.turn():
            self.clock.advance(10)
        assert self.link.used[-1] == "a"
        return self.clock.real_ms() - begun_ms

    def fail(self) -> None:
        """End the trial without the broker's word; whatever waits: the certificate in use serves it."""
        self.link.is_up = False
        assert self.turn(is_free=False)


@pytest.fixture
def uplink(tmp_path: Path) -> Uplink:
    return Uplink(tmp_path / "identity")


def test_nothing_happens_while_there_is_nothing_new(uplink: Uplink) -> None:
    assert not uplink.turn()
    uplink.changeover.note_accepted()
    assert uplink.slots.in_use() == uplink.slots.folder


def test_the_link_is_switched_when_the_broker_has_taken_the_box_and_not_before(uplink: Uplink) -> None:
    uplink.prepare()
    assert uplink.turn()
    assert uplink.link.used == ["a"]
    assert uplink.slots.in_use() == uplink.slots.folder
    uplink.changeover.note_accepted()
    assert uplink.slots.in_use().name == "a"
    assert not uplink.turn()


def test_an_alert_on_its_way_is_not_interrupted(uplink: Uplink) -> None:
    uplink.prepare()
    assert not uplink.turn(is_free=False)
    assert uplink.turn(is_free=True)


def test_what_the_broker_refuses_is_given_up_at_once_and_tried_again_ever_less_often(uplink: Uplink) -> None:
    uplink.prepare()
    waits_ms = []
    for _ in range(9):
        waits_ms.append(uplink.wait_for_trial())
        uplink.fail()
        assert uplink.link.used[-2:] == ["a", "identity"]
        uplink.changeover.note_accepted()
    assert waits_ms[:4] == [0, FIRST_PAUSE_MS, 2 * FIRST_PAUSE_MS, 4 * FIRST_PAUSE_MS]
    assert waits_ms[-1] == LONGEST_PAUSE_MS
    assert uplink.slots.in_use() == uplink.slots.folder
    assert uplink.slots.is_ready(), "it may yet be taken"


def test_while_there_is_no_network_the_new_certificate_is_tried_each_minute(
    uplink: Uplink, caplog: pytest.LogCaptureFixture
) -> None:
    """The old one may have ended: then an alert waits for the new one."""
    uplink.prepare()
    uplink.link.has_network = False
    uplink.link.is_up = False
    assert uplink.wait_for_trial() == 0
    for _ in range(20):
        uplink.fail()
        assert uplink.wait_for_trial() == FIRST_PAUSE_MS
    assert "did not take" not in caplog.text


def test_a_connection_that_is_lost_after_refusals_brings_the_new_certificate_back_within_a_minute(
    uplink: Uplink,
) -> None:
    uplink.prepare()
    for _ in range(9):
        uplink.wait_for_trial()
        uplink.fail()
        uplink.changeover.note_accepted()
    uplink.clock.advance(FIRST_PAUSE_MS / 1000)
    assert not uplink.turn()
    uplink.link.is_up = False
    assert uplink.turn()
    assert uplink.link.used[-1] == "a"


def test_a_new_certificate_that_cannot_be_loaded_ends_no_connection_and_is_fetched_anew(uplink: Uplink) -> None:
    uplink.prepare()
    uplink.broken.add("a")
    assert not uplink.turn()
    assert uplink.link.is_up
    assert uplink.link.used == []
    assert uplink.slots.in_use() == uplink.slots.folder
    assert not uplink.slots.is_ready()
    assert (uplink.slots.idle() / slots.KEY).is_file(), "the hub gives the same key the same certificate again"
    assert uplink.slots.step() is Step.TRIED, "the next errand does not wipe it"


@pytest.mark.parametrize("place", [Slots.is_ready, Slots.idle])
def test_a_disk_that_does_not_answer_ends_nothing_and_is_told_once(
    uplink: Uplink, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, place: Callable[[Slots], object]
) -> None:
    uplink.prepare()

    def broken(_slots: Slots) -> object:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(Slots, place.__name__, broken)
        for _ in range(5):
            assert not uplink.turn()
            uplink.clock.advance(FIRST_PAUSE_MS / 1000)
    assert [record.levelname for record in caplog.records].count("WARNING") == 1
    assert uplink.turn(), "it answers again"


def test_a_step_that_is_a_folder_is_no_step_and_ends_nothing(uplink: Uplink) -> None:
    (uplink.slots.idle() / slots.STEP).mkdir(parents=True)
    assert not uplink.turn()


def test_while_another_program_holds_the_folder_the_switch_waits_and_the_connection_stays(uplink: Uplink) -> None:
    uplink.prepare()
    uplink.turn()
    with uplink.slots.locked():
        uplink.changeover.note_accepted()
        assert uplink.slots.in_use() == uplink.slots.folder
    assert not uplink.turn()
    assert uplink.slots.in_use().name == "a"
    assert uplink.link.used == ["a"]
