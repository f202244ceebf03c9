"""The kernel's word on the wall clock."""

from pathlib import Path

from edge_agent.health.kernel_time import KernelTime


def test_this_kernel_answers_with_a_bound_or_with_no() -> None:
    err_ms = KernelTime().ntp_err_ms()
    assert err_ms is None or 0 <= err_ms <= 16_000


def test_a_hardware_clock_that_set_the_time_at_boot_is_seen(tmp_path: Path) -> None:
    rtc = tmp_path / "sys/class/rtc/rtc0"
    rtc.mkdir(parents=True)
    (rtc / "hctosys").write_text("1\n", encoding="ascii")
    assert KernelTime(root=tmp_path).has_rtc()


def test_a_board_without_a_hardware_clock_has_none(tmp_path: Path) -> None:
    assert not KernelTime(root=tmp_path).has_rtc()
