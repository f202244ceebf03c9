"""From when on a reading is doubted.

The rates are for creeks that rise and fall in minutes, and hold for any sampling interval: what may change between
two readings grows with the time between them, from a floor of waves and noise.
"""

from msgspec import Struct

HOUR_S = 3600.0


class QualityLimits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Limits of every test, cm, mm, s; the defaults are for a small steep creek."""

    site_min_cm: float | None = None
    site_max_cm: float | None = None
    """Stage the site can have: bed less 20 cm to crest plus 200 cm. Outside: suspect, never failed."""

    rate_suspect_cm_per_min: float = 6.0
    rate_fail_cm_per_min: float = 20.0
    """Three years of 5-minute stage of a 6.5 km² creek: 99.9 % of rises are under 3 cm/min, the fastest 10 cm/min."""
    floor_suspect_cm: float = 5.0
    floor_fail_cm: float = 15.0
    """Waves and splashes between two readings seconds apart."""
    spike_suspect_cm: float = 15.0
    spike_fail_cm: float = 40.0
    """A jump over this is called a spike, not a rate."""
    confirm_readings: int = 2
    """So many further readings that bear a failed jump out make it true."""
    doubt_s: float = 300.0
    """A jump of spike size that was borne out stays suspect so long: it may be debris under the sensor."""

    near_blind_mm: float = 300.0
    """So near to the blind zone a sudden fall is a sensor that has gone blind, not a river that has gone."""
    blind_fall_s: float = 1800.0
    """A fall from there is failed until it has been borne out so long."""
    blind_doubt_s: float = 6 * HOUR_S
    """So long it stays suspect then: a false far echo of a blind sensor is as steady as a river that has gone."""

    gap_intervals: float = 3.0
    """After a longer pause the past says nothing about the reading."""

    flat_tolerance_mm: float = 1.0
    flat_suspect_s: float = 3 * HOUR_S
    flat_fail_s: float = 12 * HOUR_S
    """Distances of a living sensor are never the same to the millimetre for so long."""
    living_spread_mm: float = 0.5
    """A sensor whose bursts usually spread less than this is too quiet to be called stuck."""

    dull_share: float = 0.1
    dull_s: float = 1800.0
    """Bursts under this share of their usual spread for so long: a nest, a web, a film before the sensor."""

    def __post_init__(self) -> None:
        """Refuse limits that contradict each other.

        Raises:
            ValueError: a fail limit does not lie above its suspect limit, or the site's span is empty.
        """
        pairs = (
            (
                "rate_suspect_cm_per_min",
                self.rate_suspect_cm_per_min,
                "rate_fail_cm_per_min",
                self.rate_fail_cm_per_min,
            ),
            ("floor_suspect_cm", self.floor_suspect_cm, "floor_fail_cm", self.floor_fail_cm),
            ("spike_suspect_cm", self.spike_suspect_cm, "spike_fail_cm", self.spike_fail_cm),
            ("flat_suspect_s", self.flat_suspect_s, "flat_fail_s", self.flat_fail_s),
        )
        for low_name, low, high_name, high in pairs:
            if not 0 < low < high:
                raise ValueError(f"{low_name} must be above 0 and below {high_name}, got {low} and {high}")
        if self.site_min_cm is not None and self.site_max_cm is not None and self.site_min_cm >= self.site_max_cm:
            raise ValueError(f"site_min_cm must be below site_max_cm, got {self.site_min_cm} and {self.site_max_cm}")
