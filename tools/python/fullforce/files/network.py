"""Trained networks, read from network.h5 or a checkpoint: weights as arrays, run and examined in NumPy."""
from __future__ import annotations

import copy
import pathlib
import zlib
from typing import Any, Iterable, Mapping, Optional, Sequence, Union

import numpy as np

from ..errors import InputError
from ..scratch import ScratchFolder, UsesScratch
from ..targets_missing import warn_without_targets
from . import draws
from .activity import Activity
from .checked import as_neurons, as_numbers
from .fixed_points import FixedPoint, as_starts, find_fixed_points
from .network_file import DATASETS, SPARSE, read_network_file
from .network_run import Noise, State, run_network, start_states
from .network_saving import save_network
from .redrawn import drawn_target_weights
from .sparse_rows import SparseRows
from .target_source import target_source
from .trials import Trial, read_trials
from .whole_test import run_test


def relu(states: np.ndarray) -> np.ndarray:
    return np.maximum(states, 0.0)


def slope_of_tanh(states: np.ndarray) -> np.ndarray:
    return 1 - np.tanh(states) ** 2


def slope_of_relu(states: np.ndarray) -> np.ndarray:
    return (states > 0).astype(float)


#: The rate of a state and its derivative, by the name of ``network.nonlinearity``.
RATES = {"tanh": np.tanh, "relu": relu}
SLOPES = {"tanh": slope_of_tanh, "relu": slope_of_relu}
#: The state of a rate.
STATES = {"tanh": np.arctanh, "relu": relu}
#: The arrays that MANUAL.md calls by a letter, where the network stores no other factors of them.
LETTERS = {"J": "weights", "w": "readout", "U": "basis"}


