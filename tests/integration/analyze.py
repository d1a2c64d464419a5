#!/usr/bin/env python3
"""What fullforce analyze finds agrees with NumPy on the same network, and is the same on any layout.

    analyze.py FULLFORCE
"""
import json
import pathlib
import sys

import h5py
import numpy as np

import harness
from fullforce import files

CONFIG = """
[run]
seed = 3
init_trials = 1
train_trials = 20
[task]
name = "file"
[network]
neurons = 50
[learning]
rule = "{rule}"
precision = "{precision}"
features = "{features}"
target_modes = {modes}
"""
TRIALS, EXPONENTS = 6, 4


def a_trial():
    t = np.arange(150) * 0.001
    return files.Trial(targets=np.sin(40 * t), inputs=(t < 0.03).astype(float))


def arrays(path):
    found = {}
    with h5py.File(path) as f:
        f.visititems(lambda name, item: found.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None)
    return found


def agree(what, found, expected, tolerance):
    difference = float(np.max(np.abs(found - expected))) if np.shape(found) == np.shape(expected) else np.inf
    print(f"  {what}: largest difference {difference:.2g}")
    if not difference <= tolerance:
        sys.exit(f"{what}: {found} instead of {expected}")


def eigenvalues(matrix):
    """Returns the eigenvalues by falling magnitude. Of two conjugates, the one above the axis comes first."""
    values = np.linalg.eigvals(matrix)
    return values[np.lexsort((-values.imag, -np.round(np.abs(values), 9)))]


