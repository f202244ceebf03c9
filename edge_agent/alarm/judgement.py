"""What a reading makes of the box's memory, and the records that tell it. Pure.

The level record stands right behind the reading: its key is the name of a rise that begins there. A rule that raises
on one value costs that value its judgement and nothing else: the reading is written, and the fault is told.
"""

import logging
from dataclasses import dataclass, field
from typing import Protocol

from msgspec.structs import replace

from contract.level import rule
from contract.level.rule import StageReading, Step
from contract.level.settings import RuleSettings
from contract.level.state import LevelState
from contract.quality import Flag, is_usable
from contract.records import Reading, RecordClass
from contract.severity import Severity
from edge_agent.alarm import siren_programme
from edge_agent.alarm.level import level_record, rule_settings
from edge_agent.alarm.memory import GaugeMemory, Memory
from edge_agent.alarm.notes import end_test, note_fault, note_siren
from edge_agent.alarm.page import Page
from edge_agent.alarm.siren_programme import GaugeSigns
from edge_agent.gauges.hidden_high import FAULT_CODE, HiddenHigh
from edge_agent.gauges.observation import Observation, observe
from edge_agent.gauges.quality.limits import QualityLimits
from edge_agent.gauges.sensor import Burst, SensorSpan

NO_DATUM = "no_datum"
"""Reason of a reading whose distance is known and whose stage is not."""

RULE_ERROR = "rule_error"
QUALITY_ERROR = "quality_error"
"""Code of the fault, and reason of the reading."""

HIDDEN_HIGH_TEXTS = {
    "blind_zone": "Mungkin sangat tinggi: air di zona buta sensor",
    "failing_near_blind_zone": "Mungkin sangat tinggi: bacaan gagal saat air dekat zona buta sensor",
    "failing_while_rising": "Mungkin sangat tinggi: bacaan gagal saat air naik",
}

log = logging.getLogger(__name__)


class LevelRule(Protocol):
    """`contract.level.rule.step`, or another one in a test."""

    def __call__(self, state: LevelState, reading: StageReading, settings: RuleSettings, *, decision_id: str) -> Step:
        """Return what becomes of the state at the reading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a sensor gave when it was looked at."""

    burst: Burst
    span: SensorSpan
    interval_s: float
    """Since the look before, as sampled now, scaled s."""
    sensor_fault: str = ""
    """Reason code when the driver itself failed; the burst then has no echo."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """The settings that hold for every reading of a process."""

    clock_rate: float
    limits: QualityLimits = field(default_factory=QualityLimits)
    level_rule: LevelRule = rule.step

    def take_reading(self, memory: Memory, page: Page, *, source: str, look: Look) -> Memory:
        """Return the memory after a look at gauge `source`, and put its records on the page."""
        gauge, observation = memory.gauges[source], None
        try:
            gauge, observation = self._observe(gauge, page, look)
        except Exception:
            log.exception("quality control failed at %s of %s; the reading goes on without a value", look, source)
        reading = _reading(gauge, page, source, look, observation)
        page.add(reading)
        gauge = replace(gauge, stage_cm=reading.stage_cm, flag=reading.flag)
        memory = self._judge_level(memory.with_gauge(source, gauge), page, reading)
        memory = judge_siren(memory, page, source, is_seen_at_awas=_is_at_awas(gauge, reading))
        memory = _note_quality_error(memory, page, source, is_active=observation is None)
        return memory if observation is None else _note_hidden_high(memory, page, source, observation.hidden_high)

    def _observe(self, gauge: GaugeMemory, page: Page, look: Look) -> tuple[GaugeMemory, Observation]:
        observation, quality = observe(
            look.burst,
            boot=page.stamp.boot,
            up_ms=page.stamp.up_ms,
            interval_s=look.interval_s,
            offset_cm=0.0 if gauge.desired is None else gauge.desired.offset_cm,
            span=look.span,
            limits=self.limits,
            state=gauge.quality,
        )
        return replace(gauge, quality=quality), observation

    def _judge_level(self, memory: Memory, page: Page, reading: Reading) -> Memory:
        source = reading.source
        gauge = memory.gauges[source]
        if gauge.desired is None:
            return memory
        settings = rule_settings(gauge.desired, clock_rate=self.clock_rate)
        try:
            step = self.level_rule(gauge.level, _stage_reading(reading), settings, decision_id=page.next_key())
        except Exception as exc:
            log.exception("level rule failed at %s cm of %s; the level is held", reading.stage_cm, source)
            text = f"Aturan gagal pada {reading.stage_cm} cm: {type(exc).__name__}: {exc}"
            return note_fault(memory, page, code=RULE_ERROR, is_active=True, text=text, source=source)
        if step.cause is not None:
            record = level_record(
                step,
                envelope=page.envelope(RecordClass.ALERT, source=source),
                stage_cm=reading.stage_cm,
                flag=reading.flag,
                threshold_version=settings.thresholds.version,
            )
            page.add(record)
        memory = memory.with_gauge(source, replace(gauge, level=step.state))
        return note_fault(memory, page, code=RULE_ERROR, is_active=False, text="Aturan bekerja lagi", source=source)


def judge_siren(memory: Memory, page: Page, source: str, *, is_seen_at_awas: bool) -> Memory:
    """Return the memory after the siren's rules have looked at a gauge, and tell what changed."""
    gauge = memory.gauges[source]
    level = gauge.level
    signs = GaugeSigns(
        source=source,
        severity=level.severity,
        since_ms=level.since_ms,
        decision_id=level.decision_id,
        is_suspect=level.is_suspect,
        has_siren=gauge.desired is not None and gauge.desired.siren,
        is_seen_at_awas=is_seen_at_awas,
    )
    siren, change = siren_programme.judge(memory.siren, signs, real_ms=page.real_ms, kernel_boot=page.kernel_boot)
    note_siren(page, change)
    memory = replace(memory, siren=siren)
    if change is None or not change.on:
        return memory
    return end_test(memory, page, result="failed", text="uji berhenti: sirene berbunyi karena Awas")


