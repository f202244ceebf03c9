"""The box's vital signs."""

from pathlib import Path

import pytest

from edge_agent.health.vitals import read_vitals


@pytest.fixture
def board(tmp_path: Path) -> Path:
    files = {
        "proc/uptime": "81234.56 300000.00\n",
        "proc/loadavg": "0.42 0.30 0.20 1/123 4567\n",
        "proc/meminfo": "MemTotal:  948000 kB\nMemAvailable:  500000 kB\n",
        "sys/class/thermal/thermal_zone0/temp": "48312\n",
        "sys/class/hwmon/hwmon0/name": "cpu_thermal\n",
        "sys/class/hwmon/hwmon1/name": "rpi_volt\n",
        "sys/class/hwmon/hwmon1/in0_lcrit_alarm": "1\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="ascii")
    return tmp_path


def test_a_raspberry_pi_tells_everything(board: Path) -> None:
    vitals = read_vitals(home=board, root=board)
    assert (vitals.uptime_s, vitals.load_1min, vitals.cpu_temperature_c) == (81234.56, 0.42, 48.312)
    assert (vitals.memory_available_mb, vitals.under_voltage) == (512.0, True)
    assert vitals.disk_free_mb is not None
    assert vitals.disk_free_mb > 0


def test_what_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    vitals = read_vitals(home=tmp_path / "away", root=tmp_path)
    assert (vitals.uptime_s, vitals.load_1min, vitals.cpu_temperature_c) == (None, None, None)
    assert (vitals.memory_available_mb, vitals.disk_free_mb, vitals.under_voltage) == (None, None, None)


def test_a_file_that_holds_no_number_is_left_out(board: Path) -> None:
    (board / "proc/uptime").write_text("soon\n", encoding="ascii")
    assert read_vitals(home=board, root=board).uptime_s is None
