#!/usr/bin/env python3
"""The Python tools end on a wrong input with one line that names it, and on a fault of their own with one that says so.

    tool_errors.py FULLFORCE

The tools run inside this process, except where the interpreter itself is what is wrong.
"""
import contextlib
import io
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
from unittest import mock

import h5py
import numpy as np

import harness
from fullforce import errors, script, style

TOOLS = pathlib.Path(__file__).resolve().parents[2] / "tools"
SHORT = ["--set", "run.init_trials=0", "--set", "run.train_trials=2", "--set", "run.test_trials=1",
         "--set", "network.neurons=20", "--quiet"]
GROUP = object()
problems = []


def call(name, *arguments):
    """The exit code of a tool and what it says on standard error."""
    said = io.StringIO()
    argv = [name + ".py", *map(str, arguments)]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(said), mock.patch("sys.argv", argv):
        try:
            code = script.run(name)
        except SystemExit as end:
            code = end.code
    return code, said.getvalue()


def call_apart(name, *arguments, before="", **options):
    """The same in a process of its own, which first does what `before` says in Python."""
    text = f"import sys; sys.path.insert(0, {str(TOOLS / 'python')!r}); {before}\n" \
           f"from fullforce import script; sys.argv = {[name + '.py', *arguments]!r}; sys.exit(script.run({name!r}))"
    result = subprocess.run([sys.executable, "-c", text], stderr=subprocess.PIPE, text=True, timeout=120, **options)
    return result.returncode, result.stderr


def expect(what, answer, code, *words):
    """Notes a problem unless a tool ended with this code, and with one line that has the words."""
    found, said = answer
    sound = found == code and said.count("\n") == 1 and "Traceback" not in said and all(word in said for word in words)
    if not sound:
        problems.append(f"{what}: exit {found} (expected {code}), without one of {words}: {said[-1500:]}")


@contextlib.contextmanager
def changed(name, change):
    """A copy of the run in which one file is changed by a function of its path."""
    shutil.rmtree("copy", ignore_errors=True)
    shutil.copytree("run", "copy")
    change(pathlib.Path("copy") / name)
    yield "copy"


def small_figure(*_):
    """Takes the place of a figure of a run, which takes long to draw."""
    return style.plt.figure(figsize=(1, 1))


def text(content):
    return lambda path: path.write_text(content)


def data(content):
    return lambda path: path.write_bytes(content)


def folder(path):
    path.unlink(missing_ok=True)
    path.mkdir()


def in_json(*keys, value):
    """Changes a value of a JSON file; the keys lead to it."""
    def change(path):
        content = json.loads(path.read_text())
        inner = content
        for key in keys[:-1]:
            inner = inner[key]
        inner[keys[-1]] = value
        path.write_text(json.dumps(content))

    return change


def in_hdf5(name, value):
    """Replaces a dataset of an HDF5 file; None removes it, and GROUP makes a group of it."""
    def change(path):
        with h5py.File(path, "r+") as file:
            if name in file:
                del file[name]
            if value is GROUP:
                file.create_group(name)
            elif value is not None:
                file[name] = value

    return change


def in_attribute(name, value):
    def change(path):
        with h5py.File(path, "r+") as file:
            file.attrs[name] = value

    return change


#: The file that is changed, the change, and words of the message.
RECORDINGS = [("recording.h5", text("no HDF5"), "recording.h5"),
              ("recording.h5", data(b""), "recording.h5"),
              ("recording.h5", folder, "recording.h5"),
              ("recording.h5", in_hdf5("rates", None), "rates"),
              ("recording.h5", in_hdf5("rates", GROUP), "rates is not a dataset"),
              ("recording.h5", in_hdf5("time", ["a", "b"]), "time holds text"),
              ("recording.h5", in_hdf5("outputs", [1.0, 2.0]), "outputs has shape [2]"),
              ("recording.h5", in_hdf5("time", np.zeros(0)), "time has no step"),
              ("recording.h5", in_hdf5("conditions", np.zeros(3)), "conditions is not a dataset of texts"),
              ("recording.h5", in_hdf5("conditions", ["left", "right"]), "conditions has shape [2]"),
              ("recording.h5", in_hdf5("mask", np.ones(3)), "mask has shape [3]")]
