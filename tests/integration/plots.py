#!/usr/bin/env python3
"""The functions of fullforce.plot draw what runs, files and arrays hold, and refuse what they cannot draw.

    plots.py FULLFORCE
"""
import json
import os
import pathlib
import types
import warnings

import h5py
import numpy as np

import harness
from fullforce import FullForce, plot, style
from fullforce.errors import FullForceError
from fullforce.files import Activity
from fullforce.plot.trajectories import principal_paths
from fullforce.report import command as report

SETTINGS = ["--set", "run.init_trials=0", "--set", "run.train_trials=3", "--set", "run.test_trials=1",
            "--set", "network.neurons=30", "--quiet"]
STEPS, CONDITIONS = 50, ["left", "right", "left", "right"]


def arrays(**more):
    """The activity of four trials of two conditions, with two outputs, one input and five neurons."""
    rng = np.random.default_rng(2)
    widths = {"inputs": 1, "outputs": 2, "targets": 2, "rates": 5}
    signals = {name: [rng.uniform(-1, 1, (STEPS, width)) for _ in CONDITIONS] for name, width in widths.items()}
    return {**signals, "dt": 0.01, "output_names": ["elbow", "shoulder"], **more}


def panels(figure):
    found = figure.axes
    style.plt.close(figure)
    return found


def rows(figure):
    return [axes.get_ylabel() for axes in panels(figure)]


def colours(axes):
    return {str(line.get_color()) for line in axes.lines}


def refused(draw, *words):
    try:
        draw()
    except FullForceError as error:
        assert all(word in str(error) for word in words), f"{words} are not in: {error}"
    else:
        raise AssertionError(f"not refused ({words})")


def check_outputs():
    """A row an output under its name; conditions lie over each other in colours of their own."""
    assert rows(plot.outputs(arrays())) == ["inputs", "elbow", "shoulder"]
    assert rows(plot.outputs(arrays(), outputs=[1])) == ["inputs", "shoulder"]
    elbow = panels(plot.outputs(arrays(conditions=CONDITIONS)))[1]
    assert colours(elbow) == {style.COLOURS[0], style.COLOURS[1], style.DARK_TARGET}, colours(elbow)
    assert all(line.get_xdata()[0] == 0 and line.get_xdata()[-1] < STEPS * 0.01 for line in elbow.lines)
    after_another = [line.get_xdata()[0] for line in panels(plot.outputs(arrays()))[1].lines]
    assert max(after_another) > 2 * STEPS * 0.01, after_another
    one = {"outputs": np.zeros((4, STEPS, 20))}
    assert len(rows(plot.outputs(one))) == 12 and panels(plot.outputs(one))[-1].get_xlabel() == "time (steps)"
    many = [f"{k}" for k in range(9)] * 2
    eighteen = {"outputs": np.zeros((18, STEPS, 1)), "conditions": many}
    assert len(colours(panels(plot.outputs(eighteen))[0])) == 9, "a colour for each of nine conditions"


def check_rates():
    labels = [tick.get_text() for tick in panels(plot.rates(arrays(neurons=[3, 5, 8, 9, 11])))[0].get_yticklabels()]
    assert labels == [f"neuron {k}" for k in (3, 5, 8, 9, 11)], labels
    assert len(panels(plot.rates(arrays(), neurons=[4], trials=[0]))[0].lines) == 1
    # In trials with conditions both networks are drawn, in the colours of the conditions.
    both = arrays(conditions=CONDITIONS, target_rates=arrays()["rates"])
    lines = panels(plot.rates(both, neurons=[0]))[0].lines
    assert [line.get_linestyle() for line in lines] == ["-"] * 4 + ["--"] * 4, "both networks"
    assert len({line.get_color() for line in lines}) == 2 and lines[0].get_color() == lines[4].get_color()


