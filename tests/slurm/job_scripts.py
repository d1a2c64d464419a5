#!/usr/bin/env python3
"""The job scripts work on a real SLURM cluster.

    job_scripts.py FULLFORCE

A training is stopped, is preempted and loses its node. There are a sweep, a chain, and runs that fail.
"""
import fcntl
import os
import pathlib
import time

import cluster

cluster.enter_namespaces()

import batch  # noqa: E402
import harness  # noqa: E402
from batch import expect, submit  # noqa: E402

SHORT = ("--set", "run.train_trials=20")


def stopped_preempted_and_lost(launcher, mine, per_node):
    """The job has three nodes of its own and takes two of them.

    Its last start has another node, and half of the ranks.
    """
    output = f"interrupted-{launcher}"
    others = ",".join(f"n{k}" for k in range(1, cluster.NODES + 1) if f"n{k}" not in mine)
    options = ["--nodes=2", f"--ntasks-per-node={per_node}", "--exclusive", f"--exclude={others}"]
    job = submit("train.sbatch", "c.toml", output, options=options, FULLFORCE_LAUNCHER=launcher)

    batch.wait_for_steps(job, output)
    job.signal("USR1")
    job.wait_for_requeue(1)
    job.begin_now()

    batch.wait_for_steps(job, output)
    urgent = batch.command("sbatch", "--parsable", "--partition=urgent", "--exclusive", "--output=urgent-%j.out",
                           f"--nodelist={','.join(job.nodes())}", "--wrap=true")
    batch.say(f"job {job.id}: preempted by job {urgent}")
    job.wait_for_requeue(2)
    batch.Job(urgent).wait_for("COMPLETED")
    job.begin_now()

    batch.wait_for_steps(job, output)
    lost, drained = job.nodes()
    batch.command("scontrol", "update", f"nodename={drained}", "state=drain", "reason=test")
    batch.command("scontrol", "update", f"nodename={lost}", "state=down", "reason=test")
    batch.say(f"job {job.id}: {lost} lost, {drained} no longer to be had")
    job.wait_for_requeue(3)
    # The node still runs what SLURM has given up. The folder is free only when that is gone.
    cluster.wait_until(lambda: batch.history(output)[-1].event != "start", f"the end of {output}", batch.LONG)
    job.be_content_with(1, per_node)
    job.begin_now()

    job.wait_for("COMPLETED")
    ends = [line for line in batch.history(output) if line.event != "start"]
    expect(ends[0].code == "75", f"the stop must end with exit code 75: {ends}")
    expect(job.nodes() == [n for n in mine if n not in (lost, drained)], f"the last start was on {job.nodes()}")
    expect((ends[0].ranks, ends[-1].ranks) == (2 * per_node, per_node), f"two nodes' ranks, then one's: {ends}")
    batch.expect_same_network("reference", output)


def with_srun():
    stopped_preempted_and_lost("srun", ["n1", "n2", "n3"], 2)


def with_mpirun():
    stopped_preempted_and_lost("mpirun", ["n4", "n5", "n6"], 1)


ELSEWHERE = ("--nodes=1", "--ntasks-per-node=2", "--exclude=n[1-6]")


def sweep_and_analysis():
    """An array of three runs is followed by pictures of all of them, by dependency.

    The parameter file is one of an editor of Windows.
    """
    os.link("trials.h5", "my trials.h5")
    pathlib.Path("sweep.txt").write_bytes(
        b"\xef\xbb\xbf# name and keys\r\n\r\nsmall network.neurons=40\r\n  # indented\r\n"
        b'seed7 run.seed=7 network.neurons=40 task.file="my trials.h5"\r\nnoisy network.noise=0.5 network.neurons=40'
    )
    array = submit("sweep.sbatch", "sweep.txt", "c.toml", "sweep", *SHORT, options=[*ELSEWHERE, "--array=1-3"])
    analysis = submit(
        "analyze.sbatch", "sweep", "--trials", "2", options=[*ELSEWHERE, f"--dependency=afterok:{array.id}"]
    )
    analysis.wait_for("COMPLETED")
    for name in ("small", "seed7", "noisy"):
        for file in ("network.h5", "summary.json", "recording.h5", "test.json", "figure.png"):
            expect(os.path.getsize(f"sweep/{name}/{file}") > 0, f"sweep/{name}/{file} is empty")
    expect(
        harness.differences("sweep/small/network.h5", "sweep/seed7/network.h5"),
        "another seed must make another network",
    )


def chain_without_requeue():
    """The first link is stopped, the second one ends the training, and the third one has nothing to do."""
    links = batch.chain(3, "c.toml", "chain", options=ELSEWHERE)
    batch.wait_for_steps(links[0], "chain")
    links[0].signal("USR1")
    links[0].wait_for("FAILED")
    expect((links[0].exit_code(), links[0].restarts()) == (75, 0), "a link ends with 75 and is not requeued")
    links[1].wait_for("COMPLETED")
    links[2].wait_for("COMPLETED")
    expect(
        "nothing to do" in pathlib.Path(f"fullforce-{links[2].id}.out").read_text(), "the last link has nothing to do"
    )
    batch.expect_same_network("reference", "chain")


