#!/usr/bin/env python3
"""Stops, kills, damaged checkpoints, full disks, and two runs in one folder: nothing is lost, and nothing hangs.

    crash_safety.py FULLFORCE [CHECK...]
"""
import json
import os
import shutil
import signal
import time

import h5py
import numpy as np

import harness
from harness import expect

LONG = ["--set", "run.train_trials=100000000"]


def run(code, output, *more, ranks=2, **options):
    return harness.expect_exit(code, harness.finish(harness.start(ranks, harness.train(output, *more), **options)))


def start_long(output, *more, ranks=2, **options):
    """Starts a run that ends only when it is told to, and returns once it has written a checkpoint."""
    before = harness.checkpoints(output)[-1:]
    process = harness.start(ranks, harness.train(output, *LONG, *more), **options)
    harness.wait_until(lambda: harness.checkpoints(output)[-1:] != before, "a checkpoint", process)
    return process


def metrics(output):
    with open(os.path.join(output, "metrics.csv")) as f:
        return [[line.split(",")[k] for k in (0, 1, 3, 4, 5)] for line in f]


def listing(folder):
    return {name: os.stat(os.path.join(folder, name)).st_mtime_ns for name in os.listdir(folder)}


def check_like_reference(output, what):
    differing = harness.differences("reference/network.h5", output + "/network.h5")
    expect(not differing, f"{what}: {', '.join(differing)} differ from an uninterrupted run")
    expect(metrics(output) == metrics("reference"), f"{what}: metrics.csv differs from an uninterrupted run")
    with open(output + "/summary.json") as f:
        expect(json.load(f)["train"]["error"] is not None, f"{what}: the error of the last trial is lost")
    expect(not [name for name in os.listdir(output) if name.endswith(".part")], f"{what}: left an unfinished file")


def stops():
    """A signal at any moment, also before MPI is up, leads to a checkpoint and exit code 75."""
    for name, ranks in ((signal.SIGTERM, 1), (signal.SIGINT, 1), (signal.SIGUSR1, 2)):
        output = f"stopped-{name.name}"
        process = harness.start(ranks, harness.train(output, "--set", "run.init_trials=1000000"))
        pid = process.pid
        if ranks > 1:
            harness.wait_until(lambda: harness.ranks_of(process), "the ranks", process)
            pid = harness.ranks_of(process)[0]
        harness.wait_until(lambda: harness.catches_signals(pid), "a handler", process)
        os.kill(pid, name)
        harness.expect_exit(75, harness.finish(process))
        expect(len(harness.checkpoints(output)) == 1, f"{name.name}: no checkpoint")
    process = start_long("forwarded")
    process.send_signal(signal.SIGUSR1)  # the launcher passes it on
    harness.expect_exit(75, harness.finish(process))
    expect("stopped after step" in open("forwarded/log.txt").read(), "the log does not say that the run stopped")


def second_interrupt():
    process = start_long("interrupted", ranks=1)
    os.kill(process.pid, signal.SIGSTOP)  # so that both signals arrive before it can end
    harness.wait_until(lambda: open(f"/proc/{process.pid}/stat").read().split(")")[1].split()[0] == "T", "it to pause")
    os.kill(process.pid, signal.SIGINT)
    os.kill(process.pid, signal.SIGCONT)
    # The first signal may already have led to the end, with its checkpoint.
    try:
        os.kill(process.pid, signal.SIGINT)
    except ProcessLookupError:
        pass
    code = harness.finish(process).returncode
    expect(code in (-signal.SIGINT, 75), f"two SIGINT: exit {code}")


def time_limits():
    run(75, "hours", *LONG, "--max-hours", "0.0003")
    expect(harness.checkpoints("hours"), "--max-hours: no checkpoint")
    run(75, "slurm", *LONG, ranks=1, env=dict(os.environ, SLURM_JOB_END_TIME=str(int(time.time()) + 12)))
    expect(harness.checkpoints("slurm"), "end of the SLURM job: no checkpoint")


