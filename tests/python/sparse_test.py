"""Networks with sparse features: NumPy runs them as the program does, and they are changed, saved, and analysed."""
import json
import os
import pickle
import resource
import subprocess

import fullforce as ff
import h5py
import numpy as np
import pytest

from conftest import PROGRAM, SMALL, some_trials

SPARSE = dict({k: v for k, v in SMALL.items() if k != "panel"}, features="sparse", plastic_in_degree=20, group=7, readout_inputs=23)
#: Options that change what a network with sparse features computes. 60 neurons are no whole number of groups of 7.
OPTIONS = {
    "plain": dict(),
    "static": dict(static_in_degree=6, static_gain=0.5, streams=3),
    "single": dict(precision="single", group=1),
    "mixed": dict(precision="mixed", streams=2, forgetting=0.999),
    "partial": dict(plastic_fraction=0.4, static_in_degree=3, streams=2),
    "Dale's law": dict(signs="dale", streams=2, in_degree=9, target_signs="dale"),
    "fixed": dict(reset="fixed", in_degree=9, static_in_degree=3),
    "random": dict(reset="random", group=60, plastic_in_degree=60),
    "FORCE": dict(rule="force", plastic_in_degree=None, group=None),
    "FORCE, J_D under Dale's law": dict(rule="force", plastic_in_degree=None, group=None, target_signs="dale"),
    "FORCE, sparse J_D": dict(rule="force", plastic_in_degree=None, group=None, in_degree=9, reset="zero"),
}


def program(*arguments, ranks=1):
    """Runs the program, and returns what it prints."""
    launched = ["mpirun", "--oversubscribe", "-n", str(ranks), PROGRAM] if ranks > 1 else [PROGRAM]
    return subprocess.run([*launched, *map(str, arguments)], check=True, capture_output=True, text=True,
                          env={**os.environ, "OMP_NUM_THREADS": "1"}).stdout


@pytest.fixture(scope="module")
def sparse():
    """A trained network with sparse features and static weights."""
    return ff.FullForce(**SPARSE, static_in_degree=6).fit(*some_trials())


@pytest.mark.parametrize("option", OPTIONS)
def test_numpy_runs_what_the_program_runs(option):
    X, Y = some_trials()
    mask = [np.arange(len(y)) % 3 > 0 for y in Y]
    model = ff.FullForce(**{**SPARSE, **OPTIONS[option]}).fit(X, Y, mask=mask)
    in_program, in_numpy = model.run(X, Y), model.network.run(X, Y)
    rounding = 1e-10 if OPTIONS[option].get("precision", "double") == "double" else 1e-3
    for theirs, ours in zip(in_program, in_numpy):
        assert np.allclose(theirs.outputs, ours.outputs, rtol=0, atol=rounding)
        assert np.allclose(theirs.rates, ours.rates, rtol=0, atol=rounding)
    assert max(abs(run.outputs).max() for run in in_program) > 0.1


def test_all_forms_of_the_weights_agree(sparse):
    network, r = sparse.network, np.random.default_rng(1).standard_normal(60)
    J = network.J
    assert network.weights.shape == (60, 20) and network.partners.lists.shape == (9, 20)
    by_hand = np.zeros((60, 60))
    for i in range(60):
        by_hand[i, network.partners.of(i)] += network.weights[i]
        begin, end = network.J_s.indptr[i:i + 2]
        by_hand[i, network.J_s.indices[begin:end]] += network.J_s.data[begin:end]
    assert np.array_equal(J, by_hand) and 0 < np.count_nonzero(J) < 60 * 26
    for product in (network.currents(r), network.recurrent(r), network.sparse_weights() @ r):
        assert np.allclose(product, J @ r, rtol=1e-12, atol=1e-12)
    assert np.allclose(network.outputs(r), network.w @ r) and network.w.shape == (2, 60)
    assert np.count_nonzero(network.w.any(axis=0)) == 23


