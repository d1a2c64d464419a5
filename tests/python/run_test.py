"""Scores and runs of networks: masks, conditions, held-out trials; the program and NumPy do the same."""
import warnings

import fullforce as ff
import numpy as np
import pytest

from conftest import SMALL, some_trials


@pytest.mark.parametrize("streams, count", [(1, 5), (3, 5), (2, 1)])
def test_numpy_runs_as_the_program_without_resets(tmp_path, streams, count):
    """The states run on from trial to trial, behind the init trials that the program draws."""
    X, Y = some_trials(count, seed=2)
    model = ff.FullForce(**{**SMALL, "init_trials": 3, "streams": streams}).fit(*some_trials())
    by_program, in_numpy = model.run(X, Y, seed=3), model.network.run(X, Y, seed=3)
    assert max(np.abs(mine - theirs).max() for mine, theirs in zip(in_numpy.outputs, by_program.outputs)) < 1e-9
    assert in_numpy.error == pytest.approx(model.score(X, Y, seed=3), rel=1e-9)
    assert abs(model.network.run(X, Y, seed=3, init_trials=()).error / in_numpy.error - 1) > 1e-3


def test_init_trials_may_be_named(trained):
    X, Y = some_trials(2)
    trials = [ff.Trial(targets=y, inputs=x) for x, y in zip(X, Y)]
    runs = [trained.network.run(X, Y, init_trials=given) for given in (trials, (X, Y))]
    runs.append(trained.network.test(trials, trials))
    assert len({run.error for run in runs}) == 1 and np.array_equal(runs[0].outputs[1], runs[2].outputs[1])


def test_scores_of_parts(trained):
    X, Y = some_trials()
    run, outputs = trained.run(X, Y), trained.score(X, Y, per="output")
    squares = lambda values: np.array([np.sum(value**2, axis=0) for value in values])  # [trials, n_out]
    errors, targets = squares([a - b for a, b in zip(run.outputs, run.targets)]), squares(run.targets)
    assert np.allclose(trained.score(X, Y, per="trial"), errors.sum(1) / targets.sum(1), rtol=1e-9)
    assert np.allclose(outputs, errors.sum(0) / targets.sum(0), rtol=1e-9)
    found = trained.score(X, Y, per="condition", conditions=["left", "right", "left", "left"])
    left = [0, 2, 3]
    assert found == pytest.approx({"left": errors[left].sum() / targets[left].sum(), "right": errors[1].sum() / targets[1].sum()})
    assert trained.score(X, Y, per="condition", conditions=np.array([0.0, 1.0, 0.0, 0.0]))[0] == found["left"]
    assert trained.run(X, Y, conditions=[7, 8, 7, None]).conditions == [7, 8, 7, ""]
    mixed = [2, "b", None, 2]
    assert [row["condition"] for row in trained.test(X, Y, conditions=mixed)["per_trial"]] == mixed
    assert list(trained.score(X, Y, per="condition", conditions=[None, 1, 1, 1])) == [1]
    with pytest.raises(ff.InputError, match="have no conditions"):
        trained.score(X, Y, per="condition")
    with pytest.raises(ff.InputError, match="per = 'neuron'"):
        trained.score(X, Y, per="neuron")


def test_what_a_mask_leaves_out_does_not_count(trained):
    X, Y = some_trials()
    mask = [np.arange(len(y)) >= 30 for y in Y]
    wild = [np.where(m[:, None], y, 1e3 * np.nan) for m, y in zip(mask, Y)]
    run = trained.run(X, Y)
    expected = sum(np.sum((o - y)[30:] ** 2) for o, y in zip(run.outputs, Y)) / sum(np.sum(y[30:] ** 2) for y in Y)
    assert trained.score(X, Y, mask=mask) == pytest.approx(expected, rel=1e-9)
    learned = ff.FullForce(**SMALL).fit(X, wild)
    masked = ff.FullForce(**SMALL).fit(X, [np.nan_to_num(y) for y in wild], mask=mask)
    assert learned.error_ == masked.error_ and np.array_equal(learned.network.J, masked.network.J)


