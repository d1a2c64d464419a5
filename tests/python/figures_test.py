"""Figures: what they refuse, and `python -W error`, under which no warning of Matplotlib's own libraries counts."""
import os
import subprocess
import sys

import fullforce as ff
import numpy as np
import pytest

from conftest import PACKAGE, SMALL, some_trials

LOGARITHMIC = """
import sys
sys.path.insert(0, {package!r})
from fullforce import plot
plot.learning_curve([1.0, 0.1, 0.001]).savefig("curve.png")
"""


def test_logarithmic_axes_under_warnings_as_errors(tmp_path):
    text = LOGARITHMIC.format(package=str(PACKAGE))
    ran = subprocess.run([sys.executable, "-W", "error", "-c", text], cwd=tmp_path, capture_output=True, text=True,
                         env={**os.environ, "MPLBACKEND": "Agg"})
    assert ran.returncode == 0 and ran.stderr == "", ran.stderr
    assert (tmp_path / "curve.png").exists()


def test_letters_that_the_font_lacks(trained, tmp_path):
    X, Y = some_trials()
    names = dict(conditions=["左", "😀", "左", "é"], output_names=["左 hand", "y"])
    model = ff.FullForce(**SMALL, output=tmp_path / "run").fit(X, Y, **names)
    model.run(X, Y, conditions=names["conditions"], file=tmp_path / "run" / "recording.h5")
    for tool in ("report.py", "plot.py"):
        ran = subprocess.run([sys.executable, "-W", "error", PACKAGE.parent / tool, tmp_path / "run"],
                             capture_output=True, text=True)
        assert ran.returncode == 0 and ran.stderr == "", ran.stderr


def test_rates_are_those_of_the_neurons_that_are_named(model):
    X, Y = some_trials(2)
    run = model.run(X, Y, neurons=[7, 3])
    axes = ff.plot.rates(run, neurons=[3], trials=[0]).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["neuron 3"]
    assert np.array_equal(axes.lines[0].get_ydata(), run.rates[0][:, 1])
    with pytest.raises(ff.InputError, match=r"neuron 0: was not recorded \(there are rates of neurons 7, 3\)"):
        ff.plot.rates(run, neurons=[0])


SIGNALS = {"outputs": np.zeros((2, 5, 1)), "rates": np.zeros((2, 5, 3))}


@pytest.mark.parametrize("draw, said", [
    (lambda: ff.plot.rates(SIGNALS, neurons=3), r"neurons = 3 \(must be a list of whole numbers"),
    (lambda: ff.plot.rates(SIGNALS, neurons=[]), "neurons is empty"),
    (lambda: ff.plot.outputs(SIGNALS, trials=1), r"trials = 1 \(must be a list of whole numbers"),
    (lambda: ff.plot.outputs(SIGNALS, trials=[]), "trials is empty"),
    (lambda: ff.plot.outputs(SIGNALS, outputs=["output 0"]), r"outputs = \['output 0'\] \(must be a list of whole"),
    (lambda: ff.plot.outputs({**SIGNALS, "dt": "a"}), r"dt = 'a' \(must be the length of a step"),
    (lambda: ff.plot.outputs({"outputs": np.ones((5, 1)) * 1j}), "real numbers"),
    (lambda: ff.plot.state_space({"rates": np.full((2, 5, 3), np.nan)}), "not finite"),
    (lambda: ff.plot.eigenvalues(np.full((3, 3), np.nan)), "not finite"),
    (lambda: ff.plot.learning_curve([0.1], held_out="a"), r"held_out = 'a' \(must be a number"),
])
def test_wrong_figures(draw, said):
    with pytest.raises(ff.InputError, match=said):
        draw()


def test_a_network_has_no_trials_to_draw(model):
    with pytest.raises(ff.InputError, match="Network has nothing to draw"):
        ff.plot.outputs(model.network)
