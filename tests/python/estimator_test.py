"""Training, tests and runs from arrays, by the real program on one and two ranks."""
import gc
import os
import pickle
import signal
import subprocess
import sys
import time

import fullforce as ff
import h5py
import numpy as np
import pytest

from conftest import PACKAGE, SMALL, some_trials


def arrays_of(path):
    """Every dataset of a network file."""
    found = {}
    with h5py.File(path) as file:
        file.visititems(lambda name, item: found.update({name: item[()].tobytes()} if isinstance(item, h5py.Dataset) else {}))
    return found


def test_two_ranks_learn_the_same_bits(trained, tmp_path):
    other = ff.FullForce(**SMALL, ranks=2, output=tmp_path / "run").fit(*some_trials())
    assert arrays_of(other.network_file_) == arrays_of(trained.network_file_)
    assert other.error_ == trained.error_ and other.summary_["ranks"] == 2


def test_what_was_learned_has_an_underscore(trained):
    assert 0 < trained.error_ < 0.5 and trained.error_ == trained.summary_["test"]["error"]
    assert 0 < trained.train_error_ < 0.5
    assert trained.config_["network"]["neurons"] == 60
    assert trained.network_file_ == trained.output_ / "network.h5"
    assert (trained.output_ / "config.toml").exists() and trained.trials_path == trained.output_ / "trials.h5"


def test_a_pickled_model_takes_its_files_along(tmp_path):
    """Without an output the files of a model are removed with it, and whoever unpickles it needs files of his own."""
    X, Y = some_trials()
    model = ff.FullForce(**SMALL).fit(X, Y)
    run, folder = model.run(X, Y), model.output_
    error, weights, rates = model.score(X, Y), model.network.J.copy(), run.rates[0]
    saved, alone = pickle.dumps((model, run)), pickle.dumps(model.network)
    model.network.readout *= 0.5
    edited_error, edited = model.score(X, Y), pickle.dumps(model)
    del model, run
    gc.collect()
    assert not folder.exists()
    again, run = pickle.loads(saved)
    assert again.score(X, Y) == error != edited_error and np.array_equal(run.rates[0], rates)
    assert np.array_equal(again.network.J, weights) and again.output_ != folder
    assert pickle.loads(edited).score(X, Y) == edited_error
    assert ff.load(pickle.loads(alone).save(tmp_path / "n.h5")).score(X, Y) == error


def test_a_second_fit_is_finished(trained):
    before = trained.network_file_.stat().st_mtime_ns
    again = ff.FullForce(**SMALL, output=trained.output_).fit(*some_trials())
    assert again.error_ == trained.error_ and again.network_file_.stat().st_mtime_ns == before


@pytest.mark.parametrize("change, said", [
    (dict(trials=some_trials(seed=1)), "holds a run on other trials"),
    (dict(alpha=2.0), r"learning.alpha = 1.0 in the file, 2.0 now"),
    (dict(train_trials=2), "run.train_trials"),
])
def test_another_run_in_the_same_folder_is_refused(trained, change, said):
    before = {path: path.read_bytes() for path in trained.output_.iterdir()}
    trials = change.pop("trials", some_trials())
    with pytest.raises(ff.InputError, match=said):
        ff.FullForce(**{**SMALL, **change}, output=trained.output_).fit(*trials)
    assert {path: path.read_bytes() for path in trained.output_.iterdir()} == before


def test_the_furthest_network_of_a_folder_counts(tmp_path):
    """As in a longer run that has passed the end of the run before, whose network.h5 is still there."""
    parameters = dict(SMALL, output=tmp_path / "run", every_trials=2, every_minutes=0.0)
    end = ff.FullForce(**parameters).fit(*some_trials()).network_file_
    assert ff.load(end.parent).network_file_ == end
    before = end.read_bytes()
    ff.FullForce(**{**parameters, "train_trials": 10}).fit(*some_trials())
    end.write_bytes(before)
    found = ff.load(end.parent)
    assert found.network_file_.name.startswith("checkpoint-") and found.network.neurons == 60


