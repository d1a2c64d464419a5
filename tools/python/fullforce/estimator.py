"""FullForce: networks that are trained, tested and run from arrays, in the manner of scikit-learn."""
from __future__ import annotations

import os
import pathlib
import warnings
from typing import Any, Callable, Mapping, Optional, Sequence, Union

import numpy as np

from .arrays import as_trials, given_conditions, given_trials, has_targets, having_hints, store_trials
from .errors import InputError, RunWarning
from .files.activity import Activity
from .files.checked import as_neurons, shown
from .files.network import Network
from .files.network_file import Header, read_header
from .files.trial_slices import read_activity
from .files.trials import Trial
from .keys import OUTPUT, flat
from .output_folder import OutputFolder, newest_network
from .parameters import Parameters
from .program import Program
from .progress import ProgressBar
from .scores import OF_SCORES, Per, having_conditions, of_each, warn_of_no_error
from .scratch import ScratchFolder, UsesScratch
from .targets_missing import warn_without_targets
from .text_files import read_json

Path = Union[str, "os.PathLike[str]"]
#: What the files of trials are called in the folder of a run, by their keys.
FILES = {"task.file": "trials.h5", "task.test_file": "test_trials.h5"}
#: What messages call them.
SPOKEN = {"task.file": "the file of X and Y", "task.test_file": "the file of test"}