def test_held_out_trials_are_tested_once(tmp_path):
    X, Y = some_trials()
    other = some_trials(3, seed=7)
    model = ff.FullForce(**{**SMALL, "test_trials": None}, output=tmp_path / "run").fit(X, Y, test=other)
    assert model.summary_["test"]["trials"] == 3 and model.summary_["test"]["trials_of"] == "held-out trials"
    with pytest.raises(ff.InputError, match="holds a run on other trials.*test_trials.h5"):
        model.fit(X, Y, test=(X, Y), output=tmp_path / "run")
    with pytest.raises(ff.InputError, match="test has Z"):
        model.fit(X, Y, test={"X": X, "Z": Y})
    with pytest.raises(ff.InputError, match="test must be"):
        model.fit(X, Y, test=X[0])


def test_missing_errors_have_a_reason(trained):
    """Where all targets are zero there is no error; each call says it of the errors that it returns."""
    X, Y = some_trials(seed=9)
    none, half = [0 * y for y in Y], [y * [0, 1] for y in Y]
    for call in (lambda: trained.score(X, none), lambda: trained.test(X, none)["error"]):
        with pytest.warns(ff.RunWarning, match="^test.error: all targets of the test trials are zero"):
            assert call() is None or np.isnan(call())
    with pytest.warns(ff.RunWarning, match="^test.per_output: error is null for output 0.*all targets are zero"):
        assert np.isnan(trained.score(X, half, per="output")).tolist() == [True, False]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert trained.score(X, half) > 0 and trained.score(X, [none[0], *Y[1:]]) > 0


def test_runs_without_targets(trained):
    X, Y = some_trials()
    with pytest.warns(ff.RunWarning, match="without Y the targets are zero in the init trials.*give Y, or.*reset"):
        run = trained.run(X)
    assert not run.joined().targets.any() and np.isnan(run.error)
    with pytest.warns(ff.RunWarning, match="without Y"):
        assert [len(outputs) for outputs in trained.predict(X)] == [len(x) for x in X]
    with pytest.warns(ff.RunWarning, match="without Y"):
        in_numpy = trained.network.run(X)
    assert np.abs(in_numpy[0].outputs).max() > 0.1 and np.abs(in_numpy[0].outputs - run[0].outputs).max() < 1e-9
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        trained.network.run(X, init_trials=(X, Y))
        trained.run([ff.Trial(targets=y, inputs=x) for x, y in zip(X, Y)])
        ff.FullForce(**SMALL, reset="zero").fit(X, Y).predict(X)


def test_what_is_recorded(trained, tmp_path):
    X, Y = some_trials()
    run = trained.run(X, Y, neurons=[7], states=False, file=tmp_path / "run.h5")
    assert run.neurons.tolist() == [7] and run.states is None and run[1].rates.shape == (len(X[1]), 1)
    assert len(run.outputs[1:3]) == 2 and np.array_equal(run.outputs[-1], run[3].outputs)
    assert np.array_equal(run[0].rates[:, 0], trained.run(X, Y).rates[0][:, 7])
    assert (tmp_path / "run.h5").exists() and trained.run(X, Y, neurons=5).rates[0].shape[1] == 5
    assert trained.run(X, Y, neurons=np.arange(60) == 7).neurons.tolist() == [7]
    with pytest.raises(IndexError):
        run[4]
    assert [trial.outputs.shape[1] for trial in run] == [2] * 4
    with pytest.raises(ff.InputError, match="there is no neuron 60"):
        trained.run(X, Y, neurons=[60])


def test_noise_is_that_of_the_call(trained):
    X, Y = some_trials()
    assert trained.score(X, Y, noise=10.0) > 2 * trained.score(X, Y)
    noisy, other = (trained.network.run(X, Y, noise=0.1, seed=seed).joined() for seed in (1, 2))
    assert 0.001 < np.std(noisy.states - other.states) < 1
