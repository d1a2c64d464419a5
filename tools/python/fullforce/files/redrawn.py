"""J_D of a network file that leaves it out: it is drawn again, up to rounding."""
from __future__ import annotations

from typing import Any, Mapping, Union

import numpy as np

from . import draws
from .sparse_rows import SparseRows


def drawn_target_weights(config: Mapping[str, Any], N: int) -> Union[np.ndarray, SparseRows]:
    """J_D, as an array [N, N] or sparse."""
    seed, degree = config["run"]["seed"], config["network"]["in_degree"]
    inputs = degree or N
    rows = [draws.normal_draws(seed, draws.TARGET_WEIGHTS, i, inputs) for i in range(N)]
    weights = np.array(rows) * (config["network"]["gain"] / np.sqrt(inputs))
    precision = float if config["learning"]["precision"] == "double" else np.float32
    weights = weights.astype(precision).astype(float)
    columns = np.array([draws.distinct_inputs(seed, i, N, degree) if degree else range(N) for i in range(N)])
    if config["network"].get("target_signs", "free") == "dale":  # older programs have no such key
        weights = _balanced(weights, columns, config["network"]["excitatory_fraction"], precision)
    if not degree:
        return weights
    return SparseRows(np.arange(N + 1) * degree, columns.ravel(), weights.ravel())


def _balanced(weights: np.ndarray, columns: np.ndarray, fraction: float, precision: type) -> np.ndarray:
    """Normal numbers as weights under Dale's law, whose rows have a sum of zero."""
    excites = columns < int(np.floor(fraction * len(weights) + 0.5))
    spread, ratio = np.sqrt(1 - 2 / np.pi), np.sqrt((1 - fraction) / fraction)
    magnitudes = np.where(excites, ratio, 1 / ratio) / spread * abs(weights)
    positive, negative = (magnitudes * excites).sum(axis=1), (magnitudes * ~excites).sum(axis=1)
    factors = np.divide(positive, negative, out=np.ones_like(positive), where=(positive > 0) & (negative > 0))
    signed = np.where(excites, magnitudes, -magnitudes).astype(precision).astype(float)
    return np.where(excites, signed, signed * factors[:, None]).astype(precision).astype(float)