def check_state_space():
    """The components are those of the covariance of all samples."""
    trials = arrays()["rates"]
    paths, shares = principal_paths(trials, 3)
    every = np.concatenate(trials)
    variances, directions = np.linalg.eigh(np.cov(every.T))
    assert np.allclose(shares, variances[::-1][:3] / variances.sum())
    expected = (trials[1] - every.mean(axis=0)) @ directions[:, ::-1][:, :3]
    assert np.allclose(np.abs(paths[1]), np.abs(expected))
    axes = panels(plot.state_space(arrays(conditions=CONDITIONS)))[0]
    assert axes.name == "3d" and axes.get_zlabel().startswith("PC 3") and colours(axes) == set(style.COLOURS[:2])
    assert panels(plot.state_space(arrays(), components=2))[0].name == "rectilinear"


def check_learning_curve():
    """The test stands beside the training, and says on which trials it was."""
    def labels(*arguments, **options):
        legend = panels(plot.learning_curve(*arguments, **options))[0].get_legend()
        return [text.get_text() for text in legend.get_texts()]

    assert labels("run")[0] == "training trials" and labels("run")[1].startswith("test"), labels("run")
    assert labels("run/metrics.csv") == ["training trials"]
    assert labels([1.0, 0.5, 0.2], held_out=0.25) == ["training trials", "test: 0.25"]
    assert labels(np.linspace(1, 0.1, 200)) == ["training trials, median of 7"]
    pathlib.Path("conditions.csv").write_text("trial,error,condition\n0,1,left\n1,0.5,right\n2,0.3,left\n")
    assert labels("conditions.csv") == ["left", "right"]
    summary = json.loads(pathlib.Path("run/summary.json").read_text())
    summary["test"]["trials_of"] = "held-out trials"
    os.mkdir("held-out")
    pathlib.Path("held-out/summary.json").write_text(json.dumps(summary))
    pathlib.Path("held-out/metrics.csv").write_text("trial,error\n1,0.5\n")
    assert labels("held-out")[1].startswith("test, held-out trials: "), labels("held-out")


def check_eigenvalues():
    J = np.array([[0.0, -2.0], [2.0, 0.0]])
    for source in (J, types.SimpleNamespace(J=J), types.SimpleNamespace(network=types.SimpleNamespace(J=J))):
        line = panels(plot.eigenvalues(source))[0].lines[0]
        assert np.allclose(sorted(line.get_ydata()), [-2, 2]), line.get_ydata()
    assert len(panels(plot.eigenvalues("run"))[0].lines[0].get_xdata()) == 30
    assert len(panels(plot.eigenvalues("run/network.h5"))[0].lines) == 2


