"""Batch jobs of the private cluster.

Tests submit them, watch them, and do to them what a real cluster would do.
"""
import collections
import csv
import os
import pathlib
import re
import shutil
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import harness
from cluster import quietly, wait_until

SCRIPTS = pathlib.Path(__file__).parents[3] / "jobs"
FINAL = {"COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL"}
LONG = 600  # in s; on a slow machine that is shared, no wait should take longer
begin = time.monotonic()
CONFIG = """
[run]
seed = 5
streams = 2
init_trials = 1
train_trials = {train_trials}
test_trials = 2
[task]
name = "file"
file = "trials.h5"
[network]
neurons = {neurons}
noise = 0.01
[learning]
panel = 13
[checkpoint]
every_trials = 100
"""


def say(text):
    print(f"{time.monotonic() - begin:7.2f} s  {text}", flush=True)


def expect(condition, text):
    if not condition:
        raise AssertionError(text)


def command(*arguments):
    """Returns the output of one of SLURM's commands, which must succeed."""
    result = quietly(*arguments)
    expect(result.returncode == 0, f"{' '.join(map(str, arguments))}: {result.stdout}{result.stderr}")
    return result.stdout.strip()


def prepare(neurons, train_trials):
    """Goes to a new folder with a configuration, c.toml, and its uninterrupted run, `reference`.

    Exports the variables that a user would export.
    """
    shutil.rmtree("work", ignore_errors=True)
    os.mkdir("work")
    os.chdir("work")
    harness.write_mixed_trials("trials.h5")
    pathlib.Path("c.toml").write_text(CONFIG.format(neurons=neurons, train_trials=train_trials))
    # All nodes are one machine, and the ranks of all nodes share its cores.
    os.environ.update(FULLFORCE=harness.PROGRAM, FULLFORCE_JOBS=str(SCRIPTS), FULLFORCE_BIND="none",
                      FULLFORCE_PYTHON=sys.executable)
    harness.expect_exit(0, harness.mpirun(1, ["train", "c.toml", "--output", "reference", "--quiet"], timeout=LONG))
    say(f"reference: {last_step('reference')} steps on one rank, uninterrupted")


def submit(script, *arguments, options=(), **variables):
    """Submits one of the project's scripts, with these variables for it, and returns the job."""
    exported = ",".join(["ALL"] + [f"{name}={value}" for name, value in variables.items()])
    job_id = command(
        "sbatch", "--parsable", f"--export={exported}", "--time=30", "--cpus-per-task=1", *options,
        SCRIPTS / script, *arguments
    )
    job = Job(job_id)
    say(f"job {job_id}: submitted, {script} {' '.join(map(str, arguments))} {' '.join(options)}")
    return job


class Job:
    def __init__(self, job_id):
        self.id = job_id

    def show(self):
        """Returns what SLURM knows of the job."""
        return dict(re.findall(r"(\w+)=(\S*)", command("scontrol", "show", "job", "-o", self.id)))

    def state(self):
        return self.show()["JobState"]

    def restarts(self):
        return int(self.show()["Restarts"])

    def exit_code(self):
        return int(self.show()["ExitCode"].split(":")[0])

    def wait_for(self, *states):
        """Waits until the job is in one of these states, and fails if it ends in another one."""
        state = wait_until(
            lambda: self.state() in FINAL | set(states) and self.state(), f"job {self.id} {states}", LONG
        )
        expect(state in states, f"job {self.id} is {state} ({self.show()['ExitCode']}), not one of {states}")
        say(f"job {self.id}: {state}, exit code {self.exit_code()}, {self.restarts()} restarts")

    def wait_for_requeue(self, count):
        wait_until(lambda: self.restarts() >= count or self.state() in FINAL, f"requeue of job {self.id}", LONG)
        expect(self.restarts() == count and self.state() not in FINAL, f"job {self.id} was not requeued: {self.show()}")
        say(f"job {self.id}: requeued, restart {count}")

    def update(self, *changes):
        """Changes a requeued job, once what is left of its last start is gone."""
        wait_until(lambda: self.state() == "PENDING", f"the end of job {self.id}", LONG)
        command("scontrol", "update", f"jobid={self.id}", *changes)

    def begin_now(self):
        """Makes a requeued job begin, which SLURM would hold back for two minutes.

        It does not begin at once, because nodes would refuse the job within the same second.
        """
        self.update("StartTime=now+2")

    def be_content_with(self, nodes, ranks):
        """Changes what a requeued job waits for. Otherwise it would wait for as many nodes and ranks as it had."""
        self.update(f"NumNodes={nodes}", f"NumTasks={ranks}")

    def signal(self, name="USR1"):
        """Sends a signal to the script alone, as --signal=B: does before the time limit."""
        say(f"job {self.id}: {name}")
        command("scancel", f"--signal={name}", "--batch", self.id)

    def nodes(self):
        return command("scontrol", "show", "hostnames", self.show()["NodeList"]).split()


Start = collections.namedtuple("Start", "event step ranks code restart job")


def history(output):
    """Returns what train.sbatch noted of starts and ends."""
    with open(f"{output}.jobs/history.csv") as file:
        return [
            Start(l["event"], int(l["step"]), int(l["ranks"]), l["code"], int(l["restart"]), l["job"])
            for l in csv.DictReader(file)
        ]


def last_step(output):
    """Returns the last step of the run's last whole trial."""
    try:
        lines = pathlib.Path(output, "metrics.csv").read_text().splitlines()
        return int(lines[-1].split(",")[1])
    except (OSError, IndexError, ValueError):  # the file is not there, or has only its header
        return 0


def wait_for_steps(job, output, steps=500):
    """Waits until the run has gone on by so many steps from now."""
    first = last_step(output)
    wait_until(
        lambda: last_step(output) >= first + steps or job.state() in FINAL, f"{output}: {steps} more steps", LONG
    )
    expect(job.state() == "RUNNING", f"job {job.id} is {job.state()}: the run must be longer to be interrupted")
    say(f"job {job.id}: at step {last_step(output)} on {','.join(job.nodes())}")


def chain(links, *arguments, options=()):
    """Submits a chain and returns its jobs."""
    os.environ["SBATCH_OPTIONS"] = " ".join(["--time=30", "--cpus-per-task=1", *options])
    ids = command(SCRIPTS / "chain.sh", links, *arguments).splitlines()[0].split()
    say(f"jobs {' '.join(ids)}: submitted, chain.sh {links} {' '.join(arguments)}")
    return [Job(job_id) for job_id in ids]


def expect_same_network(reference, output):
    differing = harness.differences(f"{reference}/network.h5", f"{output}/network.h5")
    expect(not differing, f"{output}: {', '.join(differing)} differ from an uninterrupted run's")
    say(f"{output}: every bit as in an uninterrupted run")


def run_all(scenarios):
    """Runs each scenario in a thread of its own. Ends the test with all that went wrong."""
    with ThreadPoolExecutor(len(scenarios)) as pool:
        results = {scenario.__name__: pool.submit(scenario) for scenario in scenarios}
    failed = {name: result.exception() for name, result in results.items() if result.exception()}
    for name, error in failed.items():
        print(f"FAILED {name}: {type(error).__name__}: {error}", flush=True)
    say(f"{len(results) - len(failed)} of {len(results)} scenarios passed")
    sys.exit(1 if failed else 0)
