"""fullforce's files in NumPy: write trials for the task "file", and run a trained network.

    import numpy as np, fullforce_io

    t = np.arange(1000) * 0.001
    sine = fullforce_io.Trial(targets=np.sin(4 * np.pi * t), inputs=(t < 0.05).astype(float))
    fullforce_io.write_trials("trials.h5", [sine], dt=0.001)

    network = fullforce_io.load_network("runs/mine/network.h5")
    run = network.test([sine], init_trials=[sine])     # as `fullforce test` does, on one stream without noise
    print(run.error, run.outputs.shape, run.rates.shape)

Needs NumPy and h5py, nothing of fullforce itself.
"""
import dataclasses
import json
import os
import tomllib

import h5py
import numpy as np

# What random numbers are for, as the program numbers it.
TARGET_WEIGHTS, NETWORK_STATE, TARGET_STATE, TEST_NETWORK_STATE, TEST_TARGET_STATE = 1, 5, 6, 7, 8


def raw_draws(seed, purpose, trial, count, step=0):
    """The program's first `count` 64-bit draws for (seed, purpose, trial, step): Philox 4x64-10 by counter."""
    counter = (step << 64) + (trial << 128) + (purpose << 192)
    # NumPy adds one to the counter before it draws.
    return np.random.Philox(key=seed, counter=(counter - 1) % (1 << 256)).random_raw(-(-count // 4) * 4)


def normal_draws(seed, purpose, trial, count):
    """The same as standard normal numbers, by Box and Muller's transform of pairs."""
    words = (raw_draws(seed, purpose, trial, count) >> np.uint64(11)).reshape(-1, 2)
    radius = np.sqrt(-2 * np.log((words[:, 0] + np.uint64(1)) * 2.0**-53))
    angle = 2 * np.pi * (words[:, 1] * 2.0**-53)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1).ravel()[:count]


def as_columns(signal, length):
    """A signal as [length, n]; None is no channel."""
    if signal is None:
        return np.zeros((length, 0))
    signal = np.asarray(signal, dtype=float)
    signal = signal[:, None] if signal.ndim == 1 else signal
    if signal.ndim != 2 or len(signal) != length:
        raise ValueError(f"a signal of shape {signal.shape} (must be [{length}] or [{length}, n], as long as the targets)")
    if not np.isfinite(signal).all():
        raise ValueError("a signal has values that are not finite")
    return signal


@dataclasses.dataclass
class Trial:
    """Signals of a trial of T steps: targets [T, n_out], inputs [T, n_in], hints [T, n_hint]; one channel may be [T]."""

    targets: np.ndarray
    inputs: np.ndarray = None
    hints: np.ndarray = None

    def __post_init__(self):
        length = len(self.targets)
        if length == 0:
            raise ValueError("a trial of no steps")
        self.targets, self.inputs, self.hints = (as_columns(s, length) for s in (self.targets, self.inputs, self.hints))
        if self.targets.shape[1] == 0:
            raise ValueError("a trial without targets")


def write_trials(path, trials, dt):
    """Writes trials (time step dt, s) as a file for the task "file". It takes its name when it is whole."""
    trials = list(trials)
    if not trials:
        raise ValueError("no trials")
    widths = {tuple(getattr(t, name).shape[1] for name in ("targets", "inputs", "hints")) for t in trials}
    if len(widths) > 1:
        raise ValueError(f"trials differ in their numbers of (targets, inputs, hints): {sorted(widths)}")
    if not (np.isfinite(dt) and dt > 0):
        raise ValueError(f"dt = {dt} (must be positive)")
    unfinished = f"{path}.part"
    with h5py.File(unfinished, "w") as file:
        file.attrs.update(format="fullforce-trials", format_version=1, dt=float(dt))
        file["lengths"] = np.array([len(t.targets) for t in trials], dtype=np.int64)
        for name in ("targets", "inputs", "hints"):
            signal = np.concatenate([getattr(t, name) for t in trials])
            if signal.shape[1] > 0:
                file[name] = signal
    os.replace(unfinished, path)


def read_trials(path):
    """The trials of a file, and their dt (s)."""
    with h5py.File(path) as file:
        if file.attrs.get("format") != "fullforce-trials":
            raise ValueError(f"{path}: is not a trials file of fullforce")
        ends = np.cumsum(file["lengths"][()])[:-1]
        parts = {name: np.split(file[name][()], ends) for name in ("targets", "inputs", "hints") if name in file}
        return [Trial(**dict(zip(parts, signals))) for signals in zip(*parts.values())], float(file.attrs["dt"])


@dataclasses.dataclass
class Run:
    """What a network did, over all steps of all trials: outputs, targets [T, n_out], rates, target_rates [T, N]."""

    outputs: np.ndarray
    targets: np.ndarray
    rates: np.ndarray
    target_rates: np.ndarray

    @property
    def error(self):
        """The test error: sum of squared differences over sum of squared targets."""
        return float(np.sum((self.outputs - self.targets) ** 2) / np.sum(self.targets**2))


class State:
    """Both networks between two steps: x, x_D [N], the recurrent currents z_rec [N] and the outputs z [n_out]."""

    def __init__(self, x, x_D, outputs):
        self.x, self.x_D = x, x_D
        self.feedback, self.z = np.zeros_like(x), np.zeros(outputs)


class Network:
    """A trained network as stored: config (nested dict), provenance (dict), u_in [N, n_in], readout w [n_out, d], u_out, u_hint,
    J_D (None where it is sparse; target_weights() is the matrix either way), and of full-FORCE the learned weights [N, d], with a basis [N, d] where d < N, and with target modes
    [N, n] where the weights are onto those, [n, d]."""

    def __init__(self, path):
        with h5py.File(path) as file:
            if file.attrs.get("format") != "fullforce-network":
                raise ValueError(f"{path}: is not a network file of fullforce")
            self.config = tomllib.loads(file.attrs["config"])
            self.provenance = json.loads(file.attrs["provenance"])
            read = lambda name: file[name][()].astype(float) if name in file else None
            self.u_in, self.readout = read("network/u_in"), read("network/readout")
            self.weights, self.basis, self.modes = read("network/weights"), read("network/basis"), read("network/modes")
            self.u_out, self.u_hint, self.J_D = read("target/u_out"), read("target/u_hint"), read("target/J")
            self.sparse = {k: file["target/J_sparse"][k][()] for k in file.get("target/J_sparse", ())}
            if "network/pending_left" in file:  # a checkpoint
                right, left = read("learning/pending_right"), read("network/pending_left")
                self.weights -= left @ right.T
            if "network/pending_readout" in file:
                self.readout -= read("network/pending_readout") @ read("learning/pending_right").T
        options = self.config["network"]
        self.dt, self.tau = options["dt"], options["tau"]
        decay = np.exp(-self.dt / self.tau)
        self.keep_target = decay
        self.keep = decay if options["integrator"] == "exponential" else 1 - self.dt / self.tau
        self.is_force = self.config["learning"]["rule"] == "force"
        if self.J_D is None and not self.sparse:
            self.J_D = self._draw_target_weights()

    @property
    def neurons(self):
        return len(self.u_in)

    @property
    def J(self):
        """The recurrent weights of the task-performing network while it runs freely, [N, N]."""
        if self.is_force:
            return self.target_weights() + self.u_out @ (self.readout if self.basis is None else self.readout @ self.basis.T)
        weights = self.weights if self.basis is None else self.weights @ self.basis.T
        return weights if self.modes is None else self.modes @ weights

    def target_weights(self):
        """J_D as a matrix [N, N], of a sparse one too."""
        if not self.sparse:
            return self.J_D
        J_D = np.zeros((self.neurons, self.neurons))
        rows = np.repeat(np.arange(self.neurons), np.diff(self.sparse["indptr"]))
        J_D[rows, self.sparse["indices"]] = self.sparse["data"]
        return J_D

    def _draw_target_weights(self):
        options = self.config["network"]
        if options["in_degree"]:
            raise ValueError("the file has no J_D, and sparse weights cannot be drawn again here")
        rows = [normal_draws(self.config["run"]["seed"], TARGET_WEIGHTS, i, self.neurons) for i in range(self.neurons)]
        return np.array(rows) * (options["gain"] / np.sqrt(self.neurons))

    def features(self, r):
        return r if self.basis is None else self.basis.T @ r

    def currents(self, phi):
        """J r, of the features of r."""
        return self.weights @ phi if self.modes is None else self.modes @ (self.weights @ phi)

    def target_product(self, r):
        """J_D r."""
        if not self.sparse:
            return self.J_D @ r
        return np.add.reduceat(self.sparse["data"] * r[self.sparse["indices"]], self.sparse["indptr"][:-1])

    def initial_state(self, seed, test=True, stream=0):
        """The states that the program draws for a stream at the start of a test, or of training."""
        purposes = (TEST_NETWORK_STATE, TEST_TARGET_STATE) if test else (NETWORK_STATE, TARGET_STATE)
        x, x_D = (normal_draws(seed, purpose, stream, self.neurons) for purpose in purposes)
        return State(x, x_D, len(self.readout))

    def run(self, trials, state, forced=False):
        """Runs trials one after another from a state, which it moves on; `forced`: as in init trials. Without noise."""
        records = [], [], [], []
        for trial in trials:
            for name, signal, weights in (("targets", trial.targets, self.u_out), ("inputs", trial.inputs, self.u_in), ("hints", trial.hints, self.u_hint)):
                # A network trained without hints has no weights for them, and does not look at them.
                if signal.shape[1] != weights.shape[1] and not (name == "hints" and weights.shape[1] == 0):
                    raise ValueError(f"a trial has {signal.shape[1]} {name} and the network {weights.shape[1]}")
            hints = trial.hints if self.u_hint.shape[1] else np.zeros((len(trial.targets), 0))
            for f_in, f_out, f_hint in zip(trial.inputs, trial.targets, hints):
                self.step(state, f_in, f_out, f_hint, forced)
                for record, value in zip(records, (state.z, f_out, np.tanh(state.x), np.tanh(state.x_D))):
                    record.append(value)
        return Run(*map(np.array, records))

    def step(self, state, f_in, f_out, f_hint, forced):
        """One step, in the order of DePasquale et al. (2018)."""
        F = self.target_product(np.tanh(state.x_D)) + self.u_out @ f_out + self.u_hint @ f_hint
        s = F + self.u_in @ f_in
        recurrent = self.target_product(np.tanh(state.x)) + self.u_out @ state.z if self.is_force else state.feedback
        state.x_D = s + (state.x_D - s) * self.keep_target
        state.x = self.keep * state.x + (1 - self.keep) * (recurrent + self.u_in @ f_in)
        phi = self.features(np.tanh(state.x))
        state.z = f_out if forced else self.readout @ phi
        if not self.is_force:
            state.feedback = F if forced else self.currents(phi)

    def test(self, trials, init_trials=(), seed=None):
        """What `fullforce test` does on one stream without noise: from the drawn states, forced trials, then free ones."""
        state = self.initial_state(self.config["run"]["seed"] if seed is None else seed)
        self.run(init_trials, state, forced=True)
        return self.run(trials, state)


def load_network(path):
    """The network of a network.h5 or checkpoint."""
    return Network(path)
