"""For scripts that run whole programs: how a run is started, what its files hold, and how two files are compared."""
import os
import subprocess
import sys

import h5py
import numpy as np


# The path of fullforce: the script's first argument, before the script goes to another folder.
PROGRAM = os.path.abspath(sys.argv[1])


def mpirun(ranks, arguments, threads=1, timeout=120, **options):
    """Runs the program on so many ranks; the finished process with its output as text."""
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads))
    command = ["mpirun", "-n", str(ranks), PROGRAM] + [str(a) for a in arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=timeout, **options)


def expect_exit(code, result):
    """Ends the test where a run did not end as it should."""
    if result.returncode != code:
        sys.exit(f"{' '.join(result.args)}: exit {result.returncode}, expected {code}\n{result.stdout}{result.stderr}")
    return result


def write_mixed_trials(path):
    """A trials file of three trials of different lengths, with two inputs, two outputs, one hint."""
    random = np.random.default_rng(3)
    lengths = np.array([90, 61, 77])
    total = lengths.sum()
    with h5py.File(path, "w") as f:
        f.attrs["format"], f.attrs["format_version"], f.attrs["dt"] = "fullforce-trials", 1, 0.001
        f["lengths"] = lengths
        for name, width in (("inputs", 2), ("targets", 2), ("hints", 1)):
            f[name] = np.sin(np.cumsum(random.standard_normal((total, width)) * 0.2, axis=0))


def contents(path):
    """Every dataset and attribute of a network file as bytes; not the provenance, nor the folder that the configuration names."""
    found = {}

    def visit(name, item):
        for key, value in item.attrs.items():
            if key != "attributes":  # a checksum that covers the provenance too
                found[name + "@" + key] = bytes(str(value), "utf-8")
        if isinstance(item, h5py.Dataset):
            found[name] = np.array(item).tobytes()

    with h5py.File(path) as f:
        found["config"] = "\n".join(line for line in str(f.attrs["config"]).splitlines() if not line.startswith("output"))
        f.visititems(visit)
    return found


def differences(reference, other):
    """The names of what two network files do not have in common, bit for bit."""
    a, b = contents(reference), contents(other)
    return sorted(set(a) ^ set(b)) + [name for name in a if name in b and a[name] != b[name]]
