#!/usr/bin/env python3
"""These tests take SLURM its time: trainings go through real time limits, and a node loses power.

    time_limits.py FULLFORCE
"""
import cluster

cluster.enter_namespaces()

import batch  # noqa: E402
from batch import expect, submit  # noqa: E402

# SLURM looks at time limits every 30 s. The signal comes within 30 s of the start, and the limit would come after 60 to
# 90 s.
LIMIT = ("--time=1", "--signal=B:USR1@30")
TWO_NODES = ("--nodes=2", "--ntasks-per-node=1")


def to_the_end(job):
    """Gives the job's next start no limit that matters, and one rank.

    This is another number of ranks than before, and on one machine it is the quickest one.
    """
    job.be_content_with(nodes=1, ranks=1)
    job.update("TimeLimit=60")


def through_limits(output, count, options, launcher):
    """Takes a job through so many time limits, and then to the end without one."""
    job = submit("train.sbatch", "c.toml", output, options=[*TWO_NODES, *options], FULLFORCE_LAUNCHER=launcher)
    for restart in range(1, count + 1):
        job.wait_for_requeue(restart)
        if restart == count:
            to_the_end(job)
        job.begin_now()
    job.wait_for("COMPLETED")
    steps = [line.step for line in batch.history(output) if line.event == "stopped"]
    expect(len(steps) == count and steps == sorted(set(steps)), f"{count} stops, each further on: {steps}")
    batch.expect_same_network("reference", output)


def three_limits_with_srun():
    through_limits("limits-srun", 3, [*LIMIT, "--exclude=n[3-7]"], "srun")


def three_limits_with_mpirun():
    through_limits("limits-mpirun", 3, [*LIMIT, "--exclude=n[1-2],n[5-7]"], "mpirun")


def signal_too_late():
    """No warning comes before the limit. The job has the time between SLURM's TERM and its KILL."""
    through_limits("late", 1, ["--time=1", "--signal=B:CONT@1", "--exclude=n[1-2],n[5-7]"], "srun")


def chain_over_limits():
    links = batch.chain(3, "c.toml", "chain", options=[*TWO_NODES, "--exclude=n[3-7]", *LIMIT])
    to_the_end(links[2])
    for link in links[:2]:
        link.wait_for("FAILED")
        expect((link.exit_code(), link.restarts()) == (75, 0), "a link ends with 75 and is not requeued")
    links[2].wait_for("COMPLETED")
    batch.expect_same_network("reference", "chain")


def power_cut(machines):
    """The second node of the job dies, which does not run the script. SLURM requeues the job when it notices."""
    job = submit("train.sbatch", "c.toml", "power-cut", options=[*TWO_NODES, "--exclude=n[1-4]"])
    batch.wait_for_steps(job, "power-cut", 4000)
    _, lost = job.nodes()
    machines.cut_power(lost)
    batch.say(f"job {job.id}: {lost} has no power")
    job.wait_for_requeue(1)
    to_the_end(job)
    job.begin_now()
    job.wait_for("COMPLETED")
    expect(lost not in job.nodes(), f"the last start was on {job.nodes()}")
    batch.expect_same_network("reference", "power-cut")


def main():
    with cluster.running("logs") as machines:

        def power_cut_of_a_node():
            power_cut(machines)

        # The network is so small that two ranks, which wait for each other's messages, are far slower than one. So the
        # end comes quickly, and all limits come before it.
        batch.prepare(neurons=50, train_trials=50000)
        batch.run_all(
            [three_limits_with_srun, three_limits_with_mpirun, signal_too_late, chain_over_limits, power_cut_of_a_node]
        )


if __name__ == "__main__":
    main()
