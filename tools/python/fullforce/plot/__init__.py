"""Figures of what a network does: outputs, rates, trajectories, learning, eigenvalues, currents; and the command tools/plot.py.

Each function takes what there is: the folder of a run, a file, arrays, or what `run` returns. It returns
a figure of Matplotlib.
"""
from .activity import outputs, rates
from .command import main
from .currents import currents
from .eigenvalues import eigenvalues
from .learning import learning_curve
from .trajectories import state_space

__all__ = ["currents", "eigenvalues", "learning_curve", "main", "outputs", "rates", "state_space"]
