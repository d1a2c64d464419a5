"""fullforce's files in NumPy: write trials for the task "file", and run a trained network.

    import numpy as np, fullforce_io

    t = np.arange(1000) * 0.001
    sine = fullforce_io.Trial(targets=np.sin(4 * np.pi * t), inputs=(t < 0.05).astype(float))
    fullforce_io.write_trials("trials.h5", [sine], dt=0.001)

    network = fullforce_io.load_network("runs/mine/network.h5")
    run = network.test([sine], init_trials=[sine])     # as `fullforce test` does, on one stream without noise
    print(run.error, run[0].outputs.shape, run[0].rates.shape)

Needs NumPy and h5py, nothing of fullforce itself. It is `fullforce.files` of tools/python under its name
for scripts that look for modules in tools/.
"""
import pathlib
import sys

_package = str(pathlib.Path(__file__).resolve().parent / "python")
if _package not in sys.path:
    sys.path.append(_package)

# The imports below are this module's names, as they were before there was a package.
from fullforce.files import (  # noqa: E402, F401
    Activity, Network, State, Trial, load_network, make_trials, normal_draws, raw_draws, read_channel_names, read_trials,
    write_trials)
from fullforce.files.draws import (  # noqa: E402, F401
    NETWORK_STATE, TARGET_STATE, TARGET_WEIGHTS, TEST_NETWORK_STATE, TEST_TARGET_STATE)
from fullforce.files.trials import as_columns  # noqa: E402, F401
