#!/usr/bin/env python3
"""Every wrong input leads to exit code 2 and one message on standard error that names the culprit.

    wrong_inputs.py FULLFORCE

Nothing is written, and the program ends within seconds.
"""
import json
import os
import subprocess
import sys
import time

import h5py
import numpy as np

import harness

# If a rank ends with an error, Open MPI ends the others and then waits for a second before it kills them. Here no rank
# has anything to save, so it need not wait. Elsewhere the variable would kill ranks that are writing a checkpoint.
os.environ["OMPI_MCA_odls_base_sigkill_timeout"] = "0"


def write_trials(
    path, dt=0.001, lengths=(50, 60), rows=None, targets=None, inputs=None, form="fullforce-trials", version=1,
    leave_out=()
):
    total = rows if rows is not None else sum(lengths)
    contents = {
        "lengths": np.array(lengths, dtype=np.int64),
        "targets": np.zeros((total, 1)) if targets is None else targets,
    }
    if inputs is not None:
        contents["inputs"] = inputs
    with h5py.File(path, "w") as f:
        f.attrs["format"], f.attrs["format_version"], f.attrs["dt"] = form, version, dt
        for name, value in contents.items():
            if name not in leave_out:
                f[name] = value


def prepare():
    with open("good.toml", "w") as f:
        f.write("[run]\ninit_trials = 0\ntrain_trials = 1\ntest_trials = 1\n[network]\nneurons = 20\n")
    for name, text in {
        "syntax.toml": "[run\nseed = 1\n",
        "key.toml": "[network]\nneuron = 20\n",
        "section.toml": "[netwrk]\nneurons = 20\n",
        "twice.toml": "[run]\nseed = 1\nseed = 2\n",
        "type.toml": "[network]\nneurons = \"many\"\n",
    }.items():
        with open(name, "w") as f:
            f.write(text)
    bad = np.zeros((110, 1))
    bad[7] = np.nan
    write_trials("good.h5")
    write_trials("nan.h5", targets=bad)
    write_trials("dt.h5", dt=0.002)
    write_trials("dt_near.h5", dt=0.001000001)
    write_trials("short.h5", rows=100)
    write_trials("empty.h5", lengths=(), rows=0)
    write_trials("zero_length.h5", lengths=(0, 110))
    write_trials("flat.h5", targets=np.zeros(110))
    write_trials("inputs.h5", inputs=np.zeros((90, 1)))
    write_trials("no_targets.h5", leave_out=("targets",))
    write_trials("no_lengths.h5", leave_out=("lengths",))
    write_trials("form.h5", form="something-else")
    write_trials("version.h5", version=9)
    for name, constants in {
        "key.json": {"nodes": {}},
        "value.json": {"bandwidth": {"core_bytes_per_second": [1, 2, 0, 4, 5, 6, 7, 8, 9, 10]}},
    }.items():
        with open(name, "w") as f:
            json.dump({"format": "fullforce-machine", "format_version": 1, **constants}, f)
    with open("not_hdf5.h5", "w") as f:
        f.write("hello")
    open("a_file", "w").close()
    os.mkfifo("pipe.toml")
    os.mkdir("used")
    open("used/something", "w").close()


TRAIN = ["train", "good.toml", "--output", "out"]


def with_set(setting):
    return TRAIN + ["--set", setting]


def with_trials(name):
    return TRAIN + ["--set", 'task.name="file"', "--set", f'task.file="{name}"']


