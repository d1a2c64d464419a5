"""Fixed points of a network: where tau dx/dt vanishes."""
from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Optional, Sequence

import numpy as np

from ..errors import InputError
from .checked import as_numbers

if TYPE_CHECKING:
    from .network import Network

#: An eigenvalue nearer to zero belongs to a direction in which the point neither attracts nor repels.
NEUTRAL = 1e-6
#: Of |A^T F| / |F|, where F is the velocity and A the Jacobian: at which a state counts as a minimum of q.
SMALL_GRADIENT = 1e-5
#: How many states of a run are taken as starts.
STARTS = 64


@dataclasses.dataclass
class FixedPoint:
    """A state x [N] in which the network stands still, with its rates [N] and outputs [n_out].

    `eigenvalues` [N] are those of the Jacobian there, in units of 1/tau, by falling real part. `q` is
    |tau dx/dt|^2 / (2 N), and `starts` says how many starting states led there.
    """

    x: np.ndarray
    rates: np.ndarray
    output: np.ndarray
    eigenvalues: np.ndarray
    q: float
    starts: int = 1

    @property
    def unstable(self) -> int:
        """The number of directions in which small deviations grow: eigenvalues with a real part above 1e-6."""
        return int(np.count_nonzero(self.eigenvalues.real > NEUTRAL))

    @property
    def stable(self) -> bool:
        """Whether there is no unstable direction."""
        return self.unstable == 0


def as_starts(starts: Any, neurons: int) -> np.ndarray:
    """Starts [k, N] from a state [N], from states [k, N], or from those of trials, of which some are taken."""
    is_list = isinstance(starts, Sequence) and len(starts) > 0
    if np.ndim(starts[0]) == 2 if is_list else np.ndim(starts) == 3:
        joined = as_numbers(np.concatenate(list(starts)), (None, neurons), "starts")
        starts = joined[np.unique(np.linspace(0, len(joined) - 1, STARTS).astype(int))]
    starts = as_numbers(np.atleast_2d(starts), (None, neurons), "starts")
    if not np.isfinite(starts).all():
        raise InputError("starts has values that are not finite")
    return starts


def find_fixed_points(network: Network, starts: np.ndarray, input: Optional[np.ndarray], tolerance: float,
                      iterations: int, distance: float) -> list[FixedPoint]:
    """The distinct fixed points that the states `starts` [k, N] lead to; see `Network.fixed_points`."""
    found: list[FixedPoint] = []
    same = distance * (np.sqrt(np.mean(starts**2)) or 1.0)
    minima = (_descend(network, start.copy(), input, tolerance, iterations) for start in starts)
    for x, q in sorted((minimum for minimum in minima if minimum[1] <= tolerance), key=lambda minimum: minimum[1]):
        near = [point for point in found if np.sqrt(np.mean((point.x - x) ** 2)) <= same]
        if near:
            near[0].starts += 1
        else:
            found.append(_describe(network, x, q))
    return sorted(found, key=lambda point: -point.starts)


def _descend(network: Network, x: np.ndarray, input: Optional[np.ndarray], tolerance: float,
             iterations: int) -> tuple[np.ndarray, float]:
    """Levenberg and Marquardt's method: Newton steps that are damped until they lead downhill."""
    velocity, damping = network.velocity(x, input), 1.0
    square = velocity @ velocity
    for _ in range(iterations):
        if square <= tolerance * len(x):
            break
        A = network.jacobian(x)
        gradient = A.T @ velocity
        if gradient @ gradient <= SMALL_GRADIENT**2 * square:
            break  # a minimum that is not zero: a slow point
        normal = A.T @ A
        while damping < 1e12:
            step = np.linalg.solve(normal + damping * np.eye(len(x)), gradient)
            moved = network.velocity(x - step, input)
            if moved @ moved < square:
                break
            damping *= 4
        else:
            break
        x, velocity, square, damping = x - step, moved, moved @ moved, damping / 8
    return x, float(square / (2 * len(x)))


def _describe(network: Network, x: np.ndarray, q: float) -> FixedPoint:
    eigenvalues = np.linalg.eigvals(network.jacobian(x))
    r = network.rates(x)
    return FixedPoint(x, r, network.outputs(network.features(r)), eigenvalues[np.argsort(-eigenvalues.real)], q)
