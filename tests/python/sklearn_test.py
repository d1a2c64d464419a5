"""What scikit-learn expects of an estimator, by its own checks, and its cross-validation over trials.

These of its checks do not apply:
- constructor: FullForce keeps its parameters, which the program names, in one mapping, so that no attribute has
  the name of each; None stands for a default, which get_params then returns (check_set_params);
- data: the checks give rows [samples, features] and ask for their own words about sparse, complex, empty, infinite or
  one-dimensional data; FullForce takes trials, and InputError, a ValueError, tells what is wrong in its own words;
  targets may be NaN;
- before fit: methods raise InputError, not scikit-learn's NotFittedError, for the package does not need scikit-learn;
- order of samples: a network goes on from trial to trial, so that outputs depend on the trials before.
"""
import importlib.util
import warnings

import fullforce as ff
import numpy as np
import pytest

from conftest import SMALL, some_trials

pytestmark = [pytest.mark.skipif(importlib.util.find_spec("sklearn") is None,
                                 reason="scikit-learn is not installed (on Debian: python3-sklearn)"),
              # The checks give many rows, and the networks here learn from few of them.
              pytest.mark.filterwarnings("ignore:.*are never visited")]
# Outputs without targets are those of a test where trials begin in a state of their own.
QUICK = dict(neurons=20, train_trials=2, init_trials=1, test_trials=1, threads=1, reset="zero")
LENGTH = 4  # of a trial, in steps


def held(rows):
    """Trials [samples, LENGTH, n] of constant values from rows [samples, n] or numbers [samples]."""
    return np.repeat(np.asarray(rows, dtype=float).reshape(len(rows), 1, -1), LENGTH, axis=1)


class OfRows(ff.FullForce):
    """Takes rows, as scikit-learn's checks have them. Each row is held for a trial, of which the last output counts."""

    def fit(self, X, y):
        return super().fit(held(X), held(y))

    def predict(self, X):
        return np.array([outputs[-1] for outputs in super().predict(held(X))])

    def score(self, X, y):
        return -super().score(held(X), held(y))


def run_check(name, estimator):
    from sklearn.utils import estimator_checks
    check = getattr(estimator_checks, name, None)
    if check is None:
        pytest.skip(f"this version of scikit-learn has no {name}")
    check(type(estimator).__name__, estimator)


@pytest.mark.parametrize("name", ["check_parameters_default_constructible", "check_get_params_invariance",
                                  "check_estimator_get_tags_default_keys"])
def test_checks_of_parameters(name):
    run_check(name, ff.FullForce(**QUICK))


FITTING = ["check_estimators_fit_returns_self", "check_dont_overwrite_parameters", "check_fit_check_is_fitted"]
#: These train several networks.
LONG = ["check_fit_score_takes_y", "check_dict_unchanged", "check_estimators_overwrite_params", "check_fit_idempotent",
        "check_estimators_pickle", "check_pipeline_consistency", "check_fit2d_1sample", "check_fit2d_1feature"]


@pytest.mark.parametrize("name", [FITTING[-1], *(pytest.param(name, marks=pytest.mark.slow)
                                                 for name in [*FITTING[:-1], *LONG])])
def test_checks_of_fit(name):
    run_check(name, OfRows(**QUICK))


def test_check_estimator_knows_that_trials_are_no_rows():
    from sklearn.exceptions import SkipTestWarning
    from sklearn.utils.estimator_checks import check_estimator
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.warns(SkipTestWarning, match="3darray|2d"):
            check_estimator(ff.FullForce(**QUICK))


def test_clones():
    from sklearn.base import clone
    from sklearn.exceptions import NotFittedError
    from sklearn.utils.validation import check_is_fitted
    model = ff.FullForce(neurons=np.int64(50), alpha=2.5, ranks=2, name="file")
    copy = clone(model)
    assert copy is not model and copy.get_params() == model.get_params()
    with pytest.raises(NotFittedError):
        check_is_fitted(copy)
    with pytest.raises(ValueError, match="no network yet"):
        copy.predict([np.ones(3)])


def error_as_score(model, X, Y):
    """The test error with its sign changed: scikit-learn takes larger scores for better ones."""
    return -model.score(X, Y)


def test_cross_validation_over_trials():
    from sklearn.model_selection import KFold, cross_val_score
    X, Y = some_trials(4)
    model = ff.FullForce(**SMALL, threads=1)
    scores = cross_val_score(model, X, Y, scoring=error_as_score, cv=KFold(2), error_score="raise")
    fitted = ff.FullForce(**SMALL, threads=1).fit(X[2:], Y[2:])
    assert scores[0] == -fitted.score(X[:2], Y[:2]) and -0.5 < scores.min() <= scores.max() < 0


@pytest.mark.slow
def test_grid_search_over_trials():
    from sklearn.model_selection import GridSearchCV
    X, Y = some_trials(4)
    hints = [np.ones((len(y), 1)) for y in Y]
    search = GridSearchCV(ff.FullForce(**SMALL, threads=1), {"alpha": np.array([0.1, 1000.0])}, scoring=error_as_score,
                          cv=2, error_score="raise")
    search.fit(X, Y, hints=hints)
    assert search.best_params_ == {"alpha": 0.1} and search.best_estimator_.alpha == 0.1
    assert search.best_estimator_.config_["learning"]["alpha"] == 0.1
    assert search.score(X, Y) == -search.best_estimator_.score(X, Y)
