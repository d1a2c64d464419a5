#!/usr/bin/env python3
"""A network file that runs in NumPy (tools/fullforce_io.py) gives what the program records of a test, to rounding.

    numpy_network.py FULLFORCE
"""
import pathlib
import sys

import h5py
import numpy as np

import harness

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
import fullforce_io

CONFIG = """
[run]
seed = 12
init_trials = 1
train_trials = 4
test_trials = 3
[task]
name = "file"
reset = "{reset}"
[network]
neurons = 61
{network}
[learning]
rule = "{rule}"
target_modes = {modes}
{learning}
"""

LOW_RANK = 'features = "low-rank"\nmax_rank = 40'


def a_trial():
    t = np.arange(200) * 0.001
    return fullforce_io.Trial(
        targets=np.stack([np.sin(20 * t), np.cos(30 * t)], axis=1), inputs=np.exp(-50 * t), hints=t
    )


def check_trials():
    """What is written is read back, and wrong arrays are refused."""
    fullforce_io.write_trials("trials.h5", [a_trial()], dt=0.001)
    (back,), dt = fullforce_io.read_trials("trials.h5")
    assert dt == 0.001 and back.inputs.shape == (200, 1)
    assert all(np.array_equal(getattr(back, name), getattr(a_trial(), name)) for name in ("targets", "inputs", "hints"))
    short = dict(targets=np.zeros(5), inputs=np.zeros(4))
    for wrong in (
        short,
        dict(targets=[]),
        dict(targets=[0.0], inputs=[np.nan]),
        dict(targets=np.zeros((2, 2, 2))),
        dict(targets=np.zeros((2, 0))),
    ):
        refused(lambda: fullforce_io.Trial(**wrong), "")


def refused(call, said):
    try:
        call()
    except ValueError as error:
        assert said in str(error), error
        return
    sys.exit("a wrong trial was taken for one")


def largest_difference(run, recording):
    neurons = recording["neurons"][()]
    def difference(name):
        mine = getattr(run.joined(), name)
        mine = mine[:, neurons] if "rates" in name else mine
        return float(np.max(np.abs(mine - recording[name][()])))

    return max(map(difference, ("outputs", "targets", "rates", "target_rates")))


def check_network(rule, network="", options=(), modes=0, learning="", reset="none"):
    with open("c.toml", "w") as f:
        f.write(CONFIG.format(rule=rule, network=network, modes=modes, learning=learning, reset=reset))
    folder = f"{rule}{len(network)}-{len(options)}-{modes}-{len(learning)}-{reset}"
    harness.expect_exit(0, harness.mpirun(1, ["train", "c.toml", "--output", folder, "--quiet", *options]))
    harness.expect_exit(0, harness.mpirun(2, ["test", f"{folder}/network.h5", "--seed", 5, "--record", "recording.h5"]))
    trained = fullforce_io.load_network(f"{folder}/network.h5")
    run = trained.test([a_trial()] * 3, init_trials=[a_trial()], seed=5)
    with h5py.File("recording.h5") as recording:
        difference = largest_difference(run, recording)
    assert max(np.abs(rates).max() for rates in run.rates) > 0.1, "the network must be active"
    r = np.linspace(-1, 1, trained.neurons)
    assert np.allclose(trained.target_weights() @ r, trained.target_product(r), rtol=0, atol=1e-12)
    if trained.is_force:
        assert np.allclose(
            trained.J @ r,
            trained.target_product(r) + trained.u_out @ (trained.readout @ trained.features(r)),
            rtol=0,
            atol=1e-12,
        )
    two = a_trial()
    two.inputs = np.hstack([two.inputs] * 2)
    refused(lambda: trained.test([two]), "inputs")
    print(f"{rule} {network} {learning} {modes} modes, reset {reset}: largest difference {difference:.2g}, test error {run.error:.3g}")
    if not difference < 1e-10:
        sys.exit("the program and NumPy differ by more than rounding")


def check_drawn_weights():
    """A checkpoint has no sparse J_D. It is drawn again to the same numbers, in both precisions."""
    for precision in ("double", "single"):
        with open("c.toml", "w") as f:
            f.write(CONFIG.format(rule="full-force", network="in_degree = 7", modes=0, learning="", reset="none"))
        folder = f"drawn-{precision}"
        harness.expect_exit(0, harness.mpirun(1, ["train", "c.toml", "--output", folder, "--quiet", "--set",
                                                  f"learning.precision={precision}", "--set", "checkpoint.every_trials=2"]))
        saved = fullforce_io.load_network(f"{folder}/network.h5")
        checkpoint = next(pathlib.Path(folder).glob("checkpoint-*.h5"))
        drawn = fullforce_io.load_network(checkpoint)
        assert np.array_equal(saved.sparse.indices, drawn.sparse.indices)
        assert np.allclose(saved.target_weights(), drawn.target_weights(), rtol=1e-15 if precision == "double" else 1e-6, atol=0)


def check_refusals():
    """Files that are not whole networks are refused by name."""
    with h5py.File("part.h5", "w") as file:
        file.attrs["format"] = "fullforce-network"
    refused(lambda: fullforce_io.load_network("part.h5"), "part.h5: has no config, provenance, network/u_in")
    refused(lambda: fullforce_io.load_network("trials.h5"), "trials.h5: is not a network file")
    pathlib.Path("text.h5").write_text("no HDF5")
    try:
        fullforce_io.load_network("text.h5")
    except OSError as error:
        assert "text.h5 cannot be opened" in str(error), error
    else:
        sys.exit("a text was taken for a network")


def main():
    with harness.own_folder():
        check_trials()
        check_refusals()
        check_network("full-force")
        check_network("full-force", modes=9, reset="zero")
        check_network("full-force", "in_degree = 9", learning=LOW_RANK, reset="random")
        check_network("force", learning=LOW_RANK, reset="fixed")
        check_network("force", "in_degree = 9")
        check_network("force", "in_degree = 9", ["--no-target"])
        check_drawn_weights()
        check_network("full-force", 'nonlinearity = "relu"\ngain = 1.1')
        check_network("force", 'integrator = "exponential"', ["--no-target"])


if __name__ == "__main__":
    main()