# Each case has the arguments, and a word that the message must hold.
CASES = [
    ([], ""),
    (["fly"], "fly"),
    (["train", "pipe.toml"], "pipe.toml"),
    (["train", "/proc/self/mem"], "/proc/self/mem"),
    (["train", "/dev/zero"], "/dev/zero"),
    (with_set('run.output="a\\u0000b"'), "run.output"),
    (with_set("run.seed=9223372036854775808"), "64 bits"),
    (["train"], "CONFIG"),
    (["train", "missing.toml"], "missing.toml"),
    (["train", "used"], "used"),
    (TRAIN + ["--frobnicate"], "frobnicate"),
    (TRAIN + ["--max-steps", "-1"], "max-steps"),
    (TRAIN + ["--max-steps", "many"], "max-steps"),
    (TRAIN + ["--max-hours", "-2"], "max-hours"),
    (TRAIN + ["--threads", "0"], "threads"),
    (["train", "syntax.toml", "--output", "out"], "syntax.toml"),
    (["train", "key.toml", "--output", "out"], "neurons"),
    (["train", "section.toml", "--output", "out"], "network"),
    (["train", "twice.toml", "--output", "out"], "seed"),
    (["train", "type.toml", "--output", "out"], "network.neurons"),
    (with_set("network.neurons=-3"), "network.neurons"),
    (with_set("network.neurons=1.5"), "network.neurons"),
    (with_set("network.neurons=9000000"), "network.neurons"),
    (with_set("network.dt=0"), "network.dt"),
    (with_set("network.dt=1e-9"), "network.dt"),
    (with_set("network.neurons=9223372036854775807"), "network.neurons"),
    (["trials", "good.toml", "--count", "2", "--output", "./good.toml"], "good.toml"),
    (["trials", "good.toml", "--count", "1000000000000", "--output", "t.h5"], "count"),
    (
        [
            "trials", "good.toml", "--set", "task.name=file", "--set", "task.file=good.h5", "--count", "1",
            "--output", "./good.h5"
        ],
        "good.h5",
    ),
    (["plan", "good.toml", "--output", "./good.toml"], "good.toml"),
    (with_set("network.dt=nan"), "network.dt"),
    (with_set("network.dt=0.02"), "network.dt"),
    (with_set("network.tau=-1.0"), "network.tau"),
    (with_set("network.noise=-0.5"), "network.noise"),
    (with_set("network.gain=inf"), "network.gain"),
    (with_set("network.integrator=\"heun\""), "network.integrator"),
    (with_set("network.in_degree=20"), "network.in_degree"),
    (with_set("learning.rule=\"backprop\""), "learning.rule"),
    (with_set("learning.features=\"low-rnk\""), "low-rank"),
    (with_set("learning.max_rank=0"), "learning.max_rank"),
    (with_set("learning.rank_tolerance=0"), "learning.rank_tolerance"),
    (with_set("learning.rank_tolerance=1.0"), "learning.rank_tolerance"),
    (with_set("learning.target_modes=-1"), "learning.target_modes"),
    (with_set("learning.target_modes=21"), "network.neurons = 20"),
    (with_set("learning.target_modes=5"), "run.init_trials = 0"),
    (
        with_set("learning.target_modes=5") + ["--set", "run.init_trials=1", "--set", "learning.rule=force"],
        "learning.rule",
    ),
    (with_set("learning.alpha=0"), "learning.alpha"),
    (with_set("learning.update_probability=1.5"), "learning.update_probability"),
    (with_set("learning.precision=\"half\""), "learning.precision"),
    (with_set("learning.panel=0"), "learning.panel"),
    (with_set("run.streams=0"), "run.streams"),
    (with_set("run.streams=1000"), "run.streams"),
    (with_set("run.seed=-1"), "run.seed"),
    (with_set("run.train_trials=true"), "run.train_trials"),
    (with_set("run.init_trials=-1"), "run.init_trials"),
    (with_set("run.seeed=1"), "seed"),
    (with_set("nonsense"), "nonsense"),
    (with_set("checkpoint.keep=0"), "checkpoint.keep"),
    (with_set("checkpoint.every_minutes=-1.0"), "checkpoint.every_minutes"),
    (with_set("task.name=\"osculation\""), "oscillation"),
    (with_set("task.version=3"), "task.version"),
    (with_trials("missing.h5"), "missing.h5"),
    (with_trials("nan.h5"), "targets"),
    (with_trials("dt.h5"), "dt"),
    (with_trials("dt_near.h5"), "0.001000001"),
    (with_trials("short.h5"), "targets"),
    (with_trials("empty.h5"), "lengths"),
    (with_trials("zero_length.h5"), "lengths"),
    (with_trials("flat.h5"), "targets"),
    (with_trials("inputs.h5"), "inputs"),
    (with_trials("no_targets.h5"), "targets"),
    (with_trials("no_lengths.h5"), "lengths"),
    (with_trials("form.h5"), "form"),
    (with_trials("version.h5"), "version"),
    (with_trials("not_hdf5.h5"), "not_hdf5.h5"),
    (["train", "good.toml", "--output", "a_file"], "a_file"),
    (["train", "good.toml", "--output", "used", "--restart", "never"], "used"),
    (TRAIN + ["--restart", "missing.h5"], "missing.h5"),
    (TRAIN + ["--restart", "nan.h5"], "nan.h5"),
    (TRAIN + ["--restart", "used"], "used: is a folder"),
    (TRAIN + ["--restart", "good.h5"], "good.h5: is a trials file"),
    (["test", "used"], "used: is a folder"),
    (["test", "good.h5"], "good.h5: is a trials file"),
    (["analyze", "used"], "used: is a folder"),
    (["analyze", "good.h5"], "good.h5: is a trials file"),
    (["test", "form.h5"], "something-else"),
    (["test", "missing.h5"], "missing.h5"),
    (["test", "not_hdf5.h5"], "not_hdf5.h5"),
    (["test", "nan.h5"], "nan.h5"),
    (["trials", "good.toml", "--count", "0", "--output", "t.h5"], "count"),
    (["trials", "good.toml", "--count", "2", "--output", "nowhere/t.h5"], "nowhere"),
    (["trials", "good.toml", "--output", "t.h5"], "count"),
    (["info", "missing"], "missing"),
    (["info", "used"], "used"),
    (["info", "not_hdf5.h5"], "not_hdf5.h5"),
    (["analyze", "missing.h5"], "missing.h5"),
    (["analyze", "not_hdf5.h5"], "not_hdf5.h5"),
    (["plan"], "CONFIG.toml"),
    (["plan", "missing.toml"], "missing.toml"),
    (["plan", "missing.toml", "--calibrate"], "missing.toml"),
    (["plan", "good.toml", "--ranks", "0"], "ranks"),
    (["plan", "good.toml", "--machine", "missing.json"], "missing.json"),
    (["plan", "good.toml", "--machine", "good.toml"], "good.toml"),
    (["plan", "good.toml", "--machine", "key.json"], "nodes"),
    (["plan", "good.toml", "--machine", "value.json"], "core_bytes_per_second"),
    (["plan", "good.toml", "--output", "nowhere/plan.json"], "nowhere"),
    (["plan", "--calibrate", "--machine", "nowhere/m.json"], "nowhere"),
    (["plan", "good.toml", "--set", "network.neurons=9000000"], "would fit"),
]


def listing():
    return sorted(os.path.join(folder, name) for folder, _, names in os.walk(".") for name in names + [""])


def complaint(arguments, word):
    """Returns what is wrong with how the program refuses the arguments, or None if nothing is."""
    before = listing()
    start = time.time()
    try:
        result = harness.mpirun(2, arguments, timeout=30)
    except subprocess.TimeoutExpired:
        return "hangs"
    if result.returncode != 2:
        return f"exit {result.returncode}: {result.stdout}{result.stderr}"
    messages = [line for line in result.stderr.splitlines() if line.startswith("fullforce: error:")]
    if len(messages) != 1:
        return f"{len(messages)} messages: {result.stderr}"
    if word not in result.stderr:
        return f"does not name {word}: {messages[0]}"
    if listing() != before:
        return f"left {set(listing()) - set(before)}"
    print(f"{time.time() - start:5.1f} s  {messages[0]}")
    return None


def main():
    with harness.own_folder():
        prepare()
        failures = 0
        for arguments, word in CASES:
            problem = complaint(arguments, word)
            if problem:
                failures += 1
                print(f"FAILED {' '.join(arguments)}: {problem}")
    print(f"{len(CASES)} wrong inputs, {failures} not refused as agreed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