def stop_in_test():
    process = harness.start(
        2, harness.train("tested", "--set", "run.test_trials=100000000", "--set", "checkpoint.every_minutes=0.0")
    )
    harness.wait_until(lambda: os.path.exists("tested/network.h5"), "network.h5", process)
    process.send_signal(signal.SIGUSR1)
    harness.expect_exit(75, harness.finish(process))
    before = listing("tested")["network.h5"]
    run(0, "tested", ranks=1)
    expect(listing("tested")["network.h5"] == before, "the network was written again for its test")
    check_like_reference("tested", "stopped in its test")
    expect("nothing to do" in run(0, "tested", ranks=1).stdout, "a finished run does not say so")


def kills():
    """First the whole job is killed, and then a single rank."""
    process = start_long("killed")
    harness.kill_all(process)
    process = start_long("killed", ranks=3)
    rank = harness.ranks_of(process)[1]
    os.kill(rank, signal.SIGKILL)
    expect(harness.finish(process).returncode not in (0, 75), "a rank died and the job did not fail")
    left = "checkpoint-7.h5.unfinished-elsewhere-1-0.part"
    open("killed/" + left, "w").close()
    expect(left in run_info("killed"), "info does not list what is unfinished")
    steps = int(harness.checkpoints("killed")[-1][:-3].split("-")[-1]) + 300
    run(75, "killed", *LONG, "--max-steps", steps, ranks=1)
    run(75, "unkilled", *LONG, "--max-steps", steps, "--set", "checkpoint.every_minutes=0.0")
    differing = harness.differences(f"killed/checkpoint-{steps}.h5", f"unkilled/checkpoint-{steps}.h5")
    expect(not differing, f"after kills: {', '.join(differing)} differ")
    expect(not os.path.exists("killed/" + left), "an unfinished file of a killed run is still there")


