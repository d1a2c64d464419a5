"""The HDF5 files of fullforce in NumPy: trials for the task "file", trained networks, recordings.

Needs NumPy and h5py, nothing of the program itself.
"""
from .draws import normal_draws, raw_draws
from .network import Network, Run, State, load_network
from .recording import read_recording
from .trials import Trial, make_trials, read_channel_names, read_trials, write_trials

__all__ = ["Network", "Run", "State", "Trial", "load_network", "make_trials", "normal_draws", "raw_draws",
           "read_channel_names", "read_recording", "read_trials", "write_trials"]
