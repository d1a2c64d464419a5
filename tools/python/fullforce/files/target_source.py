"""Targets of neurons that come from a trials file: of which network, and of which neurons."""
from __future__ import annotations

from typing import Any, Mapping, Sequence

import numpy as np

from ..errors import InputError
from .trials import Trial


def target_source(config: Mapping[str, Any]) -> str:
    """Where the targets of neurons come from: "generator", "currents" or "rates"."""
    task = config["task"]
    # Programs before there was a choice have target-generating networks.
    return task.get("target", "generator") if task["name"] == "file" else "generator"


def target_neurons(trials: Sequence[Trial]) -> np.ndarray:
    """The neurons whose targets the trials have, [n_neuron]."""
    width = trials[0].neuron_targets.shape[1] if len(trials) > 0 else 0
    listed = getattr(trials, "target_neurons", None)
    return np.arange(width) if listed is None or width == 0 else np.asarray(listed)


def spread_targets(trial: Trial, neurons: np.ndarray, N: int) -> np.ndarray:
    """The targets of all N neurons of a network, [T, N]; NaN where there are none."""
    if len(neurons) > 0 and neurons.max() >= N:
        raise InputError(f"a trial has a target of neuron {neurons.max()}, and the network {N} neurons")
    targets = np.full((len(trial.targets), N), np.nan)
    if trial.neuron_targets.shape[1] > 0:
        targets[:, neurons] = trial.neuron_targets
    return targets