def chain_that_fails():
    """Wrong input fails the first link. The others see that and do not start the program."""
    links = batch.chain(3, "c.toml", "failing-chain", "--set", "network.neurons=-3", options=ELSEWHERE)
    for link in links:
        link.wait_for("FAILED")
        expect(link.exit_code() == 2, f"exit code {link.exit_code()}, not 2")
    expect(
        [line.event for line in batch.history("failing-chain")] == ["start", "failed", "failed", "failed"],
        "one start only",
    )


def wrong_input(launcher):
    """The job fails for good, with the program's exit code, and leaves no output folder."""
    output = f"wrong-{launcher}"
    job = submit(
        "train.sbatch", "c.toml", output, "--set", "network.neurons=-3", options=ELSEWHERE, FULLFORCE_LAUNCHER=launcher
    )
    job.wait_for("FAILED")
    expect(
        (job.exit_code(), job.restarts()) == (2, 0),
        f"exit code {job.exit_code()} after {job.restarts()} restarts, not 2 after 0",
    )
    expect(not os.path.exists(output), f"{output} was made")


def wrong_input_srun():
    wrong_input("srun")


def wrong_input_mpirun():
    wrong_input("mpirun")


def crash():
    """A program that dies by its own fault is not started again, because it would die again."""
    program = pathlib.Path("crash.sh")
    program.write_text("#!/bin/sh\nkill -SEGV $$\n")
    program.chmod(0o755)
    job = submit("train.sbatch", "c.toml", "crashed", options=ELSEWHERE, FULLFORCE=program.resolve())
    job.wait_for("FAILED")
    expect(
        job.restarts() == 0
        and [(line.event, line.code) for line in batch.history("crashed")] == [("start", ""), ("failed", "139")],
        f"{job.restarts()} restarts, {batch.history('crashed')}",
    )


def folder_still_taken():
    """The next start waits for the folder's lock, longer than the program alone would.

    An earlier start, which SLURM has given up, may still be dying.
    """
    os.mkdir("taken")
    with open("taken/log.txt", "w") as log:
        fcntl.flock(log, fcntl.LOCK_EX)
        job = submit("train.sbatch", "c.toml", "taken", *SHORT, options=ELSEWHERE)
        cluster.wait_until(
            lambda: os.path.exists(f"taken.jobs/{job.id}.0.txt"), f"the start of job {job.id}", batch.LONG
        )
        time.sleep(6)
    job.wait_for("COMPLETED")


def no_progress():
    """A run that always stops at the same step is given up after two starts that found it there."""
    job = submit("train.sbatch", "c.toml", "stalled", "--max-steps", "50", options=ELSEWHERE, FULLFORCE_MAX_STALLS=2)
    for restart in (1, 2):
        job.wait_for_requeue(restart)
        job.begin_now()
    job.wait_for("FAILED")
    expect(
        (job.exit_code(), job.restarts()) == (1, 2),
        f"exit code {job.exit_code()} after {job.restarts()} restarts, not 1 after 2",
    )


def bound_on_requeues():
    job = submit("train.sbatch", "c.toml", "bounded", "--max-steps", "50", options=ELSEWHERE, FULLFORCE_MAX_REQUEUES=1)
    job.wait_for_requeue(1)
    job.begin_now()
    job.wait_for("FAILED")
    expect(
        (job.exit_code(), job.restarts()) == (75, 1),
        f"exit code {job.exit_code()} after {job.restarts()} restarts, not 75 after 1",
    )


def cancelled():
    """The user's word is final. The job leaves a checkpoint, but is not requeued."""
    job = submit("train.sbatch", "c.toml", "cancelled", options=ELSEWHERE)
    batch.wait_for_steps(job, "cancelled")
    batch.command("scancel", job.id)
    batch.say(f"job {job.id}: cancelled by its user")
    cluster.wait_until(lambda: batch.history("cancelled")[-1].event == "stopped", "the program's end")
    cluster.wait_until(lambda: not batch.command("squeue", "-h", "-j", job.id), "the job's end")
    job.wait_for("CANCELLED")
    expect(job.restarts() == 0, "a cancelled job came back")


def main():
    with cluster.running("logs"):
        batch.prepare(neurons=149, train_trials=1000)
        batch.run_all(
            [
                with_srun, with_mpirun, sweep_and_analysis, chain_without_requeue, chain_that_fails, wrong_input_srun,
                wrong_input_mpirun, crash, folder_still_taken, no_progress, bound_on_requeues, cancelled
            ]
        )


if __name__ == "__main__":
    main()
