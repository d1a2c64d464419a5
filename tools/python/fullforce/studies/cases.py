"""The trainings that the studies of precision and of alpha repeat with other settings."""
from __future__ import annotations

from typing import Any, Sequence

from ..points import Point
from .design import Request

HINTED = {"learning.update_probability": 1.0, "run.streams": 16, "run.init_trials": 2, "run.train_trials": 400,
          "run.test_trials": 160}
CASES: dict[str, dict[str, Any]] = {
    "oscillation, 1 stream": {"task.name": "oscillation", "run.streams": 1, "run.train_trials": 60,
                              "run.test_trials": 32},
    "oscillation, 16 streams": {"task.name": "oscillation", "run.streams": 16, "run.train_trials": 128,
                                "run.test_trials": 32},
    "ready-set-go": {"task.name": "ready-set-go", "task.hint": "phase", "network.output_gain": 2.0, **HINTED},
    "delayed comparison": {"task.name": "delayed-comparison", **HINTED},
}


def name_of(case: str) -> str:
    """What the names of a case's points begin with."""
    return case.replace(",", "").replace(" ", "-")


def case_of(point: Point) -> str:
    """The case that a point belongs to."""
    return next(case for case in CASES if point.name.startswith(f"{name_of(case)}-"))


def points_over(request: Request, key: str, values: Sequence[Any]) -> list[Point]:
    """A point for each case, seed and value of a key."""
    n = request.size(300)
    return [request.point(f"{name_of(case)}-{value}-{seed}",
                          {"network.neurons": n, "run.seed": seed, key: value, **settings})
            for case, settings in CASES.items() for seed in request.seeds for value in values]
