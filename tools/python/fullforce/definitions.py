"""What the numbers of summary.json, analysis.h5 and tables mean, for pages, tables and the axes of figures."""
from __future__ import annotations

#: Name of a number: its unit, and its definition in one sentence.
DEFINITIONS = {
    "error": (
        "no unit",
        "Sum of squared differences between output and target, over the sum of squared targets; 0 is perfect, and "
        "an output that is always zero has 1."),
    "r2": (
        "no unit",
        "1 minus a ratio: the sum of squared differences between output and target, over the sum of squared "
        "deviations of the target from its mean; 1 is perfect, and an output that is always this mean has 0."),
    "squared_error": (
        "square of the target's unit",
        "Sum, not mean, of the squared differences between output and target over all steps that count."),
    "trials_of": ("", "Which trials the test used; errors on training trials are smaller than on new ones."),
    "fraction_correct": (
        "fraction",
        "Fraction of the trials whose response has the right sign: the sum of output times target is positive."),
    "timing_within_20_percent": (
        "fraction",
        "Fraction of all trials whose response comes within 20 % of the right interval."),
    "missed_responses": (
        "fraction",
        "Fraction of all trials in which the output never reaches the height that counts as a response."),
    "timing_error_mean": (
        "s",
        "Mean timing error over the trials with a response: the time of the response minus that of the target's "
        "peak."),
    "timing_error_spread": ("s", "Standard deviation of the timing error over the trials with a response."),
    "spectral_radius": (
        "no unit",
        "Largest magnitude of an eigenvalue of the recurrent weights; without input, small activity dies out if it is "
        "below 1."),
    "rightmost": (
        "no unit",
        "Largest real part of an eigenvalue of the recurrent weights; without input, the state of zero rates is "
        "unstable (with \"tanh\") if it is above 1."),
    "participation_ratio": (
        "dimensions",
        "Square of the sum of the components' variances, over the sum of the squares of these variances: the number "
        "of dimensions that the activity fills."),
    "dimension_90": (
        "dimensions", "Number of leading principal components that make up 90 % of the variance of the rates."),
    "dimension_99": (
        "dimensions", "Number of leading principal components that make up 99 % of the variance of the rates."),
    "largest_times_tau": (
        "no unit",
        "Largest Lyapunov exponent times tau; if it is above 0, small differences between states grow (chaos)."),
    "kaplan_yorke_dimension": (
        "dimensions",
        "Estimate of the dimension of the attractor from the Lyapunov exponents, by the formula of Kaplan and Yorke."),
    "deviation": ("no unit", "Standard deviation of the recurrent weights over all their elements."),
    "rate_correlation": (
        "no unit", "Median over the neurons of the correlation between a neuron's rates in both networks."),
    "unstable": (
        "directions",
        "Number of eigenvalues of the Jacobian whose real part is above 10^-6; a fixed point with none is an "
        "attractor."),
    "q": ("state^2", "Half the mean over the neurons of the squared velocity in units of 1/tau; 0 is a fixed point."),
    "distance": ("state", "Distance from the nearest start of the search, as a root mean square over the neurons."),
    "seconds": ("s", "Time that the program took."),
}


def definition(name: str) -> str:
    """The definition of a number by the last part of its name; empty if there is none."""
    return DEFINITIONS.get(last_part(name), ("", ""))[1]


def unit(name: str) -> str:
    """The unit of a number or a key of the configuration; empty if it is not known."""
    return UNITS.get(name) or DEFINITIONS.get(last_part(name), ("", ""))[0]


def axis_label(name: str) -> str:
    """A column of a table as the label of an axis, with its unit where that is known."""
    words = name.replace(".", " ", 1).replace("_", " ") if name.startswith(("test.", "train.")) else name
    return f"{words} ({unit(name)})" if unit(name) else words


def last_part(name: str) -> str:
    return name.rpartition(".")[2]


#: Units of keys of the configuration that have one, or that are often swept over.
UNITS = {"network.neurons": "number", "network.dt": "s", "network.tau": "s", "network.gain": "no unit",
         "network.noise": "1/s", "learning.alpha": "no unit", "run.train_trials": "number", "run.streams": "number",
         "run.seed": "number", "learning.update_probability": "probability per step"}
