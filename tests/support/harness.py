"""What scripts that run whole programs need.

It starts runs, reads what their files hold, and compares two files.
"""
import atexit
import contextlib
import functools
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import h5py
import numpy as np


# Scripts that start the program may also use its Python package.
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools" / "python"))

# The path of fullforce is the script's first argument. It is made absolute before the script goes to another folder.
PROGRAM = os.path.abspath(sys.argv[1])


def command(ranks, arguments):
    """Returns the command line of a run. One rank has no launcher, so that signals reach the program itself."""
    launcher = [] if ranks == 1 else ["mpirun", "-n", str(ranks)]
    return launcher + [PROGRAM] + [str(a) for a in arguments]


@functools.cache
def scratch():
    """The folder in which processes without a launcher get their folders of temporary files."""
    folder = tempfile.mkdtemp(prefix="fullforce-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def alone(environment=None):
    """The environment of a process without a launcher; `environment` is by default that of this script.

    Open MPI does not start its helper process then, which takes more than half of the start. The helper also gives each
    process a folder of temporary files. Without it, processes that run side by side need different ones from here.
    """
    return {**(os.environ if environment is None else environment), "OMPI_MCA_ess_singleton_isolated": "1",
            "OMPI_MCA_orte_tmpdir_base": tempfile.mkdtemp(dir=scratch())}


def environment_of(ranks, environment=None):
    """The environment of a run on so many ranks."""
    return alone(environment) if ranks == 1 else environment


def mpirun(ranks, arguments, threads=1, timeout=600, **options):
    """Runs the program on so many ranks, and returns the finished process with its output as text.

    A run that hangs ends after `timeout` seconds. Runs take much longer on a machine with other work than on a free one.
    """
    return subprocess.run(
        command(ranks, arguments),
        env=environment_of(ranks, dict(os.environ, OMP_NUM_THREADS=str(threads))),
        capture_output=True,
        text=True,
        timeout=timeout,
        **options
    )


def start(ranks, arguments, env=None, **options):
    """Starts the program on so many ranks, in a process group of its own, and does not wait for it."""
    return subprocess.Popen(
        command(ranks, arguments),
        env=environment_of(ranks, env),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        **options
    )


def finish(process, timeout=120):
    """Waits for a started run, and returns what mpirun() returns. A run that hangs is ended with all its ranks."""
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        kill_all(process)
        sys.exit(f"{' '.join(process.args)}: hangs")
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def ranks_of(process):
    """Returns the process numbers of a started run's ranks."""
    if process.args[0] == PROGRAM:
        return [process.pid]
    found = subprocess.run(
        ["ps", "-o", "pid=,comm=", "--ppid", str(process.pid)], capture_output=True, text=True
    ).stdout.split("\n")
    return [int(line.split()[0]) for line in found if line.split()[-1:] == [os.path.basename(PROGRAM)]]


def kill_all(process):
    """Sends SIGKILL to every rank and the launcher, which is like a power failure."""
    for pid in ranks_of(process) + [process.pid]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    process.communicate()


def wait_until(condition, what, process=None):
    """Waits until the condition holds, for two minutes at most."""
    for _ in range(12000):
        if condition():
            return
        if process is not None and process.poll() is not None:
            out, err = process.communicate()
            sys.exit(f"ended with {process.returncode} before {what}\n{out}{err}")
        time.sleep(0.01)
    sys.exit(f"waited in vain for {what}")


def catches_signals(pid):
    """Returns whether a process has a handler for SIGUSR1."""
    try:
        with open(f"/proc/{pid}/status") as f:
            caught = [int(line.split()[1], 16) for line in f if line.startswith("SigCgt")][0]
    except (OSError, IndexError):
        return False
    return bool(caught >> (signal.SIGUSR1 - 1) & 1)


def expect(holds, what):
    """Ends the test if something does not hold."""
    if not holds:
        sys.exit("FAILED: " + what)


def run_checks(checks):
    """Runs those checks that the command line names after the program, or all, and prints what each of them takes."""
    for check in checks:
        if sys.argv[2:] and check.__name__ not in sys.argv[2:]:
            continue
        begin = time.time()
        check()
        print(f"{time.time() - begin:5.1f} s  {check.__name__}", flush=True)


def expect_exit(code, result):
    """Ends the test if a run did not end as it should."""
    if result.returncode != code:
        sys.exit(f"{' '.join(result.args)}: exit {result.returncode}, expected {code}\n"
                 f"{result.stdout[-2000:]}{result.stderr[-2000:]}")
    return result


def write_mixed_trials(path):
    """Writes a trials file of three trials of different lengths, with two inputs, two outputs and one hint."""
    random = np.random.default_rng(3)
    lengths = np.array([90, 61, 77])
    total = lengths.sum()
    with h5py.File(path, "w") as f:
        f.attrs["format"], f.attrs["format_version"], f.attrs["dt"] = "fullforce-trials", 1, 0.001
        f["lengths"] = lengths
        for name, width in (("inputs", 2), ("targets", 2), ("hints", 1)):
            f[name] = np.sin(np.cumsum(random.standard_normal((total, width)) * 0.2, axis=0))


SMALL_RUN = {
    "run": {"seed": 3, "streams": 2, "init_trials": 2, "test_trials": 2},
    "task": {"name": '"file"', "file": '"trials.h5"'},
    "network": {"neurons": 100},
    "learning": {"panel": 13},
    "checkpoint": {"every_minutes": 0.0},
}


@contextlib.contextmanager
def own_folder():
    """Works in a folder that is removed in the end, and gives its path."""
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        yield folder
        os.chdir("/")


@contextlib.contextmanager
def small_run(**sections):
    """Works in a folder of its own, where c.toml trains a small network on trials of mixed lengths.

    `sections` add to c.toml.
    """
    with own_folder():
        write_mixed_trials("trials.h5")
        with open("c.toml", "w") as f:
            for name, keys in SMALL_RUN.items():
                lines = [f"{key} = {value}" for key, value in {**keys, **sections.get(name, {})}.items()]
                f.write("\n".join([f"[{name}]"] + lines) + "\n")
        yield


def train(output, *more):
    """Returns the arguments that train such a network."""
    return ["train", "c.toml", "--output", output] + list(more)


# These keys of the configuration may change on the way.
FREE_KEYS = ("output", "test_trials", "every_minutes", "every_trials", "keep")


def contents(path):
    """Returns every dataset and attribute of a network file as bytes.

    The provenance is left out, and what the configuration may change on the way.
    """
    found = {}

    def visit(name, item):
        for key, value in item.attrs.items():
            found[name + "@" + key] = bytes(str(value), "utf-8")
        if isinstance(item, h5py.Dataset):
            found[name] = np.array(item).tobytes()

    with h5py.File(path) as f:
        found["config"] = "\n".join(
            line for line in str(f.attrs["config"]).splitlines() if not line.startswith(FREE_KEYS)
        )
        f.visititems(visit)
    return found


def differences(reference, other):
    """Returns the names of what two network files do not have in common, bit for bit."""
    a, b = contents(reference), contents(other)
    return sorted(set(a) ^ set(b)) + [name for name in a if name in b and a[name] != b[name]]


def checkpoints(folder):
    """Returns the checkpoints in a folder, oldest first."""
    names = (
        [name for name in os.listdir(folder) if name.startswith("checkpoint-") and name.endswith(".h5")]
        if os.path.isdir(folder)
        else []
    )
    return [os.path.join(folder, name) for name in sorted(names, key=lambda name: int(name[11:-3]))]


def flip(path, place, mask=0xff):
    """Changes one byte of a file."""
    with open(path, "r+b") as f:
        f.seek(place)
        byte = f.read(1)[0]
        f.seek(place)
        f.write(bytes([byte ^ mask]))
