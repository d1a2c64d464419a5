"""Networks in NumPy: they run as in the program, can be examined, changed, and saved."""
import fullforce as ff
import h5py
import numpy as np
import pytest

from conftest import SMALL, some_trials

KINDS = {
    "dense": {},
    "single": dict(precision="single"),
    "low-rank": dict(features="low-rank", max_rank=60),
    "modes": dict(target_modes=7),
    "sparse": dict(in_degree=8),
    "partial": dict(plastic_fraction=0.3),
    "FORCE": dict(rule="force"),
    "relu": dict(nonlinearity="relu", gain=1.1, alpha=10.0),
}


@pytest.fixture(scope="module", params=KINDS)
def kind(request):
    """A trained network of each kind."""
    return ff.FullForce(**SMALL, **KINDS[request.param]).fit(*some_trials())


def test_lesions_are_saved_and_run_in_the_program(kind, tmp_path):
    network, whole = kind.network, kind.score(*some_trials(), seed=3)
    hurt = network.lesion([3, 5, 50])
    assert not hurt.J[[3, 5, 50]].any() and not hurt.J[:, [3, 5, 50]].any() and not hurt.w[:, [3, 5, 50]].any()
    assert network.edited() == [] and "u_in" in hurt.edited()
    saved = ff.load(hurt.save(tmp_path / "hurt.h5"))
    assert np.allclose(saved.network.J, hurt.J, rtol=0, atol=1e-6) and "u_in" in saved.network.provenance["edited"]
    kind.network = hurt
    assert kind.score(*some_trials(), seed=3) == saved.score(*some_trials(), seed=3) != whole
    kind.network = network


def test_the_jacobian_is_the_derivative(kind):
    network = kind.network
    x, direction = np.random.default_rng(1).standard_normal((2, network.neurons))
    step = 1e-6
    slope = (network.velocity(x + step * direction) - network.velocity(x - step * direction)) / (2 * step)
    assert np.allclose(network.jacobian(x) @ direction, slope, rtol=1e-6, atol=1e-6)


def test_a_network_that_was_not_changed_is_saved_as_it_was(model, tmp_path):
    saved = model.save(tmp_path / "same.h5")
    assert ff.load(saved).score(*some_trials()) == model.score(*some_trials())


def test_changes_in_place_count(model):
    before = model.score(*some_trials())
    model.network.w[...] = 0.0
    assert model.network.edited() == ["readout"] and model.score(*some_trials()) == 1.0 != before
    model.network.J = np.zeros((60, 60))
    assert not model.network.weights.any()


def test_products_cannot_be_changed():
    model = ff.FullForce(**SMALL, features="low-rank", max_rank=60).fit(*some_trials())
    with pytest.raises(ValueError, match="read-only"):
        model.network.J[0, 0] = 1.0
    with pytest.raises(AttributeError, match="product of other arrays"):
        model.network.J = 0
    with pytest.raises(AttributeError, match="product of readout and basis"):
        model.network.w = 0


def test_perturbed_weights(model):
    network = model.network
    other = network.perturb(0.1, seed=2, arrays=("weights",))
    difference = other.J - network.J
    assert other.edited() == ["weights"] and abs(difference.std() / network.J.std() - 0.1) < 0.01
    for call in (lambda: network.perturb(0.1, 2, ("J",)), lambda: network.perturb(0.1, 2, "weights"),
                 lambda: network.perturb(seed=2, J=0.1)):
        assert np.array_equal(call().J, other.J)
    both = network.perturb(J=0.05, w=0.2)
    assert both.edited() == ["readout", "weights"] and abs((both.w - network.w).std() / network.w.std() - 0.2) < 0.04
    with pytest.raises(ValueError, match="matrix.*must be of J, w, U"):
        network.perturb(0.1, arrays=("matrix",))
    with pytest.raises(ff.InputError, match="size is missing"):
        network.perturb()


