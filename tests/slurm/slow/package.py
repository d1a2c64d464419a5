#!/usr/bin/env python3
"""The Python package inside of SLURM: scripts in jobs train, test and run on ranks that srun or mpirun starts.

    package.py FULLFORCE

A script may be that of a batch job, or be started by srun itself, as from a shell of `srun --pty`.
"""
import cluster

cluster.enter_namespaces()

import json  # noqa: E402
import os  # noqa: E402
import pathlib  # noqa: E402
import shutil  # noqa: E402
import sys  # noqa: E402

import batch  # noqa: E402
import harness  # noqa: E402

PACKAGE = pathlib.Path(__file__).parents[3] / "tools" / "python"
SCRIPT = """
import json, sys
import fullforce as ff
import numpy as np

t = np.arange(80) * 1e-3
X, Y = [np.exp(-50 * t)] * 3, [np.stack([np.sin(40 * t), np.cos(30 * t)], axis=1)] * 3
folder, ranks, launcher = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
model = ff.FullForce(neurons=60, train_trials=4, init_trials=2, test_trials=3, panel=13, ranks=ranks, threads=1,
                     output=folder, launcher=launcher[0] if launcher else None).fit(X, Y)
json.dump({"ranks": model.summary_["ranks"], "error": model.error_, "score": model.score(X, Y),
           "error of run": model.run(X, Y).error, "command": model._program()._command[0]},
          open(folder + "/found.json", "w"))
"""
#: What starts the script, and what the script gets after the name of its folder.
BATCH = ["sbatch", "--wait", "--ntasks=2", "--time=5", "--wrap"]
STEP = ["srun", "--ntasks=1", "--cpus-per-task=2", "--time=5"]
STEP_OF_LARGER_JOB = ["salloc", "--ntasks=2", "--time=5", "srun", "--ntasks=1", "--mpi=pmix"]
CASES = {"batch": (BATCH, "2", "srun"), "batch_srun": (BATCH, "2 srun", "srun"),
         "batch_mpirun": (BATCH, "2 mpirun", "mpirun"), "step": (STEP, "2", "srun"),
         "step_mpirun": (STEP, "2 mpirun", "mpirun"), "step_alone": (STEP, "1", harness.PROGRAM),
         "salloc": (STEP_OF_LARGER_JOB, "2", "srun")}


def start(name, words, arguments):
    """Runs the script to its end; what it found."""
    command = [sys.executable, "script.py", name, *arguments.split()]
    result = cluster.quietly(*words, *([" ".join(command)] if words[-1] == "--wrap" else command), timeout=60)
    batch.expect(result.returncode == 0, f"{name}: {result.stdout}{result.stderr}{logs()}")
    return json.loads(pathlib.Path(name, "found.json").read_text())


def logs():
    return "".join(path.read_text() for path in pathlib.Path().glob("slurm-*.out"))


def main():
    shutil.rmtree("work", ignore_errors=True)
    os.mkdir("work")
    os.chdir("work")
    pathlib.Path("script.py").write_text(SCRIPT)
    with cluster.running("logs"):
        os.environ.update(FULLFORCE=harness.PROGRAM, PYTHONPATH=str(PACKAGE))
        for name, (words, arguments, launcher) in CASES.items():
            found = start(name, words, arguments)
            batch.say(f"{name}: {found}")
            batch.expect(found["command"] == launcher and found["ranks"] == int(arguments.split()[0]), f"{name}: {found}")
            batch.expect(found["error"] == found["score"] and abs(found["error of run"] / found["error"] - 1) < 1e-12,
                         f"{name}: {found}")
            differing = harness.differences("batch/network.h5", f"{name}/network.h5")
            batch.expect(set(differing) <= {"config"}, f"{name}: {differing} differ, and not only the folder's name")


if __name__ == "__main__":
    main()