def test_partners_of_ones_own(tmp_path):
    """Groups may have fewer partners than plastic_in_degree, also none."""
    lists = [[], *([g, 5, 3 * g + 4] for g in range(11, 19))]
    file = ff.write_partners(tmp_path / "partners.h5", lists)
    model = ff.FullForce(**SPARSE, partners=file).fit(*some_trials())
    network = model.network
    assert [network.partners.of(7 * g).tolist() for g in range(9)] == [sorted(row) for row in lists]
    assert not network.J[:7].any() and network.J[7:].any(axis=1).all() and len(network.sparse_weights().data) == 53 * 3
    for theirs, ours in zip(model.run(*some_trials()).outputs, network.run(*some_trials()).outputs):
        assert np.allclose(theirs, ours, rtol=0, atol=1e-10)
    found = json.loads(program("analyze", network.path, "--eigenvalues"))
    assert np.isclose(found["weights"]["network"]["largest"], abs(network.J).max())
    hurt = network.lesion([5])
    assert not hurt.J[:, 5].any() and np.array_equal(hurt.J[7:, 40:] != 0, network.J[7:, 40:] != 0)
    for wrong, text in (([[1, 1]], "twice"), ([[0.5]], "0.5"), ([[-1]], "-1"), (["x"], "array of numbers")):
        with pytest.raises(ff.InputError, match=r"partners\[0\].*" + text):
            ff.write_partners(tmp_path / "wrong.h5", wrong)
    assert os.listdir(tmp_path) == ["partners.h5"]


def test_what_cannot_be_changed_says_so(sparse):
    for network in (sparse.network.copy(), pickle.loads(pickle.dumps(sparse.network))):
        assert np.array_equal(network.J, sparse.network.J)
        with pytest.raises(AttributeError, match="weights and J_s"):
            network.J = 0
        with pytest.raises(AttributeError, match="change readout"):
            network.w = 0
        for array in (network.J, network.w, network.partners.lists, network.readout_inputs):
            with pytest.raises(ValueError, match="read-only"):
                array[...] = 1
    with pytest.raises(ff.InputError, match="J of this network is not sparse"):
        ff.FullForce(**SMALL).fit(*some_trials()).network.sparse_weights()