METRICS = [("metrics.csv", os.unlink, "metrics.csv"),
           ("metrics.csv", folder, "metrics.csv"),
           ("metrics.csv", text(""), "is empty"),
           ("metrics.csv", text("a,b\n1,2\n"), "no column trial, error"),
           ("metrics.csv", text("trial,error\none,2\n"), "metrics.csv:2"),
           ("metrics.csv", text("error,trial\n0.5\n"), "cut short"),
           ("metrics.csv", data(b"trial,error\n\xff\xfe,1\n"), "is not a table"),
           ("metrics.csv", text('trial,error\n"' + "x" * 140000 + '",1\n'), "is not a table")]
PAGES = [("summary.json", text("{"), "is not JSON"),
         ("summary.json", text("[" * 100000), "is not JSON"),
         ("summary.json", data(b"\xff\xff"), "is not JSON"),
         ("summary.json", folder, "summary.json"),
         ("summary.json", text("[]"), "is not a summary"),
         ("summary.json", text("{}"), "is not a summary"),
         ("summary.json", in_json("test", value=3), "test is not an object"),
         ("summary.json", in_json("train", "seconds", value="long"), "train.seconds is not a number"),
         ("summary.json", in_json("memory", "peak_bytes_per_rank", value=[]), "peak_bytes_per_rank"),
         ("summary.json", in_json("performance", "phases", value=[1]), "performance.phases is not an object"),
         ("summary.json", in_json("test", "per_output", value=3), "test.per_output is not a list"),
         ("summary.json", in_json("test", "per_condition", value=[3, 4]), "test.per_condition[0]"),
         ("summary.json", in_json("warnings", value=5), "warnings is not a list"),
         ("network.h5", text("no HDF5"), "network.h5"),
         ("network.h5", in_attribute("config", 5), "config is not a text"),
         ("analysis.h5", text("no HDF5"), "analysis.h5"),
         ("analysis.h5", in_attribute("summary", "{"), "summary is not JSON"),
         ("analysis.h5", in_attribute("summary", '{"eigenvalues": {}}'), "eigenvalues.network"),
         ("analysis.h5", in_hdf5("eigenvalues/network", np.zeros(4)), "eigenvalues/network has shape"),
         ("analysis.h5", in_hdf5("eigenvalues/target", None), "eigenvalues/target")]


def check_damaged_files():
    """Every file that a tool reads, damaged in every way that a reader can notice."""
    for name, cases in (("plot", RECORDINGS + METRICS), ("report", RECORDINGS[:1] + METRICS[:1] + PAGES)):
        for file, change, word in cases:
            with changed(file, change) as run, mock.patch("fullforce.plot.picture.make_figure", small_figure):
                expect(f"{name} with {file} ({word})", call(name, run), 2, file, word)
    with changed("study.csv", data(b"\xff")) as run:
        pathlib.Path(run, "summary.json").unlink()
        pathlib.Path(run, "metrics.csv").unlink()
        expect("report of a damaged table", call("report", run), 2, "study.csv", "is not a table")


def check_damaged_sweeps():
    """The records of a sweep, in the folder of which a point is a run."""
    record, points = '{"keys": ["learning.alpha"]}', '{"run": ["learning.alpha=1.0"]}'
    for file, content, word, code in (("sweep.json", "{", "is not JSON", 2), ("sweep.json", "{}", "has no keys", 2),
                                      ("points.json", "[]", "points.json", 1),
                                      ("points.json", '{"run": 3}', "run is not a list", 1),
                                      ("points.json", '{"run": ["learning.alpha=x"]}', "points.json", 2)):
        shutil.rmtree("sweep", ignore_errors=True)
        shutil.copytree("run", "sweep/run")
        for name, whole in (("sweep.json", record), ("points.json", points), ("base.toml", "")):
            pathlib.Path("sweep", name).write_text(content if name == file else whole)
        expect(f"report of a sweep with {file} = {content}", call("report", "sweep"), code, word)


