"""Trained networks, read from network.h5 or a checkpoint and run in NumPy."""
from __future__ import annotations

import dataclasses
import json
import numbers
import pathlib
from typing import Any, Iterable

import h5py
import numpy as np

from . import draws
from .opening import open_file
from .trials import Trial
from .versions import SECTIONS, VERSION
from .whole_dataset import expect_whole


def parse_toml(text: str) -> dict[str, Any]:
    """The content of a text in TOML, which Python itself reads from 3.11 on."""
    try:
        import tomllib
    except ModuleNotFoundError:
        try:
            import tomli as tomllib
        except ModuleNotFoundError:
            raise ImportError("networks can be read with Python 3.11 or newer, or with the package tomli") from None
    return tomllib.loads(text)


@dataclasses.dataclass
class Run:
    """What a network did in T steps, those of all trials: outputs, targets [T, n_out], rates, target_rates [T, N]."""

    outputs: np.ndarray
    targets: np.ndarray
    rates: np.ndarray
    target_rates: np.ndarray
    mask: np.ndarray = None  #: [T, n_out] of bool, where scoring counts; None leaves out nothing

    @property
    def error(self) -> float:
        """The test error: sum of squared differences over sum of squared targets, of the samples that count."""
        counts = True if self.mask is None else self.mask
        return float(np.sum((self.outputs - self.targets) ** 2, where=counts) / np.sum(self.targets**2, where=counts))


class State:
    """Both networks between two steps: x, x_D [N], recurrent currents z_rec (feedback) [N], outputs z [n_out]."""

    def __init__(self, x: np.ndarray, x_D: np.ndarray, outputs: int):
        self.x, self.x_D = x, x_D
        self.feedback, self.z = np.zeros_like(x), np.zeros(outputs)


#: Datasets of every network.
NEEDED = ("network/u_in", "network/readout", "target/u_out", "target/u_hint")

#: The rate of a state, by the name of ``network.nonlinearity``.
RATES = {"tanh": np.tanh, "relu": lambda states: np.maximum(states, 0.0)}


