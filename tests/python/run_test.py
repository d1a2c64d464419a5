"""Scores and runs of networks: masks, conditions, held-out trials; the program and NumPy do the same."""
import fullforce as ff
import numpy as np
import pytest

from conftest import SMALL, some_trials

def test_numpy_runs_as_the_program_without_resets(trained):
    """The states run on from trial to trial. Where all trials are equal, so are those before the test."""
    (X,), (Y,) = some_trials(1)
    trial = ff.Trial(targets=Y, inputs=X)
    by_program = trained.run([X] * 3, [Y] * 3, seed=3)
    # A stream that begins within a trial would be another one: there is one stream.
    in_numpy = trained.network.test([trial] * 3, init_trials=[trial] * SMALL["init_trials"], seed=3)
    assert np.abs(in_numpy.joined().outputs - by_program.joined().outputs).max() < 1e-9


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


def test_runs_without_targets(trained):
    X, _ = some_trials()
    run = trained.run(X)
    assert not run.joined().targets.any() and np.isnan(run.error)
    assert [len(outputs) for outputs in trained.predict(X)] == [len(x) for x in X]
    assert np.abs(trained.network.run(X)[0].outputs).max() > 0.1


def test_what_is_recorded(trained, tmp_path):
    X, Y = some_trials()
    run = trained.run(X, Y, neurons=[7], states=False, file=tmp_path / "run.h5")
    assert run.neurons.tolist() == [7] and run.states is None and run[1].rates.shape == (len(X[1]), 1)
    assert len(run.outputs[1:3]) == 2 and np.array_equal(run.outputs[-1], run[3].outputs)
    assert np.array_equal(run[0].rates[:, 0], trained.run(X, Y).rates[0][:, 7])
    assert (tmp_path / "run.h5").exists() and trained.run(X, Y, neurons=5).rates[0].shape[1] == 5
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