def check_outputs():
    """Names that cannot be written."""
    for name, output, words in (("plot", "nowhere/x.png", ("nowhere/x.png",)), ("plot", "x.odd", ("x.odd", "png")),
                                ("plot", "run", ("run",)), ("report", "nowhere/x.html", ("nowhere/x.html",)),
                                ("report", "run", ("run",))):
        with mock.patch("fullforce.plot.picture.make_figure", small_figure):
            expect(f"{name} --output {output}", call(name, "run", "--output", output), 2, *words)


def check_command_lines():
    for name, arguments, word in (("plot", (), "RUN_DIR"), ("plot", ("nowhere",), "nowhere"),
                                  ("plot", ("run", "--odd"), "--odd"), ("report", (), "RUN"),
                                  ("report", ("run/metrics.csv",), "is not a folder"),
                                  ("scaling", ("s", "--ranks", "0"), "--ranks"),
                                  ("scaling", ("s", "--neurons", "x"), "--neurons"),
                                  ("scaling", ("s", "--fullforce", "nowhere/program"), "nowhere/program"),
                                  ("scaling", ("run/metrics.csv", "--report"), "holds no points"),
                                  ("scaling", ("run/metrics.csv", "--fullforce", harness.PROGRAM), "run/metrics.csv"),
                                  ("sweep", (), "BASE.toml"),
                                  ("sweep", ("nowhere.toml", "--seeds", "1"), "nowhere.toml"),
                                  ("sweep", ("--figures", "--output", "run"), "holds no sweep"),
                                  ("sweep", ("c.toml", "--seeds", "1", "--jobs", "0"), "--jobs"),
                                  ("study", ("nonsense",), "nonsense"), ("study", ("neurons", "--jobs", "0"), "--jobs"),
                                  ("study", ("neurons", "--program", "nowhere/program"), "nowhere/program"),
                                  ("study", ("neurons", "--output", "run/metrics.csv"), "run/metrics.csv")):
        expect(f"{name} {' '.join(arguments)}", call(name, *arguments), 2, word)


def write_point(content):
    """The only point of the scaling study `points`."""
    point = pathlib.Path("points/points/a/point.json")
    point.parent.mkdir(parents=True, exist_ok=True)
    point.write_text(content)


def check_studies():
    """The files of points, which a study and a scaling study read when they go on."""
    for content, word in (("{", ""), ("[]", "is not an object"), ('{"kind": 1}', "precision"),
                          ('{"kind": "strong", "precision": "double", "base": "x"}', "base is not a number")):
        write_point(content)
        expect(f"scaling with point.json {content}", call("scaling", "points", "--report"), 2, "point.json", word)
    os.makedirs("study/full-force-1")
    for name in ("summary.json", "analysis.json", "analysis.h5"):
        pathlib.Path("study/full-force-1", name).write_text("{}")
    study = ("study", "spectra", "--seeds", "1", "--output", "study")
    expect("study with {}", call(*study, "--figures"), 1, "eigenvalues")
    pathlib.Path("study/full-force-1/analysis.json").write_text("{")
    expect("study with {", call(*study, "--figures"), 1, "remove it")
    pathlib.Path("study/points.json").write_text("[]")
    expect("study with points.json []", call(*study, "--program", harness.PROGRAM), 1, "points.json")


