"""What the tests of the Python package share: the program, small trials, and a network that was trained on them.

The environment variable FULLFORCE names the program.
"""
import os
import pathlib
import shutil
import sys
import tempfile

import numpy as np
import pytest

PACKAGE = pathlib.Path(__file__).resolve().parents[2] / "tools" / "python"
sys.path.insert(0, str(PACKAGE))

import fullforce as ff  # noqa: E402

PROGRAM = os.environ.get("FULLFORCE", "")
#: Options of Python with which scripts run: warnings are errors. The second one is for pyparsing, which Matplotlib uses,
#: and which would take the first as a wish for warnings about the parsers of others.
STRICT = ("-W", "error", "-W", "ignore:::pyparsing")
#: A run of a second.
SMALL = dict(neurons=60, train_trials=6, init_trials=2, test_trials=3, panel=13)


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: takes longer than a minute may spare")
    # Open MPI's helper process would take more than half of each start of the program. No test here starts two side by
    # side, which would then have one folder of temporary files.
    folder = tempfile.mkdtemp(prefix="fullforce-")
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    os.environ.update(OMPI_MCA_ess_singleton_isolated="1", OMPI_MCA_orte_tmpdir_base=folder)


def pytest_sessionstart():
    if not os.access(PROGRAM, os.X_OK):
        pytest.exit(f"FULLFORCE = {PROGRAM!r} is not the program (name fullforce in this environment variable)", 1)


def some_trials(count=4, seed=0):
    """Inputs [T, 1] and targets [T, 2] of trials of different lengths."""
    X, Y = [], []
    for length in np.random.default_rng(seed).integers(60, 90, count):
        t = np.arange(length) * 0.001
        X.append(np.exp(-50 * t)[:, None])
        Y.append(np.stack([np.sin(40 * t), np.cos(30 * t + seed)], axis=1))
    return X, Y


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """A model that was trained on `some_trials()`."""
    model = ff.FullForce(**SMALL, output=tmp_path_factory.mktemp("trained") / "run")
    return model.fit(*some_trials())


@pytest.fixture
def model(trained):
    """The trained model, with a network of its own that a test may change."""
    return ff.load(trained.output_)
