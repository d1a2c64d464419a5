#!/usr/bin/env python3
"""What does not fit into memory is refused before anything is allocated; an allocation that fails ends every rank.

    memory.py FULLFORCE
"""
import json
import subprocess
import sys
import zlib

import h5py
import numpy as np

import harness

KIB = 1000 * 1024  # the address space of a rank, of which MPI alone takes a few hundred MiB
SMALL = {
    "task": {"name": '"oscillation"'},
    "run": {"streams": 1, "init_trials": 0, "train_trials": 1, "test_trials": 1},
    "network": {"neurons": 20},
}
WIDE = ("--set", "network.neurons=10000", "--set", "network.in_degree=10", "--set", "learning.features=low-rank",
        "--set", "learning.max_rank=10")


def limited(*arguments, ranks=1):
    """Runs the program with an address space of KIB on each rank."""
    launcher = [] if ranks == 1 else ["mpirun", "-n", str(ranks)]
    words = launcher + ["bash", "-c", f'ulimit -v {KIB}; exec "$0" "$@"', harness.PROGRAM]
    return subprocess.run(words + [str(a) for a in arguments], capture_output=True, text=True, timeout=120,
                          env=harness.environment_of(ranks))


def expect(code, result, *words):
    """Expects an exit code, and one error of one line that says some words."""
    harness.expect_exit(code, result)
    lines = [line for line in result.stderr.splitlines() if line.startswith("fullforce: error:")]
    if len(lines) != 1 or any(word not in lines[0] for word in words):
        sys.exit(f"expected one line with {words}:\n{result.stderr}")


def write_huge_trials(path, chunks=250):
    """Writes trials of 8 MiB for each chunk, which take little space in the file."""
    rows = 1 << 20
    packed = zlib.compress(np.full(rows, 0.5).tobytes(), 9)
    with h5py.File(path, "w") as f:
        f.attrs["format"], f.attrs["format_version"], f.attrs["dt"] = "fullforce-trials", 1, 0.001
        f["lengths"] = np.full(chunks, rows)
        targets = f.create_dataset("targets", (chunks * rows, 1), "f8", chunks=(rows, 1), compression="gzip")
        f.create_dataset("inputs", (chunks * rows, 0), "f8")
        for chunk in range(chunks):
            targets.id.write_direct_chunk((chunk * rows, 0), packed)


def check_trials():
    write_huge_trials("huge.h5")
    words = "huge.h5: this trials file needs 1.953 GiB on a rank", "ulimit -v = 1000 MiB"
    huge = "--set", "task.name=file", "--set", "task.file=huge.h5"
    expect(2, limited("train", "c.toml", "--output", "huge", *huge, ranks=2), *words)
    for command in ("test", "analyze"):
        expect(2, limited(command, "run/network.h5", "--trials-file", "huge.h5"), *words)


def check_networks():
    expect(2, limited("train", "c.toml", "--output", "big", "--set", "network.neurons=20000"),
           "network.neurons = 20000 needs", "on a rank", "ulimit -v", "use fewer neurons")


def check_tests_and_analyses():
    many = "test", "run/network.h5", "--trials", 100_000_000
    expect(2, limited(*many), "a test of 20 neurons needs", "use fewer trials")
    expect(2, limited(*many, "--record", "r.h5"), "with --record needs", "use fewer of --neurons, fewer trials")
    harness.expect_exit(0, limited("test", "run/network.h5", "--record", "r.h5", "--trials", 2))
    with h5py.File("r.h5") as f:
        if f["rates"].shape != (4000, 10) or f["target_rates"].shape != (4000, 10) or f["time"].shape != (4000,):
            sys.exit("the recording is not that of two trials")
    harness.expect_exit(0, limited("analyze", "run/network.h5", "--trials", 1))
    # Every rank gathers the 10,000 vectors of 10,000 numbers that move along with each network.
    harness.expect_exit(75, harness.mpirun(1, harness.train("wide", "--quiet", "--max-steps", 0, "--no-target", *WIDE)))
    expect(2, limited("analyze", next(iter(harness.checkpoints("wide"))), "--lyapunov", 10000, "--trials", 1),
           "an analysis of 10000 neurons needs", "ulimit -v")


def check_made_trials():
    """The root of `trials` holds all signals before it writes them."""
    many = "trials", "c.toml", "--output", "t.h5", "--count"
    for ranks in 1, 2:
        refused = limited(*many, 1000, "--set", "network.dt=1e-5", ranks=ranks)
        expect(2, refused, "--count 1000 needs 2.98 GiB on one rank", "ulimit -v = 1000 MiB", "use fewer trials,",
               "a larger network.dt, a higher limit (ulimit -v)")
        if "more ranks" in refused.stderr or "neurons" in refused.stderr:
            sys.exit(f"the advice does not fit: {refused.stderr}")
    # These take 0.6 of the limit: memory is allocated for them once.
    harness.expect_exit(0, limited(*many, 15, "--set", "network.dt=1e-6"))


def check_allocations():
    """A single trial is made before anything is known of its length."""
    long_trial = ("task.name=ready-set-go", "task.delay_max=1000", "network.dt=1e-6")
    for command in (["trials", "c.toml", "--count", 1, "--output", "t.h5"], ["train", "c.toml", "--output", "long"]):
        result = limited(*command, *(word for setting in long_trial for word in ("--set", setting)), ranks=2)
        expect(1, result, "an allocation of memory failed (the nearest limit is", "ulimit -v", "shorter trials")


def check_estimates():
    small = ("--set", "task.name=file", "--set", "task.file=trials.h5", "--set", "network.neurons=20")
    dry = harness.expect_exit(0, harness.mpirun(2, ["train", "c.toml", "--dry-run", *small]))
    signals = 228 * 5 * 8
    if f"a rank on 2 rank(s), and {signals / 1024:.4g} KiB of trials on each node" not in dry.stdout:
        sys.exit(dry.stdout)
    plan = harness.expect_exit(0, harness.mpirun(1, ["plan", "c.toml", "--output", "plan.json", *small]))
    with open("plan.json") as f:
        memory = json.load(f)["memory"]
    if memory["trials_bytes_per_node"] != signals or "of trials" not in plan.stdout:
        sys.exit(f"{memory} {plan.stdout}")


def check_keys_of_trials():
    """`trials` warns of keys of its task that have no effect, and of no others: networks play no part in it."""
    of_task, of_others = ("task.pulse=0.02", "task.hint=false"), ("network.hint_gain=2", "learning.max_rank=7")
    made = harness.mpirun(2, ["trials", "c.toml", "--output", "t.h5", "--count", 1,
                              *(word for setting in of_task + of_others for word in ("--set", setting))])
    warnings = [line for line in harness.expect_exit(0, made).stderr.splitlines() if "warning" in line]
    if len(warnings) != 2 or "task.hint" not in warnings[0] or "task.pulse = 0.02 has no effect" not in warnings[1]:
        sys.exit(f"expected warnings of {of_task}: {made.stderr}")


def main():
    with harness.small_run(**SMALL):
        harness.expect_exit(0, harness.mpirun(1, harness.train("run", "--quiet")))
        harness.run_checks([check_trials, check_networks, check_tests_and_analyses,
                            check_made_trials, check_allocations, check_estimates, check_keys_of_trials])


if __name__ == "__main__":
    main()
