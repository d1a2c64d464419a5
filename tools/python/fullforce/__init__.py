"""fullforce in Python: networks from arrays, its files, how it is started, studies, sweeps, figures, pages.

    import fullforce as ff

    model = ff.FullForce(neurons=300, seed=1).fit(X, Y)      # lists of [T, n], or arrays [trials, T, n]
    model.score(X_test, Y_test)
    model.run(X_test).outputs[0]
    model.network.fixed_points(starts)

MANUAL.md has a section about the package. The scripts plot.py, report.py, scaling.py and study.py, two
folders above, call `main` of the module of the same name. Modules that draw need Matplotlib too, and
scaling studies need nothing but Python until they draw. Names are therefore imported when they are used.
"""
import importlib

#: Where the names of the package are.
_PLACES = {
    "FullForce": "estimator", "load": "estimator",
    "ActivityFit": "activity_fit", "fit_activity": "activity_fit",
    "FullForceError": "errors", "InputError": "errors", "RunError": "errors", "RunWarning": "errors",
    "StoppedEarly": "errors",
    "Activity": "files", "FixedPoint": "files", "Network": "files", "Trial": "files", "TrialActivity": "files",
    "TrialList": "files", "load_network": "files", "read_trials": "files", "write_partners": "files",
    "write_trials": "files",
}
#: Modules that are reached as attributes. The module sweep is also the function.
_MODULES = ("files", "plot", "sweep")
__all__ = sorted([*_PLACES, *_MODULES])


def __getattr__(name):
    """A name of the package, imported when it is first used."""
    if name in _MODULES:
        return importlib.import_module("fullforce." + name)
    if name not in _PLACES:
        raise AttributeError("module fullforce has no attribute " + name)
    value = getattr(importlib.import_module("fullforce." + _PLACES[name]), name)
    globals()[name] = value
    return value


def __dir__():
    return sorted([*globals(), *__all__])