def lyapunov_exponents(network, run, vectors):
    """Finds the exponents by the QR method once more, along the rates of a run that begins with `run`'s first step."""
    keep, interval = network.keep, round(network.tau / network.dt)
    V = np.linalg.qr(np.random.default_rng(0).standard_normal((network.neurons, vectors)))[0]
    growth = []
    for step, r in enumerate(run.rates, start=1):
        V = keep * V + (1 - keep) * network.J @ ((1 - r**2)[:, None] * V)
        if step % interval == 0:
            V, R = np.linalg.qr(V)
            growth.append(np.log(np.abs(np.diag(R))))
    return np.mean(growth[len(growth) // 10:], axis=0) / (interval * network.dt)


def configure(rule, precision, features, modes):
    print(rule, precision, features, modes)
    with open("c.toml", "w") as f:
        f.write(CONFIG.format(rule=rule, precision=precision, features=features, modes=modes))


def check_checkpoint(rule, features, modes=0):
    """Checks that the eigenvalues are those of the weights with the pending updates applied."""
    configure(rule, "double", features, modes)
    folder = f"pending-{rule}-{features}-{modes}"
    harness.expect_exit(75, harness.mpirun(1, ["train", "c.toml", "--output", folder, "--max-steps", 230, "--quiet"]))
    path = f"{folder}/checkpoint-230.h5"
    with h5py.File(path) as f:
        assert "learning/pending_right" in f
    harness.expect_exit(
        0, harness.mpirun(2, ["analyze", path, "--eigenvalues", "--trials", 1, "--output", "pending.h5"])
    )
    pairs = arrays("pending.h5")["eigenvalues/network"]
    # All other eigenvalues of a product of thin factors are zero.
    agree("eigenvalues", np.abs(pairs @ [1, 1j]), np.abs(eigenvalues(files.load_network(path).J))[:len(pairs)], 1e-6)


def check(rule, precision="double", features="dense"):
    configure(rule, precision, features, 0)
    folder = f"{rule}-{precision}-{features}"
    harness.expect_exit(0, harness.mpirun(1, ["train", "c.toml", "--output", folder, "--quiet"]))
    command = ["analyze", f"{folder}/network.h5", "--eigenvalues", "--pca", "--lyapunov", EXPONENTS, "--trials", TRIALS]
    harness.expect_exit(0, harness.mpirun(1, command + ["--output", "one.h5"]))
    harness.expect_exit(0, harness.mpirun(3, command + ["--output", "three.h5"]))
    found, other = arrays("one.h5"), arrays("three.h5")
    differing = [name for name in found if found[name].tobytes() != other[name].tobytes()]
    if differing or list(found) != list(other):
        sys.exit(f"1 rank and 3 differ in {differing}")

    network = files.load_network(f"{folder}/network.h5")
    run = network.test([a_trial()] * TRIALS, init_trials=[a_trial()]).joined()
    loose = 1e-9 if precision == "double" else 1e-3
    for name, matrix in (("network", network.J), ("target", network.J_D)):
        pairs = found[f"eigenvalues/{name}"]
        # With low-rank features all other eigenvalues are zero.
        agree(f"eigenvalues of {name}", np.abs(pairs @ [1, 1j]), np.abs(eigenvalues(matrix))[:len(pairs)], 1e-6)
        if f"weights/{name}/counts" in found:
            agree(f"weights of {name}", found[f"weights/{name}/counts"].sum(), network.neurons**2, 0)
    for name, rates in (("network", run.rates), ("target", run.target_rates)):
        variances = np.linalg.eigvalsh(np.cov(rates.T))[::-1]
        agree(f"variances of {name}", found[f"pca/{name}/variances"], variances, loose)
    correlations = [np.corrcoef(a, b)[0, 1] for a, b in zip(run.rates.T, run.target_rates.T)]
    agree("correlations of rates", found["activity/correlations"], np.array(correlations), loose)
    agree("outputs", found["activity/outputs"], run.outputs, loose)
    # Here the tangents start elsewhere, and the average is short.
    agree("Lyapunov exponents", found["lyapunov/network/exponents"], lyapunov_exponents(network, run, EXPONENTS), 3.0)
    with open("one.json") as f:
        summary = json.load(f)
    agree("participation ratio", summary["pca"]["network"]["participation_ratio"],
          np.trace(np.cov(run.rates.T))**2 / np.sum(np.cov(run.rates.T)**2), 1e-6 if precision == "double" else 1e-2)


# Every rule and kind of features, with dense and with sparse J_D: (rule, features, precision, in_degree, target modes).
KINDS = [("full-force", "dense", "double", 3, 0), ("full-force", "dense", "single", 3, 5),
         ("full-force", "dense", "double", 0, 5), ("full-force", "low-rank", "double", 3, 0),
         ("full-force", "low-rank", "single", 3, 5), ("force", "dense", "double", 3, 0),
         ("force", "low-rank", "single", 3, 0), ("force", "low-rank", "double", 0, 0),
         ("full-force", "sparse", "double", 3, 0), ("force", "sparse", "single", 0, 0)]


def check_kind(rule, features, precision, degree, modes):
    """Every kind of network is analysed, from a checkpoint too; its eigenvalues are those of its matrices."""
    configure(rule, precision, features, modes)
    changes = ["--set", "network.neurons=20", "--set", f"network.in_degree={degree}", "--set", "run.train_trials=2", "--set",
               "checkpoint.every_trials=1"]
    folder = f"kind-{rule}-{features}-{precision}-{degree}-{modes}"
    harness.expect_exit(0, harness.mpirun(1, ["train", "c.toml", "--output", folder, "--quiet", *changes]))
    for path in (pathlib.Path(folder) / "network.h5", min(pathlib.Path(folder).glob("checkpoint-*.h5"))):
        extra = ["--eigenvalues", "--lyapunov", 2] if path.name == "network.h5" else []
        harness.expect_exit(0, harness.mpirun(1, ["analyze", path, *extra, "--trials", 2, "--output", "kind.h5"]))
        found, network = arrays("kind.h5"), files.load_network(path)
        for name, matrix in (("network", network.J), ("target", network.target_weights())):
            pairs = found[f"eigenvalues/{name}"]
            magnitudes = np.abs(eigenvalues(matrix))[:len(pairs)]
            agree(f"eigenvalues of {name}", np.abs(pairs @ [1, 1j]), magnitudes, 1e-6 if precision == "double" else 1e-4)


def main():
    with harness.own_folder():
        files.write_trials("trials.h5", [a_trial()], dt=0.001)
        check("full-force")
        check("force", "single")
        check("full-force", "double", "low-rank")
        for kind in KINDS:
            check_kind(*kind)
        check_checkpoint("full-force", "dense", 12)
        check_checkpoint("full-force", "low-rank", 12)
        check_checkpoint("full-force", "low-rank")
        check_checkpoint("force", "low-rank")
        for wrong, word in (
            (["--lyapunov", 51], "--lyapunov"),
            (["--output", "no/a.h5"], "no"),
            (["--output", "a.json"], "a.json"),
        ):
            result = harness.expect_exit(
                2, harness.mpirun(2, ["analyze", "full-force-double-dense/network.h5", *wrong])
            )
            if result.stderr.count("fullforce: error:") != 1 or word not in result.stderr:
                sys.exit(f"{wrong}: {result.stderr}")


if __name__ == "__main__":
    main()
