"""Trials that begin in a state of their own, in the program and in NumPy, and training from an edited network."""
import fullforce as ff
import numpy as np
import pytest

from conftest import SMALL, some_trials

KINDS = {
    "dense": {},
    "two streams": dict(streams=2, ranks=2),
    "low-rank": dict(features="low-rank", max_rank=60, target_modes=7),
    "FORCE": dict(rule="force", in_degree=8),
    "relu": dict(nonlinearity="relu", gain=1.1, alpha=10.0),
}
SIGNALS = ("inputs", "targets", "outputs", "rates", "states", "target_rates", "target_states")


@pytest.mark.parametrize("kind, reset", [*((kind, "fixed") for kind in KINDS), ("dense", "zero"), ("dense", "random")])
def test_numpy_runs_as_the_program(kind, reset):
    X, Y = some_trials()
    model = ff.FullForce(**SMALL, **KINDS[kind]).fit(X, Y, reset=reset)
    by_program, in_numpy = model.run(X, Y, seed=3), model.network.run(X, Y, seed=3)
    assert len(by_program) == len(X) and max(np.abs(rates).max() for rates in by_program.rates) > 0.1
    for name in SIGNALS:
        for mine, theirs in zip(getattr(in_numpy, name), getattr(by_program, name)):
            assert mine.shape == theirs.shape and np.abs(mine - theirs).max() < 1e-9, name
    assert in_numpy.error == pytest.approx(by_program.error, rel=1e-9)
    assert model.score(X, Y, seed=3) == pytest.approx(by_program.error, rel=1e-12)


def test_training_goes_on_from_an_edited_network(trained, tmp_path):
    X, Y = some_trials()
    hurt = trained.network.lesion(range(20)).save(tmp_path / "hurt.h5")
    before = ff.load(hurt).score(X, Y)
    again = ff.FullForce(**SMALL, start_from=hurt).fit(X, Y)
    assert again.config_["run"]["start_from"] == str(hurt) and again.error_ < before