@pytest.mark.parametrize("forgetting", [1.0, 0.99])
def test_a_checkpoint_is_saved_with_its_pending_updates(forgetting, tmp_path):
    given = ff.FullForce(**SMALL, output=tmp_path / "run", every_trials=2, every_minutes=0.0, forgetting=forgetting)
    network = ff.load_network(sorted(given.fit(*some_trials()).output_.glob("checkpoint-*.h5"))[-1])
    with h5py.File(network.path) as file:
        learning = file["learning"]
        right, growth = learning["pending_right"][()], learning.attrs.get("growth", 1.0)
        assert right.shape[1] > 0 and (growth > 1.0) == (forgetting < 1.0)
        P = growth * (learning["P"][()] - right @ right.T)
    saved = ff.load_network(network.save(tmp_path / "saved.h5"))
    assert np.array_equal(saved.J, network.J) and np.array_equal(saved.w, network.w)
    with h5py.File(saved.path) as file:
        assert np.allclose(file["learning/P"][()], P, rtol=1e-12, atol=1e-14)
        assert file["learning"].attrs.get("growth", 1.0) == 1.0 and "pending_right" not in file["learning"]
    again = ff.FullForce(**SMALL, forgetting=forgetting, start_from=str(saved.path), keep_P=True)
    assert np.isfinite(again.fit(*some_trials()).error_)


def test_a_sparse_J_D_that_a_checkpoint_leaves_out_is_saved(tmp_path):
    given = ff.FullForce(**SMALL, in_degree=8, rule="force", every_trials=2, every_minutes=0.0, output=tmp_path / "run")
    given.fit(*some_trials())
    network = ff.load_network(sorted(given.output_.glob("checkpoint-*.h5"))[-1]).perturb(J_D=0.3)
    saved = ff.load(network.save(tmp_path / "saved.h5"))
    assert np.array_equal(saved.network.target_weights(), network.target_weights())
    for theirs, ours in zip(saved.run(*some_trials()).outputs, network.run(*some_trials()).outputs):
        assert np.allclose(theirs, ours, rtol=0, atol=1e-10)


@pytest.mark.parametrize("reset", ["fixed", "zero"])
def test_lesioned_neurons_have_no_rates(reset, tmp_path):
    """Neither in NumPy nor in the program. Under FORCE training on leaves them silent."""
    X, Y = some_trials()
    rule = dict(rule="force") if reset == "fixed" else {}
    hurt = ff.FullForce(**SMALL, reset=reset, **rule).fit(X, Y).network.lesion([3, 5])
    saved = ff.load(hurt.save(tmp_path / "hurt.h5"))
    healed = ff.FullForce(**SMALL, reset=reset, **rule, start_from=str(tmp_path / "hurt.h5")).fit(X, Y)
    largest = [abs(run.joined().rates[:, [3, 5]]).max() for run in (hurt.run(X, Y), saved.run(X, Y), healed.run(X, Y))]
    assert largest[:2] == [0, 0] and (largest[2] == 0) == bool(rule)


def test_arrays_keep_their_shapes(model, tmp_path):
    network = model.network
    for name, values, said in (("readout", network.readout[:1], r"readout has shape \[1, 60\] .must be \[2, 60\]"),
                               ("weights", np.zeros((5, 5)), r"weights has shape \[5, 5\] .must be \[60, 60\]"),
                               ("w", np.zeros((1, 60)), r"w has shape \[1, 60\] .must be \[2, 60\]"),
                               ("J", np.zeros(60), r"J has shape \[60\] .must be \[60, 60\]"),
                               ("u_in", None, "u_in is not an array of numbers|u_in has shape"),
                               ("readout", 1j * network.readout, "readout is not an array of numbers"),
                               ("basis", np.eye(60), "basis: this network has no such array")):
        with pytest.raises(ff.InputError, match=said):
            setattr(network, name, values)
    assert network.edited() == []
    network.readout = 2 * network.readout
    assert network.edited() == ["readout"] and ff.load(network.save(tmp_path / "x.h5")).network.w[0, 0] == network.w[0, 0]


@pytest.mark.parametrize("sizes", [dict(size=np.nan), dict(size=-1.0), dict(size=np.inf), dict(J=-0.1)])
def test_sizes_of_noise_are_numbers_from_zero_on(model, sizes):
    with pytest.raises(ff.InputError, match="size = .*must be a finite number of at least 0"):
        model.network.perturb(**sizes)


def test_lesions_take_truth_values_too(model):
    for silent in ([3, 10], np.isin(np.arange(60), [3, 10])):
        assert np.flatnonzero(~model.network.lesion(silent).u_in.any(axis=1)).tolist() == [3, 10]
    with pytest.raises(ff.InputError, match="truth values of shape"):
        model.network.lesion([True, False])


