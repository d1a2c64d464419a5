"""Trains networks on the tasks that need a hint, and returns what share of their answers is right."""
import json
import os

import harness

# The score of a task in summary.json, in the section of the test.
SCORES = {"ready-set-go": "timing_within_20_percent", "delayed-comparison": "fraction_correct"}
HINTS = {"ready-set-go": "phase", "delayed-comparison": "published"}


def share_right(folder, task, seed, settings, hint=None):
    """The share of test trials whose answer is right, after a training in `folder` with the task's hint or another."""
    output = os.path.join(folder, f"{task}-{seed}-{hint}")
    arguments = ["train", os.devnull, "--output", output, "--quiet"]
    for setting in (f"task.name={task}", f"task.hint={hint or HINTS[task]}", f"run.seed={seed}",
                    "learning.precision=mixed", "learning.update_probability=1", *settings):
        arguments += ["--set", setting]
    harness.expect_exit(0, harness.mpirun(1, arguments, timeout=1800))
    with open(os.path.join(output, "summary.json")) as f:
        return json.load(f)["test"][SCORES[task]]
