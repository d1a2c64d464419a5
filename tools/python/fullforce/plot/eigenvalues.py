"""Eigenvalues of recurrent weights in the complex plane."""
from __future__ import annotations

import os
import pathlib
from typing import Any, Optional

import numpy as np

from .. import style
from ..analysis_panels import plot_eigenvalues
from ..errors import InputError
from ..files import load_network
from ..files.data_file import DataFile
from ..style import plt

#: Of networks with sparse features with more neurons, a figure shows only eigenvalues that were found before.
MOST_NEURONS = 10_000


def eigenvalues(source: Any) -> Any:
    """Draws the eigenvalues of the recurrent weights J in the complex plane.

    `source` is a matrix [N, N], a network, a FullForce, the folder of a run, an analysis.h5 or a network.h5.
    An analysis has the eigenvalues of both networks. A line marks the real part 1. If eigenvalues lie to the
    right of it, small activity grows without input (with "tanh"). Returns a figure.
    """
    file = analysis_of(source)
    J = None if file else matrix_of(source)
    figure, axes = plt.subplots(figsize=(5.4, 5), constrained_layout=True)
    if file:
        with file:
            plot_eigenvalues(axes, file)
    else:
        draw_matrix(axes, J)
    axes.axvline(1, **style.ZERO_LINE)
    axes.set(title="Eigenvalues of the recurrent weights", xlabel="real part (no unit)",
             ylabel="imaginary part (no unit)", aspect="equal")
    axes.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(0, -0.12))
    return figure


def analysis_of(source: Any) -> Optional[DataFile]:
    """The analysis that is meant, or that is in the folder of a run, open; None where there is none."""
    if not isinstance(source, (str, os.PathLike)):
        return None
    path = pathlib.Path(source)
    if path.is_dir():
        path = path / "analysis.h5"
        if not path.exists():
            return None
    file = DataFile(path, "an analysis or a network of fullforce")
    if "eigenvalues" in file:
        return file
    file.close()
    return None


def matrix_of(source: Any) -> np.ndarray:
    """The recurrent weights [N, N] of a matrix, a network, an estimator, a network file, or the folder of a run."""
    if isinstance(source, (str, os.PathLike)):
        path = pathlib.Path(source)
        path = path / "network.h5" if path.is_dir() else path
        try:
            source = load_network(path)
        except (ValueError, OSError) as error:
            raise InputError(f"{path}: {error}") from error
    source = getattr(source, "network", source)
    _expect_small(source)
    matrix = np.asarray(getattr(source, "J", source))
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or matrix.dtype.kind not in "fiub":
        raise InputError(f"{type(source).__name__} is no matrix [N, N], and has none as its J")
    if not np.isfinite(matrix).all():
        raise InputError("the recurrent weights have values that are not finite, so they have no eigenvalues")
    return matrix


def _expect_small(source: Any) -> None:
    """Networks with sparse features may have so many neurons that nobody would wait for all eigenvalues."""
    if getattr(source, "partners", None) is not None and source.neurons > MOST_NEURONS:
        raise InputError(f"all eigenvalues of {source.neurons} neurons would take hours (draw the leading ones: fullforce "
                         f"analyze {source.path} --eigenvalues --output analysis.h5, and then analysis.h5)")


def draw_matrix(axes: Any, J: np.ndarray) -> None:
    values, look = np.linalg.eigvals(J), style.NETWORKS["network"]
    axes.plot(values.real, values.imag, look.marker, color=look.color, markersize=3, fillstyle="none",
              label=f"{len(J)} neurons, largest real part {values.real.max():.3g}")
