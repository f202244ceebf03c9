"""Distance below the sensor to stage above the station's datum.

stage_cm = offset_cm - distance_mm / 10, where the offset is the height of the sensor's zero above the datum
(the zero of the staff), set by a technician's levelling and sent to the box as desired state.
"""

STAGE_DECIMALS = 1
"""Sensors resolve 1 mm; more digits would be made up."""


def stage_cm(*, distance_mm: float, offset_cm: float) -> float:
    """Return the stage, cm above datum, in steps of a millimetre; below datum it is negative."""
    return round(offset_cm - distance_mm / 10, STAGE_DECIMALS)


def distance_mm(*, stage_cm: float, offset_cm: float) -> float:
    """Return the distance, mm, that a sensor mounted `offset_cm` above datum has to water at `stage_cm`."""
    return (offset_cm - stage_cm) * 10
