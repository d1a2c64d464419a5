"""Draws configurations over all keys of the program, and the trials that they train on.

A key that is neither drawn nor left out for a reason is an error, so that a new key comes under test.
"""
import math

import numpy as np

import harness  # noqa: F401 (it says where the package fullforce is)
from fullforce import files
from fullforce.options import as_toml
from fullforce.toml_text import read_toml

#: Small networks, with block sizes on both sides of what ranks divide evenly.
NEURONS = (2, 3, 5, 8, 13, 20, 31, 40, 57, 70)
#: Signals of a file: most have them all, some have a single output alone.
WIDTHS = ((2, 1, 1), (1, 0, 0), (1, 2, 0), (3, 1, 2))


def chance(draw, probability):
    return draw.random() < probability


def one_of(draw, values):
    return values[int(draw.integers(len(values)))]


def power_of_ten(draw, low, high):
    return float(f"{10 ** draw.uniform(low, high):.6g}")


def count(draw, so_far, values):
    """A number of trials; built-in tasks have long ones."""
    return int(one_of(draw, values if so_far["task.name"] == "file" else (0, 1, 1, 2)))


def target_modes(draw, so_far):
    """A number of modes; where modes are refused, it is seldom anything but zero."""
    is_refused = (so_far["learning.rule"] == "force" or so_far["run.init_trials"] == 0
                  or so_far["learning.features"] == "sparse")
    if chance(draw, 0.9 if is_refused else 0.5):
        return 0
    return one_of(draw, (1, max(1, so_far["network.neurons"] // 4), so_far["network.neurons"]))


def plastic_fraction(draw, so_far):
    """A share of the neurons; where it must be 1, it is seldom anything else."""
    is_refused = so_far["learning.features"] == "low-rank" or so_far["learning.target_modes"] > 0
    return 1.0 if chance(draw, 0.9 if is_refused else 0.6) else one_of(draw, (1e-6, 0.1, 0.5, 0.9))


def gain_of_signal(draw):
    return one_of(draw, (1.0, 1.0, 0.0, -0.5, 2.0))


#: How a key is drawn. A function may look at what was drawn before it. Values are mostly right; those of several keys
#: together may be wrong, and are then to be refused.
DRAWN = {
    "task.name": lambda draw, _: one_of(draw, ("file",) * 8 + ("oscillation", "ready-set-go", "delayed-comparison")),
    "run.seed": lambda draw, _: int(one_of(draw, (0, 1, int(draw.integers(2**31)), int(draw.integers(2**63 - 1))))),
    "run.streams": lambda draw, so_far: int(one_of(draw, (1, 1, 2, 3, 5, 8) if so_far["task.name"] == "file"
                                                   else (1, 2, 3))),
    "run.init_trials": lambda draw, so_far: count(draw, so_far, (0, 1, 1, 2)),
    "run.train_trials": lambda draw, so_far: count(draw, so_far, (0, 1, 2, 4, 7, 9)),
    "run.test_trials": lambda draw, so_far: count(draw, so_far, (0, 1, 2, 3, 6)),
    "task.version": lambda draw, _: int(one_of(draw, (2, 1))),
    "task.hint": lambda draw, so_far: one_of(draw, (True, True, False, "published", "none")
                                             + (("phase", "phase") if so_far["task.name"] == "ready-set-go" else ())),
    "task.target": lambda draw, _: one_of(draw, ("generator",) * 4 + ("currents", "rates")),
    "task.reset": lambda draw, so_far: one_of(draw, ("none", "none", "zero", "fixed", "random")
                                              + (("targets",) * 3 if so_far["task.target"] == "rates" else ())),
    "task.pulse": lambda draw, _: one_of(draw, (0.05, 0.05, 0.02)),
    "task.delay_min": lambda draw, _: one_of(draw, (0.0, 0.0, 0.05)),
    "task.delay_max": lambda draw, _: one_of(draw, (0.0, 0.6)),
    "task.pause_min": lambda draw, _: one_of(draw, (0.4, 0.0, 0.2)),
    "task.pause_random": lambda draw, _: one_of(draw, (2.0, 0.0, 0.3)),
    "task.file": lambda draw, _: one_of(draw, ("trials.h5", "my trials.h5")),
    "task.test_file": lambda draw, _: one_of(draw, ("", "", "trials.h5", "my trials.h5")),
    "network.neurons": lambda draw, _: int(one_of(draw, NEURONS)),
    "network.dt": lambda draw, so_far: one_of(draw, (0.001, 0.002, 0.005) if so_far["task.name"] == "file"
                                              else (0.005, 0.01)),
    "network.tau": lambda draw, so_far: one_of(draw, (0.01, 0.02, so_far["network.dt"] * 0.6, so_far["network.dt"])),
    "network.nonlinearity": lambda draw, _: one_of(draw, ("tanh", "tanh", "tanh", "relu")),
    "network.gain": lambda draw, so_far: one_of(draw, (0.0, 0.7, 1.1) if so_far["network.nonlinearity"] == "relu"
                                                else (0.0, 0.9, 1.2, 1.5, 2.0)),
    "network.noise": lambda draw, _: one_of(draw, (0.0, 0.0, 0.01, 0.5)),
    "network.input_gain": lambda draw, _: gain_of_signal(draw),
    "network.output_gain": lambda draw, _: gain_of_signal(draw),
    "network.hint_gain": lambda draw, _: gain_of_signal(draw),
    "network.integrator": lambda draw, _: one_of(draw, ("euler", "exponential")),
    "network.in_degree": lambda draw, so_far: int(one_of(draw, (0, 0, 1, max(1, so_far["network.neurons"] // 3),
                                                                so_far["network.neurons"] - 1))),
    "learning.rule": lambda draw, _: one_of(draw, ("full-force", "full-force", "force")),
    "network.static_in_degree": lambda draw, so_far: int(one_of(draw, (0, 0, 1, so_far["network.neurons"] // 2))),
    "network.static_gain": lambda draw, _: one_of(draw, (1.0, 1.0, 0.0, 0.5)),
    "learning.features": lambda draw, _: one_of(draw, ("dense", "low-rank", "sparse", "sparse")),
    "network.target_signs": lambda draw, _: one_of(draw, ("free", "free", "dale")),
    "network.excitatory_fraction": lambda draw, _: one_of(draw, (0.8, 0.8, 0.5, 0.3)),
    "learning.signs": lambda draw, so_far: one_of(draw, ("free", "dale" if so_far["learning.features"] == "sparse" or chance(draw, 0.1) else "free")),
    "learning.class_penalty": lambda draw, _: one_of(draw, (0.0, 0.0, 0.1)),
    "learning.alpha": lambda draw, _: power_of_ten(draw, -2, 2),
    "learning.update_probability": lambda draw, _: one_of(draw, (0.0, 0.1, 0.5, 1.0)),
    "learning.precision": lambda draw, _: one_of(draw, ("double", "single", "mixed")),
    "learning.panel": lambda draw, _: int(one_of(draw, (1, 2, 7, 13, 64, 4096))),
    "learning.rank_tolerance": lambda draw, _: power_of_ten(draw, -7, -1),
    "learning.max_rank": lambda draw, _: int(one_of(draw, (1, 4, 20, 1024))),
    "learning.target_modes": lambda draw, so_far: int(target_modes(draw, so_far)),
    "learning.forgetting": lambda draw, _: one_of(draw, (1.0, 1.0, 0.999, 0.99)),
    "learning.plastic_fraction": plastic_fraction,
    "learning.plastic_in_degree": lambda draw, _: int(one_of(draw, (1, 3, 20, 200))),
    "learning.group": lambda draw, _: int(one_of(draw, (1, 3, 16, 1000))),
    "learning.readout_inputs": lambda draw, _: int(one_of(draw, (1, 10, 1000))),
    "checkpoint.every_minutes": lambda draw, _: one_of(draw, (0.0, 10.0)),
    "checkpoint.every_trials": lambda draw, _: int(one_of(draw, (0, 1, 3))),
    "checkpoint.keep": lambda draw, _: int(one_of(draw, (1, 2, 3))),
}

#: Keys that are not drawn, and why.
NOT_DRAWN = {"run.output": "every run of a test has a folder of its own",
             "run.start_from": "a run before it must have made the network; start_from.py tests it",
             "run.keep_P": "likewise",
             "learning.partners": "the file has to fit the groups; sparse_features.py tests it"}

#: Values that are wrong by themselves. Some configurations get one of them.
WRONG = [("run.seed", -1), ("run.streams", 0), ("run.streams", 65), ("run.init_trials", -1), ("run.train_trials", -2),
         ("run.test_trials", -1), ("task.name", "osculation"), ("task.version", 3), ("task.hint", 1), ("task.reset", "never"), ("task.target", "rate"),
         ("task.file", "~/trials.h5"), ("task.file", "nowhere.h5"), ("task.test_file", "nowhere.h5"), ("network.neurons", 1), ("network.neurons", 2.5),
         ("network.dt", 0.0), ("network.tau", -0.01), ("network.gain", -1.0), ("network.noise", -0.1),
         ("network.integrator", "rk4"), ("network.nonlinearity", "sigmoid"), ("network.in_degree", -1),
         ("learning.rule", "forced"), ("learning.features", "lowrank"), ("learning.alpha", 0.0),
         ("learning.update_probability", 1.5), ("learning.precision", "half"), ("learning.panel", 4097),
         ("learning.rank_tolerance", 0.0), ("learning.rank_tolerance", 1.0), ("learning.max_rank", 0), ("learning.target_modes", -1),
         ("learning.forgetting", 0.0), ("learning.forgetting", 1.1), ("learning.plastic_fraction", 0.0), ("learning.plastic_fraction", 1.1), ("learning.plastic_in_degree", 0), ("learning.group", 0),
         ("learning.readout_inputs", 0), ("network.static_in_degree", -1),
         ("network.static_gain", -1.0), ("network.target_signs", "Dale"), ("network.excitatory_fraction", 1.0), ("learning.signs", "dales"), ("learning.class_penalty", -1.0),
         ("checkpoint.every_minutes", -1.0), ("checkpoint.every_trials", -1), ("checkpoint.keep", 0)]


def check_keys(defaults):
    """What is wrong with the tables above, given the program's default configuration as TOML; None if nothing is."""
    known = {f"{section}.{key}" for section, keys in read_toml(defaults).items() for key in keys}
    here = set(DRAWN) | set(NOT_DRAWN)
    if known == here and not set(DRAWN) & set(NOT_DRAWN):
        return None
    return (f"keys that are neither drawn nor left out for a reason: {sorted(known - here)}; "
            f"keys that the program does not have: {sorted(here - known)}")


def draw_values(draw):
    """The values of a configuration by full name; a few are left to their defaults."""
    values = {}
    for key, function in DRAWN.items():
        values[key] = function(draw, values)
    if chance(draw, 0.08):
        key, value = one_of(draw, WRONG)
        values[key] = value
    return values


def as_configuration(values):
    """A configuration in TOML."""
    sections = {}
    for key, value in values.items():
        section, name = key.split(".")
        sections.setdefault(section, []).append(f"{name} = {as_toml(value)}")
    return "\n".join(line for section, lines in sections.items() for line in [f"[{section}]", *lines]) + "\n"


def draw_trials(draw):
    """Trials of a file: one or a few of different lengths, some with targets that are zero throughout.

    In some of them, learning and scoring leave samples out. Most have targets of one or two neurons.
    """
    widths = (*one_of(draw, WIDTHS), int(one_of(draw, (0, 1, 2, 2))))
    trials = []
    for _ in range(int(one_of(draw, (1, 2, 3, 5)))):
        length = int(draw.integers(4, 60))
        signals = [np.sin(np.cumsum(draw.standard_normal((length, width)) * 0.3, axis=0)) for width in widths]
        if chance(draw, 0.1):
            signals[0][:] = 0
        mask = draw.random((length, widths[0])) < one_of(draw, (0.5, 0.9)) if chance(draw, 0.2) else None
        condition = one_of(draw, ("", "left", "right, far"))
        targets, inputs, hints, neurons = (signal if signal.shape[1] else None for signal in signals)
        trials.append(files.Trial(targets, inputs, hints, mask, condition,
                                  None if neurons is None else 0.9 * neurons))
    return trials if math.prod(len(t.targets) - 3 for t in trials) else draw_trials(draw)
