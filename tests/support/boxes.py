"""Builders for a box: pages, bursts of a river at a stage, stations, config files, a whole gauge process."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from contract.clock import ClockTrust
from contract.desired import Desired, DesiredSource, Sampling
from contract.level.settings import Persistence, Thresholds
from contract.records import AnyRecord, Fault, KnownRecord, Siren, decode_record
from edge_agent.alarm.desk import AlarmDesk
from edge_agent.alarm.judgement import Judge, Look
from edge_agent.alarm.memory import GaugeMemory, Memory
from edge_agent.alarm.page import Page
from edge_agent.gauges.post import SensorPost
from edge_agent.gauges.process import GaugeProcess
from edge_agent.gauges.quality.limits import QualityLimits
from edge_agent.gauges.sensor import Burst, SensorSpan
from edge_agent.gauges.siren import Siren as SirenOutput
from edge_agent.gauges.siren import SirenPattern
from edge_agent.health.box_clock import BoxClock
from edge_agent.health.stamp import Stamp
from edge_agent.health.watchdog import Watchdog
from edge_agent.outbox.inbox import InboxReader
from edge_agent.outbox.outbox import Outbox
from edge_agent.outbox.reader import OutboxReader
from edge_agent.quota import Quota
from tests.support.clocks import FakeClock

R = TypeVar("R", bound=AnyRecord)

NODE_ID = "n-7f3k2m9q"
SPOOL_ID = "5e0c6f0a1b2c3d4e5f60718293a4b5c6"
START_MS = 1_763_712_000_000
SPAN = SensorSpan(blind_zone_mm=250, max_range_mm=4500)
OFFSET_CM = 400.0
PINGS = 13

BOLD = QualityLimits(
    rate_suspect_cm_per_min=1_000.0,
    rate_fail_cm_per_min=2_000.0,
    floor_suspect_cm=500.0,
    floor_fail_cm=600.0,
    spike_suspect_cm=1_000.0,
    spike_fail_cm=2_000.0,
)
"""Limits that believe any jump, for tests of what comes after quality control."""


def station(
    *,
    version: int = 1,
    raise_cm: tuple[float, float, float] = (120.0, 170.0, 220.0),
    offset_cm: float = OFFSET_CM,
    siren: bool = True,
    need: tuple[int, int, int] = (3, 3, 2),
    sampling_s: Sampling | None = None,
    hold_s: float = 1800.0,
) -> DesiredSource:
    """Return what a gauge should be; clear values lie 8 cm below the raise values."""
    low, middle, high = raise_cm
    return DesiredSource(
        station="wai-ruhu-1",
        name="Wai Ruhu 1",
        offset_cm=offset_cm,
        thresholds=Thresholds(version=version, raise_cm=raise_cm, clear_cm=(low - 8, middle - 8, high - 8)),
        persistence=Persistence(need=need),
        siren=siren,
        sampling_s=sampling_s or Sampling(),
        hold_s=hold_s,
    )


def document(version: int, *, db_epoch: str = "d1a0", **sources: DesiredSource) -> Desired:
    """Return a desired state of these sources."""
    return Desired(db_epoch=db_epoch, version=version, sources=sources)


def burst_at(stage_cm: float | None, *, offset_cm: float = OFFSET_CM) -> Burst:
    """Return a quiet burst of water at a stage; None: no echo."""
    distance_mm = None if stage_cm is None else (offset_cm - stage_cm) * 10
    return Burst(distances_mm=(distance_mm,) * PINGS)


class RuleBench:
    """Memory, pages and a clock, without outbox or siren: what a reading or an order makes of a box."""

    def __init__(self, judge: Judge | None = None, *, desired: DesiredSource | None = None) -> None:
        self.judge = judge or Judge(clock_rate=1.0, limits=BOLD)
        self.memory = Memory(gauges={"g1": GaugeMemory(desired=desired)})
        self.told: list[KnownRecord] = []
        self.up_ms = 60_000
        self.boot = 1
        self.kernel_boot = "boot-1"

    def page(self) -> Page:
        """Return an empty page of now."""
        stamp = Stamp(boot=self.boot, up_ms=self.up_ms, at_ms=START_MS + self.up_ms, clock=ClockTrust.NTP, err_ms=12)
        return Page(
            node_id=NODE_ID,
            spool_id=SPOOL_ID,
            first_seq=len(self.told) + 1,
            stamp=stamp,
            real_ms=self.up_ms,
            kernel_boot=self.kernel_boot,
        )

    def read(self, stage_cm: float | None, *, interval_s: float = 5.0, sensor_fault: str = "") -> list[KnownRecord]:
        """Let an interval pass and read the river; return the records that tell it."""
        self.up_ms += round(1000 * interval_s)
        desired = self.memory.gauges["g1"].desired
        offset_cm = OFFSET_CM if desired is None else desired.offset_cm
        look = Look(
            burst=burst_at(stage_cm, offset_cm=offset_cm), span=SPAN, interval_s=interval_s, sensor_fault=sensor_fault
        )
        page = self.page()
        self.memory = self.judge.take_reading(self.memory, page, source="g1", look=look)
        return self.tell(page)

    def tell(self, page: Page) -> list[KnownRecord]:
        """Put a page's records behind those told before."""
        self.told += page.records
        return page.records