class FullForce(Parameters, UsesScratch):
    """A recurrent network that is trained with full-FORCE or FORCE.

        model = FullForce(neurons=300, alpha=1.0, noise=1e-3, seed=1, ranks=2)
        model.fit(X, Y)
        model.score(X_test, Y_test)

    The constructor takes parameters, and no data. Each key of the configuration (MANUAL.md) is a parameter,
    under its short name ("alpha") or its full name ("learning.alpha", in a dictionary or with **). Further
    parameters are:

    program   path of the program; by default that in the environment variable FULLFORCE, or fullforce in PATH
    ranks     number of MPI processes
    threads   number of threads of each; by default the program chooses it
    launcher  what starts several ranks: "mpirun" or "srun"; by default srun inside a SLURM job, otherwise mpirun
    output    folder of the run; by default a temporary one, which is removed together with the model
    progress  whether fit() shows a progress bar; by default only on a terminal

    After fit(), the results are in the attributes `network`, `network_file_`, `output_`, `summary_`
    (summary.json), `error_` (the test error), `train_error_` (the error of the last training trial) and
    `config_` (the configuration with all keys).

    Trials are lists of arrays [T, n] (or [T], for one channel), whose lengths T may differ, or arrays
    [trials, T, n]. A step is `dt` seconds long.
    """

    _network: Optional[Network] = None
    _unfinished: Optional[ScratchFolder] = None  # with an interrupted run
    _conditions: Mapping[str, Any] = {}  # those of the trials of fit that are numbers, by their texts

    def fit(self, X: Any = None, Y: Any = None, *, hints: Any = None, mask: Any = None,
            conditions: Optional[Sequence[Any]] = None, reset: Optional[str] = None, output: Optional[Path] = None,
            test: Any = None, max_hours: Optional[float] = None, input_names: Optional[Sequence[str]] = None,
            output_names: Optional[Sequence[str]] = None, hint_names: Optional[Sequence[str]] = None) -> FullForce:
        """Trains a network on inputs X [T, n_in] and targets Y [T, n_out], and returns the model.

        hints [T, n_hint] drive the target-generating network. mask ([T] or [T, n_out]) is 1 where learning and
        scores count the target, and 0 where they do not. Targets that are NaN do not count either. conditions
        has a whole number, a text, or None for each trial. input_names, output_names and hint_names are the names of
        channels; a list from `read_trials` has its own. reset is the value of the key task.reset, and when the
        network is trained it becomes the parameter of that name. output is the folder of this run alone. test holds
        trials that are never trained on, as (X, Y) or as a dictionary with the names X, Y, hints, mask and
        conditions. The test then runs each of them once, unless `test_trials` says otherwise. Without X and Y the
        network learns the task that the parameters name.

        A call with the same data, parameters and output goes on with an interrupted run, and does nothing if the
        run is finished. With other data it raises InputError. After an interruption (Ctrl-C) the run writes a
        checkpoint and stops. With `max_hours` it does so before this time has passed, and StoppedEarly is
        raised. Errors of the program are raised as InputError or RunError.
        """
        if X is None and Y is None and any(given is not None for given in (hints, mask, conditions)):
            raise InputError("hints, mask and conditions need X and Y")
        names = {"input_names": input_names, "output_names": output_names, "hint_names": hint_names}
        of_training = X is not None or Y is not None
        files = {} if not of_training else {
            "task.file": as_trials(X, Y, hints=hints, mask=mask, conditions=conditions, names=names)}
        if test is not None:
            hints_of_training = files["task.file"][0].hints.shape[1] if files else 0
            files[self._keys.resolve("task.test_file")] = having_hints(given_trials("test", test), hints_of_training)
        conditions_of_test = given_conditions(test.get("conditions")) if isinstance(test, Mapping) else {}
        begins = {} if reset is None else {self._keys.resolve("task.reset"): reset}

        def train(folder: OutputFolder) -> None:
            self._train(folder, files, begins, max_hours)

        chosen = output or self.output
        folder = self._in_scratch(train) if chosen is None else OutputFolder(chosen)
        if chosen is not None:
            train(folder)
        self.set_params(**begins)
        self._conditions = {**given_conditions(conditions), **conditions_of_test}
        self._adopt(folder.path)
        self._warn_of_former_test()
        return self

    def _warn_of_former_test(self) -> None:
        """Warns where a run that was finished before has the scores of another number of test trials."""
        former = self.summary_ and self.summary_.get("config", {}).get("run", {}).get("test_trials")
        if former is not None and former != self.test_trials:
            warnings.warn(f"{self.output_}: the run was finished before, and keeps the scores of its test with "
                          f"test_trials = {former} (for those of {self.test_trials}, give another output)", RunWarning,
                          stacklevel=3)

    def _program(self) -> Program:
        return Program(self.program, self.ranks, self.threads, self.launcher)

    def _in_scratch(self, train: Callable[[OutputFolder], None]) -> OutputFolder:
        """Trains in a folder that is removed with the model: that of an interrupted run, if it can go on."""
        if self._unfinished is not None:
            try:
                train(OutputFolder(self._unfinished.path / "run"))
            except InputError:  # a run on other trials, or with other parameters
                self._unfinished = None
        if self._unfinished is None:
            self._unfinished = ScratchFolder()
            train(OutputFolder(self._unfinished.path / "run"))
        self._scratch, self._unfinished = self._unfinished, None
        return OutputFolder(self._scratch.path / "run")

    def _train(self, folder: OutputFolder, files: Mapping[str, list[Trial]], begins: Mapping[str, Any],
               max_hours: Optional[float]) -> None:
        """Trains in a folder, on the trials of files by their keys."""
        program, settings = self._program(), {**self._given, **begins}
        if "task.file" in files:
            settings["task.name"] = "file"
        for key, trials in files.items():
            settings[key] = folder.keep_trials(FILES[key], trials, self.dt)
        bar = ProgressBar(folder.path / "metrics.csv", self.train_trials, self.progress)
        # Unless they are in a folder that lasts, the user cannot look at these files when he reads a message.
        names = {} if folder.holds_run() else {folder.path / FILES[key]: SPOKEN[key] for key in files}
        limit = [] if max_hours is None else ["--max-hours", max_hours]
        with folder.configuration({**settings, OUTPUT: str(folder.path)}) as config:
            try:
                program.run(["train", config, "--quiet", *limit], bar.update, {config: "the parameters", **names})
            finally:
                bar.close()

    def _adopt(self, folder: pathlib.Path) -> FullForce:
        """Makes the network of a finished run that of the model."""
        self.output_ = folder
        self._network = None
        self.network_file_ = newest_network(folder)
        summary = folder / "summary.json"
        self.summary_ = read_json(summary) if summary.exists() else None
        self.error_ = _number(self.summary_, "test")
        self.train_error_ = _number(self.summary_, "train")
        return self

    @property
    def config_(self) -> dict[str, dict[str, Any]]:
        """The configuration of the network, with all keys."""
        return self._header().config

    def _header(self) -> Header:
        """What the file of the network says about it; its weights need not be read for that."""
        self._expect_fitted()
        try:
            return read_header(self.network_file_)
        except (OSError, ValueError) as error:
            raise InputError(str(error)) from None

    @property
    def network(self) -> Network:
        """The trained network in NumPy. If it was edited, tests and runs use the edited network."""
        self._expect_fitted()
        if self._network is None:
            self._network = Network(self.network_file_, self._scratch)
        return self._network

    @network.setter
    def network(self, network: Network) -> None:
        if not isinstance(network, Network):
            raise InputError(f"network = {shown(network)} (must be a network, as from lesion, perturb or load_network)")
        self._network, self.network_file_ = network, network.path

    @property
    def trials_path(self) -> Optional[pathlib.Path]:
        """The file of the trials that the network was trained on; None where there is none."""
        path = self.__dict__.get("output_", pathlib.Path()) / "trials.h5"
        return path if "output_" in self.__dict__ and path.exists() else None

    def _expect_fitted(self) -> None:
        if "network_file_" not in self.__dict__:
            raise InputError("the model has no network yet (call fit, or fullforce.load)")

    def _file_for_program(self, scratch: ScratchFolder) -> pathlib.Path:
        """The network's file; where the network was edited, a new one."""
        self._expect_fitted()
        if self._network is None or not self._network.edited():
            return self.network_file_
        return self._network.save(scratch.path / "network.h5")

    def test(self, X: Any = None, Y: Any = None, *, hints: Any = None, mask: Any = None,
             conditions: Optional[Sequence[Any]] = None, noise: Optional[float] = None,
             seed: Optional[int] = None) -> dict[str, Any]:
        """Tests the network on trials, and returns all scores in a dictionary like the section `test` of summary.json.

        X, Y, hints, mask and conditions are as for `fit`. Without them the trials are those that the network's
        configuration names. noise and seed are by default those of training. An error is None if all its targets
        are zero. RunWarning says so where this is the error of all trials.
        """
        return self._tested(None, X, Y, hints=hints, mask=mask, conditions=conditions, noise=noise, seed=seed)

    def _tested(self, per: Optional[Per], X: Any, Y: Any, *, hints: Any = None, mask: Any = None,
                conditions: Optional[Sequence[Any]] = None, noise: Optional[float] = None,
                seed: Optional[int] = None) -> dict[str, Any]:
        """The scores of a test; warns where errors of these parts are missing."""
        scratch = ScratchFolder()
        trials = None if X is None and Y is None else as_trials(X, Y, hints=hints, mask=mask, conditions=conditions)
        found = scratch.path / "scores.json"
        self._run_test(scratch, trials, noise, seed, ["--output", found])
        results = read_json(found)
        warn_of_no_error(per, results)
        return having_conditions(results["test"], {**self._conditions, **given_conditions(conditions)})

    def score(self, X: Any = None, Y: Any = None, *, per: Optional[Per] = None, **more: Any) -> Any:
        """The test error: the sum of squared differences between output and target, over the sum of squared targets.

        It is 0 for a perfect output, and 1 for an output that is always zero. With per="trial" the result is an
        array [trials] of errors, with "output" an array [n_out], and with "condition" a dictionary, whose keys are
        the conditions as they were given. `more` are further arguments of `test`. An error is NaN if all its targets
        are zero, and RunWarning says so.

        Without X and Y the trials are those of `error_`. If `fit` had no `test`, and the parameter test_file names no
        file, these are the training trials, on which errors are smaller than on new ones: `test()["trials_of"]` says
        which they were.
        """
        return of_each(per, self._tested(per, X, Y, **more))

    def _run_test(self, scratch: ScratchFolder, trials: Optional[list[Trial]], noise: Optional[float],
                  seed: Optional[int], more: Sequence[Any]) -> None:
        arguments: list[Any] = ["test", self._file_for_program(scratch), *more]
        if trials is None:
            self._expect_own_trials()
        else:
            file = scratch.path / "trials.h5"
            store_trials(file, having_hints(trials, self._header().hints), self.config_["network"]["dt"])
            arguments += ["--trials-file", file, "--trials", len(trials)]
        for option, value in (("--noise", noise), ("--seed", seed)):
            arguments += [] if value is None else [option, value]
        names = {scratch.path / "trials.h5": SPOKEN["task.file"]}
        self._program().run(arguments, names=names, apart_from=(OF_SCORES,))

    def _expect_own_trials(self) -> None:
        task = self.config_["task"]
        own = pathlib.Path(task.get("test_file") or task["file"])
        if task["name"] == "file" and not own.exists():
            raise InputError(f"X and Y are missing, and the trials that the network learned are not there any more (they "
                             f"were in {own})")

    def run(self, X: Any = None, Y: Any = None, *, hints: Any = None, mask: Any = None,
            conditions: Optional[Sequence[Any]] = None, noise: Optional[float] = None, seed: Optional[int] = None,
            neurons: Union[str, int, Sequence[int]] = "all", states: bool = True,
            file: Optional[Path] = None) -> Activity:
        """Runs test trials with the program; returns outputs, rates, states and target_rates, [T, n] for each trial.

        X, mask and conditions are as for `fit`. If Y is given, it drives the target-generating network, and in
        the init trials of the test also the network itself. Without Y these init trials have targets of zero, and a
        network without resets begins in the state that they leave: RunWarning says so. neurons says which neurons are
        recorded: "all", a number of neurons that are spread evenly, a list, or truth values [N]. With `file` the
        recording is kept under this name. Otherwise it is removed together with the result, which reads it trial by
        trial. `network.run` does the same in NumPy.
        """
        scratch = ScratchFolder()
        trials = None
        if X is not None or Y is not None:
            trials = as_trials(X, Y, hints=hints, mask=mask, conditions=conditions, outputs=self._header().outputs)
            if Y is None and not has_targets(trials):
                warn_without_targets(self.config_)
        chosen = neurons if isinstance(neurons, str) or _is_count(neurons) else _listed(neurons, self._header().neurons)
        recording = pathlib.Path(file) if file is not None else scratch.path / "recording.h5"
        more = ["--record", recording, "--neurons", chosen, *(["--states"] if states else [])]
        self._run_test(scratch, trials, noise, seed, more)
        activity = read_activity(recording, self.config_["network"]["dt"], scratch)
        known = {**self._conditions, **given_conditions(conditions)}
        if activity.conditions is not None:
            activity.conditions = [known.get(condition, condition) for condition in activity.conditions]
        return activity

    def predict(self, X: Any, **more: Any) -> list[np.ndarray]:
        """The outputs of trials, a list with [T, n_out] for each; `more` are further arguments of `run`."""
        return list(self.run(X, **{"neurons": 1, "states": False, **more}).outputs)

    def save(self, path: Path) -> pathlib.Path:
        """Writes the network, with any changes that were made to it, as a network.h5, and returns the path."""
        return self.network.save(path)


