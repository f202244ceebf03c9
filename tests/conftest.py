"""Rules for the whole test run: shared fixtures by name, patience of properties, and no skipped test where CI looks."""

import os
from collections.abc import Generator

import hypothesis
import pytest

from tests.support.lanes import Lanes, Night

pytest_plugins = ["tests.support.brokers"]

_SKIPS_FAIL = os.environ.get("CI", "").lower() == "true"

# A busy machine is not a broken property, so no example has a deadline; CI draws the same examples each time.
hypothesis.settings.register_profile(
    "house", deadline=None, derandomize=_SKIPS_FAIL, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("house")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Lanes | Night | None:
    """Let towns wait in lanes beside what computes; the night's tests are handed out one by one, lives whole."""
    if config.getvalue("dist") != "loadgroup":
        return None
    tiers: dict[str, type[Lanes | Night]] = {"not nightly": Lanes, "nightly": Night}
    scheduler = tiers.get(config.getvalue("markexpr"))
    return None if scheduler is None else scheduler(config, log)


def _fail_instead_of_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip into a failure under CI=true: a machine that looks after the project must run everything."""
    if _SKIPS_FAIL and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"With CI=true a skip is a failure. {reason}. Try: make test as root, on Debian 12."


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Look at each test's report."""
    report = yield
    _fail_instead_of_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Look at each file's report: a whole file may skip itself."""
    report = yield
    _fail_instead_of_skip(report)
    return report
