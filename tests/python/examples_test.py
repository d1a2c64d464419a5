"""The scripts in tools/examples run without a warning, and print and draw what they promise."""
import os
import re
import subprocess
import sys

import pytest

from conftest import PACKAGE, STRICT

EXAMPLES = PACKAGE.parent / "examples"


def number(text, said):
    """The number that follows a text in the output of a script."""
    return float(re.search(re.escape(text) + r"\s*([-+.\de]+)", said)[1])


def flip_flop(said):
    assert number("outputs with the right sign:", said) > 99
    assert "\n4 stable fixed points" in said
    outputs = {tuple(map(float, pair)) for pair in re.findall(r"^ +(\S+), (\S+)$", said, re.MULTILINE)}
    assert {(round(a), round(b)) for a, b in outputs} == {(a, b) for a in (-1, 1) for b in (-1, 1)}


def reaching(said):
    assert number("error on held-out trials:", said) < 1e-2
    assert len(re.findall(r"^  \d+ deg: ", said, re.MULTILINE)) == 8


def ready_set_go(said):
    shares = [int(share) for share in re.findall(r"(\d+) % of the responses in time", said)]
    assert len(shares) == 2 and shares[0] > shares[1] + 20
    assert number("with hint: error on held-out trials", said) < number("without hint: error on held-out trials", said)


def recorded_activity(said):
    r2 = [float(value) for value in re.findall(r"R\^2 (\S+)", said)]
    assert len(r2) == 2 and r2[0] > 0.99 and r2[0] > r2[1] > 0.9


#: The figures and the checks of each example.
EXPECTED = {"flip_flop": (["flip_flop.png"], flip_flop), "reaching": (["reaching.png", "state_space.png"], reaching),
            "ready_set_go": (["ready_set_go.png"], ready_set_go),
            "recorded_activity": (["recorded_activity.png"], recorded_activity)}

#: These take ten seconds or more on one core.
SLOW = {"flip_flop", "ready_set_go", "reaching"}


def test_every_example_is_expected():
    assert {path.stem for path in EXAMPLES.glob("*.py")} == set(EXPECTED)


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.slow) if name in SLOW else name for name in EXPECTED])
def test_example(name, tmp_path):
    figures, check = EXPECTED[name]
    script, folder = EXAMPLES / f"{name}.py", tmp_path / "run"
    ran = subprocess.run([sys.executable, *STRICT, script, folder], capture_output=True, text=True, cwd=tmp_path,
                         env={**os.environ, "PYTHONPATH": str(PACKAGE), "MPLBACKEND": "Agg"})
    assert ran.returncode == 0 and not ran.stderr, ran.stderr
    check(ran.stdout)
    for figure in figures:
        assert (folder / figure).read_bytes().startswith(b"\x89PNG")
