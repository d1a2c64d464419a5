"""fit_activity: networks that are fitted to recorded rates, and the currents between their regions."""
import numpy as np
import pytest

import fullforce as ff

N, DT = 40, 0.01


def recording(phases, steps=60, seed=3):
    """Rates [trials, steps, N] of neurons that oscillate, and inputs [trials, steps, 2] that say in which phase."""
    random = np.random.default_rng(seed)
    mixing = random.normal(size=(N, 4))
    time = np.arange(steps) * DT
    waves = [np.stack([np.sin(9 * time + p), np.cos(9 * time + p), np.sin(4 * time), np.cos(4 * time)], axis=1)
             for p in phases]
    inputs = [np.tile([np.cos(p), np.sin(p)], (steps, 1)) for p in phases]
    return 20 * np.array(waves) @ mixing.T, np.array(inputs)


@pytest.fixture(scope="module")
def fit():
    rates, inputs = recording([0.0, 1.5, 3.0, 4.5])
    held_out = recording([0.7, 2.2])
    return ff.fit_activity(rates, DT, inputs=inputs, conditions=["a", "b", "c", "d"], test=held_out[0],
                           test_inputs=held_out[1], test_conditions=[7, 8], passes=25, seed=1)


def test_it_reproduces_rates(fit):
    rates, inputs = recording([0.0, 1.5, 3.0, 4.5])
    held_out = recording([0.7, 2.2])[0]
    assert fit.score(rates, inputs) > 0.85
    made = np.array(fit.rates)
    deviations = held_out - np.concatenate(held_out).mean(axis=0)
    assert made.shape == held_out.shape
    assert fit.r2 == pytest.approx(1 - np.sum((made - held_out) ** 2) / np.sum(deviations**2), abs=1e-9)
    assert list(fit.r2_per_condition) == ["7", "8"] and len(fit.r2_per_trial) == 2
    assert fit.scale * np.abs(np.concatenate([rates, held_out])).max() == pytest.approx(0.999)
    assert not fit.network.has_generator and fit.network.target_source == "rates"
    assert "R^2" in repr(fit)


def test_it_learns_with_noise_and_is_tested_without(fit):
    rates, inputs = recording([0.0, 1.5, 3.0, 4.5])
    assert fit.model.noise == pytest.approx(0.001 / 0.1) and fit.model.config_["network"]["noise"] == fit.model.noise
    held_out = recording([0.7, 2.2])
    assert fit.r2 == fit.score(*held_out) == fit.score(*held_out, noise=0.0)
    with_noise = fit.score(*held_out, noise=fit.model.noise)
    assert with_noise != fit.r2 and with_noise == pytest.approx(fit.model.summary_["test"]["neuron_targets"]["r2"])
    assert fit.score(rates, inputs, noise=1.0) < fit.score(rates, inputs) - 0.1
    for given, noise in (({"noise": 0.0}, 0.0), ({"network.noise": 0.5}, 0.5), ({"tau": 0.05}, 0.02),
                         ({"network.tau": 0.05}, 0.02), ({"noise": None, "tau": None}, 0.01)):
        model = ff.fit_activity(rates, DT, inputs=inputs, passes=1, **given).model
        assert model.noise == pytest.approx(noise) and model.tau == pytest.approx(0.05 if noise == 0.02 else 0.1)


def test_currents_between_all_regions_are_the_recurrent_currents(fit):
    parts = {"A": range(0, 10), "B": np.arange(N) >= 25, "C": list(range(10, 25))}
    currents = fit.currents(parts)
    assert len(currents) == 9 and currents["A", "B"][1].shape == (60, 10)
    whole = fit.activity.rates[1] @ fit.network.J.T
    for into, rows in (("A", slice(0, 10)), ("C", slice(10, 25)), ("B", slice(25, N))):
        assert np.allclose(sum(currents[into, source][1] for source in parts), whole[:, rows])
    figure = ff.plot.currents(currents, trials=[0], dt=DT)
    assert len(figure.axes) == 10 and figure.axes[1].get_title() == "B to A"


