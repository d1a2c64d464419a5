"""What a user may get wrong: one exception, or one line of a command, that says what is wrong and what to do."""
import os
import pathlib
import subprocess
import sys

import fullforce as ff
import numpy as np
import pytest

from conftest import PACKAGE, SMALL, STRICT, some_trials

X, Y = some_trials()
NARROW = [y[:, :1] for y in Y]


def fit(*trials, parameters=SMALL, **more):
    return ff.FullForce(**parameters).fit(*trials, **more)


@pytest.mark.parametrize("call, said", [
    (lambda: fit(np.zeros((4, 10)), Y), r"X has shape \[4, 10\] \(must be \[trials, T, n\], or a list of \[T, n\]\)"),
    (lambda: fit(X, [y[:-1] for y in Y]), r"trial 0: inputs of shape \[85, 1\] \(must be \[84\] or \[84, n\]"),
    (lambda: fit([x * np.nan for x in X], Y), "trial 0: inputs with values that are not finite"),
    (lambda: fit(X[:2], Y), "2 trials of inputs and 4 of targets"),
    (lambda: fit([["a"] * 85, *X[1:]], Y), "trial 0: inputs of type <U1 .must be real numbers"),
    (lambda: fit(X, "targets"), r"Y\[0\] has shape \[\] .must be \[T, n\]"),
    (lambda: fit([X[0], np.zeros((len(X[1]), 2))], Y[:2]), "trials differ in their numbers of"),
    (lambda: fit(X, Y, mask=[np.ones((len(y), 3)) for y in Y]), r"trial 0: a mask of shape \[85, 3\] .must be \[85\]"),
    (lambda: fit(X, Y, mask=[np.full(len(y), 2) for y in Y]), "trial 0: a mask has values other than 0 and 1"),
    (lambda: fit(X, Y, conditions=["left"]), "1 trials of condition and 4 of targets"),
    (lambda: fit(X, Y, conditions="left"), "conditions = 'left' .must be a list"),
    (lambda: fit(X, Y, reset="half"), '^task.reset = "half" .must be one of "none", "zero", "fixed", "random", "targets"'),
    (lambda: fit(X, Y, parameters={**SMALL, "neurons": -5}), "^network.neurons = -5 .must be from 2 to"),
    (lambda: fit(X, Y, parameters={**SMALL, "nerons": 5}), "unknown parameter nerons .the nearest known one is neurons"),
    (lambda: fit(X, Y, parameters={**SMALL, "program": "/nowhere"}), "/nowhere: is not a program"),
    (lambda: fit(X, Y, test=X), r"test must be \(X, Y\)"),
    (lambda: fit(X, Y, test=(X, NARROW)), r"has 1 output\(s\), but .* has 2"),
    (lambda: fit(X, Y, output=__file__), "cannot be written"),
    (lambda: fit(X, Y, output=3), r"^output = 3 .must be the path of a folder"),
    (lambda: fit(X, Y, output="x" * 300), "^output = 'x.*File name too long"),
    (lambda: fit(X, Y, output_names="ab"), "^output_names = 'ab' .must be a list with a text for each channel"),
    (lambda: fit(X, Y, output_names=[1, 2]), r"^output_names = \[1, 2\] .must be a list with a text"),
    (lambda: fit(X, Y, conditions=[(1, 2)] * 4), r"condition \(1, 2\) .must be a whole number, a text, or None"),
    (lambda: fit(X, Y, conditions=np.zeros((4, 2))), r"conditions = array\(\[\[0.*must be a list"),
    (lambda: fit(X, Y, conditions=[1, "1", 2, 2]), "conditions: 1 and '1' are both 1 in files"),
    (lambda: ff.write_trials("x.h5", X, Y, dt="a"), "^dt = 'a' .must be positive"),
    (lambda: ff.write_trials("x.h5", X[0], Y[0], dt=0.001), r"^inputs has shape \[85, 1\] .must be \[trials, T, n\]"),
    (lambda: ff.write_trials("x.h5", X, Y, dt=0.001, output_names="ab"), "^output_names = 'ab'"),
    (lambda: ff.load("nowhere"), "nowhere: there is no such file"),
    (lambda: ff.sweep({}, ["alpha"], trials=(X, Y)), "values = .* .must map keys to lists"),
])
def test_wrong_calls(call, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ff.InputError, match=said) as caught:
        call()
    assert len(str(caught.value).splitlines()) == 1
    assert not list(tmp_path.iterdir()), "nothing is written"