def write_config(folder: Path, *, gauge: str, extra: str = "", home: str = "home") -> Path:
    """Write a box's config file with one gauge's tables and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "box.toml"
    path.write_text(
        f'[box]\nnode = "{NODE_ID}"\nhome = "{home}"\nboard = "test"\nruntime = "memory"\n\n{gauge}\n{extra}\n',
        encoding="utf-8",
    )
    return path


class FakeKernel:
    """A kernel whose word on the wall clock is set by the test."""

    def __init__(self, *, ntp_err_ms: int | None = 12) -> None:
        self.err_ms = ntp_err_ms

    def ntp_err_ms(self) -> int | None:
        """Return the bound of the error, real ms, or None while NTP does not keep the clock."""
        return self.err_ms

    def has_rtc(self) -> bool:
        """Answer that there is no hardware clock."""
        return False


class FakeRiver:
    """A river at a stage, and the sensor above it; set `stage_cm` to None for a lost echo, or break the driver."""

    def __init__(self, stage_cm: float | None = 30.0) -> None:
        self.stage_cm = stage_cm
        self.is_broken = False
        self.opened = 0

    @property
    def span(self) -> SensorSpan:
        """The distances at which the sensor can be believed."""
        return SPAN

    def open(self) -> "FakeRiver":
        """Open the driver."""
        self.opened += 1
        return self

    def measure_burst(self, *, count: int) -> Burst:
        """Return a quiet burst of the river as it is."""
        if self.is_broken:
            raise OSError("the bus does not answer")
        return Burst(distances_mm=burst_at(self.stage_cm).distances_mm[:count])

    def close(self) -> None:
        """Give nothing back: there is nothing."""


class FakeSiren:
    """A siren that makes no noise and plays no pattern; its dead man's switch is the adapter's own matter."""

    def __init__(self) -> None:
        self.pattern: SirenPattern | None = None
        self.for_s = 0.0
        self.fault = ""
        self.is_stuck = False

    @property
    def is_sounding(self) -> bool:
        """Whether it was told to sound and not told to be quiet since."""
        return self.pattern is not None

    def sound(self, pattern: SirenPattern, *, for_s: float = 180.0) -> None:
        """Sound."""
        self.pattern, self.for_s = pattern, for_s

    def silence(self) -> None:
        """Be quiet."""
        self.pattern = None

    def close(self) -> None:
        """Be quiet."""
        self.silence()


class BoxBench:
    """A gauge process on a real outbox and inbox, a mock pin and a clock that moves only when told."""

    def __init__(
        self,
        home: Path,
        *,
        clock: FakeClock,
        desired: DesiredSource | None = None,
        kernel_boot: str = "boot-1",
        river: FakeRiver | None = None,
        outbox_class: type[Outbox] = Outbox,
        siren: SirenOutput | None = None,
        kernel: FakeKernel | None = None,
        siren_fault: str = "",
        has_siren: bool = True,
        storage_fault: str = "",
        lost_records: int = 0,
        ends_real_ms: int | None = None,
        is_to_leave: Callable[[], bool] | None = None,
    ) -> None:
        self.clock = clock
        self.siren = siren or FakeSiren()
        self.river = river or FakeRiver()
        self.kernel_boot = kernel_boot
        self.outbox = outbox_class.open(
            home / "outbox-gauge.db",
            clock=clock,
            node_id=NODE_ID,
            board="test",
            limit_mb=8,
            is_scaled=False,
            kernel_boot=kernel_boot,
        )
        self.reader = OutboxReader.open(home / "outbox-gauge.db")
        self.desk = AlarmDesk(
            node_id=NODE_ID,
            outbox=self.outbox,
            clock=clock,
            box_clock=BoxClock(
                clock=clock, source=kernel or FakeKernel(), boot=self.outbox.boot, remembered=self.outbox.state("clock")
            ),
            kernel_boot=kernel_boot,
            judge=Judge(clock_rate=clock.rate, limits=BOLD),
            quota=Quota(most_mb=16, share=0.5),
            siren=self.siren if has_siren and not siren_fault else None,
            siren_fault=siren_fault,
            storage_fault=storage_fault,
            lost_records=lost_records,
            fallbacks={"g1": desired},
        )
        self.process = GaugeProcess(
            posts=[SensorPost(source="g1", open_sensor=self.river.open, span=SPAN)],
            desk=self.desk,
            inbox=InboxReader.open(home / "inbox.db"),
            clock=clock,
            kernel_boot=kernel_boot,
            watchdog=Watchdog(clock=clock, environment={}),
            ends_real_ms=ends_real_ms,
            is_to_leave=is_to_leave,
        )

    def run(self, real_s: float) -> None:
        """Let the process go on for some real seconds, as its loop would."""
        end_ms = self.clock.real_ms() + round(1000 * real_s)
        while self.clock.real_ms() < end_ms:
            self.process.go_round()
            left_s = (end_ms - self.clock.real_ms()) / 1000
            self.clock.advance(max(0.001, min(left_s, self.process.wait_s())) * self.clock.rate)

    def is_heard(self) -> bool:
        """Answer whether the siren sounds now."""
        return self.siren.is_sounding

    def records(self, kind: type[R]) -> list[R]:
        """Return the records of a kind that wait in the outbox, in order of `seq`."""
        rows = [row for record_class in range(4) for row in self.reader.rows(record_class, limit=10_000)]
        decoded = [decode_record(row.body) for row in sorted(rows, key=lambda row: row.seq)]
        return [record for record in decoded if isinstance(record, kind)]

    def told_of_siren(self) -> list[tuple[str, bool]]:
        """Return what was told of siren and faults, in order: the kind, and whether it is on or active."""
        told: list[tuple[int, str, bool]] = [(record.seq, "siren", record.on) for record in self.records(Siren)]
        told += [(record.seq, record.code, record.active) for record in self.records(Fault)]
        return [(kind, is_on) for _, kind, is_on in sorted(told)]

    def close(self) -> None:
        """End the process as a stop does."""
        self.desk.close()
        self.outbox.close()