def damage():
    """The newest whole checkpoint counts. If none is whole, nothing is touched."""
    run(
        75, "damaged", "--max-steps", "2500", "--set", "checkpoint.every_trials=8",
        "--set", "checkpoint.every_minutes=0.0"
    )
    oldest, middle, newest = harness.checkpoints("damaged")[-3:]
    with h5py.File(newest) as f:
        harness.flip(newest, f["learning/P"].id.get_offset() + 777 * 8)
    os.truncate(middle, os.path.getsize(middle) // 2)
    info = run_info("damaged")
    expect(info.count("DAMAGED") == 2 and info.count("whole") == 1, f"info does not tell which are whole: {info}")
    shutil.copytree("damaged", "hopeless")
    result = run(0, "damaged", "--set", "checkpoint.every_minutes=0.0")
    expect(
        "/learning/P does not match its checksum" in result.stderr and "cut off" in result.stderr,
        f"no warning: {result.stderr}",
    )
    expect(os.path.exists(newest + ".damaged"), "the damaged checkpoint was not put aside")
    expect("put aside" in run_info("damaged"), "info does not list what was put aside")
    check_like_reference("damaged", "after damage")
    last = harness.checkpoints("hopeless")[0]
    harness.flip(last, 5000)  # this damages structure, which HDF5 must not see
    before = listing("hopeless")
    result = run(1, "hopeless")
    expect(
        "nothing whole to go on from" in result.stderr and listing("hopeless") == before,
        "all damaged: not refused, or something was changed",
    )
    run(2, "elsewhere", "--restart", last)
    expect(not os.path.exists("elsewhere"), "a damaged --restart FILE left a folder")


def run_info(path):
    result = harness.finish(harness.start(2, ["info", path]))
    expect(result.returncode == ("DAMAGED" in result.stdout), f"info {path}: exit {result.returncode}\n{result.stdout}")
    return result.stdout


def one_at_a_time():
    process = start_long("shared", ranks=1)
    result = run(2, "shared", *LONG)
    expect("another run" in result.stderr, f"the second run's message: {result.stderr}")
    harness.kill_all(process)  # its lock ends with it
    run(75, "shared", *LONG, "--max-hours", "0", ranks=1)


def full_disk():
    """The limit of a file's size stops a write half way, like a full disk."""
    training = " ".join(harness.train("full", "--set", "checkpoint.every_minutes=0.001"))
    limited = ["bash", "-c", f"ulimit -f 150; exec {harness.PROGRAM} {training}"]
    process = harness.subprocess.Popen(
        ["mpirun", "-n", "2"] + limited, stdout=-1, stderr=-1, text=True, start_new_session=True
    )
    result = harness.finish(process)
    harness.expect_exit(1, result)
    expect(
        "warning: no checkpoint" in result.stderr and "error: full/network.h5" in result.stderr,
        f"the messages: {result.stderr}",
    )
    expect(set(os.listdir("full")) == {"log.txt", "metrics.csv"}, f"left {os.listdir('full')}")
    run(0, "full", "--set", "checkpoint.every_minutes=0.0")
    check_like_reference("full", "after a full disk")


def no_room_at_all():
    """On a disk without a free byte no checkpoint begins, on one rank or two.

    The run goes on, and ends with 1 when it is to stop.
    """
    os.mkdir("tiny")
    if harness.subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", "tiny"], stderr=-3).returncode != 0:
        print("skipped: no file system can be mounted here")
        return
    try:
        for ranks in (1, 2):
            output = f"tiny/on-{ranks}"
            process = harness.start(ranks, harness.train(output, *LONG, "--set", "checkpoint.every_minutes=0.01"))
            harness.wait_until(lambda: os.path.exists(output + "/metrics.csv"), "the run", process)
            harness.subprocess.run(["dd", "if=/dev/zero", "of=tiny/filler", "bs=4k"], stderr=-3)
            time.sleep(2)
            process.send_signal(signal.SIGUSR1)
            result = harness.expect_exit(1, harness.finish(process))
            expect(
                "warning: no checkpoint" in result.stderr and "No space left" in result.stderr,
                f"the messages: {result.stderr}",
            )
            os.remove("tiny/filler")
    finally:
        harness.subprocess.run(["umount", "tiny"], check=True)


def restart_from_a_file():
    """A restart from a file needs a folder that holds nothing but this run, and nothing further on.

    A restart from another folder's network writes a network.
    """
    run(75, "earlier", "--max-steps", "1000", ranks=1)
    checkpoint = harness.checkpoints("earlier")[-1]
    before = listing("reference")
    result = run(2, "reference", "--restart", checkpoint, ranks=1)
    expect("further on" in result.stderr, f"the message: {result.stderr}")
    run(2, "reference", "--restart", checkpoint, "--set", "run.seed=99", ranks=1)
    expect(listing("reference") == before, "a refused restart changed the folder")
    run(0, "copied", "--restart", "reference/network.h5", ranks=1)
    expect(
        not harness.differences("reference/network.h5", "copied/network.h5"),
        "the network of another folder was not taken over",
    )


def more_trials():
    """A finished run goes on to more trials as if it had been meant to from the start.

    It stays finished until those trials are done.
    """
    more = ["--set", "run.train_trials=150"]
    run(0, "one-go", *more, "--set", "checkpoint.every_minutes=0.0")
    run(0, "extended", ranks=1)
    finished = listing("extended")
    run(75, "extended", *more, "--max-steps", "1")  # it stops before its first step
    left = listing("extended")
    expect(
        all(left.get(name) == finished[name] for name in ("network.h5", "summary.json")) and "metrics.csv" in left,
        f"lost: {finished} {left}",
    )
    expect("nothing to do" in run(0, "extended", ranks=1).stdout, "the shorter run is no longer finished")
    run(75, "extended", *more, "--max-steps", "4700", ranks=3)  # it stops before the end of the shorter run
    result = run(0, "extended", *more)
    differing = harness.differences("one-go/network.h5", "extended/network.h5")
    expect(
        not differing and not result.stderr,
        f"extended: {', '.join(differing)} differ from one run of as many trials; {result.stderr}",
    )
    expect(metrics("extended") == metrics("one-go"), "extended: metrics.csv differs")


def more_trials_without_a_checkpoint():
    """Only the network is then there to go on from, and the run says so."""
    shutil.copytree("reference", "approximate")
    result = run(0, "approximate", "--set", "run.train_trials=130", "--set", "checkpoint.every_minutes=0.0", ranks=1)
    expect("bit for bit" in result.stderr, f"no warning: {result.stderr}")


def last_step():
    """If --max-steps is at the very end of training, the run is complete, and so it is finished."""
    with h5py.File("reference/network.h5") as f:
        steps = f["progress"].attrs["step"]
    for more in (["--max-steps", steps], ["--max-steps", steps - 1]):
        output = f"to-{more[-1]}"
        run(0 if more[-1] == steps else 75, output, *more, ranks=1)
        run(0 if more[-1] == steps else 75, output, *more, ranks=1)
        run(0, output, ranks=1)
        check_like_reference(output, output)


def divergence():
    targets = np.sin(np.arange(300) * 0.01)[:, None]
    targets[250:] = 1e308
    with h5py.File("wild.h5", "w") as f:
        f.attrs.update(format="fullforce-trials", format_version=1, dt=0.001)
        f["lengths"], f["targets"] = np.array([300]), targets
    settings = ["--set", 'task.file="wild.h5"', "--set", "run.init_trials=0", "--set", "run.streams=1"]
    run(75, "wild", *settings, "--max-steps", "100")
    result = run(1, "wild", *settings)
    expect("diverged" in result.stderr, f"the message: {result.stderr}")
    expect(harness.checkpoints("wild") and not os.path.exists("wild/network.h5"), f"left {os.listdir('wild')}")
    expect("DAMAGED" not in run_info("wild"), "the last good checkpoint is not whole")


def folders():
    with open("a_file", "w"):
        pass
    run(2, "a_file/below")
    run(0, "made/on/the/way", "--set", "run.train_trials=1", "--set", "run.init_trials=0", ranks=1)
    result = run(2, "reference", "--restart", "never")
    expect("not empty" in result.stderr, result.stderr)
    for name in ("network.h5", "summary.json"):
        os.makedirs(f"in-the-way-{name}/{name}")
        result = run(2, f"in-the-way-{name}", ranks=1)
        expect(
            f"{name} is a folder" in result.stderr and os.listdir(f"in-the-way-{name}") == [name],
            f"a folder {name}: {result.stderr}",
        )
    os.mkdir("in-the-way-pipe")
    os.mkfifo("in-the-way-pipe/log.txt")
    result = run(2, "in-the-way-pipe", ranks=1)
    expect("log.txt is a pipe" in result.stderr, f"a pipe log.txt: {result.stderr}")


def outputs_that_are_inputs():
    """A test does not overwrite the trials that a network is tested with."""
    before = open("trials.h5", "rb").read()
    for arguments in (
        ["test", "--record", "./trials.h5"],
        ["test", "--output", "trials.h5"],
        ["analyze", "--output", "trials.h5"],
    ):
        result = harness.expect_exit(2, harness.finish(harness.start(1, arguments + ["reference/network.h5"])))
        expect("trials.h5: this command needs that file" in result.stderr, result.stderr)
    expect(open("trials.h5", "rb").read() == before, "trials.h5 was overwritten")


def main():
    with harness.small_run(run={"train_trials": 120}, checkpoint={"every_minutes": 0.0005, "keep": 3}):
        run(0, "reference", "--set", "checkpoint.every_minutes=0.0", ranks=1)
        harness.run_checks((
            stops, second_interrupt, time_limits, stop_in_test, kills, damage, one_at_a_time, full_disk, no_room_at_all,
            restart_from_a_file, more_trials, more_trials_without_a_checkpoint, last_step, divergence, folders,
            outputs_that_are_inputs
        ))


if __name__ == "__main__":
    main()
