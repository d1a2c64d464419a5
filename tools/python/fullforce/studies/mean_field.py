"""Mean-field theory of random networks of tanh neurons (Sompolinsky, Crisanti & Sommers 1988).

For N to infinity the currents are Gaussian processes. Times are in units of tau. Their autocorrelation
D(t) obeys D'' = D - g^2 <tanh tanh>, where <f f> is the mean of f(x) f(y) over normal x, y of variance
D(0) and covariance D(t). In the chaotic state, g > 1, D comes to rest at zero.
"""
from __future__ import annotations

from typing import Callable

import numpy as np

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(64)
WEIGHTS = WEIGHTS / WEIGHTS.sum()
DURATION = 40.0  # of the autocorrelation; twice that adds 4e-5 to the exponent at g = 1.1 and 2e-8 at g = 1.25
STEP = 0.02
COSINES = 200  # of the basis in which the eigenvalue is found; with half of them it is the same to 1e-9


def mean_product(f: Callable[[np.ndarray], np.ndarray], D: float, D0: float) -> float:
    """<f(x) f(y)> for normal x, y of variance D0 and covariance D."""
    inner = f(np.sqrt(D) * NODES[:, None] + np.sqrt(max(D0 - D, 0)) * NODES) @ WEIGHTS
    return WEIGHTS @ inner**2


def log_cosh(x: np.ndarray) -> np.ndarray:
    return np.logaddexp(x, -x) - np.log(2)


def tanh_slope(x: np.ndarray) -> np.ndarray:
    return 1 - np.tanh(x) ** 2


def potential(g: float, D: float, D0: float) -> float:
    """The potential in which D moves like a particle: D'' = -d potential / dD."""
    return -D * D / 2 + g * g * (mean_product(log_cosh, D, D0) - mean_product(log_cosh, 0, D0))


def variance(g: float) -> float:
    """D(0), from which D comes to rest at zero: that where the potential is as high as at zero."""
    low, high = 1e-6, g * g
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if potential(g, middle, middle) > 0 else (low, middle)
    return low


def autocorrelation(g: float) -> tuple[np.ndarray, np.ndarray]:
    """Times [n], from zero on, and D [n] at these.

    D falls from D(0) at the speed that its potential gives. In s, where D = D(0) (1 - s^2), the time to
    reach it has no singularity.
    """
    D0 = variance(g)
    s = np.linspace(0, 1 - 1e-5, 2000)
    D = D0 * (1 - s * s)
    force = g * g * mean_product(np.tanh, D0, D0) - D0
    speeds = np.sqrt(np.maximum(1e-30, -2 * np.array([potential(g, d, D0) for d in D[1:]])))
    pace = np.concatenate([[np.sqrt(2 * D0 / force)], 2 * D0 * s[1:] / speeds])
    return np.concatenate([[0], np.cumsum((pace[1:] + pace[:-1]) / 2 * np.diff(s))]), D


def lowest_eigenvalue(V: np.ndarray) -> float:
    """The lowest eigenvalue of -d^2/dt^2 + V(t) for an even V, given from t = 0 on at times STEP apart, [n].

    Its eigenfunction is even: the operator becomes a matrix in a basis of even cosines that vanish at the end.
    """
    t = np.arange(len(V)) * STEP
    frequencies = (np.arange(COSINES) + 0.5) * np.pi / DURATION
    basis = np.cos(np.outer(frequencies, t)) * np.sqrt(2 * STEP / DURATION)
    basis[:, 0] *= np.sqrt(0.5)  # the first value counts half in the trapezoidal rule
    return np.linalg.eigvalsh((basis * V) @ basis.T + np.diag(frequencies**2))[0]


def largest_exponent(g: float) -> float:
    """The largest Lyapunov exponent times tau: sqrt(1 - E) - 1.

    E is the lowest eigenvalue of -d^2/dt^2 + 1 - g^2 <tanh' tanh'>.
    """
    if g <= 1:
        return g - 1 if g < 1 else 0.0
    times, D = autocorrelation(g)
    slopes = np.array([mean_product(tanh_slope, d, D[0]) for d in D])
    course = np.interp(np.arange(0, DURATION, STEP), times, D)
    # D falls, and np.interp wants rising places.
    return np.sqrt(1 - lowest_eigenvalue(1 - g * g * np.interp(course, D[::-1], slopes[::-1]))) - 1