def test_the_jacobian_is_the_derivative(sparse):
    network = sparse.network
    x, direction = np.random.default_rng(1).standard_normal((2, 60))
    slope = (network.velocity(x + 1e-6 * direction) - network.velocity(x - 1e-6 * direction)) / 2e-6
    assert np.allclose(network.jacobian(x) @ direction, slope, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("option", ["static", "FORCE"])
def test_lesions_are_saved_and_run_in_the_program(option, tmp_path):
    model = ff.FullForce(**{**SPARSE, **OPTIONS[option]}).fit(*some_trials())
    hurt, silent = model.network.lesion([3, 5, 50]), [3, 5, 50]
    assert not hurt.J[silent].any() and not hurt.J[:, silent].any() and not hurt.w[:, silent].any()
    kept = np.setdiff1d(np.arange(60), silent)
    if option == "static":
        assert np.array_equal(hurt.J[np.ix_(kept, kept)], model.network.J[np.ix_(kept, kept)])
    saved = ff.load(hurt.save(tmp_path / "hurt.h5"))
    assert np.array_equal(saved.network.J, hurt.J) and saved.network.edited() == []
    for theirs, ours in zip(saved.run(*some_trials()).outputs, hurt.run(*some_trials()).outputs):
        assert np.allclose(theirs, ours, rtol=0, atol=1e-10)


def test_perturbed_static_weights(sparse):
    other = sparse.network.perturb(0.1, seed=2, arrays=("weights",), J_s=0.2)
    assert other.edited() == ["weights", "J_s"]
    for name, size in (("weights", 0.1), ("J_s", 0.2)):
        before, after = (getattr(n.J_s, "data") if name == "J_s" else n.weights for n in (sparse.network, other))
        assert abs((after - before).std() / before.std() - size) < 0.02
    assert sparse.network.edited() == []


@pytest.mark.parametrize("ranks", [1, 2])
def test_an_edited_network_learns_on(sparse, tmp_path, ranks):
    saved = sparse.network.perturb(0.05, seed=3).save(tmp_path / "edited.h5")
    more = ff.FullForce(**SPARSE, static_in_degree=6, start_from=str(saved), keep_P=True, ranks=ranks)
    more.fit(*some_trials())
    assert np.array_equal(more.network.partners.lists, sparse.network.partners.lists)
    assert np.array_equal(more.network.readout_inputs, sparse.network.readout_inputs)
    assert np.array_equal(more.network.J_s.data, ff.load_network(saved).J_s.data)
    assert more.error_ < 0.5 and not np.array_equal(more.network.weights, ff.load_network(saved).weights)


def test_a_checkpoint_is_saved_and_trained_on(tmp_path):
    given = ff.FullForce(**SPARSE, static_in_degree=6, every_trials=2, every_minutes=0.0, output=tmp_path / "run")
    given.fit(*some_trials())
    network = ff.load_network(sorted(given.output_.glob("checkpoint-*.h5"))[-1])
    saved = ff.load(network.perturb(0.01).save(tmp_path / "saved.h5"))
    assert saved.network.provenance["edited"] == ["readout", "weights"] and np.isfinite(saved.score(*some_trials()))


def arrays(path):
    """Every array of an analysis."""
    found = {}
    with h5py.File(path) as file:
        file.visititems(lambda name, item: found.update({name: item[()]} if isinstance(item, h5py.Dataset) else {}))
    return found


def test_analysis_of_sparse_weights(sparse, tmp_path):
    """The numbers are those of the whole matrix, and the same bits on any number of ranks."""
    network, found = sparse.network, []
    for ranks in (1, 2, 3):
        path = tmp_path / f"{ranks}.h5"
        more = ["--fixed-points", "--starts", 1] if ranks != 2 else []
        program("analyze", network.path, "--eigenvalues", "--lyapunov", 2, "--trials", 3, *more, "--output", path,
                ranks=ranks)
        found.append(arrays(path))
    assert len(found[1]["lyapunov/network/exponents"]) == 2 and "fixed_points/states" in found[2]
    for other in found[1:]:
        assert all(np.array_equal(values, found[0][name], equal_nan=True) for name, values in other.items())
    values = found[0]["eigenvalues/network"] @ [1, 1j]
    expected = np.linalg.eigvals(network.J)
    assert np.allclose(np.sort(abs(values)), np.sort(abs(expected)), atol=1e-8)
    present = network.sparse_weights().data
    assert found[0]["weights/network/counts"].sum() == len(present) == np.count_nonzero(network.J)
    summary = json.loads((tmp_path / "1.json").read_text())["weights"]["network"]
    assert np.allclose([summary["mean"], summary["deviation"], summary["largest"]],
                       [present.mean(), present.std(), abs(present).max()])
    for x, q in zip(found[0]["fixed_points/states"], found[0]["fixed_points/q"]):
        assert np.isclose(np.sum(network.velocity(x) ** 2) / 120, q, rtol=1e-3, atol=1e-18)


def test_figures_of_sparse_weights(sparse, tmp_path):
    from fullforce import plot
    assert "60 neurons" in plot.eigenvalues(sparse).axes[0].get_legend_handles_labels()[1][0]
    large = sparse.network.copy()
    large.partners = ff.files.Partners(np.zeros((50000, 1), dtype=int), 1, 50000)
    large.__dict__.update(weights=np.ones((50000, 1)), J_s=None, u_in=np.ones((50000, 1)))
    with pytest.raises(ff.InputError, match="50000 x 50000.*analyze"):
        large.J
    with pytest.raises(ff.InputError, match="analyze.*--eigenvalues"):
        plot.eigenvalues(large)


@pytest.mark.slow
def test_large_sparse_weights_are_never_made_dense(tmp_path):
    """Above 3000 neurons the Arnoldi iteration finds leading eigenvalues, which all eigenvalues of J contain."""
    large = dict(SPARSE, neurons=3200, in_degree=20, static_in_degree=10, group=50, train_trials=4, init_trials=1,
                 test_trials=4)
    network = ff.FullForce(**large).fit(*some_trials()).network
    found = []
    for ranks in (1, 2, 3):
        path = tmp_path / f"{ranks}.h5"
        program("analyze", network.path, "--eigenvalues", "--trials", 1, "--output", path, ranks=ranks)
        found.append(arrays(path)["eigenvalues/network"])
    assert np.array_equal(found[0], found[1]) and np.array_equal(found[0], found[2])
    leading, all_of_them = found[0] @ [1, 1j], np.linalg.eigvals(network.J)
    assert 80 < len(leading) <= 100
    assert max(min(abs(all_of_them - value)) for value in leading[:50]) < 1e-6
    assert abs(abs(leading[0]) - abs(all_of_them).max()) < 1e-6
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    assert most < 1.5 * 3200**2 * 8, "a dense solver holds four matrices"
