"""J_D of a network file that leaves it out: it is drawn again, to the numbers that the program draws."""
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
    if config["learning"]["precision"] != "double":
        weights = weights.astype(np.float32).astype(float)
    if not degree:
        return weights
    columns = np.concatenate([draws.distinct_inputs(seed, i, N, degree) for i in range(N)])
    return SparseRows(np.arange(N + 1) * degree, columns, weights.ravel())
