"""The HDF5 files of fullforce in NumPy: trials for the task "file", trained networks, recordings.

Needs NumPy and h5py, nothing of the program itself.
"""
from .activity import Activity, TrialActivity
from .draws import normal_draws, raw_draws
from .fixed_points import FixedPoint
from .network import Network, load_network
from .network_run import State
from .partners import Partners
from .partners_file import write_partners
from .recording import read_recording
from .sparse_rows import SparseRows
from .trials import Trial, TrialList, make_trials, read_channel_names, read_trials, write_trials

__all__ = ["Activity", "FixedPoint", "Network", "Partners", "SparseRows", "State", "Trial", "TrialActivity", "TrialList",
           "load_network", "make_trials", "normal_draws", "raw_draws", "read_channel_names", "read_recording", "read_trials",
           "write_partners", "write_trials"]
