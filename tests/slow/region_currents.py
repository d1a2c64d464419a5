#!/usr/bin/env python3
"""Currents between regions: analyze --currents writes J_AB r_B for every two regions, the same on any number of ranks.

    region_currents.py FULLFORCE
"""
import json
import pathlib

import h5py
import numpy as np

import harness
from fullforce import plot
from fullforce.files import load_network
from harness import expect

REGIONS = 'late = "60-99"\nearly = [3, "10-19", 7]\n'


def program(ranks, *arguments):
    return harness.finish(harness.start(ranks, arguments))


def check(kind, *options):
    """The currents of a network, from the rates that a test records in the same trials."""
    harness.expect_exit(0, program(1, "train", "c.toml", "--output", kind, "--quiet", "--set", "run.streams=1", *options))
    analyses = {}
    for ranks in (1, 3):
        file = f"{kind}{ranks}.h5"
        done = program(ranks, "analyze", f"{kind}/network.h5", "--currents", "regions.toml", "--trials", 2, "--output", file)
        harness.expect_exit(0, done)
        with h5py.File(file) as found:
            analyses[ranks] = {f"{into}/{sender}": found[f"currents/{into}/{sender}"][()]
                               for into in ("late", "early") for sender in ("late", "early")}
            ends, early = found["trial_ends"][()], found["regions/early"][()].astype(int)
    for pair, values in analyses[1].items():
        expect(np.array_equal(values, analyses[3][pair]), f"{kind}: {pair} depends on the number of ranks")
    harness.expect_exit(0, program(1, "test", f"{kind}/network.h5", "--trials", 2, "--record", "r.h5", "--neurons", "all"))
    with h5py.File("r.h5") as file:
        rates = file["rates"][()]
        expect(np.array_equal(ends, file["trial_ends"][()]), "trials end elsewhere")
    expect(list(early) == [3, *range(10, 20), 7], f"neurons of early: {early}")
    late, J = np.arange(60, 100), load_network(f"{kind}/network.h5").J
    wanted = rates[:, late] @ J[np.ix_(early, late)].T
    expect(np.allclose(analyses[1]["early/late"], wanted, rtol=0, atol=1e-10), f"{kind}: currents from late to early")
    summary = json.loads(pathlib.Path(f"{kind}1.json").read_text())
    mean = summary["currents"]["late to early"]["mean_magnitude"]
    expect(abs(mean - np.abs(wanted).mean()) < 1e-10, f"{kind}: mean magnitude {mean}")
    expect(list(summary["regions"]) == ["late", "early"] and "eigenvalues" not in summary, f"summary {list(summary)}")
    figure = plot.currents(f"{kind}1.h5")
    expect(len(figure.axes) == 5, "a grid of two by two, and a scale")


def check_refusals():
    for text, said in (("A = 100", "there is no neuron 100"), ("A = ", "not valid TOML"), ("", "names no regions")):
        pathlib.Path("wrong.toml").write_text(text)
        done = program(2, "analyze", "dense/network.h5", "--currents", "wrong.toml")
        expect(done.returncode == 2 and said in done.stderr and done.stderr.count("fullforce: error") == 1, done.stderr)
    done = program(1, "analyze", "dense/network.h5", "--currents", "missing.toml")
    expect(done.returncode == 2 and "missing.toml" in done.stderr, done.stderr)


def main():
    with harness.small_run():
        pathlib.Path("regions.toml").write_text(REGIONS)
        check("dense")
        check("force", "--set", "learning.rule=force")
        check("modes", "--set", "learning.target_modes=8", "--set", "learning.features=low-rank")
        check_refusals()


if __name__ == "__main__":
    main()