class Network:
    """A trained network as stored.

    config (nested dict), provenance (dict); u_in [N, n_in], readout w [n_out, d]; u_out [N, n_out],
    u_hint [N, n_hint], J_D [N, N] (None where it is sparse; `target_weights` gives the matrix either
    way). Of full-FORCE also the learned weights [N, d]; where d < N, with a basis [N, d]. With target
    modes [N, n] the weights are those onto the modes, [n, d].
    """

    def __init__(self, path: str | pathlib.Path):
        with open_file(path) as file:
            if file.attrs.get("format") != "fullforce-network":
                raise ValueError(f"{path}: is not a network file of fullforce")
            expect_known_versions(file, path)
            missing = [name for name in ("config", "provenance") if name not in file.attrs]
            missing += [name for name in NEEDED if name not in file]
            if missing:
                raise ValueError(f"{path}: has no {', '.join(missing)}")
            self.config = parse_toml(file.attrs["config"])
            self.provenance = json.loads(file.attrs["provenance"])
            self._read_weights(file)
            self._apply_pending_updates(file)
        options = self.config["network"]
        self.dt, self.tau = options["dt"], options["tau"]
        self.keep_target = np.exp(-self.dt / self.tau)
        self.keep = self.keep_target if options["integrator"] == "exponential" else 1 - self.dt / self.tau
        # Files of programs before there was a choice have tanh.
        self.rates = RATES[options.get("nonlinearity", "tanh")]
        self.is_force = self.config["learning"]["rule"] == "force"
        if self.J_D is None and not self.sparse:
            degree = options["in_degree"]
            if degree:
                self.sparse = self._draw_sparse_target_weights(degree)
            else:
                self.J_D = self._draw_target_weights()

    def _read_weights(self, file: h5py.File) -> None:
        read = lambda name: read_floats(file, name)
        self.u_in, self.readout = read("network/u_in"), read("network/readout")
        self.weights, self.basis, self.modes = read("network/weights"), read("network/basis"), read("network/modes")
        self.u_out, self.u_hint, self.J_D = read("target/u_out"), read("target/u_hint"), read("target/J")
        self.sparse = {name: file["target/J_sparse"][name][()] for name in file.get("target/J_sparse", ())}

    def _apply_pending_updates(self, file: h5py.File) -> None:
        """A checkpoint holds updates that its weights do not have yet, as products of left [N, b] and right [d, b]."""
        right = read_floats(file, "learning/pending_right")
        if "network/pending_left" in file:
            self.weights -= read_floats(file, "network/pending_left") @ right.T
        if "network/pending_readout" in file:
            self.readout -= read_floats(file, "network/pending_readout") @ right.T

    @property
    def neurons(self) -> int:
        return len(self.u_in)

    @property
    def J(self) -> np.ndarray:
        """The recurrent weights of the task-performing network while it runs freely, [N, N]."""
        if self.is_force:
            readout = self.readout if self.basis is None else self.readout @ self.basis.T
            return self.target_weights() + self.u_out @ readout
        weights = self.weights if self.basis is None else self.weights @ self.basis.T
        return weights if self.modes is None else self.modes @ weights

    def target_weights(self) -> np.ndarray:
        """J_D as a matrix [N, N], of a sparse one too."""
        if not self.sparse:
            return self.J_D
        J_D = np.zeros((self.neurons, self.neurons))
        rows = np.repeat(np.arange(self.neurons), np.diff(self.sparse["indptr"]))
        J_D[rows, self.sparse["indices"]] = self.sparse["data"]
        return J_D

    def _draw_target_weights(self) -> np.ndarray:
        """J_D [N, N] of a file without it, which can be drawn again."""
        seed, N = self.config["run"]["seed"], self.neurons
        return self._weights_drawn(N, [draws.normal_draws(seed, draws.TARGET_WEIGHTS, i, N) for i in range(N)])

    def _draw_sparse_target_weights(self, degree: int) -> dict[str, np.ndarray]:
        """The same of a sparse J_D with so many inputs of each neuron, in compressed sparse row form."""
        seed, N = self.config["run"]["seed"], self.neurons
        rows = [draws.normal_draws(seed, draws.TARGET_WEIGHTS, i, degree) for i in range(N)]
        return {"indptr": np.arange(N + 1) * degree,
                "indices": np.concatenate([draws.distinct_inputs(seed, i, N, degree) for i in range(N)]),
                "data": self._weights_drawn(degree, rows).ravel()}

    def _weights_drawn(self, inputs: int, rows: list[np.ndarray]) -> np.ndarray:
        """Weights of neurons with so many inputs, from standard normal numbers, in the precision of the run."""
        weights = np.array(rows) * (self.config["network"]["gain"] / np.sqrt(inputs))
        single = self.config["learning"]["precision"] != "double"
        return weights.astype(np.float32).astype(float) if single else weights

    def features(self, r: np.ndarray) -> np.ndarray:
        """What learning sees of the rates r [N]: its features [d]."""
        return r if self.basis is None else self.basis.T @ r

    def currents(self, phi: np.ndarray) -> np.ndarray:
        """J r [N], of the features phi [d] of r."""
        return self.weights @ phi if self.modes is None else self.modes @ (self.weights @ phi)

    def target_product(self, r: np.ndarray) -> np.ndarray:
        """J_D r [N], of the rates r [N]."""
        if not self.sparse:
            return self.J_D @ r
        return np.add.reduceat(self.sparse["data"] * r[self.sparse["indices"]], self.sparse["indptr"][:-1])

    def initial_state(self, seed: int, test: bool = True, stream: int = 0) -> State:
        """The states that the program draws for a stream at the start of a test, or of training."""
        purposes = ((draws.TEST_NETWORK_STATE, draws.TEST_TARGET_STATE) if test
                    else (draws.NETWORK_STATE, draws.TARGET_STATE))
        x, x_D = (draws.normal_draws(seed, purpose, stream, self.neurons) for purpose in purposes)
        return State(x, x_D, len(self.readout))

    def run(self, trials: Iterable[Trial], state: State, forced: bool = False) -> Run:
        """Runs trials one after another, without noise, from a state, which it moves on.

        `forced`: the targets drive the task-performing network, as in init trials.
        """
        records = [], [], [], []
        masks = []
        for trial in trials:
            masks.append(trial.mask)
            self._check_widths(trial)
            hints = trial.hints if self.u_hint.shape[1] else np.zeros((len(trial.targets), 0))
            for f_in, f_out, f_hint in zip(trial.inputs, trial.targets, hints):
                self.step(state, f_in, f_out, f_hint, forced)
                for record, value in zip(records, (state.z, f_out, self.rates(state.x), self.rates(state.x_D))):
                    record.append(value)
        return Run(*map(np.array, records), mask=np.concatenate(masks) if masks else None)

    def _check_widths(self, trial: Trial) -> None:
        for name, weights in (("targets", self.u_out), ("inputs", self.u_in), ("hints", self.u_hint)):
            given, wanted = getattr(trial, name).shape[1], weights.shape[1]
            # A network trained without hints has no weights for them, and does not look at them.
            if given != wanted and not (name == "hints" and wanted == 0):
                raise ValueError(f"a trial has {given} {name} and the network {wanted}")

    def step(self, state: State, f_in: np.ndarray, f_out: np.ndarray, f_hint: np.ndarray, forced: bool) -> None:
        """One step, in the order of DePasquale et al. (2018); inputs [n_in], targets [n_out], hints [n_hint]."""
        F = self.target_product(self.rates(state.x_D)) + self.u_out @ f_out + self.u_hint @ f_hint
        s = F + self.u_in @ f_in
        recurrent = (self.target_product(self.rates(state.x)) + self.u_out @ state.z if self.is_force
                     else state.feedback)
        state.x_D = s + (state.x_D - s) * self.keep_target
        state.x = self.keep * state.x + (1 - self.keep) * (recurrent + self.u_in @ f_in)
        phi = self.features(self.rates(state.x))
        state.z = f_out if forced else self.readout @ phi
        if not self.is_force:
            state.feedback = F if forced else self.currents(phi)

    def test(self, trials: Iterable[Trial], init_trials: Iterable[Trial] = (), seed: int | None = None) -> Run:
        """What `fullforce test` does on one stream without noise: from the drawn states, forced, then free trials."""
        state = self.initial_state(self.config["run"]["seed"] if seed is None else seed)
        self.run(init_trials, state, forced=True)
        return self.run(trials, state)


def expect_known_versions(file: h5py.File, path: str | pathlib.Path) -> None:
    """Raises ValueError where a newer program wrote the file, or a section of it, in a form that is not known here.

    A section is a part of the file with a version of its own, which a group has as an attribute.
    """
    for group in (file, *(member for member in file.values() if isinstance(member, h5py.Group))):
        for name, version in group.attrs.items():
            if not name.endswith("_version"):
                continue
            if not isinstance(version, numbers.Real):
                raise ValueError(f"{path}: {group.name} has {name} = {version!r}, which is no number")
            if version > VERSION or name.removesuffix("_version") not in (*SECTIONS, "format"):
                raise ValueError(f"{path}: {group.name} has {name} = {version}, which this package does not know; use "
                                 "the package of a newer fullforce")


def read_floats(file: h5py.File, name: str) -> np.ndarray | None:
    """A dataset in double precision; None where the file does not have it."""
    if name not in file:
        return None
    expect_whole(file[name].id, f"{file.filename}: dataset {name}")
    return file[name][()].astype(float)


def load_network(path: str | pathlib.Path) -> Network:
    """The network of a network.h5 or checkpoint."""
    return Network(path)