def test_a_reset_of_fit_becomes_the_parameter(tmp_path):
    model = ff.FullForce(**SMALL).fit(*some_trials(), reset="fixed")
    assert model.get_params()["reset"] == "fixed" == model.config_["task"]["reset"]
    model.fit(*some_trials(seed=1))
    assert model.config_["task"]["reset"] == "fixed"
    with pytest.raises(ff.InputError):
        model.fit(*some_trials(), reset="half")
    assert model.reset == "fixed"


@pytest.mark.parametrize("parameters, more, said", [
    ({}, dict(test=(some_trials()[0], [y[:, :1] for y in some_trials()[1]])),
     r"^task.test_file = the file of test has 1 output\(s\), but task.file = the file of X and Y has 2"),
    (dict(alpha="large"), {}, '^learning.alpha = "large" .must be a number'),
])
def test_messages_name_no_files_that_are_gone(parameters, more, said):
    with pytest.raises(ff.InputError, match=said) as caught:
        ff.FullForce(**{**SMALL, **parameters}).fit(*some_trials(), **more)
    assert "fullforce-" not in str(caught.value)
    with pytest.warns(ff.RunWarning, match="^learning.max_rank = 30 has no effect"):
        ff.FullForce(**SMALL, max_rank=30).fit(*some_trials())


def test_trials_that_are_gone_are_asked_for(tmp_path):
    saved = ff.load(ff.FullForce(**SMALL).fit(*some_trials()).save(tmp_path / "network.h5"))
    for call in (saved.score, saved.run):
        with pytest.raises(ff.InputError, match="^X and Y are missing, and the trials that the network learned are not"):
            call()
    assert saved.score(*some_trials()) < 0.5


def test_names_of_channels_are_kept(tmp_path):
    X, Y = some_trials()
    model = ff.FullForce(**SMALL, output=tmp_path / "run").fit(X, Y, input_names=["go"], output_names=["left", "right"])
    assert [row["name"] for row in model.test()["per_output"]] == ["left", "right"]
    trials, _ = ff.read_trials(model.trials_path)
    assert trials.names == {"input_names": ["go"], "output_names": ["left", "right"]}
    again = ff.FullForce(**SMALL).fit(trials)
    assert [row["name"] for row in again.summary_["test"]["per_output"]] == ["left", "right"]
    with pytest.raises(ff.InputError, match="output_names"):
        ff.FullForce(**SMALL).fit(X, Y, output_names=["one"])


def test_errors_of_the_program_are_exceptions(tmp_path):
    with pytest.raises(ff.InputError, match="network.neurons = 1 "):
        ff.FullForce(neurons=1, output=tmp_path / "run").fit(*some_trials())
    assert not (tmp_path / "run").exists(), "nothing is written where an input is wrong"
    with pytest.raises(ff.RunError, match="diverged"):
        ff.FullForce(**SMALL, nonlinearity="relu", gain=9.0).fit(*some_trials())
    with pytest.raises(ff.InputError, match="no network yet"):
        ff.FullForce().score()


INTERRUPTED = """
import sys
sys.path.insert(0, {package!r})
sys.path.insert(0, {tests!r})
import conftest
conftest.ff.FullForce(**{parameters!r}).fit(*conftest.some_trials())
"""


@pytest.mark.parametrize("ranks", [1, 2])
def test_an_interruption_leaves_a_checkpoint_and_fit_goes_on(tmp_path, ranks):
    parameters = {**SMALL, "train_trials": 300, "ranks": ranks, "output": str(tmp_path / "run")}
    text = INTERRUPTED.format(package=str(PACKAGE), tests=os.path.dirname(__file__), parameters=parameters)
    process = subprocess.Popen([sys.executable, "-c", text], stderr=subprocess.PIPE, text=True)
    metrics = tmp_path / "run" / "metrics.csv"
    while process.poll() is None and (not metrics.exists() or metrics.read_text().count("\n") < 3):
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, complained = process.communicate()
    assert "KeyboardInterrupt" in complained
    assert not (tmp_path / "run" / "network.h5").exists() and list((tmp_path / "run").glob("checkpoint-*.h5"))
    interrupted = ff.load(tmp_path / "run")
    assert interrupted.network.neurons == 60 and np.isnan(interrupted.error_)
    resumed = ff.FullForce(**parameters).fit(*some_trials())
    whole = ff.FullForce(**{**parameters, "output": None, "ranks": 1}).fit(*some_trials())
    assert arrays_of(resumed.network_file_) == arrays_of(whole.network_file_)


