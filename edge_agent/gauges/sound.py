"""How far sound travels in air.

Speed: 331.3 + 0.606 T m/s (T in °C), the first two terms of the ideal gas law for dry air,
331.3 sqrt(1 + T / 273.15); humidity adds less than 0.5 % and pressure nothing. One degree is 0.18 %: a temperature
6 °C wrong over an air gap of 4 m is 4 cm of river.
"""

SPEED_AT_ZERO_M_PER_S = 331.3
SPEED_PER_DEGREE_M_PER_S = 0.606
MM_PER_M = 1000.0


def speed_m_per_s(temperature_c: float) -> float:
    """Return the speed of sound in air of this temperature, m/s."""
    return SPEED_AT_ZERO_M_PER_S + SPEED_PER_DEGREE_M_PER_S * temperature_c


def distance_from_echo_mm(*, echo_s: float, temperature_c: float) -> float:
    """Return how far the target is, mm, when the sound took `echo_s` there and back."""
    return echo_s * speed_m_per_s(temperature_c) * MM_PER_M / 2


def echo_from_distance_s(*, distance_mm: float, temperature_c: float) -> float:
    """Return how long the sound takes to a target at `distance_mm` and back, s."""
    return 2 * distance_mm / (speed_m_per_s(temperature_c) * MM_PER_M)
