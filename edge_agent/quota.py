"""How much disk one producer's outbox may use: its share of what box and hub agree on.

The box's own config is the most; the hub may ask for less at any time, and for more again up to that. `room` in the
outbox keeps to it.
"""

from dataclasses import dataclass

from contract.desired import LEAST_QUOTA_MB

GAUGE_SHARE = 0.5
CAMERA_SHARE = 0.2
UPLINK_SHARE = 0.1
PICTURES_SHARE = 0.2
"""Of pictures that wait for the hub: half of the camera's 0.4, the other half is its outbox's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """One producer's part.

    Attributes:
        most_mb: of the box, as its config says, MiB.
        share: of this producer, 0 to 1.
    """

    most_mb: int
    share: float

    def limit_mb(self, wanted_mb: int | None) -> float:
        """Return what this producer's outbox may use, MiB.

        Args:
            wanted_mb: what the hub wants for the whole box; None: it has not spoken.
        """
        whole_mb = self.most_mb if wanted_mb is None else max(LEAST_QUOTA_MB, min(self.most_mb, wanted_mb))
        return whole_mb * self.share