def test_currents_behind_rates():
    """The rates of a network with such inputs are learned in a few passes, and its recurrent currents are found."""
    inputs = recording([0.0, 1.5, 3.0, 4.5])[1]
    teacher = ff.FullForce(neurons=N, dt=DT, tau=0.1, seed=4, train_trials=0, test_trials=0, init_trials=0, reset="zero")
    network = teacher.fit(inputs, [trial[:, :1] for trial in inputs]).network
    network.J = 1.2 * np.random.default_rng(2).normal(size=(N, N)) / np.sqrt(N)
    rates = [trial.rates for trial in network.run(inputs)]
    fit = ff.fit_activity(rates, DT, inputs=inputs, method="currents", passes=6, scale=1.0, seed=4, alpha=0.01)
    assert fit.r2 > 0.99
    found, true = fit.currents({"A": range(N)})["A", "A"], [trial @ network.J.T for trial in rates]
    assert np.corrcoef(np.concatenate(found).ravel(), np.concatenate(true).ravel())[0, 1] > 0.99


def test_ranks_and_further_neurons(fit):
    rates, inputs = recording([0.0, 1.5])
    ways = [ff.fit_activity(list(rates), DT, inputs=list(inputs), neurons=N + 9, passes=2, ranks=ranks)
            for ranks in (1, 2)]
    assert ways[0].r2 == ways[1].r2
    assert np.array_equal(ways[0].network.J, ways[1].network.J)
    assert ways[0].rates[0].shape == (60, N) and ways[0].network.neurons == N + 9
    assert ways[0].model.summary_["test"]["trials_of"] == "training trials"


def test_trials_keep_their_neurons(tmp_path):
    rates, inputs = recording([0.0, 1.5])
    path = tmp_path / "trials.h5"
    ff.write_trials(path, inputs, [trial.mean(axis=1) for trial in rates], dt=DT, neuron_targets=rates[:, :, :3],
                    target_neurons=[5, 0, 9])
    trials, _ = ff.read_trials(path)
    assert list(trials.target_neurons) == [5, 0, 9]
    ff.write_trials(tmp_path / "again.h5", trials, dt=DT)
    assert (tmp_path / "again.h5").read_bytes() == path.read_bytes()


RATES, INPUTS = recording([0.0, 1.5])


@pytest.mark.parametrize("call, said", [
    (lambda: ff.fit_activity(None, DT), "rates is missing"),
    (lambda: ff.fit_activity([RATES[0], RATES[1][:, :3]], DT), r"rates of \[3, 40\] neurons"),
    (lambda: ff.fit_activity(0 * RATES, DT), "all zero"),
    (lambda: ff.fit_activity(np.nan * RATES, DT), "not finite"),
    (lambda: ff.fit_activity(RATES, DT, inputs=INPUTS[:1]), "1 inputs for 2 trials of rates"),
    (lambda: ff.fit_activity(RATES, DT, scale=1.0), "rates of \"tanh\" neurons lie between -1 and 1"),
    (lambda: ff.fit_activity(RATES, DT, neurons=N - 1), "has a target of neuron 39"),
    (lambda: ff.fit_activity(RATES, DT, features="low-rank"), "J starts at random"),
    (lambda: ff.fit_activity(RATES, DT, method="ridge"), "method = 'ridge'"),
    (lambda: ff.fit_activity(RATES, DT, tau=0.1, **{"network.tau": 0.2}), "network.tau is given twice"),
    (lambda: ff.fit_activity(RATES, DT, target="rates"), "target is given twice"),
    (lambda: ff.fit_activity(RATES[:, :2], DT, method="currents"), "needs at least 3"),
    (lambda: ff.fit_activity(RATES, DT, method="currents", scale=1.0), "scale them to less than 1"),
    (lambda: ff.write_trials("t.h5", INPUTS, RATES, dt=DT, neuron_targets=RATES, target_neurons=[1, 1]),
     "dataset target_neurons has 2 neuron"),
])
def test_what_does_not_fit_is_refused(call, said):
    with pytest.raises(ff.InputError, match=said):
        call()


def test_regions_that_are_not_there(fit):
    for regions in ({}, {"A": []}):
        with pytest.raises(ff.InputError, match="regions names no neurons"):
            fit.currents(regions)
    with pytest.raises(ff.InputError, match="there is no neuron 40"):
        fit.currents({"A": [40]})
    with pytest.raises(ff.InputError, match="between each two"):
        ff.plot.currents({("A", "B"): [np.zeros((3, 2))]})
