"""A loop of scalar code, as people write it: the van der Pol oscillator by Runge and Kutta. It imports nothing."""

from typing import Any

START = (1.0, 0.0, 1.5)
STEPS = 1000


def oscillator(x: Any, v: Any, mu: Any) -> Any:
    """The place after 1,000 steps of h = 0.01, from place x and velocity v; about 70 operations a step."""

    def acceleration(x: Any, v: Any) -> Any:
        return mu * (1 - x * x) * v - x

    h = 0.01
    for _ in range(STEPS):
        k1x, k1v = v, acceleration(x, v)
        k2x, k2v = v + 0.5 * h * k1v, acceleration(x + 0.5 * h * k1x, v + 0.5 * h * k1v)
        k3x, k3v = v + 0.5 * h * k2v, acceleration(x + 0.5 * h * k2x, v + 0.5 * h * k2v)
        k4x, k4v = v + h * k3v, acceleration(x + h * k3x, v + h * k3v)
        x = x + h / 6 * (k1x + 2 * k2x + 2 * k3x + k4x)
        v = v + h / 6 * (k1v + 2 * k2v + 2 * k3v + k4v)
    return x
