"""A sensor that hangs above a recorded river.

It plays *distance*, so that offset and datum are applied on the box as for a real sensor. The box's own (scaled)
wall clock says where in the series the river stands; `shift_s` maps a creek's own dates to the box's, so that all
boxes of a demo share one date. It does not simulate a sensor's faults; `simulated_echo` does.
"""

import logging
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from contract.clock import Clock
from edge_agent.gauges.errors import SensorClosedError
from edge_agent.gauges.sensor import Burst, EchoLoss, SensorSpan
from edge_agent.gauges.series import StageSeries
from edge_agent.gauges.stage import distance_mm

NOISE_MM = 2.0
"""Standard deviation of a ping: small ripples, and the 1 mm steps of the sensor."""

log = logging.getLogger(__name__)


class PlayState(StrEnum):
    """Where the clock stands against the series."""

    PLAYING = "playing"
    NOT_BEGUN = "not_begun"
    GAP = "gap"
    ENDED = "ended"


LOSSES = {
    PlayState.NOT_BEGUN: EchoLoss.SERIES_NOT_BEGUN,
    PlayState.GAP: EchoLoss.SERIES_GAP,
    PlayState.ENDED: EchoLoss.SERIES_ENDED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mounting:
    """How a replayed sensor hangs: its zero above datum, cm. The box is told its offset apart from this."""

    offset_cm: float
    span: SensorSpan


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedDistance:
    """What lies below the sensor now; no distance unless playing."""

    distance_mm: float | None
    state: PlayState
    is_interpolated: bool = False


class SeriesPlayer:
    """Says how far the recorded water is below the sensor at the clock's now."""

    def __init__(
        self, *, series: StageSeries, clock: Clock, mounting: Mounting, shift_s: float = 0.0, repeats: bool = False
    ) -> None:
        """Play `series` on `clock`.

        Args:
            series: the recorded river.
            clock: its wall time, less the shift, is the series' time.
            mounting: where the sensor hangs above that river.
            shift_s: the box's date minus the series' own date, s.
            repeats: begin again after the last sample; otherwise the series ends.
        """
        self.mounting = mounting
        self._series = series
        self._clock = clock
        self._shift_ms = round(shift_s * 1000)
        self._repeats = repeats
        self._state = PlayState.PLAYING

    def now(self) -> PlayedDistance:
        """Return the distance to the water now."""
        at_ms = self._clock.now_ms() - self._shift_ms
        stage = self._series.at_repeated(at_ms) if self._repeats else self._series.at(at_ms)
        if stage is None:
            state = self._state_at(at_ms)
            self._note(state)
            return PlayedDistance(distance_mm=None, state=state)
        self._note(PlayState.PLAYING)
        return PlayedDistance(
            distance_mm=distance_mm(stage_cm=stage.stage_cm, offset_cm=self.mounting.offset_cm),
            state=PlayState.PLAYING,
            is_interpolated=stage.is_interpolated,
        )

    def _state_at(self, at_ms: int) -> PlayState:
        if at_ms < self._series.first_ms:
            return PlayState.NOT_BEGUN
        if at_ms > self._series.last_ms and not self._repeats:
            return PlayState.ENDED
        return PlayState.GAP

    def _note(self, state: PlayState) -> None:
        if state is not self._state:
            is_back = state is PlayState.PLAYING
            log.log(logging.INFO if is_back else logging.WARNING, "replayed series: %s", state.value)
        self._state = state


class ReplaySensor:
    """A faultless sensor above a recorded river, with ripples."""

    def __init__(self, *, player: SeriesPlayer, rng: Random, noise_mm: float = NOISE_MM) -> None:
        """Hang above `player`'s river; `rng` is seeded by the caller, so that a run can be played again."""
        self._player = player
        self._rng = rng
        self._noise_mm = noise_mm
        self._is_closed = False

    @property
    def span(self) -> SensorSpan:
        """The distances at which it can be believed."""
        return self._player.mounting.span

    def measure_burst(self, *, count: int) -> Burst:
        """Return `count` pings of this instant; none has an echo where the series has nothing."""
        if self._is_closed:
            raise SensorClosedError("replay sensor: asked to measure after close(). Open it again.")
        played = self._player.now()
        if played.distance_mm is None:
            return Burst(distances_mm=(None,) * count, loss=LOSSES[played.state])
        mean_mm = played.distance_mm
        pings = tuple(max(0.0, self._rng.gauss(mean_mm, self._noise_mm)) for _ in range(count))
        return Burst(distances_mm=pings, interpolated=played.is_interpolated)

    def close(self) -> None:
        """Stop playing."""
        self._is_closed = True
