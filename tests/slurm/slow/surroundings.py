#!/usr/bin/env python3
"""Job scripts where the environment is not passed on, and where ranks are not connected.

    surroundings.py FULLFORCE

The job scripts are copied and edited as a user would do it for a site.
"""
import os
import pathlib
import shutil

import cluster

cluster.enter_namespaces()

import batch  # noqa: E402
import harness  # noqa: E402
from batch import expect  # noqa: E402

SHORT = ("--set", "run.train_trials=4")
OPTIONS = ("--export=NONE", "--time=30", "--nodes=2", "--ntasks-per-node=1", "--cpus-per-task=2")
#: What `module load` would set in the job, and what the private cluster needs.
SITE = ("FULLFORCE", "FULLFORCE_BIND", "PATH", "TMPDIR", "SLURM_CONF")


def make_job_scripts():
    """The folder jobs, from which jobs are submitted, sets up the site in lib.sh."""
    shutil.copytree(batch.SCRIPTS, "jobs")
    names = [name for name in os.environ if name in SITE or name.startswith(("OMPI_", "PMIX_"))]
    settings = "".join(f"export {name}='{os.environ[name]}'\n" for name in names)
    library = pathlib.Path("jobs/lib.sh")
    library.write_text(settings + library.read_text())


def submit_bare(output, *arguments, launcher):
    """Submits a training that gets nothing of this environment."""
    folder = pathlib.Path(f"site-{launcher}")
    folder.mkdir(exist_ok=True)
    shutil.copytree("jobs", folder / "jobs", dirs_exist_ok=True)
    library = folder / "jobs/lib.sh"
    library.write_text(f"export FULLFORCE_LAUNCHER={launcher}\n" + library.read_text())
    job_id = batch.command("sbatch", "--parsable", *OPTIONS, f"--chdir={folder}", f"{folder}/jobs/train.sbatch",
                           os.path.abspath("c.toml"), os.path.abspath(output), *arguments,
                           f"--set=task.file={os.path.abspath('trials.h5')}")
    return batch.Job(job_id)


def without_environment(launcher):
    """Ranks have the modules of the job script and its number of threads."""
    output = f"bare-{launcher}"
    os.environ.pop("SBATCH_EXPORT", None)
    folder = os.getcwd()
    job = submit_bare(output, *SHORT, launcher=launcher)
    job.wait_for("COMPLETED")
    summary = pathlib.Path(folder, output, "summary.json").read_text()
    expect('"threads": 2' in summary and '"ranks": 2' in summary, f"{output}: {summary}")


def without_environment_srun():
    without_environment("srun")


def without_environment_mpirun():
    without_environment("mpirun")


def chain_without_environment():
    """Links know of each other: after wrong input in the first one, the second does not start the program."""
    environment = dict(os.environ, SBATCH_OPTIONS=" ".join(OPTIONS))
    said = cluster.quietly("jobs/chain.sh", 2, "c.toml", "bare-chain", "--set", "network.neurons=-3", env=environment)
    links = [batch.Job(job_id) for job_id in said.stdout.splitlines()[0].split()]
    for link in links:
        link.wait_for("FAILED")
        expect((link.exit_code(), link.restarts()) == (2, 0), f"exit code {link.exit_code()}, not 2")
    events = [line.event for line in batch.history("bare-chain")]
    expect(events == ["start", "failed", "failed"], f"one start only: {events}")


def unconnected_tasks():
    """MPI that knows of no step starts a world of one rank in each task. One of them says so, and the job ends."""
    program = pathlib.Path("alone.sh")
    program.write_text(f'#!/bin/sh\nexec env -u SLURM_NODELIST "{harness.PROGRAM}" "$@"\n')
    program.chmod(0o755)
    job = batch.submit("train.sbatch", "c.toml", "alone", options=["--nodes=2", "--ntasks-per-node=2"],
                       FULLFORCE=program.resolve(), FULLFORCE_SRUN="--mpi=none")
    job.wait_for("FAILED")
    expect((job.exit_code(), job.restarts()) == (2, 0), f"exit code {job.exit_code()}, {job.restarts()} restarts")
    said = pathlib.Path(f"fullforce-{job.id}.out").read_text()
    expect(said.count("fullforce: error") == 1 and "SLURM_STEP_NUM_TASKS = 4" in said, said)
    expect(not os.path.exists("alone"), "an output folder was made")


def single_ranks():
    """One rank in a larger allocation is what the user wants: in the batch script, by srun -n 1, and by mpirun -n 1."""
    script = pathlib.Path("single.sh")
    starts = ("{} > direct.txt", "srun --mpi=pmix -N1 -n1 {} > step.txt", "mpirun -n 1 {} > mpirun.txt")
    lines = [line.format(f"'{harness.PROGRAM}' --version") for line in starts]
    script.write_text("\n".join(["#!/bin/bash", *lines]) + "\n")
    job = batch.Job(batch.command("sbatch", "--parsable", "--nodes=2", "--ntasks=4", "--time=30", script))
    job.wait_for("COMPLETED")
    for name in ("direct", "step", "mpirun"):
        expect(pathlib.Path(f"{name}.txt").read_text().startswith("fullforce"), f"{name}: no version")


def main():
    with cluster.running("logs"):
        batch.prepare(neurons=60, train_trials=10)
        make_job_scripts()
        batch.run_all([without_environment_srun, without_environment_mpirun, chain_without_environment,
                       unconnected_tasks, single_ranks])


if __name__ == "__main__":
    main()
