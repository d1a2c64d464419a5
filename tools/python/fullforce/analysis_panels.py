"""Panels of figures that show what `fullforce analyze` wrote (analysis.h5), one line or cloud a network."""
from __future__ import annotations

from typing import Any, Mapping

import numpy as np

from .files.data_file import DataFile
from .style import NETWORKS, Look

MAX_COMPONENTS = 100


def plot_eigenvalues(axes: Any, file: DataFile, networks: Mapping[str, Look] = NETWORKS) -> None:
    """The eigenvalues of the recurrent weights in the complex plane, stored as [N, 2]."""
    for which, look in networks.items():
        axes.plot(*file.numbers(f"eigenvalues/{which}", (None, 2)).T, look.marker, color=look.color, markersize=3,
                  fillstyle="none", label=look.label)


def plot_components(axes: Any, file: DataFile, networks: Mapping[str, Look] = NETWORKS) -> None:
    """Shares of the variance of the first principal components of the activity, stored as variances [components]."""
    for which, look in networks.items():
        variances = file.numbers(f"pca/{which}/variances", (None,))
        shares = (variances / variances.sum())[:MAX_COMPONENTS]
        axes.semilogy(np.arange(1, len(shares) + 1), shares, color=look.color, linestyle=look.line, label=look.label)


def plot_exponents(axes: Any, file: DataFile, networks: Mapping[str, Look] = NETWORKS) -> None:
    """Lyapunov exponents with their standard errors, stored as [exponents] each."""
    for which, look in networks.items():
        values = file.numbers(f"lyapunov/{which}/exponents", (None,))
        spread = file.numbers(f"lyapunov/{which}/errors", values.shape)
        axes.errorbar(np.arange(1, len(values) + 1), values, spread, color=look.color,
                      marker=look.marker, markersize=4, linestyle="none", capsize=2, label=look.label)
