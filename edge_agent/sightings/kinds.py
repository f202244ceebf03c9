"""What is one thing seen as different classes, and what never is."""

import numpy as np
from numpy.typing import NDArray

VEHICLES = ("car", "bus", "truck")
MACHINES = ("motorcycle", "bicycle")
"""What people ride on."""
ROAD = (*MACHINES, *VEHICLES)
"""What counts as traffic."""
PERSON = "person"
AT_THE_BANK = (PERSON, "boat")

_FAMILIES = (VEHICLES, MACHINES)
"""Detectors waver within a family from frame to frame, as on a van, and hardly between them."""


def families(classes: tuple[str, ...]) -> NDArray[np.int64]:
    """Return for each class the number of its family [len(classes)]; a track keeps to its family."""
    numbers = {label: number for number, family in enumerate(_FAMILIES) for label in family}
    return np.array([numbers.get(label, len(_FAMILIES) + index) for index, label in enumerate(classes)], np.int64)