@pytest.mark.parametrize("use, said", [
    (lambda model: model.fit(*some_trials(seed=3)), "holds a run on other trials"),
    (lambda model: model.score(X), "Y is missing"),
    (lambda model: model.score(X, NARROW), r"the file of X and Y has 1 output\(s\), but the network in .* has 2"),
    (lambda model: model.score(X, Y, per="neuron"), "per = 'neuron'"),
    (lambda model: model.score(X, Y, per="condition"), "the trials have no conditions"),
    (lambda model: model.score(X, Y, noise=-1), "noise -1 .must be a number of at least 0"),
    (lambda model: model.run(X, Y, neurons=[60]), "there is no neuron 60 .the 60 neurons count from 0 to 59"),
    (lambda model: model.run(X, Y, neurons=[True, False]), r"truth values of shape \[2\] .must be \[60\]"),
    (lambda model: model.run(X, Y, neurons=None), "^neurons = None .must be \"all\", a number of neurons, a list"),
    (lambda model: model.run(X, Y, neurons=3.0), "^neurons = 3.0 .must be "),
    (lambda model: model.run(X, Y, neurons=[]), "^neurons is empty"),
    (lambda model: setattr(model, "network", None), "^network = None .must be a network"),
    (lambda model: model.network.lesion(3), r"^neurons = 3 .must be a list of whole numbers, such as \[0, 5\]"),
    (lambda model: model.network.lesion([60]), "there is no neuron 60 .the 60 neurons count from 0 to 59"),
    (lambda model: model.network.lesion([-1]), "there is no neuron -1"),
    (lambda model: model.network.lesion(["a"]), r"neurons = \['a'\] .must be a list of whole numbers"),
    (lambda model: model.network.perturb("a"), "size is not an array of numbers"),
    (lambda model: model.network.perturb(0.1, arrays=["K"]), "arrays: K .must be of "),
    (lambda model: model.network.fixed_points(np.zeros((2, 3))), r"starts has shape \[2, 3\] .must be \[any, 60\]"),
    (lambda model: model.network.fixed_points(np.full((1, 60), np.nan)), "starts has values that are not finite"),
    (lambda model: model.network.velocity(np.zeros(60), [1, 2]), r"input has shape \[2\] .must be \[1\]"),
    (lambda model: model.network.jacobian(np.zeros(3)), r"x has shape \[3\] .must be \[60\]"),
    (lambda model: model.network.run([np.zeros((9, 3))], [np.zeros((9, 2))]), "a trial has 3 inputs and the network 1"),
])
def test_wrong_uses_of_a_model(use, said, trained):
    model = ff.load(trained.output_, output=trained.output_)
    with pytest.raises(ff.InputError, match=said) as caught:
        use(model)
    assert len(str(caught.value).splitlines()) == 1


def test_a_file_that_cannot_be_written_is_named(model, tmp_path):
    for write in (model.network.save, lambda path: ff.write_trials(path, X, Y, dt=0.001)):
        with pytest.raises(FileNotFoundError, match=r"missing/file\.h5'$"):
            write(tmp_path / "missing" / "file.h5")


@pytest.mark.parametrize("arguments, said", [
    (["nowhere.toml", "--set", "learning.alpha=1"], "nowhere.toml: "),
    (["base.toml", "--set", "learning.alfa=1"], "learning.alpha"),
    (["base.toml", "--set", "learning.alpha=-1"], "learning.alpha = -1 (must be positive)"),
    (["base.toml", "--set", "learning.alpha=1", "--program", "/nowhere"], "/nowhere: is not a program"),
    (["base.toml"], "needs a key with its values, or seeds"),
])
def test_commands_say_one_line(arguments, said, tmp_path):
    (tmp_path / "base.toml").write_text("[network]\nneurons = 50\n")
    script = pathlib.Path(PACKAGE).parent / "sweep.py"
    ran = subprocess.run([sys.executable, *STRICT, script, *arguments], cwd=tmp_path, capture_output=True, text=True,
                         env=os.environ)
    assert ran.returncode == 2 and len(ran.stderr.splitlines()) == 1 and said in ran.stderr, ran.stderr
    assert os.listdir(tmp_path) == ["base.toml"]
