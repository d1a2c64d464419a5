"""The studies by name; `design` says what a study is, and `cases` what several of them train."""
from . import alpha, groups, hints, lyapunov, neurons, noise, partial, precision, spectra, streams

STUDIES = {"neurons": neurons.STUDY, "noise": noise.STUDY, "spectra": spectra.STUDY, "hints": hints.HINTS,
           "comparison": hints.COMPARISON, "streams": streams.STUDY, "precision": precision.STUDY,
           "alpha": alpha.STUDY, "lyapunov": lyapunov.STUDY, "groups": groups.STUDY, "partial": partial.STUDY}
