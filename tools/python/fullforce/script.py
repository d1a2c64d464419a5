"""Starts a tool from its script. Any Python 3 reads this module, so that one that is too old can be told."""
import importlib
import os
import pathlib
import sys

OLDEST = (3, 9)
PACKAGE = pathlib.Path(__file__).resolve().parent
LIBRARIES = ("h5py", "matplotlib", "numpy")
ADVICE = "it needs a Python with NumPy, h5py and Matplotlib: tools/install-dependencies.sh installs Debian's"


def run(name):
    """The exit code of `fullforce.NAME.main()`."""
    if sys.version_info < OLDEST:
        found, needed = (".".join(map(str, version)) for version in (sys.version_info[:3], OLDEST))
        sys.stderr.write("%s.py: error: Python %s is too old (%s or newer is needed)\n" % (name, found, needed))
        return 2
    draw_into_files()
    errors = importlib.import_module("fullforce.errors")
    return errors.exit_code(name + ".py", lambda: load(name).main())


def draw_into_files():
    """Lets Matplotlib open no window. Modules that draw leave this to the user of the package."""
    os.environ["MPLBACKEND"] = "Agg"


def load(name):
    """A module of the package, which imports libraries that may be missing."""
    try:
        return importlib.import_module("fullforce." + name)
    except ImportError as error:
        if not _is_fault_of_a_library(error):
            raise
        errors = importlib.import_module("fullforce.errors")
        raise errors.ToolError("%s (%s)" % (str(error).strip().split("\n")[0], ADVICE))


def _is_fault_of_a_library(error):
    """Whether a library is missing, too old or broken. Otherwise a module of this package is wrong."""
    if (error.name or "").split(".")[0] in LIBRARIES:
        return True
    place = error.__traceback__
    while place.tb_next is not None:
        place = place.tb_next
    return PACKAGE not in pathlib.Path(place.tb_frame.f_code.co_filename).resolve().parents
