#!/usr/bin/env python3
"""Reports how fast training steps are: against NumPy, against the machine, and on two ranks or threads against one.

    report.py BENCH_STEP [--tiny] [--seconds S] [--output JSON]

BENCH_STEP is bin/bench/bench_step of a build with -DFULLFORCE_BENCHMARKS=ON. The report takes about 4 minutes on a
machine that does nothing else. --tiny takes small sizes, for a test of this script. Every stream learns at every step.
NumPy has double precision, one stream and all cores. NumPy and fullforce take turns in one run, and the printed ratios
are medians over the turns. This is so because cores that share a cache in one minute need not do so in the next.
"""
import argparse
import json
import os
import pathlib
import statistics
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools/python"))

from fullforce.running import environment, mpirun, run_for_json  # noqa: E402
from fullforce.text_files import write_json  # noqa: E402

CORES = len(os.sched_getaffinity(0))
NUMPY_STEP = pathlib.Path(__file__).with_name("numpy_step.py")


class Bench:
    """Runs bench_step and keeps what it wrote."""

    def __init__(self, program, seconds, tiny):
        self.program, self.seconds, self.tiny, self.runs = program, seconds, tiny, []

    def run(self, neurons, streams, precision, ranks=1, threads=CORES, rank=0):
        """Runs steps of each size and number of streams.

        `rank` is the rank of low-rank features, and 0 for dense ones.
        """
        command = [self.program, "--neurons", ",".join(map(str, neurons)), "--streams", ",".join(map(str, streams)),
                   "--precision", precision, "--seconds", self.seconds, "--max-rank", rank]
        if self.tiny:
            command += ["--bytes", 1 << 20]
        bind = "true" if ranks == 1 else "false"
        settings = environment(threads, OMPI_MCA_rmaps_base_oversubscribe="1", OMP_PROC_BIND=bind)
        report = run_for_json(mpirun(ranks, command), env=settings)
        self.runs.append(report)
        return report


def numpy_times(sizes, seconds):
    """Returns what numpy_step.py finds."""
    return run_for_json([sys.executable, NUMPY_STEP, *sizes, "--seconds", seconds])


def take_turns(bench, neurons, cases, rounds, seconds):
    """Returns of each case the turn whose ratio to NumPy's time in that turn is the median.

    A case is (streams, precision, rank).
    """
    turns = [[] for _ in cases]
    for _ in range(rounds):
        numpy = numpy_times([neurons], seconds)
        of_numpy = numpy["points"][0]["seconds_per_step"]
        for (streams, precision, rank), turn in zip(cases, turns):
            point = bench.run([neurons], [streams], precision, rank=rank)["points"][0]
            turn.append(dict(point, features=f"rank {rank}" if rank else "dense", numpy_seconds=of_numpy,
                             ratio=of_numpy / point["seconds_per_sample"]))
    points = []
    for turn in turns:
        point = sorted(turn, key=lambda p: p["ratio"])[len(turn) // 2]
        for name in ("fraction_of_bandwidth", "fraction_of_products"):
            point[name] = statistics.median(p[name] for p in turn)
        point["ratios"] = [p["ratio"] for p in turn]
        points.append(point)
    return numpy, points


def ratio_lines(bench, large, small, seconds, rounds):
    """Returns lines with the times of a sample against NumPy's."""
    learned = [(1, "double", 0), (1, "single", 0), (16, "single", 0), (16, "single", large // 16)]
    points = []
    for neurons, cases in [(large, learned)] + [(n, [(1, "double", 0)]) for n in small]:
        numpy, more = take_turns(bench, neurons, cases, rounds, seconds)
        points += more
    print(f"\nAgainst NumPy {numpy['numpy']} ({numpy['blas']}), 1 rank x {CORES} threads; medians of {rounds} turns")
    print("      N  B  precision  features  NumPy ms/step  ms/sample   ratio      (all)        of reading  of matmul")
    for p in points:
        spread = f"{min(p['ratios']):.1f}-{max(p['ratios']):.1f}"
        print(f"  {p['neurons']:5d} {p['streams']:2d}  {p['precision']:9s}  {p['features']:8s} "
              f"{1e3 * p['numpy_seconds']:14.3f} {1e3 * p['seconds_per_sample']:10.4f} {p['ratio']:7.1f} {spread:>14s} "
              f"{p['fraction_of_bandwidth']:11.2f} {p['fraction_of_products']:10.2f}")
    return points


def phase_lines(points):
    """Returns lines that say where a step's time goes."""
    names = list(points[0]["phases"])
    print("\nWhere the time of a step goes (us)")
    print("      N  B  precision  features" + "".join(f"{name:>15s}" for name in names))
    for point in points:
        print(f"  {point['neurons']:5d} {point['streams']:2d}  {point['precision']:9s}  {point['features']:8s}"
              + "".join(f"{1e6 * point['phases'][name]:15.1f}" for name in names))


def scaling_lines(bench, neurons, rounds):
    """Compares two ranks or two threads with one.

    The lines have medians of the times, and of the ratios within a turn.
    """
    layouts = [(1, 1), (2, 1), (1, 2)]
    found = {layout: [] for layout in layouts}
    for _ in range(rounds):
        for ranks, threads in layouts:
            point = bench.run([neurons], [16], "single", ranks, threads)["points"][0]
            found[ranks, threads].append(point["seconds_per_step"])
    points = []
    print(f"\nN = {neurons}, single precision, 16 streams")
    for (ranks, threads), times in found.items():
        seconds = statistics.median(times)
        speed_ups = [alone / together for alone, together in zip(found[1, 1], times)]
        speed_up = statistics.median(speed_ups)
        points.append({"ranks": ranks, "threads": threads, "seconds_per_step": seconds, "speed_up": speed_up,
                       "speed_ups": speed_ups})
        print(f"  {ranks} rank(s) x {threads} thread(s): {1e3 * seconds:8.3f} ms/step, {speed_up:5.2f} times as fast "
              f"as 1 x 1 ({min(speed_ups):.2f}-{max(speed_ups):.2f})")
    return points


def main():
    parser = argparse.ArgumentParser(description="Print how fast training steps are.")
    parser.add_argument("bench_step")
    parser.add_argument("--tiny", action="store_true")
    parser.add_argument("--seconds", type=float, default=1.0, help="of each point")
    parser.add_argument("--output", help="JSON")
    arguments = parser.parse_args()
    large, small, scaled, rounds = (64, [32, 48], 64, 1) if arguments.tiny else (4096, [300, 512, 1024], 2048, 5)
    seconds = 0.02 if arguments.tiny else arguments.seconds
    bench = Bench(os.path.abspath(arguments.bench_step), seconds, arguments.tiny)
    points = ratio_lines(bench, large, small, seconds, rounds)
    phase_lines(points)
    scaling = scaling_lines(bench, scaled, rounds)
    shown = bench.runs[:1] + bench.runs[-3:]
    limits = [f"{run['ranks']} x {run['threads']} {json.dumps(run['limits'])}" for run in shown]
    print("\nWhat the machine gave in these runs: " + "; ".join(limits))
    if arguments.output:
        write_json(pathlib.Path(arguments.output), {"points": points, "scaling": scaling, "runs": bench.runs}, indent=2)


if __name__ == "__main__":
    main()
