"""Figures under `python -W error`, in which no warning of Matplotlib's own libraries counts."""
import os
import subprocess
import sys

from conftest import PACKAGE

LOGARITHMIC = """
import sys
sys.path.insert(0, {package!r})
from fullforce import plot
plot.learning_curve([1.0, 0.1, 0.001]).savefig("curve.png")
"""


def test_logarithmic_axes_under_warnings_as_errors(tmp_path):
    text = LOGARITHMIC.format(package=str(PACKAGE))
    ran = subprocess.run([sys.executable, "-W", "error", "-c", text], cwd=tmp_path, capture_output=True, text=True,
                         env={**os.environ, "MPLBACKEND": "Agg"})
    assert ran.returncode == 0 and ran.stderr == "", ran.stderr
    assert (tmp_path / "curve.png").exists()
