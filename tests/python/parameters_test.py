"""Parameters in the manner of scikit-learn."""
import copy

import fullforce as ff
import numpy as np
import pytest


def test_short_and_full_names_are_one_parameter():
    a, b, c = ff.FullForce(alpha=3.0), ff.FullForce(**{"learning.alpha": 3.0}), ff.FullForce({"learning": {"alpha": 3.0}})
    assert a.alpha == b.alpha == c.alpha == 3.0
    assert a.settings() == b.settings() == c.settings() == {"learning": {"alpha": 3.0}}


def test_what_is_not_given_has_the_default_of_the_program():
    model = ff.FullForce()
    assert (model.neurons, model.rule, model.ranks, model.settings()) == (300, "full-force", 1, {})
    model.neurons = 50
    assert model.get_params()["neurons"] == 50 and model.settings() == {"network": {"neurons": 50}}
    assert model.set_params(neurons=None).neurons == 300


@pytest.mark.parametrize("name, nearest", [("nurons", "neurons"), ("learning.alfa", "learning.alpha"), ("rank", "ranks")])
def test_unknown_names_are_refused_with_the_nearest(name, nearest):
    with pytest.raises(ff.InputError, match=f"unknown parameter {name}.*{nearest}"):
        ff.FullForce(**{name: 1})
    model = ff.FullForce()
    with pytest.raises(ff.InputError, match=nearest):
        model.set_params(alpha=9.0, **{name: 1})
    with pytest.raises(ff.InputError, match=nearest):
        setattr(model, name, 1)
    with pytest.raises(AttributeError, match=nearest):
        getattr(model, name)
    assert model.alpha == 1.0, "nothing is set where one name is wrong"


def test_a_parameter_is_given_once():
    for give in (lambda: ff.FullForce(alpha=1.0, **{"learning.alpha": 2.0}), lambda: ff.FullForce({"alpha": 1.0}, alpha=1.0),
                 lambda: ff.FullForce().set_params(alpha=1.0, **{"learning.alpha": 2.0})):
        with pytest.raises(ff.InputError, match="alpha is given twice"):
            give()


@pytest.mark.parametrize("value", [[1], np.ones(2), float("nan"), {"a": 1}])
def test_values_must_be_plain(value):
    with pytest.raises(ff.InputError, match="alpha"):
        ff.FullForce(alpha=value)


def test_values_of_numpy_are_taken():
    assert ff.FullForce(neurons=np.int64(40), alpha=np.float32(0.5)).settings() == {
        "network": {"neurons": 40}, "learning": {"alpha": 0.5}}


def test_clones_have_the_same_parameters():
    """What sklearn.base.clone does: it deals with the very objects that get_params returns."""
    model = ff.FullForce(neurons=50, alpha=2.5, ranks=2, output="somewhere", name="file")
    clone = type(model)(**{name: copy.deepcopy(value) for name, value in model.get_params(deep=False).items()})
    mine, theirs = model.get_params(), clone.get_params()
    assert mine.keys() == theirs.keys() and all(mine[name] is theirs[name] for name in mine)
    assert repr(clone) == repr(model) == "FullForce(alpha=2.5, name='file', neurons=50, output='somewhere', ranks=2)"


def test_a_program_that_is_missing_is_told(monkeypatch):
    with pytest.raises(ff.InputError, match="nowhere: is not a program"):
        ff.FullForce(program="/nowhere")
    monkeypatch.setenv("FULLFORCE", "/lost")
    with pytest.raises(ff.InputError, match="/lost.*variable FULLFORCE"):
        ff.FullForce()
    monkeypatch.delenv("FULLFORCE")
    monkeypatch.setenv("PATH", "")
