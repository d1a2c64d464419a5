#!/usr/bin/env python3
"""Calibration measures what its ranks and threads can tell, and leaves the rest. Later plans use the file.

    calibrate.py FULLFORCE
"""
import json
import os

import harness


def constants():
    with open("fullforce-machine.json", encoding="utf-8") as file:
        return json.load(file)


def numbers(value):
    """Returns all numbers in nested JSON."""
    if isinstance(value, (dict, list)):
        return [n for part in (value.values() if isinstance(value, dict) else value) for n in numbers(part)]
    return [value] if isinstance(value, (int, float)) else []


def main():
    with harness.own_folder():
        harness.expect_exit(0, harness.mpirun(1, ["plan", "--calibrate"], threads=2, timeout=600))
        alone = constants()
        assert alone["messages_within_node"]["from"] == "assumed", alone
        assert alone["steps"]["from"].startswith("measured"), alone
        harness.expect_exit(0, harness.mpirun(2, ["plan", "--calibrate"], timeout=600))
        together = constants()
        assert all(together[group]["from"].startswith("measured") and "2 rank(s)" in together[group]["from"]
                   for group in ("node", "bandwidth", "steps", "messages_within_node", "files")), together
        assert together["messages_between_nodes"] == alone["messages_between_nodes"]
        assert together["steps"]["thread_doubling_seconds"] == alone["steps"]["thread_doubling_seconds"]
        assert all(number >= 0 for number in numbers(together)), together
        assert sorted(os.listdir(".")) == ["fullforce-machine.json"], os.listdir(".")
        with open("c.toml", "w", encoding="utf-8") as file:
            file.write("[network]\nneurons = 2000\n")
        plan = harness.expect_exit(0, harness.mpirun(1, ["plan", "c.toml", "--ranks", 2]))
        assert "measured" in plan.stdout, plan.stdout


if __name__ == "__main__":
    main()
