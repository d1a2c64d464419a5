#!/usr/bin/env python3
"""The whole job is killed at random moments and restarted on one to four ranks, again and again.

    kills.py FULLFORCE [KILLS [SEED]]

Sometimes SIGHUP or SIGPIPE comes in the place of SIGKILL, and must leave a checkpoint. The run writes a checkpoint
every few steps. In the end the network equals, bit for bit, that of a run that nobody disturbed.
"""
import os
import random
import signal
import sys
import time

import harness


SIGNALS = [signal.SIGKILL] * 6 + [signal.SIGHUP, signal.SIGPIPE]


def unfinished(output):
    return (
        [name for name in os.listdir(output) if name.startswith("checkpoint-") and name.endswith(".part")]
        if os.path.isdir(output)
        else []
    )


def send(process, name):
    """Sends a signal to every rank."""
    for pid in harness.ranks_of(process):
        try:
            os.kill(pid, name)
        except ProcessLookupError:
            pass


def stop(process, name):
    """Returns whether the run stopped with a checkpoint; the only other way is that it has come to its end."""
    send(process, name)
    code = harness.finish(process).returncode
    if code not in (0, 75):
        sys.exit(f"{name.name}: exit {code}")
    return code == 75


def kill_once(output, ranks, delay, name):
    """Returns whether the run was still alive, and in the middle of a write, when it was killed."""
    process = harness.start(ranks, harness.train(output, "--quiet"))
    time.sleep(delay)
    if process.poll() is not None:
        harness.expect_exit(0, harness.finish(process))
        return False, False
    begun = harness.ranks_of(process)
    # A rank that is still starting would be ended by any signal, as any program.
    if name != signal.SIGKILL and len(begun) == ranks and all(harness.catches_signals(pid) for pid in begun):
        return stop(process, name), False
    harness.kill_all(process)
    return True, bool(unfinished(output))


def finish_and_compare(output, ranks):
    harness.expect_exit(
        0,
        harness.finish(
            harness.start(ranks, harness.train(output, "--quiet", "--set", "checkpoint.every_minutes=1.0")), timeout=600
        ),
    )
    differing = harness.differences("reference/network.h5", output + "/network.h5")
    if differing:
        sys.exit(f"{output}: {', '.join(differing)} differ from an undisturbed run")


def main():
    wanted = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    dice = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    with harness.small_run(
        run={"train_trials": 2000}, network={"neurons": 100, "noise": 0.01}, checkpoint={"every_minutes": 0.0001}
    ):
        harness.expect_exit(
            0,
            harness.finish(
                harness.start(1, harness.train("reference", "--quiet", "--set", "checkpoint.every_minutes=0.0")),
                timeout=600,
            ),
        )
        kills = in_write = runs = 0
        while kills < wanted:
            output = f"run-{runs}"
            alive, writing = kill_once(output, dice.randint(1, 4), dice.uniform(0.1, 2.5), dice.choice(SIGNALS))
            kills, in_write = kills + alive, in_write + writing
            print(f"{kills} kills, {in_write} in a write", flush=True)
            if not alive:  # it came to its end, so another run begins
                finish_and_compare(output, 1)
                runs += 1
        if os.path.isdir(output) and alive:
            finish_and_compare(output, dice.randint(1, 4))
        print(f"{kills} kills, {in_write} of them in the middle of a checkpoint; "
              f"{runs + alive} runs, every network equal to an undisturbed one")


if __name__ == "__main__":
    main()
