"""Errors from the scores of a test that the program writes: the test error, or those of trials, outputs, conditions."""
from __future__ import annotations

import warnings
from typing import Any, Mapping, Union

import numpy as np

from .errors import InputError, RunWarning

Per = str
#: How warnings about scores begin, which stand in the results too.
OF_SCORES = "test."
LISTS = {"trial": "per_trial", "output": "per_output", "condition": "per_condition"}


def of_each(per: Union[Per, None], test: Mapping[str, Any]) -> Any:
    """The errors in a section `test`: the test error, an array [trials] or [n_out], or a dictionary of conditions."""
    if per is None:
        return _number(test["error"])
    if per not in LISTS:
        raise InputError(f"per = {per!r} (must be \"trial\", \"output\" or \"condition\")")
    rows = test.get(LISTS[per])
    if not rows:
        raise InputError("the trials have no conditions" if per == "condition" else f"the test has no {LISTS[per]}")
    if per == "condition":
        return {row["condition"]: _number(row["error"]) for row in rows}
    rows = sorted(rows, key=lambda row: row["trial"]) if per == "trial" else rows
    return np.array([_number(row["error"]) for row in rows])


def warn_of_no_error(per: Union[Per, None], results: Mapping[str, Any]) -> None:
    """Warns where errors are missing in the results of a test, with the program's reason."""
    test, place = results["test"], "test.error" if per is None else f"test.{LISTS.get(per, per)}: error"
    errors = [test["error"]] if per is None else [row["error"] for row in test.get(LISTS.get(per, ""), ())]
    reasons = [reason for reason in results.get("warnings", ()) if reason.startswith(place)]
    if None in errors:
        warnings.warn(reasons[0] if reasons else f"{place} is not there", RunWarning, stacklevel=4)


def having_conditions(test: dict[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """The same section with conditions as they were given, where these are known by their texts."""
    for name in ("per_condition", "per_trial"):
        for row in test.get(name, ()):
            row["condition"] = known.get(row["condition"], row["condition"])
    return test


def _number(value: Union[float, None]) -> float:
    return float("nan") if value is None else float(value)