def test_a_network_that_cannot_be_saved(model, tmp_path):
    model.network.w[0, 0] = np.nan
    with pytest.raises(ValueError, match="readout: values are not finite"):
        model.save(tmp_path / "x.h5")
    other = ff.FullForce(**SMALL, seed=5).fit(*some_trials())
    network = other.network
    network.path.write_bytes(b"another file")
    with pytest.raises(ValueError, match="is not the file any more"):
        network.save(tmp_path / "x.h5")
    assert not list(tmp_path.iterdir())


def known_fixed_points(model):
    """Two neurons with x = 2 tanh(x): fixed points at 0 (unstable) and at +-1.915 (stable), each for itself."""
    network = model.network.copy()
    network.weights[...] = 0.0
    network.weights[0, 0] = network.weights[1, 1] = 2.0
    return network


def test_fixed_points(model):
    network, x = known_fixed_points(model), 1.9150080481545
    starts = np.zeros((4, 60))
    starts[:, :2] = [[1, 1], [1, -1], [-1, 1], [-1, -1]]
    found = network.fixed_points(starts)
    assert sorted(tuple(np.sign(point.x[:2])) for point in found) == [(-1, -1), (-1, 1), (1, -1), (1, 1)]
    assert all(point.stable and np.allclose(abs(point.x[:2]), x, atol=1e-6) for point in found)
    slope = -1 + 2 / np.cosh(x)**2
    assert np.allclose(np.sort(found[0].eigenvalues.real)[-2:], slope)
    (origin,) = network.fixed_points(np.full((3, 60), 1e-9))
    assert origin.starts == 3 and not origin.stable and origin.unstable == 2
    assert np.allclose(origin.eigenvalues.real[:2], 1.0)
    with pytest.raises(ValueError, match="must be"):
        network.fixed_points(np.zeros(7))


def test_fixed_points_from_the_states_of_trials(model):
    network = known_fixed_points(model)
    run = model.run(*some_trials())
    found = network.fixed_points(run.states)
    assert 0 < sum(point.starts for point in found) <= 64
    assert {point.starts for point in network.fixed_points(list(run.states))} == {point.starts for point in found}
    own = network.fixed_points()
    assert 0 < sum(point.starts for point in own) <= 64 and all(point.q <= 1e-20 for point in own)
    network.config["task"]["file"] = "gone.h5"
    with pytest.raises(ff.InputError, match="starts is missing.*model.run"):
        network.fixed_points()


def test_points_are_one_by_the_size_of_the_starts(model):
    """As in fullforce analyze: the root mean square of a difference, relative to that of the starts."""
    network = known_fixed_points(model)
    starts = np.zeros((2, 60))
    starts[:, 0] = [1.9, -1.9]  # two points, at a distance of 3.83 / sqrt(60) = 0.494 and with starts of 0.245
    assert [len(network.fixed_points(starts, distance=distance)) for distance in (1.99, 2.03)] == [2, 1]


def test_a_network_keeps_the_files_that_it_needs(tmp_path):
    path = ff.FullForce(**SMALL).fit(*some_trials()).network.lesion([1]).save(tmp_path / "hurt.h5")
    assert ff.load(path).network.u_in[1].tolist() == [0.0]
    network = ff.FullForce(**SMALL).fit(*some_trials()).network
    folder = network.path.parent
    assert folder.exists() and network.copy().save(tmp_path / "copy.h5").exists()
    del network
    assert not folder.exists()


def test_inputs_move_fixed_points(model):
    network = known_fixed_points(model)
    (point,) = network.fixed_points(np.zeros(60), input=[3.0])
    assert np.allclose(point.x[2:], 3 * network.u_in[2:, 0]) and np.linalg.norm(network.velocity(point.x, [3.0])) < 1e-6


def test_steps_make_a_run(model):
    network, (X, Y) = model.network, some_trials(1)
    run, state = network.run(X, Y, seed=4, init_trials=()), network.initial_state(4)
    for f_in, f_out, output, x in zip(X[0], Y[0], run.outputs[0], run.states[0]):
        network.step(state, f_in, f_out)
        assert np.array_equal(state.z, output) and np.array_equal(state.x, x)
    with pytest.raises(ValueError, match="a trial has 3 inputs and the network 1"):
        network.run(np.zeros((1, 5, 3)), np.zeros((1, 5, 2)))