class Network(UsesScratch):
    """A trained network of N neurons, n_in inputs, n_out outputs and n_hint hints.

    The attributes `config` (a nested dict) and `provenance` (a dict) describe it. u_in [N, n_in], u_out
    [N, n_out], u_hint [N, n_hint] and J_D [N, N] are the fixed weights. J_D is None if it is sparse, and `sparse` has
    it then in CSR form; `target_weights()` gives the matrix in both cases.

    The learned weights are `readout` [n_out, d] and, under full-FORCE, `weights` [N, d]. They act on d
    features: the rates (d = N), or the coordinates of the rates in `basis` [N, d]. With target modes,
    `weights` is [n, d], and the recurrent weights are `modes` [N, n] times it. `J`, `w` and `U` are these
    arrays, or their products, under the letters of MANUAL.md.

    With sparse features, `weights` [N, K] are those from the `partners` of each neuron, `J_s` has the static weights
    beside them in CSR form, if there are any, and `readout` [n_out, K_out] reads the neurons `readout_inputs`.
    `sparse_weights()` is J in CSR form.

    `target_source` says where the targets of neurons came from: "generator", "currents" or "rates" (the key
    task.target). Only with "generator" is there a target-generating network.

    The arrays may be changed in place, and `save` then writes the changed ones. The network *runs freely* if
    its own currents and outputs drive it, and not the targets as in an init trial.
    """

    def __init__(self, path: str | pathlib.Path, folder: Optional[ScratchFolder] = None):
        """Reads the network; `folder`, where it is given, lasts as long as the network."""
        self._scratch = folder
        file = read_network_file(path)
        self.path, self._seal, self.config, self.provenance = file.path, file.seal, file.config, file.provenance
        self.__dict__.update(file.arrays)
        self.sparse, self.J_s = file.sparse["J_D"], file.sparse["J_s"]
        self.partners, self.readout_inputs = file.partners, file.readout_inputs
        if self.readout_inputs is not None:
            _read_only(self.readout_inputs)
        options = self.config["network"]
        self.dt, self.tau = options["dt"], options["tau"]
        self.keep_target = np.exp(-self.dt / self.tau)
        self.keep = self.keep_target if options["integrator"] == "exponential" else 1 - self.dt / self.tau
        # Files of programs before there was a choice have tanh.
        nonlinearity = options.get("nonlinearity", "tanh")
        self.rates, self.slopes, self.states = RATES[nonlinearity], SLOPES[nonlinearity], STATES[nonlinearity]
        self.is_force = self.config["learning"]["rule"] == "force"
        self.target_source = target_source(self.config)
        if self.J_D is None and self.sparse is None and self.has_generator:
            drawn = drawn_target_weights(self.config, self.neurons)
            self.J_D, self.sparse = (None, drawn) if isinstance(drawn, SparseRows) else (drawn, None)
        self._read = self._checksums()

    def __setattr__(self, name: str, value: Any) -> None:
        """Sets an attribute. Arrays of weights must have the shape that they have in the network."""
        if name in DATASETS and "_read" in self.__dict__:
            present = getattr(self, name)
            if present is None:
                raise InputError(f"{name}: this network has no such array, and gets none")
            value = as_numbers(value, present.shape, name)
        object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        kind = "FORCE" if self.is_force else "full-FORCE"
        widths = f"{self.u_in.shape[1]} inputs, {len(self.readout)} outputs"
        return f"<Network of {self.neurons} neurons, {kind}, {widths}, {self.path}>"

    @property
    def neurons(self) -> int:
        """N."""
        return len(self.u_in)

    @property
    def plastic_neurons(self) -> int:
        """With full-FORCE and a target-generating network: the first so many neurons learn their recurrent weights."""
        share = self.config["learning"].get("plastic_fraction", 1.0)  # older programs have no such key
        return max(1, int(np.floor(share * self.neurons + 0.5)))

    @property
    def has_generator(self) -> bool:
        """Whether there is a target-generating network."""
        return self.target_source == "generator"

    @property
    def J(self) -> np.ndarray:
        """The recurrent weights of the task-performing network while it runs freely, [N, N].

        If the network stores J itself, this is that array. Otherwise it is a product, which is read-only.
        """
        if self.is_force:
            return _read_only(self.target_weights() + self.u_out @ self.w)
        if self._stores_J:
            return self.weights
        if self.partners is not None:
            return _read_only(self.sparse_weights().dense())
        weights = self.weights if self.basis is None else self.weights @ self.basis.T
        return _read_only(weights if self.modes is None else self.modes @ weights)

    @J.setter
    def J(self, values: np.ndarray) -> None:
        if not self._stores_J:
            raise AttributeError("J of this network is a product of other arrays (change J_D, u_out, readout, weights, "
                                 "basis or modes), or made of weights and J_s")
        self.weights[...] = _for_all_or_each(values, self.weights, "J")

    @property
    def _stores_J(self) -> bool:
        return not self.is_force and self.basis is None and self.modes is None and self.partners is None

    def sparse_weights(self) -> SparseRows:
        """J of a network with sparse features in CSR form: the learned weights and J_s together.

        For a network whose J is not sparse, InputError is raised.
        """
        if self.partners is None:
            raise InputError("J of this network is not sparse (its features are not, or it learned with FORCE; use J)")
        learned = self.partners.matrix(self.weights)
        return learned if self.J_s is None else learned + self.J_s

    @property
    def w(self) -> np.ndarray:
        """The readout over the rates, [n_out, N].

        If there is a basis, it is a product, and with sparse features a copy with zeros for the neurons that are not
        read. Both are read-only.
        """
        if self.readout_inputs is not None:
            w = np.zeros((len(self.readout), self.neurons))
            w[:, self.readout_inputs] = self.readout
            return _read_only(w)
        return self.readout if self.basis is None else _read_only(self.readout @ self.basis.T)

    @w.setter
    def w(self, values: np.ndarray) -> None:
        if self.basis is not None:
            raise AttributeError("w of this network is a product of readout and basis (change these)")
        if self.readout_inputs is not None:
            raise AttributeError("the readout of this network reads the neurons readout_inputs alone (change readout)")
        self.readout[...] = _for_all_or_each(values, self.readout, "w")

    @property
    def U(self) -> Optional[np.ndarray]:
        """The basis of low-rank features, [N, d]; None if the features are dense."""
        return self.basis

    def target_weights(self) -> np.ndarray:
        """J_D as a matrix [N, N], also if it is sparse. InputError says that there is no target-generating network."""
        if not self.has_generator:
            raise InputError(f'the network has no target-generating network: it has learned {self.target_source} of a '
                             f'file (task.target = "{self.target_source}")')
        return self.J_D if self.sparse is None else self.sparse.dense()

    def features(self, r: np.ndarray) -> np.ndarray:
        """The features [d] of the rates r [N]: r itself, or its coordinates in the basis."""
        return r if self.basis is None else self.basis.T @ r

    def currents(self, phi: np.ndarray) -> np.ndarray:
        """J r [N], from the features phi [d] of r. It is for full-FORCE alone, since FORCE does not learn J."""
        if self.partners is not None:
            learned = self.partners.product(self.weights, phi)
            return learned if self.J_s is None else learned + self.J_s @ phi
        return self.weights @ phi if self.modes is None else self.modes @ (self.weights @ phi)

    def outputs(self, phi: np.ndarray) -> np.ndarray:
        """The outputs w r [n_out], from the features phi [d] of the rates r."""
        return self.readout @ (phi if self.readout_inputs is None else phi[self.readout_inputs])

    def target_product(self, r: np.ndarray) -> np.ndarray:
        """J_D r [N], from the rates r [N]."""
        return (self.J_D if self.sparse is None else self.sparse) @ r

    def recurrent(self, r: np.ndarray) -> np.ndarray:
        """J r [N] of the network that runs freely, from the rates r [N]. Under FORCE it is J_D r + u_out w r."""
        phi = self.features(r)
        return self.target_product(r) + self.u_out @ self.outputs(phi) if self.is_force else self.currents(phi)

    def initial_state(self, seed: Optional[int] = None, test: bool = True, stream: int = 0) -> State:
        """The states that the program draws for a stream at the start of a test, or of training.

        `seed` is by default ``run.seed`` of the network.
        """
        purposes = ((draws.TEST_NETWORK_STATE, draws.TEST_TARGET_STATE) if test
                    else (draws.NETWORK_STATE, draws.TARGET_STATE))
        x, x_D = (draws.normal_draws(self._seed_or(seed), purpose, stream, self.neurons) for purpose in purposes)
        return State(x, x_D, len(self.readout))

    def _seed_or(self, seed: Optional[int]) -> int:
        return self.config["run"]["seed"] if seed is None else seed

    def step(self, state: State, f_in: Optional[np.ndarray] = None, f_out: Optional[np.ndarray] = None,
             f_hint: Optional[np.ndarray] = None, forced: bool = False, noise: Optional[np.ndarray] = None,
             neuron_targets: Optional[np.ndarray] = None) -> None:
        """Moves `state` on by one step, in the order of DePasquale et al. (2018).

        The signals are f_in [n_in], f_out [n_out] and f_hint [n_hint]; None stands for zeros. With `forced` the
        step is teacher-forced. `noise` [N] is added to the states x. `neuron_targets` [N] are currents of a file, which
        are forced upon the neurons; NaN stands where a neuron has none.
        """
        f_in, f_out, f_hint = (np.zeros(weights.shape[1]) if signal is None else signal for signal, weights
                               in ((f_in, self.u_in), (f_out, self.u_out), (f_hint, self.u_hint)))
        if self.has_generator:
            F = self.target_product(self.rates(state.x_D)) + self.u_out @ f_out + self.u_hint @ f_hint
            s = F + self.u_in @ f_in
        else:
            F = np.full(self.neurons, np.nan) if neuron_targets is None else neuron_targets
        recurrent = (self.target_product(self.rates(state.x)) + self.u_out @ state.z if self.is_force
                     else state.feedback)
        if self.has_generator:
            state.x_D = s + (state.x_D - s) * self.keep_target
        state.x = self.keep * state.x + (1 - self.keep) * (recurrent + self.u_in @ f_in)
        if noise is not None:
            state.x += noise
        phi = self.features(self.rates(state.x))
        state.z = f_out if forced else self.outputs(phi)
        if not self.is_force:
            state.feedback = self._forced(F, phi) if forced else self.currents(phi)

    def _forced(self, F: np.ndarray, phi: np.ndarray) -> np.ndarray:
        """The recurrent currents of a teacher-forced step: F, and the network's own where there is no target current."""
        if self.has_generator:
            own = np.arange(self.neurons) >= self.plastic_neurons
        else:
            own = np.full(self.neurons, self.target_source == "rates") | np.isnan(F)
        return np.where(own, self.currents(phi), F) if own.any() else F

    def reset(self, state: State, x: np.ndarray) -> None:
        """Puts both networks into the state x [N], with the currents and outputs of its rates."""
        state.x, state.x_D = x.copy(), x.copy()
        phi = self.features(self.rates(x))
        state.z = self.outputs(phi)
        if not self.is_force:
            state.feedback = self.currents(phi)

    def run(self, X: Any, Y: Any = None, hints: Any = None, *, init_trials: Any = None, state: Optional[State] = None,
            forced: bool = False, noise: float = 0.0, seed: Optional[int] = None, first_trial: int = 0) -> Activity:
        """Runs trials and records all neurons, as `fullforce test` and `run` of a model do with these trials.

        X is a list of inputs [T, n_in], an array [trials, T, n_in], or a list of `Trial`; Y and hints are
        likewise the targets [T, n_out] and hints [T, n_hint] of the target-generating network (zeros by
        default). At the beginning of each trial the states are reset as the key task.reset says. Under "none" they
        run on from trial to trial, after the init trials that the program would run, on as many streams.

        `init_trials` names other teacher-forced trials that come before, like X or as (X, Y), and () none. `state` is
        where the run begins without init trials, and is moved on. In both cases, and with `forced`, which makes X
        themselves teacher-forced, there is one stream. `noise` is eta; its random numbers are not those that the
        program draws. `first_trial` is the number of the first trial, on which random resets depend.
        """
        seed, trials = self._seed_or(seed), self._trials(X, Y, hints)
        eta = Noise(self, noise, seed)
        if init_trials is None and state is None and not forced and first_trial == 0:
            if Y is None:
                self._warn_of_init_trials(trials)
            return run_test(self, trials, eta, seed)
        state = self.initial_state(seed) if state is None else state
        run_network(self, self._trials_before(init_trials), state, True, eta, seed, 0)
        return run_network(self, trials, state, forced, eta, seed, first_trial)

    def _trials_before(self, given: Any) -> Sequence[Trial]:
        if given is None:
            return []
        of_arrays = isinstance(given, tuple) and len(given) == 2 and not isinstance(given[0], Trial)
        return self._trials(*given, None) if of_arrays else self._trials(given, None, None)

    def _warn_of_init_trials(self, trials: Sequence[Trial]) -> None:
        from ..arrays import has_targets
        if not has_targets(trials):
            warn_without_targets(self.config, stacklevel=4)

    def _trials(self, X: Any, Y: Any, hints: Any) -> Sequence[Trial]:
        from ..arrays import as_trials  # which needs the types of this folder
        if isinstance(X, (list, tuple)) and len(X) == 0:
            return []
        return as_trials(X, Y, hints=hints, outputs=len(self.readout))

    def test(self, trials: Iterable[Trial], init_trials: Iterable[Trial] = (), seed: Optional[int] = None) -> Activity:
        """Does what `fullforce test` does on one stream without noise: teacher-forced init trials, then `trials`.

        It is `run` with these init trials, none by default.
        """
        return self.run(list(trials), init_trials=list(init_trials), seed=seed)

    def start_states(self, trials: int, seed: Optional[int] = None) -> Optional[np.ndarray]:
        """The states in which test trials 0, 1, ... begin, [trials, N]; None if task.reset is "none".

        With "targets" they are those of the trials, and InputError says so.
        """
        if self.config["task"].get("reset") == "targets":
            raise InputError('task.reset = "targets": trials begin in states of their own target rates (see run)')
        return start_states(self, range(trials), self._seed_or(seed))

    def velocity(self, x: np.ndarray, input: Optional[np.ndarray] = None) -> np.ndarray:
        """tau dx/dt = -x + J r(x) + u_in f_in of the network that runs freely, [N], at a constant input [n_in]."""
        x = as_numbers(x, (self.neurons,), "x")
        driven = 0.0 if input is None else self.u_in @ as_numbers(input, (self.u_in.shape[1],), "input")
        return -x + self.recurrent(self.rates(x)) + driven

    def jacobian(self, x: np.ndarray) -> np.ndarray:
        """The derivative of `velocity` with respect to x, [N, N]: -I + J diag(r'(x)), in units of 1/tau."""
        return self.J * self.slopes(as_numbers(x, (self.neurons,), "x")) - np.eye(self.neurons)

    def fixed_points(self, starts: Any = None, input: Optional[np.ndarray] = None, *, tolerance: float = 1e-20,
                     iterations: int = 200, distance: float = 1e-4) -> list[FixedPoint]:
        """Finds fixed points of the network that runs freely under a constant input [n_in], from `starts` [k, N].

        `starts` may also be states of trials, a list of [T, N] or an array [trials, T, N], such as `states` of a run.
        64 of these states are taken, at equal distances. Without `starts`, they come from a run through the test
        trials of the network, if it has learned a trials file.

        The search minimises q = |tau dx/dt|^2 / (2 N) from each of the starts. It leads to a fixed point if q ends at
        `tolerance` or below. Points count as one if the root mean square of their difference is at most `distance`
        times that of the starts. The points that most starts led to come first. For large networks, use `fullforce
        analyze --fixed-points`, which has the same limits.
        """
        starts = as_starts(self._own_states() if starts is None else starts, self.neurons)
        return find_fixed_points(self, starts, input, tolerance, iterations, distance)

    def _own_states(self) -> list[np.ndarray]:
        """The states in a run through the trials of the test."""
        task, count = self.config["task"], self.config["run"]["test_trials"]
        path = (task.get("test_file") or task["file"]) if task["name"] == "file" else ""
        if not path or not pathlib.Path(path).exists():
            raise InputError("starts is missing, and the trials of the network are not there to take states from (give "
                             "states [k, N], or those of a run: fixed_points(model.run().states))")
        return self.run(read_trials(path)[0][:max(1, count)]).states

    def lesion(self, neurons: Sequence[int]) -> Network:
        """A copy in which neurons are silent: they do not drive other neurons, and nothing drives them.

        `neurons` has their numbers, or truth values [N].

        In the task-performing network all weights from and to these neurons are zero, also those of the readout.
        Under FORCE its recurrent weights contain J_D, so the neurons are silent in the target-generating network
        as well. The fixed state in which trials begin is zero there. Other states that a run begins with, which
        are random or left by init trials, decay in these neurons within a few tau.
        """
        silent = np.zeros(self.neurons, dtype=bool)
        silent[as_neurons(neurons, self.neurons)] = True
        other = self.copy()
        other.u_in[silent] = 0.0
        if other.start_state is not None:
            other.start_state[silent] = 0.0
        if other.is_force:
            other._lesion_target(silent)
            other.u_out[silent] = 0.0
        other._lesion_inputs(silent)
        rows = other.weights if other.modes is None else other.modes
        if rows is not None:
            rows[silent] = 0.0
        return other

    def _lesion_inputs(self, silent: np.ndarray) -> None:
        """Silent neurons do not reach the learned weights."""
        if self.basis is not None:
            self.basis[silent] = 0.0
            return
        self.readout[:, silent if self.readout_inputs is None else silent[self.readout_inputs]] = 0.0
        if self.J_s is not None:
            self.J_s.silence(silent)
        if self.partners is not None:
            self.partners.silence(self.weights, silent)
        elif self.weights is not None:
            self.weights[:, silent] = 0.0

    def _lesion_target(self, silent: np.ndarray) -> None:
        if self.sparse is not None:
            self.sparse.silence(silent)
        else:
            self.J_D[silent], self.J_D[:, silent] = 0.0, 0.0

    def perturb(self, size: Optional[float] = None, seed: int = 0,
                arrays: Union[str, Sequence[str]] = ("weights", "readout"), **sizes: float) -> Network:
        """A copy in which normal noise is added to these arrays. Its standard deviation is `size` times theirs.

        `arrays` has names of attributes of the class, or is one name. The letters J, w and U stand for weights, readout
        and basis, and J_s for the static weights beside sparse features. Arrays may also have sizes of their own, as in perturb(J=0.05, w=0.1). Weights that are zero stay
        zero. Arrays that the network does not have are left out. Under FORCE, for example, there is no array
        `weights`, and J, which is J_D + u_out w, cannot be named.
        """
        of_each = self._sizes(size, [arrays] if isinstance(arrays, str) else arrays, sizes)
        random, other = np.random.default_rng(seed), self.copy()
        for name, size in of_each.items():
            values = other._arrays().get(name)
            if values is not None:
                present = values != 0
                values[present] += size * values[present].std() * random.standard_normal(np.count_nonzero(present))
        return other

    def _sizes(self, size: Optional[float], arrays: Sequence[str], sizes: Mapping[str, float]) -> dict[str, float]:
        """How much noise each array gets, by the names of DATASETS and SPARSE."""
        if size is None and not sizes:
            raise InputError("size is missing: the noise relative to the weights, as in perturb(0.1) or perturb(J=0.1)")
        given = {**({} if size is None else dict.fromkeys(arrays, size)), **sizes}
        known = dict.fromkeys((*LETTERS, *DATASETS, *SPARSE))
        unknown = [name for name in given if name not in known]
        if unknown:
            raise InputError(f"arrays: {', '.join(unknown)} (must be of {', '.join(known)})")
        if self.is_force and "J" in given:
            raise InputError("arrays: J of a FORCE network is J_D + u_out w (name J_D, u_out or w)")
        return {LETTERS.get(name, name): _as_size(some) for name, some in given.items()}

    def copy(self) -> Network:
        """A copy with arrays of its own."""
        return copy.deepcopy(self)

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Copies and unpickled networks cannot be rewired either."""
        super().__setstate__(state)
        if self.readout_inputs is not None:
            _read_only(self.readout_inputs)

    def _arrays(self) -> dict[str, np.ndarray]:
        """The arrays that can be changed, by the names of DATASETS and SPARSE."""
        named = {name: getattr(self, name) for name in DATASETS if getattr(self, name) is not None}
        return {**named, **{name: matrix.data for name, matrix in self._sparse_matrices().items()}}

    def _sparse_matrices(self) -> dict[str, SparseRows]:
        return {name: matrix for name, matrix in (("J_D", self.sparse), ("J_s", self.J_s)) if matrix is not None}

    def _checksums(self) -> dict[str, int]:
        return {name: zlib.crc32(np.ascontiguousarray(values)) for name, values in self._arrays().items()}

    def edited(self) -> list[str]:
        """The names of the arrays that have changed since they were read."""
        return [name for name, sum in self._checksums().items() if sum != self._read.get(name)]

    def save(self, path: str | pathlib.Path) -> pathlib.Path:
        """Writes the network, with its changes, into a file that the program accepts, and returns the path.

        The file can be tested and analysed, and training can start from it (run.start_from). Its provenance names
        the arrays that were edited.
        """
        shapes = {name: values.shape for name, values in self._arrays().items() if not np.isfinite(values).all()}
        if shapes:
            raise InputError(f"{', '.join(shapes)}: values are not finite, so the network is not saved")
        edited = set(self.edited())
        weights = {**self._arrays(), **self._sparse_matrices()}
        save_network(path, self.path, self._seal, {k: v for k, v in weights.items() if k in edited})
        return pathlib.Path(path)


def _for_all_or_each(values: Any, array: np.ndarray, name: str) -> np.ndarray:
    """What an array is filled with: one number for all elements, or numbers in its shape."""
    return as_numbers(values, () if np.ndim(values) == 0 else array.shape, name)


def _as_size(size: Any) -> float:
    """The size of noise, a number from 0 on."""
    number = float(as_numbers(size, (), "size"))
    if not 0 <= number < np.inf:
        raise InputError(f"size = {number} (must be a finite number of at least 0)")
    return number


def _read_only(values: np.ndarray) -> np.ndarray:
    values.flags.writeable = False
    return values


def load_network(path: str | pathlib.Path) -> Network:
    """The network in a network.h5 or a checkpoint."""
    return Network(path)
