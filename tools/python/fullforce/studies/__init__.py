"""The studies by name; each module of this folder is one, except for `design`, which says what a study is."""
from . import hints, lyapunov, neurons, noise, precision, spectra, streams

STUDIES = {"neurons": neurons.STUDY, "noise": noise.STUDY, "spectra": spectra.STUDY, "hints": hints.HINTS,
           "comparison": hints.COMPARISON, "streams": streams.STUDY, "precision": precision.STUDY,
           "lyapunov": lyapunov.STUDY}
