"""Trials from arrays."""
import fullforce as ff
import numpy as np
import pytest

from fullforce.arrays import as_trials
from fullforce.files.trials import TrialList


def test_lists_and_arrays_are_the_same_trials():
    X, Y = np.random.default_rng(0).standard_normal((2, 3, 5, 2))
    for trials in (as_trials(X, Y), as_trials(list(X), [y.tolist() for y in Y])):
        assert [trial.inputs.shape for trial in trials] == [(5, 2)] * 3
        assert np.array_equal(trials[2].targets, Y[2])


def test_a_slice_of_trials_keeps_the_names_of_channels():
    trials = TrialList(as_trials(None, np.zeros((3, 5, 2))), {"output_names": ["x", "y"]})
    assert trials[1:].names == {"output_names": ["x", "y"]} and len(trials[1:]) == 2
    assert trials[0].targets.shape == (5, 2)


def test_one_channel_needs_no_second_axis():
    (trial,) = as_trials(None, [np.ones(4)])
    assert trial.targets.shape == (4, 1) and trial.inputs.shape == (4, 0)


def test_a_mask_of_steps_may_be_one_array_too():
    mask = np.arange(10).reshape(2, 5) % 3 == 0
    trials = as_trials(None, np.ones((2, 5, 3)), mask=mask)
    assert np.array_equal(trials[1].mask, np.stack([mask[1]] * 3, axis=1))


def test_targets_that_a_masked_array_leaves_out_are_not_known():
    Y = np.ma.masked_greater(np.arange(10.0).reshape(2, 5, 1), 6)
    for given in (Y, list(Y)):
        trial = as_trials(None, given)[1]
        assert trial.targets[:, 0].tolist() == [5, 6, 0, 0, 0] and trial.mask[:, 0].tolist() == [1, 1, 0, 0, 0]


GOOD = np.zeros((2, 5, 1))


@pytest.mark.parametrize("arguments, said", [
    (dict(X=GOOD), "Y is missing"),
    (dict(X=GOOD, Y=GOOD[:1]), "2 trials of inputs and 1 of targets"),
    (dict(X=GOOD[:, 0], Y=GOOD), r"X has shape \[2, 1\]"),
    (dict(X=[GOOD], Y=GOOD[:1]), r"X\[0\] has shape \[2, 5, 1\]"),
    (dict(X=GOOD[:, :4], Y=GOOD), "trial 0.*as long as the targets"),
    (dict(X=GOOD * np.nan, Y=GOOD), "trial 0.*not finite"),
    (dict(X=[], Y=GOOD), "X holds no trials"),
    (dict(X=5, Y=GOOD), "X is not a list of arrays"),
    (dict(X=GOOD, Y=[["a"], ["b"]]), "trial 0.*must be real numbers"),
    (dict(X=np.ma.masked_equal(GOOD, 0), Y=GOOD), "trial 0.*not finite"),
    (dict(X=[ff.Trial(np.ones(4))], mask=np.zeros((1, 4))), "X is a list of Trial"),
    (dict(X=GOOD, Y=GOOD, hints=GOOD[:1]), "1 trials of hints and 2 of targets"),
])
def test_wrong_arrays_are_refused(arguments, said):
    with pytest.raises(ff.InputError, match=said):
        as_trials(**arguments)