def _is_count(neurons: Any) -> bool:
    """Whether neurons are given by their number alone."""
    return isinstance(neurons, (int, np.integer)) and not isinstance(neurons, bool)


def _listed(neurons: Any, count: int) -> str:
    """Neurons of `count` ones as the program takes them, from a list of them or from truth values [count]."""
    if np.ndim(neurons) == 0 and not hasattr(neurons, "__iter__"):
        raise InputError(f"neurons = {shown(neurons)} (must be \"all\", a number of neurons, a list of them, or truth "
                         "values)")
    chosen = as_neurons(neurons, count)
    if len(chosen) == 0:
        raise InputError("neurons is empty, so there is nothing to record")
    return ",".join(map(str, chosen)) + ","


def _number(summary: Optional[dict[str, Any]], section: str) -> float:
    value = summary and summary.get(section, {}).get("error")
    return float("nan") if value is None else float(value)


def load(path: Path, **parameters: Any) -> FullForce:
    """The model of an output folder, a network.h5 or a checkpoint.

    In a folder, the network is the one that is furthest on in the run: that of network.h5, or of a checkpoint if a
    longer run goes on. Conditions that are numbers come back as texts.
    Its parameters are those of the network. `parameters` replace or add to them, for example ranks=2.
    """
    place = pathlib.Path(path)
    file = newest_network(place) if place.is_dir() else place
    model = FullForce.__new__(FullForce)
    model.network_file_ = file
    model._begin(parameters, flat(model.config_))
    if place.is_dir():
        model._adopt(place)
    else:
        model.summary_, model.error_, model.train_error_ = None, float("nan"), float("nan")
    return model