def check_sources():
    """Recordings of the program, with conditions and names, and what `run` returns."""
    assert rows(plot.outputs("run")) == ["inputs", "output 0"] and rows(plot.outputs("run/recording.h5"))
    with h5py.File("run/recording.h5", "r+") as file:
        steps = len(file["time"])
        for name in ("trial_ends", "trials", "mask"):
            del file[name]
        file["trial_ends"], file["trials"] = [steps // 2, steps], [0, 1]
        file["conditions"] = ["up", "down"]
        file["mask"] = np.zeros((steps, 1), np.uint8)
        file.attrs["output_names"] = ["wrist"]
    axes = panels(plot.outputs("run"))[1]
    assert axes.get_ylabel() == "wrist" and len(axes.lines) == 4, axes.lines
    targets = [line.get_ydata() for line in axes.lines if line.get_linestyle() == "--"]
    assert np.isnan(targets[0]).all() and np.isnan(targets[1]).all(), "targets that do not count are not drawn"
    given = arrays()
    signals = {name: given[name] for name in ("inputs", "targets", "outputs", "rates")}
    activity = Activity(**signals, states=None, target_rates=None, target_states=None, neurons=np.arange(5), dt=0.01,
                        mask=[np.zeros(STEPS)] * len(CONDITIONS), conditions=CONDITIONS)
    assert rows(plot.outputs(activity)) == ["inputs", "output 0", "output 1"]
    assert colours(panels(plot.state_space(activity))[0]) == set(style.COLOURS[:2])
    dashed = [line for line in panels(plot.outputs(activity))[1].lines if line.get_linestyle() == "--"]
    assert len(dashed) == 4 and np.isnan(dashed[0].get_ydata()).all(), "a mask [T] holds for every output"


def check_page():
    """A page begins with the science, says on which trials the test was, and defines its numbers."""
    pathlib.Path("regions.toml").write_text('PMd = "0-9"\nM1 = "10-29"\n')
    harness.expect_exit(0, harness.mpirun(1, ["analyze", "run/network.h5", "--fixed-points", "--starts", 2, "--currents",
                                              "regions.toml", "--output", "run/analysis.h5"]))
    summary = json.loads(pathlib.Path("run/summary.json").read_text())
    parts = [{"name": name, "condition": name, "trial": 3, "steps": 5, "error": error, "squared_error": 2.0, "r2": 0.5}
             for name, error in (("elbow", 0.25), ("<wrist>", None))]
    summary["test"].update(trials_of="training trials", r2=0.75, per_output=parts, per_condition=parts, per_trial=parts)
    pathlib.Path("run/summary.json").write_text(json.dumps(summary))
    page = report.contents(pathlib.Path("run"))
    words = ["test error, training trials", "R\u00b2, training trials", "This test used the training trials",
             "over the sum of squared targets", "By output", "&lt;wrist&gt;", "By condition", "Outputs, neurons",
             "State space", "largest error", "currents between regions", "starts of the search", "squared velocity",
             "gflops"]
    places = [page.find(word) for word in words]
    assert places == sorted(places) and places[0] > 0, dict(zip(words, places))


def check_wrong_inputs():
    refused(lambda: plot.outputs(3), "int", "nothing to draw")
    refused(lambda: plot.outputs({"rates": np.zeros((5, 2))}), "no outputs", "rates")
    refused(lambda: plot.rates({"outputs": np.zeros((5, 2))}), "no rates")
    refused(lambda: plot.outputs("nowhere.h5"), "nowhere.h5")
    refused(lambda: plot.outputs("run/network.h5"), "run/network.h5", "--record")
    refused(lambda: plot.outputs(arrays(conditions=["left"])), "conditions", "4 trials")
    refused(lambda: plot.outputs(arrays(), conditions=["left"]), "conditions", "4 trials")
    refused(lambda: plot.outputs(arrays(), trials=[4]), "trial 4", "0 to 3")
    refused(lambda: plot.outputs(arrays(), outputs=[2]), "output 2", "0 to 1")
    refused(lambda: plot.outputs(arrays(targets=[np.zeros((3, 2))])), "targets", "numbers of steps")
    refused(lambda: plot.rates(arrays(), neurons=[7]), "neuron 7", "0, 1, 2, 3, 4")
    refused(lambda: plot.state_space(arrays(), what="dreams"), "dreams")
    refused(lambda: plot.state_space(arrays(), what="states"), "no states")
    refused(lambda: plot.state_space({"rates": np.zeros((9, 2))}), "at least 3 neurons", "--neurons")
    refused(lambda: plot.state_space({"rates": np.ones((9, 4))}), "does not change")
    refused(lambda: plot.learning_curve(3.0), "learning curve")
    refused(lambda: plot.learning_curve("nowhere"), "nowhere")
    refused(lambda: plot.learning_curve(FullForce(program=harness.PROGRAM)), "learning curve")
    refused(lambda: plot.eigenvalues(np.zeros((2, 3))), "[N, N]")
    refused(lambda: plot.eigenvalues("run/metrics.csv"), "run/metrics.csv")
    refused(lambda: plot.eigenvalues("nowhere"), "nowhere")


def main():
    warnings.simplefilter("error")
    with harness.own_folder():
        pathlib.Path("c.toml").touch()
        for arguments in (["train", "c.toml", "--output", "run", *SETTINGS],
                          ["test", "run/network.h5", "--trials", "2", "--record", "run/recording.h5"]):
            harness.expect_exit(0, harness.mpirun(1, arguments))
        harness.run_checks([check_outputs, check_rates, check_state_space, check_learning_curve, check_eigenvalues,
                            check_sources, check_page, check_wrong_inputs])


if __name__ == "__main__":
    main()
