import subprocess
import sys
from pathlib import Path

import pytest

from edge_agent.gauges.drivers import open_sensor, open_siren_output
from edge_agent.gauges.pins import PinKind
from edge_agent.gauges.settings import ReplaySettings, SimulatedSettings, SirenSettings, UltrasonicSettings
from edge_agent.gauges.siren import SirenPattern, SwitchedSiren
from tests.support.clocks import FakeClock
from tests.support.gauges import REPLAY_FOLDER, START_MS

FILE = "dead-run-2018-06.csv"
LARGEST_RSS_KB = 40_000

WEIGH = """
import sys
from pathlib import Path
from edge_agent.gauges.drivers import open_sensor, open_siren_output
from edge_agent.gauges.observation import observe
from edge_agent.gauges.quality.limits import QualityLimits
from edge_agent.gauges.quality.state import QualityState
from edge_agent.gauges.settings import SimulatedSettings, SirenSettings
from tests.support.clocks import FakeClock
clock = FakeClock(now_ms={start_ms})
settings = SimulatedSettings(file="{file}", mounted_offset_cm=300.0)
sensor = open_sensor(settings, clock=clock, folder=Path("{folder}"))
siren = open_siren_output(SirenSettings(pin=17, driver="mock"))
state = QualityState()
for _ in range(500):
    clock.advance(60)
    burst = sensor.measure_burst(count=13)
    _, state = observe(burst, boot=1, up_ms=clock.up_ms(), interval_s=60.0, offset_cm=300.0, span=sensor.span,
                       limits=QualityLimits(), state=state)
siren.close()
heavy = {{"numpy", "cv2", "onnxruntime", "pandas"}} & set(sys.modules)
status = Path("/proc/self/status").read_text()
print(status.split("VmRSS:")[1].split()[0], *heavy)
"""


def test_a_replay_and_a_simulated_sensor_stand_above_the_same_river() -> None:
    clock = FakeClock(now_ms=START_MS)
    replay = ReplaySettings(file=FILE, mounted_offset_cm=300.0, noise_mm=0.0)
    simulated = SimulatedSettings(
        file=FILE, mounted_offset_cm=300.0, noise_mm=0.0, spike_share=0.0, lost_share=0.0, thermometer_c=27.0
    )
    bursts = [
        open_sensor(settings, clock=clock, folder=REPLAY_FOLDER).measure_burst(count=2)
        for settings in (replay, simulated)
    ]
    assert bursts[0].distances_mm == (2790.0, 2790.0)
    assert bursts[1].distances_mm == pytest.approx((2790.0, 2790.0))


def test_an_ultrasonic_sensor_can_be_opened_on_mock_pins(tmp_path: Path) -> None:
    thermometer = tmp_path / "temperature"
    thermometer.write_text("31000")
    settings = UltrasonicSettings(pins=PinKind.MOCK, thermometer=str(thermometer), model="a02")
    sensor = open_sensor(settings, clock=FakeClock(), folder=tmp_path)
    burst = sensor.measure_burst(count=1)
    assert (burst.distances_mm, burst.temperature_c) == ((None,), 31.0)
    assert sensor.span.blind_zone_mm == 30
    sensor.close()


def test_a_siren_can_be_opened_on_mock_pins() -> None:
    siren = open_siren_output(SirenSettings(pin=17, driver="mock"))
    siren.sound(SirenPattern.TEST, for_s=60.0)
    assert siren.is_sounding
    siren.close()
    assert not siren.is_sounding


def test_a_siren_that_would_stutter_sounds_for_5_s_a_word_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    siren = open_siren_output(SirenSettings(pin=17, driver="mock", max_on_s=0.01))
    assert isinstance(siren, SwitchedSiren)
    siren.sound(SirenPattern.TEST, for_s=60.0)
    assert siren._left_s > 1.0
    assert "max_on_s must be 5 or more, got 0.01" in caplog.text
    siren.close()


def test_a_gauge_with_all_its_parts_is_small_and_loads_nothing_heavy() -> None:
    script = WEIGH.format(start_ms=START_MS, file=FILE, folder=REPLAY_FOLDER)
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    rss_kb, *heavy = result.stdout.split()
    assert heavy == []
    assert int(rss_kb) < LARGEST_RSS_KB