def check_faults_of_tools():
    """A fault in a tool is told as one, with its place, and not as one of the file that was being read."""
    def fault(*_):
        return 1 + "a"

    for error, code, words in ((fault, 1, ("internal error", "TypeError", "(fullforce/")),
                               (lambda *_: {}["key"], 1, ("internal error", "KeyError")),
                               (lambda *_: np.zeros(3) + np.zeros(4), 1, ("internal error", "ValueError"))):
        with mock.patch("fullforce.plot.picture.make_figure", error):
            for name in ("plot", "report"):
                expect(f"a fault in {name}", call(name, "run"), code, *words)

    def raising(error):
        def work():
            raise error
        return work

    for error, code, word in ((MemoryError(), 1, "memory"), (KeyboardInterrupt(), 130, "interrupted"),
                              (ImportError("no such name"), 1, "internal error"),
                              (errors.ToolError("two\nlines"), 2, "two lines")):
        said = io.StringIO()
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
            code_found = errors.exit_code("x.py", raising(error))
        expect(repr(error), (code_found, said.getvalue()), code, word)


def check_interpreters():
    """Missing and broken libraries, and a Python that is too old."""
    for library in ("numpy", "h5py", "matplotlib"):
        expect(f"no {library}", call_apart("plot", "run", before=f"sys.modules[{library!r}] = None"), 2, library,
               "install-dependencies.sh")
    pathlib.Path("broken/numpy").mkdir(parents=True)
    pathlib.Path("broken/numpy/__init__.py").write_text("raise ImportError('cannot load\\n\\nlong advice')")
    expect("a broken numpy", call_apart("report", "run", before="sys.path.insert(0, 'broken')"), 2, "cannot load")
    expect("an old Python", call_apart("plot", "run", before="sys.version_info = (3, 8, 1)"), 2, "3.8.1", "3.9")


def check_names():
    """Names that are not UTF-8 are written and shown with escapes."""
    name = os.fsdecode(b"\xe9")
    shutil.copytree("run", name)
    os.unlink(f"{name}/recording.h5")
    with mock.patch("fullforce.plot.picture.make_figure", small_figure):
        for tool, made in (("plot", "figure.png"), ("report", "report.html")):
            if call(tool, name) != (0, "") or not os.path.exists(f"{name}/{made}"):
                problems.append(f"{tool} of a folder that is not UTF-8: {call(tool, name)}")
    shutil.rmtree(name)
    code, said = call_apart("scaling", name, "--report")
    expect("a folder that is not UTF-8", (code, said), 2, "holds no points")


def check_standard_streams():
    """Who reads the output may go away, which does not concern the work. A full disk is told at its end."""
    report = ("scaling", "points", "--report")
    write_point('{"kind": "strong", "base": 8, "neurons": 8, "streams": 1, "precision": "double", "ranks": 1, '
                '"threads": 1, "steps": 400, "repeat": 0}')
    reader, writer = os.pipe()
    os.close(reader)
    code, said = call_apart(*report, stdout=writer)
    os.close(writer)
    if (code, said) != (0, ""):
        problems.append(f"a closed pipe: exit {code}: {said}")
    with open("/dev/full", "w") as full:
        expect("a full disk", call_apart(*report, stdout=full), 1, "standard output", "No space left")
    with mock.patch("fullforce.plot.picture.make_figure", lambda *_: signal.raise_signal(signal.SIGINT)):
        expect("an interruption", call("plot", "run"), 128 + signal.SIGINT, "interrupted")


def main():
    with harness.own_folder():
        pathlib.Path("c.toml").touch()
        harness.expect_exit(0, harness.mpirun(1, ["train", "c.toml", "--output", "run", *SHORT]))
        harness.expect_exit(0, harness.mpirun(1, ["test", "run/network.h5", "--record", "run/recording.h5"]))
        harness.expect_exit(0, harness.mpirun(1, ["analyze", "run/network.h5", "--eigenvalues", "--output",
                                                  "run/analysis.h5"]))
        for name in ("plot", "report"):
            if call(name, "run")[0] != 0:
                problems.append(f"{name} of a whole run: {call(name, 'run')}")
        harness.run_checks([check_damaged_files, check_damaged_sweeps, check_outputs, check_command_lines,
                            check_studies, check_faults_of_tools, check_interpreters, check_names,
                            check_standard_streams])
    print("\n".join(problems) or "every error is one line")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