def test_stopping_early_is_told(tmp_path):
    model = ff.FullForce(**{**SMALL, "train_trials": 100000}, output=tmp_path / "run")
    with pytest.raises(ff.StoppedEarly, match="the same call goes on"):
        model.fit(*some_trials(), max_hours=1e-4)
    assert list((tmp_path / "run").glob("checkpoint-*.h5"))


def test_a_folder_of_nobody_goes_with_the_model():
    model = ff.FullForce(**SMALL).fit(*some_trials())
    folder = model.output_
    assert model.score(*some_trials()) < 0.5 and folder.exists()
    del model
    assert not folder.exists()


def test_a_folder_of_nobody_goes_on_or_begins_anew():
    model, endless = ff.FullForce(**{**SMALL, "train_trials": 100000}), dict(max_hours=1e-4)
    with pytest.raises(ff.StoppedEarly):
        model.fit(*some_trials(), **endless)
    folder = model._unfinished.path
    with pytest.raises(ff.StoppedEarly):
        model.fit(*some_trials(), **endless)
    assert model._unfinished.path == folder and ff.load(folder / "run").neurons == 60
    model.train_trials = 6
    model.fit(*some_trials(seed=1))
    assert model.summary_["train"]["trials"] == 6 and np.isfinite(model.error_)
    with pytest.raises(ff.InputError):
        model.set_params(neurons=1).fit(*some_trials())
    assert model.network.neurons == 60, "a fit that fails leaves the network of the one before"


def test_the_tasks_of_the_program_need_no_arrays(tmp_path):
    model = ff.FullForce(neurons=40, train_trials=1, init_trials=1, test_trials=1, dt=0.004).fit(output=tmp_path / "run")
    assert model.config_["task"]["name"] == "oscillation" and model.score() == model.error_
    with pytest.raises(ff.InputError, match="hints, mask and conditions need X and Y"):
        model.fit(hints=[np.ones(3)])


def test_progress_on_a_terminal(capsys):
    ff.FullForce(**SMALL, progress=True).fit(*some_trials())
    shown = capsys.readouterr().err
    assert "6/6 trials, error 0." in shown and shown.endswith("\n")
    ff.FullForce(**SMALL, progress=False).fit(*some_trials())
    assert capsys.readouterr().err == ""


def test_models_are_loaded_with_their_parameters(trained, monkeypatch):
    for place in (trained.output_, trained.network_file_):
        model = ff.load(place, ranks=2)
        assert (model.neurons, model.panel, model.ranks) == (60, 13, 2)
        assert model.score(*some_trials()) == trained.score(*some_trials())
    monkeypatch.delenv("FULLFORCE")
    monkeypatch.setenv("PATH", "")
    assert ff.load(trained.output_).neurons == 60, "reading needs no program"


@pytest.mark.parametrize("name, said", [("", "no network.h5"), ("missing.h5", "no such file"), ("text.h5", "no HDF5")])
def test_what_cannot_be_loaded(tmp_path, name, said):
    (tmp_path / "text.h5").write_text("this is not HDF5")
    with pytest.raises(ff.InputError, match=said):
        ff.load(tmp_path / name)


def test_tests_need_no_hints(tmp_path):
    X, Y = some_trials()
    hints = [np.ones((len(y), 2)) for y in Y]
    held_out = some_trials(3, seed=1)
    model = ff.FullForce(**SMALL, output=tmp_path / "run").fit(X, Y, hints=hints, test=held_out)
    nothing = [np.zeros((len(y), 2)) for y in held_out[1]]
    assert model.score(*held_out) == model.score(*held_out, hints=nothing)
    assert model.run(*held_out).error == pytest.approx(model.score(*held_out), rel=1e-12)


def test_runs_know_conditions_and_masks(model):
    X, Y = some_trials()
    mask = [np.arange(len(y)) >= 30 for y in Y]
    run = model.run(X, Y, mask=mask, conditions=list("abab"))
    assert run.conditions == list("abab")
    assert run.error == pytest.approx(model.score(X, Y, mask=mask), rel=1e-12)
