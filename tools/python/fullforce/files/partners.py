"""The presynaptic partners of the neurons of a network with sparse features."""
from __future__ import annotations

from typing import Any

import numpy as np

from .sparse_rows import SparseRows


class Partners:
    """Which neurons each group of neurons reads. It cannot be changed.

    Group g is the neurons from g M to (g + 1) M - 1, where M is `group`; the last group may be shorter. Row g of
    `lists` [G, K] has the neurons that it reads, in ascending order. -1 follows those of a group that reads fewer
    than K. Neuron i has the weight weights[i, k] from neuron lists[i // M, k].
    """

    def __init__(self, lists: np.ndarray, group: int, neurons: int):
        self.lists, self.group, self.neurons = lists, min(group, neurons), neurons
        self.lists.flags.writeable = False

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.lists.flags.writeable = False

    def __deepcopy__(self, _: Any) -> Partners:
        return self

    def of(self, neuron: int) -> np.ndarray:
        """The neurons that a neuron reads."""
        read = self.lists[neuron // self.group]
        return read[read >= 0]

    def of_neurons(self, values: np.ndarray) -> np.ndarray:
        """Values of groups [G, K], repeated for each of their neurons, [N, K]."""
        return np.repeat(values, self.group, axis=0)[:self.neurons]

    def product(self, weights: np.ndarray, r: np.ndarray) -> np.ndarray:
        """The currents [N] that the rates r [N] of the partners make through the weights [N, K]."""
        M, whole = self.group, self.neurons // self.group
        rates = np.where(self.lists >= 0, r[self.lists], 0.0)
        currents = np.empty(self.neurons)
        in_groups = weights[:whole * M].reshape(whole, M, -1)
        currents[:whole * M] = (in_groups @ rates[:whole, :, None]).ravel()
        if whole * M < self.neurons:
            currents[whole * M:] = weights[whole * M:] @ rates[whole]
        return currents

    def matrix(self, weights: np.ndarray) -> SparseRows:
        """The weights [N, K] as a matrix [N, N]."""
        columns = self.of_neurons(self.lists)
        present = columns >= 0
        indptr = np.concatenate([[0], np.cumsum(np.count_nonzero(present, axis=1))])
        return SparseRows(indptr, columns[present], weights[present])

    def silence(self, weights: np.ndarray, silent: np.ndarray) -> None:
        """Sets the weights [N, K] from the neurons for which `silent` [N] holds to zero."""
        weights[self.of_neurons((self.lists >= 0) & silent[self.lists])] = 0.0
