"""Eigenvalues of recurrent weights in the complex plane."""
from __future__ import annotations

import os
import pathlib
from typing import Any

import numpy as np

from .. import style
from ..analysis_panels import plot_eigenvalues
from ..errors import ToolError
from ..files.data_file import DataFile
from ..style import plt


def eigenvalues(source: Any) -> Any:
    """The eigenvalues of the recurrent weights J.

    `source`: a matrix [N, N]; a network with an attribute J, or an estimator whose attribute `network` has
    one; the folder of a run; an analysis.h5 or a network.h5. Of an analysis both networks are shown.
    Right of the line, at real part 1, activity near rest would grow. Returns a figure.
    """
    figure, axes = plt.subplots(figsize=(5.4, 5), constrained_layout=True)
    if isinstance(source, (str, os.PathLike)):
        draw_file(axes, pathlib.Path(source))
    else:
        draw_matrix(axes, matrix_of(source))
    axes.axvline(1, **style.ZERO_LINE)
    axes.set(title="Eigenvalues of the recurrent weights", xlabel="real part (no unit)",
             ylabel="imaginary part (no unit)", aspect="equal")
    axes.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(0, -0.12))
    return figure


def draw_file(axes: Any, path: pathlib.Path) -> None:
    """Those of an analysis, where there is one, or else of a network file."""
    if path.is_dir():
        analysis = path / "analysis.h5"
        path = analysis if analysis.exists() else path / "network.h5"
    with DataFile(path, "an analysis or a network of fullforce") as file:
        if "eigenvalues" in file:
            plot_eigenvalues(axes, file)
            return
    from ..files import load_network
    try:
        draw_matrix(axes, load_network(path).J)
    except (ValueError, OSError, ImportError) as error:
        raise ToolError(f"{path}: {error}") from error


def matrix_of(source: Any) -> np.ndarray:
    """The recurrent weights [N, N] of a matrix, a network or an estimator."""
    source = getattr(source, "network", source)
    matrix = np.asarray(getattr(source, "J", source))
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or matrix.dtype.kind not in "fiub":
        raise ToolError(f"{type(source).__name__} is no matrix [N, N], and has none as its J")
    return matrix


def draw_matrix(axes: Any, J: np.ndarray) -> None:
    values, look = np.linalg.eigvals(J), style.NETWORKS["network"]
    axes.plot(values.real, values.imag, look.marker, color=look.color, markersize=3, fillstyle="none",
              label=f"{len(J)} neurons, largest real part {values.real.max():.3g}")
