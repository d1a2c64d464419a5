#!/usr/bin/python3
"""A scaling study: makes its points, runs or submits them, and shows how the time of a step changes with ranks and threads.

scaling.py FOLDER [--kind strong|weak] [--neurons N...] [--streams B...] [--precision P...] [--ranks R...] [--threads T...] [--repeats K]
           [--steps S] [--set section.key=value]... [--submit [SBATCH_OPTION...] | --plan | --report] [--machine FILE] [--fullforce PROGRAM]

Makes the points that FOLDER does not have yet (FOLDER/points/*, each a configuration), runs those without a result one after another on this machine (mpirun),
then prints the table and draws FOLDER/scaling.png. Given again it goes on where it was: finished points are skipped. With neither points nor options the defaults
below hold.

  --kind strong   the same network on more and more ranks (default)
  --kind weak     as much work a core: N grows with the root of ranks x threads, from --neurons on one (in proportion, where work does)
  --submit ...    submits jobs/scaling.sbatch instead, one job for each number of ranks and threads; what follows goes to sbatch
  --plan          predicts instead of running (`fullforce plan`, with the constants in --machine FILE), for ranks that this machine need not have
  --report        only shows what there is
  --set ...       for all points, as in fullforce train: low-rank features, sparse target-generating networks; a folder holds one choice of these

In every step every stream learns. Exit codes: 0 done, 1 a run failed, 2 wrong input.
"""
import argparse
import csv
import itertools
import json
import math
import os
import pathlib
import shutil
import statistics
import subprocess
import sys

STEPS_OF_A_TRIAL = 400
# Okabe and Ito's colours, which stay apart for colour-blind readers; lines differ in their markers too.
COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]
MARKERS = ["o", "s", "^", "D", "v", "P", "X"]
KEYS = ("kind", "base", "neurons", "streams", "precision", "ranks", "threads", "steps")
JOB = pathlib.Path(__file__).resolve().parent.parent / "jobs" / "scaling.sbatch"


class InputError(Exception):
    """The message says what is wrong and what to do."""


class RunError(Exception):
    """A run of fullforce failed."""


def grows_like_N(settings):
    """Whether work grows like N, not N^2: low-rank features with a sparse target-generating network. One of the two alone is refused."""
    choices = {setting.split("=")[0]: setting.partition("=")[2].strip("\"'") for setting in settings}
    low_rank, sparse = choices.get("learning.features") == "low-rank", choices.get("network.in_degree", "0") != "0"
    if low_rank != sparse:
        raise InputError("--kind weak: one part of the work grows like N and another like N^2; set both learning.features=low-rank and network.in_degree, or neither")
    return low_rank


def weak_neurons(base, cores, settings):
    """N for as much work a core as `base` has on one; whole blocks of 8."""
    return max(8, round(base * (cores if grows_like_N(settings) else math.sqrt(cores)) / 8) * 8)


def points_of(arguments):
    """All points that the options ask for, the repeats outermost, so that a slow hour of the machine hits all alike."""
    for repeat, base, streams, precision, ranks, threads in itertools.product(range(arguments.repeats), arguments.neurons, arguments.streams,
                                                                              arguments.precision, arguments.ranks, arguments.threads):
        neurons = base if arguments.kind == "strong" else weak_neurons(base, ranks * threads, arguments.set)
        yield {"kind": arguments.kind, "base": base, "neurons": neurons, "streams": streams, "precision": precision, "ranks": ranks, "threads": threads,
               "steps": arguments.steps, "repeat": repeat, "set": arguments.set}


def config_text(point):
    """The configuration of a point; every stream learns at every step."""
    trials = point["streams"] * math.ceil(point["steps"] / STEPS_OF_A_TRIAL)
    sections = {"run": {"streams": point["streams"], "init_trials": 0, "train_trials": trials, "test_trials": 0}, "task": {"name": '"oscillation"'},
                "network": {"neurons": point["neurons"], "dt": 0.005},
                "learning": {"precision": f'"{point["precision"]}"', "update_probability": 1.0}, "checkpoint": {"every_minutes": 0.0}}
    for setting in point["set"]:
        key, _, value = setting.partition("=")
        section, _, name = key.partition(".")
        if not (section in sections and name and value):
            raise InputError(f"--set {setting}: not of the form section.key=value, with one of the sections {', '.join(sections)}")
        if name in sections[section]:
            raise InputError(f"--set {setting}: {key} is what the study itself sets")
        plain = value in ("true", "false") or value[0] in "\"'+-.0123456789"
        sections[section][name] = value if plain else f'"{value}"'
    lines = ["# A point of a scaling study, made by tools/scaling.py."]
    for section, keys in sections.items():
        lines += [f"[{section}]"] + [f"{name} = {value}" for name, value in keys.items()]
    return "\n".join(lines) + "\n"


