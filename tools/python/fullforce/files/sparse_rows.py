"""Matrices in compressed sparse row (CSR) form."""
from __future__ import annotations

import numpy as np

from ..errors import InputError

#: Larger matrices [N, N] are not made of sparse ones: with so many rows they have 8 GiB.
MOST_ROWS = 2**15


class SparseRows:
    """A matrix [N, N]: row i has the elements data[k] in the columns indices[k], for k from indptr[i] to indptr[i + 1] - 1.

    `scipy.sparse.csr_matrix((A.data, A.indices, A.indptr))` is the same matrix A in SciPy.
    """

    def __init__(self, indptr: np.ndarray, indices: np.ndarray, data: np.ndarray):
        self.indptr, self.indices, self.data = indptr, indices, data
        self._full = np.flatnonzero(np.diff(indptr))  # the rows that have elements

    def __len__(self) -> int:
        """N."""
        return len(self.indptr) - 1

    @property
    def rows(self) -> np.ndarray:
        """The row of each element, [elements]."""
        return np.repeat(np.arange(len(self)), np.diff(self.indptr))

    def __matmul__(self, x: np.ndarray) -> np.ndarray:
        """The product [N] with a vector [N]."""
        product = np.zeros(len(self))
        if len(self._full) > 0:
            product[self._full] = np.add.reduceat(self.data * x[self.indices], self.indptr[self._full])
        return product

    def __add__(self, other: SparseRows) -> SparseRows:
        """The sum of two matrices, in which the columns of a row ascend, and each place has one element."""
        N = len(self)
        places = np.concatenate([m.rows * N + m.indices for m in (self, other)])
        places, elements = np.unique(places, return_inverse=True)
        data = np.bincount(elements, weights=np.concatenate([self.data, other.data]))
        return SparseRows(np.searchsorted(places, np.arange(N + 1) * N), places % N, data)

    def dense(self) -> np.ndarray:
        """The matrix with all of its zeros, [N, N]. InputError if that would take more than 8 GiB."""
        N = len(self)
        if N > MOST_ROWS:
            raise InputError(f"a matrix of {N} x {N} weights would take {N * N * 8 / 2**30:.0f} GiB (use the weights in "
                             "sparse form, and fullforce analyze for eigenvalues and fixed points)")
        return np.bincount(self.rows * N + self.indices, weights=self.data, minlength=N * N).reshape(N, N)

    def silence(self, silent: np.ndarray) -> None:
        """Sets the weights from and to the neurons for which `silent` [N] holds to zero."""
        self.data[np.logical_or(silent[self.rows], silent[self.indices])] = 0.0