def _reading(gauge: GaugeMemory, page: Page, source: str, look: Look, observation: Observation | None) -> Reading:
    envelope = page.envelope(RecordClass.READING, source=source)
    if observation is None:
        return Reading(
            **envelope, stage_cm=None, flag=Flag.FAIL.value, interval_s=look.interval_s, reason=QUALITY_ERROR
        )
    flag, reason, stage_cm = observation.flag, str(observation.reason), observation.stage_cm
    if gauge.desired is None:
        stage_cm = None
        if is_usable(flag):
            flag, reason = Flag.NOT_EVALUATED, NO_DATUM
    return Reading(
        **envelope,
        stage_cm=stage_cm,
        flag=flag.value,
        interval_s=look.interval_s,
        distance_mm=observation.distance_mm,
        reason=look.sensor_fault or reason,
        interpolated=observation.interpolated,
    )


def _stage_reading(reading: Reading) -> StageReading:
    return StageReading(
        stage_cm=reading.stage_cm,
        flag=reading.flag,
        interval_s=reading.interval_s,
        boot=reading.boot,
        up_ms=reading.up_ms,
        at_ms=reading.at_ms,
        seq=reading.seq,
    )


def _is_at_awas(gauge: GaugeMemory, reading: Reading) -> bool:
    """Answer whether this reading itself, and no older one, speaks for Awas."""
    if gauge.desired is None or reading.stage_cm is None or not is_usable(reading.flag):
        return False
    return reading.stage_cm >= gauge.desired.thresholds.raise_cm[Severity.AWAS - 1]


def _note_quality_error(memory: Memory, page: Page, source: str, *, is_active: bool) -> Memory:
    text = "Kendali mutu gagal pada sebuah bacaan" if is_active else "Kendali mutu bekerja lagi"
    return note_fault(memory, page, code=QUALITY_ERROR, is_active=is_active, text=text, source=source)


def _note_hidden_high(memory: Memory, page: Page, source: str, hidden: HiddenHigh) -> Memory:
    text = HIDDEN_HIGH_TEXTS[hidden.reason] if hidden.is_suspected else "Bacaan layak kembali"
    if hidden.is_suspected and hidden.last_good_cm is not None:
        text += f"; bacaan layak terakhir {hidden.last_good_cm:.1f} cm".replace(".", ",")
    return note_fault(
        memory,
        page,
        code=FAULT_CODE,
        is_active=hidden.is_suspected,
        text=text,
        source=source,
        stage_cm=hidden.last_good_cm,
    )