def make(folder, points):
    """Writes what is not there yet; a point is a folder with its configuration."""
    for point in points:
        name = "{kind}-{base}-N{neurons}-B{streams}-{precision}-{ranks}x{threads}-{steps}-{repeat}".format(**point)
        place = folder / "points" / name
        if (place / "run" / "summary.json").exists() or (place / "plan.json").exists():
            if read_json(place / "point.json").get("set", []) != point["set"]:
                raise InputError(f"{place}: was made with other --set options; take another FOLDER")
            continue
        text = config_text(point)
        place.mkdir(parents=True, exist_ok=True)
        (place / "config.toml").write_text(text, encoding="utf-8")
        (place / "point.json").write_text(json.dumps(point, indent=1), encoding="utf-8")


def read_points(folder):
    points = []
    for path in sorted(folder.glob("points/*/point.json")):
        point = read_json(path)
        point["place"] = path.parent
        points.append(point)
    if not points:
        raise InputError(f"{folder}: holds no points")
    return sorted(points, key=lambda point: (point["repeat"], [str(point[key]) for key in KEYS]))


def read_json(path):
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: {error}") from error


def summary_path(point):
    return point["place"] / "run" / "summary.json"


def environment(point):
    values = dict(os.environ, OMP_NUM_THREADS=str(point["threads"]))
    if os.geteuid() == 0:
        values.update(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    # Threads of a rank may use every core; containers forbid one process to read another's memory.
    values.setdefault("OMPI_MCA_hwloc_base_binding_policy", "none")
    values.setdefault("OMPI_MCA_btl_vader_single_copy_mechanism", "none")
    return values


def train(program, point):
    command = ["mpirun", "-n", str(point["ranks"]), program, "train", str(point["place"] / "config.toml"), "--output", str(point["place"] / "run"), "--no-target",
               "--quiet"]
    result = subprocess.run(command, env=environment(point), capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise RunError(f"{' '.join(command)}: exit {result.returncode}\n{result.stdout}{result.stderr}")
    (point["place"] / "run" / "network.h5").unlink(missing_ok=True)


def run(program, points):
    todo = [point for point in points if not summary_path(point).exists()]
    cores = len(os.sched_getaffinity(0))
    for number, point in enumerate(todo, start=1):
        crowded = " (more ranks and threads than cores)" if point["ranks"] * point["threads"] > cores else ""
        print(f"{number}/{len(todo)} {point['place'].name}{crowded}", flush=True)
        train(program, point)


def submit(program, points, options):
    """One job for all points of the same layout that have no result."""
    layouts = {}
    for point in points:
        if not summary_path(point).exists():
            layouts.setdefault((point["ranks"], point["threads"]), []).append(str(point["place"].resolve()))
    for (ranks, threads), places in sorted(layouts.items()):
        command = ["sbatch", f"--ntasks={ranks}", f"--cpus-per-task={threads}", f"--job-name=scaling-{ranks}x{threads}", "--exclusive", *options, str(JOB), *places]
        result = subprocess.run(command, env=dict(os.environ, FULLFORCE=shutil.which(program) or program, FULLFORCE_JOBS=str(JOB.parent)), capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise RunError(f"{' '.join(command[:8])} ...: {result.stderr.strip()}")
        print(f"{ranks} x {threads}: {len(places)} point(s), {result.stdout.strip()}")
    if not layouts:
        print("every point has its result: nothing to submit")


def plan(program, machine, points):
    """What fullforce plan says of each point; None where it does not fit."""
    for point in points:
        output = point["place"] / "plan.json"
        command = [program, "plan", str(point["place"] / "config.toml"), "--ranks", str(point["ranks"]), "--threads", str(point["threads"]), "--output", str(output)]
        result = subprocess.run(command + (["--machine", machine] if machine else []), env=environment(point), capture_output=True, text=True, check=False)
        if result.returncode == 2 and "would fit" in result.stderr:
            output.unlink(missing_ok=True)
            print(result.stderr.strip(), file=sys.stderr)
        elif result.returncode != 0:
            raise RunError(f"{' '.join(command)}: exit {result.returncode}\n{result.stderr}")


def collect(points, planned):
    """One row a case: the median over its repeats, spread, phases. Measured ones, or planned ones."""
    cases, settings = {}, {}
    for point in points:
        path = point["place"] / "plan.json" if planned else summary_path(point)
        if path.exists():
            case = tuple(point[key] for key in KEYS)
            cases.setdefault(case, []).append(read_json(path))
            settings[case] = point.get("set", [])
    rows = []
    for case, results in cases.items():
        row = dict(zip(KEYS, case))
        times = [r["seconds_per_step"]["training"]["total"] if planned else r["performance"]["seconds_per_step"] for r in results]
        row.update(repeats=len(times), seconds=statistics.median(times), least=min(times), most=max(times), cores=row["ranks"] * row["threads"])
        row["phases"] = phases(results, planned, row["seconds"])
        row["power"] = 1 if row["kind"] == "weak" and grows_like_N(settings[case]) else 2
        rows.append(row)
    return with_speed_up(sorted(rows, key=lambda r: [r[key] for key in ("kind", "base", "streams", "precision", "threads", "ranks")]))


def phases(results, planned, seconds):
    """Shares of the step, means over repeats (the slowest rank does not count double: mean over ranks)."""
    shares = {}
    for result in results:
        parts = ({k: v for k, v in result["seconds_per_step"]["training"].items() if k != "total"} if planned
                 else {k: v["mean"] / result["train"]["steps"] for k, v in result["performance"]["phases"].items()})
        parts.pop("io", None)  # network.h5, after the last step
        for name, part in parts.items():
            shares[name] = shares.get(name, 0.0) + part / seconds / len(results)
    return shares


def series_of(row):
    return tuple(row[key] for key in ("kind", "base", "streams", "precision"))


def with_speed_up(rows):
    """Against the case with the fewest cores in the same series; weak scaling: work done a second."""
    for row in rows:
        first = min((r for r in rows if series_of(r) == series_of(row)), key=lambda r: (r["cores"], r["threads"]))
        work = (row["neurons"] / first["neurons"]) ** row["power"]
        row["speed_up"] = work * first["seconds"] / row["seconds"]
        row["efficiency"] = row["speed_up"] * first["cores"] / row["cores"]
    return rows


def show(rows, title):
    names = list(rows[0]["phases"])
    print(f"\n{title}")
    print("kind    neurons   B precision ranks threads  ms/step  (min - max)       speed-up  efficiency  " + "  ".join(names) + "  (shares, %)")
    for r in rows:
        shares = "  ".join(f"{100 * r['phases'].get(name, 0.0):{len(name)}.0f}" for name in names)
        print(f"{r['kind']:6s} {r['neurons']:8d} {r['streams']:3d} {r['precision']:>9s} {r['ranks']:5d} {r['threads']:7d} {1e3 * r['seconds']:8.3f}  "
              f"({1e3 * r['least']:.3f} - {1e3 * r['most']:.3f})".ljust(68) + f"{r['speed_up']:10.2f} {r['efficiency']:11.2f}  {shares}")


def write_csv(rows, path):
    columns = [key for key in rows[0] if key not in ("phases", "power")]
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns + list(rows[0]["phases"]))
        writer.writerows([row[c] for c in columns] + list(row["phases"].values()) for row in rows)


def draw(measured, planned, path):
    """Time of a step and efficiency against cores; predictions dashed."""
    try:
        import matplotlib
        matplotlib.use("Agg")
        import matplotlib.pyplot as plt
    except ImportError as error:
        print(f"no picture: {error} (run it with /usr/bin/python3, after tools/install-dependencies.sh)", file=sys.stderr)
        return
    figure, panels = plt.subplot_mosaic([["left", "right"], ["legend", "legend"]], figsize=(11, 5.5), height_ratios=[5, 1], layout="constrained")
    left, right = panels["left"], panels["right"]
    lines = sorted({series_of(row) + (row["threads"],) for row in measured + planned})
    for rows, style in ((measured, "-"), (planned, "--")):
        for number, line in enumerate(lines):
            mine = sorted((r for r in rows if series_of(r) + (r["threads"],) == line), key=lambda r: r["cores"])
            if not mine:
                continue
            kind, base, streams, precision, threads = line
            label = f"{kind}, N = {base}{' on a core' if kind == 'weak' else ''}, B = {streams}, {precision}, {threads} thread(s)" + (", planned" if style == "--" else "")
            cores = [r["cores"] for r in mine]
            look = {"color": COLOURS[number % len(COLOURS)], "marker": MARKERS[number % len(MARKERS)], "linestyle": style, "markersize": 5,
                    "markerfacecolor": "none" if style == "--" else None}
            left.plot(cores, [1e3 * r["seconds"] for r in mine], label=label, **look)
            left.fill_between(cores, [1e3 * r["least"] for r in mine], [1e3 * r["most"] for r in mine], color=look["color"], alpha=0.2, linewidth=0)
            right.plot(cores, [r["efficiency"] for r in mine], label=label, **look)
    finish(left, right, measured + planned)
    panels["legend"].axis("off")
    panels["legend"].legend(*left.get_legend_handles_labels(), loc="center", ncols=2, fontsize=8, frameon=False)
    figure.savefig(path, dpi=150)
    plt.close(figure)
    print(f"{path}: written")


def finish(left, right, rows):
    from matplotlib.ticker import NullFormatter, ScalarFormatter
    cores = sorted({r["cores"] for r in rows})
    for axes in (left, right):
        axes.set_xscale("log")
        axes.set_xticks(cores if len(cores) <= 8 else cores[:: math.ceil(len(cores) / 8)])
        axes.xaxis.set_major_formatter(ScalarFormatter())
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.set_xlabel("cores (ranks x threads)")
        axes.grid(True, color="0.9")
    strong = [r for r in rows if r["kind"] == "strong"]
    for series in sorted({series_of(r) for r in strong}):
        first = min((r for r in strong if series_of(r) == series), key=lambda r: (r["cores"], r["threads"]))
        left.plot(cores, [1e3 * first["seconds"] * first["cores"] / c for c in cores], color="0.6", linewidth=0.8, linestyle=":", zorder=0,
                  label="strong, ideal" if series == series_of(min(strong, key=series_of)) else None)
    left.set_yscale("log")
    left.set_ylabel("time of a step (ms; median, band: all repeats)")
    left.set_title("Time of a step", loc="left")
    right.axhline(1.0, color="0.6", linewidth=0.8, linestyle=":")
    right.set_ylim(bottom=0.0)
    right.set_ylabel("efficiency (no unit)")
    right.set_title("Efficiency against the fewest cores", loc="left")


def report(folder, points):
    measured, planned = collect(points, False), collect(points, True)
    if not measured and not planned:
        print("no point has a result yet")
        return
    for rows, title, name in ((measured, "Measured (medians over repeats)", "scaling.csv"), (planned, "Planned: predictions of the cost model, not measurements", "planned.csv")):
        if rows:
            show(rows, title)
            write_csv(rows, folder / name)
    draw(measured, planned, folder / "scaling.png")
    missing = sum(not summary_path(point).exists() for point in points)
    if measured and missing:
        print(f"{missing} of {len(points)} points have no result yet")


def parse():
    def count(text):
        value = int(text)
        if value < 1:
            raise argparse.ArgumentTypeError(f"{text} (must be at least 1)")
        return value
    parser = argparse.ArgumentParser(description="A scaling study of fullforce.", epilog="tools/scaling.py begins with a longer description.")
    parser.add_argument("folder", metavar="FOLDER")
    parser.add_argument("--kind", choices=["strong", "weak"], default="strong")
    parser.add_argument("--neurons", type=count, nargs="+", default=[2048])
    parser.add_argument("--streams", type=count, nargs="+", default=[16])
    parser.add_argument("--precision", choices=["double", "single"], nargs="+", default=["single"])
    parser.add_argument("--ranks", type=count, nargs="+", default=[1, 2])
    parser.add_argument("--threads", type=count, nargs="+", default=[1])
    parser.add_argument("--repeats", type=count, default=3)
    parser.add_argument("--steps", type=count, default=800, help="of each run, rounded up to whole trials of 400")
    parser.add_argument("--set", action="append", default=[], metavar="section.key=value", help="for all points; may be repeated")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--submit", nargs=argparse.REMAINDER, metavar="SBATCH_OPTION")
    what.add_argument("--plan", action="store_true")
    what.add_argument("--report", action="store_true")
    parser.add_argument("--machine", metavar="FILE")
    parser.add_argument("--fullforce", default=os.environ.get("FULLFORCE", "fullforce"), metavar="PROGRAM")
    return parser.parse_args()


def study(arguments):
    folder = pathlib.Path(arguments.folder)
    if not arguments.report:
        if arguments.plan:
            arguments.repeats = 1
        make(folder, points_of(arguments))
    points = read_points(folder)
    if arguments.plan:
        plan(arguments.fullforce, arguments.machine, points)
    elif arguments.submit is not None:
        submit(arguments.fullforce, points, arguments.submit)
        return
    elif not arguments.report:
        run(arguments.fullforce, points)
    report(folder, points)


def main():
    try:
        study(parse())
    except InputError as error:
        print(f"scaling.py: error: {error}", file=sys.stderr)
        return 2
    except (RunError, OSError) as error:
        print(f"scaling.py: error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
