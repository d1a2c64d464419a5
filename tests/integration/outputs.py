#!/usr/bin/env python3
"""How the program writes its outputs.

    outputs.py FULLFORCE [CHECK...]

The checks are about texts of any bytes, two writers of one name, links and special files as outputs, and streams
that are closed or full.
"""
import contextlib
import json
import os
import pty
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time

import h5py

import harness
from harness import expect

LONG = ["--set", "run.train_trials=100000000", "--set", "checkpoint.every_minutes=0.0"]
TRIALS = ["trials", "c.toml", "--count", "3", "--output"]


def run(code, arguments, **options):
    """The program on one rank without a launcher, so that its streams are those that it is given."""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "timeout": 120, **options,
               "env": harness.alone(options.get("env"))}
    result = subprocess.run([harness.PROGRAM] + arguments, text=True, errors="replace", **options)
    expect(result.returncode == code,
           f"{arguments} {options}: exit {result.returncode}, expected {code}\n{result.stdout}{result.stderr}")
    return result


def leftovers(folder="."):
    return [name for name in os.listdir(folder) if name.endswith(".part")]


def expect_whole_trials(path):
    with h5py.File(path) as file:
        expect(len(file["lengths"]) == 3, f"{path} does not hold three trials")


# Bytes


def wrong_bytes_are_refused():
    """An argument that is not UTF-8 would make TOML and JSON that cannot be read again."""
    wrong = b"o\xe9"
    for arguments in (["train", "c.toml", "--output", wrong], ["train", wrong],
                      ["train", "c.toml", "--set", b"run.output=" + wrong], ["plan", "c.toml", "--machine", wrong],
                      ["test", "net/network.h5", "--output", wrong], TRIALS + [wrong]):
        before = sorted(os.listdir(b"."))
        result = run(2, arguments)
        expect("argument o\\xe9" in result.stderr.replace("run.output=", "") and result.stderr.count("\n") == 1,
               f"{arguments}: {result.stderr}")
        expect(sorted(os.listdir(b".")) == before, f"{arguments}: something was written")


def odd_names_come_back():
    """Every valid text is written such that it can be read again."""
    os.mkdir("odd")
    for k, name in enumerate(("é\U0001f600 {}", "quote\"back\\slash'''#[=", "\x01\t\n\x1f\x7f\u0085\u2028\ufeff")):
        output = f"odd/{k}{name}"
        run(0, harness.train(output))
        expect("nothing to do" in run(0, harness.train(output)).stdout,
               f"{output!r}: the sealed configuration is not that of the run")
        run(0, ["test", output + "/network.h5", "--output", output + "/scores.json"])
        with open(output + "/scores.json", encoding="utf-8") as file:
            expect(json.load(file)["network"] == output + "/network.h5", f"{output!r}: the scores name another network")


def host_names():
    """The name of the host is whatever its administrator chose."""
    script = "import os, socket, sys; socket.sethostname(b'h\\xe9st\\x01'); os.execv(sys.argv[1], sys.argv[1:])"
    result = subprocess.run(["unshare", "--uts", sys.executable, "-c", script, harness.PROGRAM, "test",
                             "net/network.h5", "--output", "hosted.json"],
                            capture_output=True)
    if b"unshare" in result.stderr or b"PermissionError" in result.stderr:
        print("skipped: the name of the host cannot be changed here")
        return
    expect(result.returncode == 0, f"a host name that is not UTF-8: {result.returncode} {result.stderr}")
    with open("hosted.json", encoding="utf-8") as file:
        expect(json.load(file)["provenance"]["host"] == "h\\xe9st\\x01", "the name of the host is lost")


# Two writers


def writers_of_one_name():
    """Each writer makes a whole file, and none removes what another made."""
    arguments = TRIALS[:3] + ["3", "--output", "shared.h5"]
    for _ in range(6):
        writers = [harness.start(1, arguments) for _ in range(4)]
        for writer in writers:
            harness.expect_exit(0, harness.finish(writer))
        expect_whole_trials("shared.h5")
        expect(not leftovers(), f"left {leftovers()}")


NO_LOCKS = "#include <errno.h>\nint flock(int file, int how) { (void)file; (void)how; errno = %s; return -1; }\n"


def without_locks():
    """On file systems without locks, whatever the error that says so."""
    for error in ("ENOSYS", "ENOLCK", "EOPNOTSUPP"):
        built = subprocess.run(["cc", "-shared", "-fPIC", "-x", "c", "-o", f"{error}.so", "-"], input=NO_LOCKS % error,
                               text=True, capture_output=True)
        if built.returncode != 0:
            print(f"skipped: {built.stderr}")
            return
        environment = dict(os.environ, LD_PRELOAD=os.path.abspath(error + ".so"))
        task = ["--set", "task.name=oscillation"]
        run(0, TRIALS + [error + ".h5"] + task, env=environment)
        run(75, harness.train(error, *LONG, *task, "--max-steps", "5"), env=environment)
        run(0, ["test", error + "/checkpoint-5.h5", "--trials", "1", "--record", error + "-record.h5"], env=environment)
        left = f"{error}/network.h5.unfinished-elsewhere-1-0.part"  # of a run on another node, which may be at work
        open(left, "w").close()
        run(75, harness.train(error, *LONG, *task, "--max-steps", "9"), env=environment)
        expect(os.path.exists(left), f"{error}: the file of another run was removed")


def what_killed_writers_leave():
    """It goes with the next writer of the name, while what others made stays."""
    space = os.readlink("/proc/self/ns/pid")
    host = os.uname().nodename + ("" if space == "pid:[4026531836]" else space)
    host = "".join(c if c.isascii() and c.isalnum() else "-" for c in host)
    # A container of the same name, whose processes cannot be seen from here.
    container = host + "pid--4026539999-"
    dead = subprocess.Popen(["true"])
    dead.wait()
    mine = {f"t.h5.unfinished-{container}-{dead.pid}-0.part": True, f"t.h5.unfinished-{host}-{os.getpid()}-0.part": True, f"t.h5.unfinished-{host}-{dead.pid}-0.part": False,
            f"u.h5.unfinished-{host}-{dead.pid}-0.part": True, "t.h5.unfinished-elsewhere-1-0.part": True,
            "t.h5.part": True, "t.json.part": True}
    os.mkdir("left")
    for name in mine:
        with open("left/" + name, "w") as file:
            file.write("mine")
    run(0, TRIALS + ["left/t.h5"])
    run(0, ["test", "net/network.h5", "--output", "left/t.json"])
    for name, stays in mine.items():
        expect(os.path.exists("left/" + name) == stays, f"{name} {'is gone' if stays else 'is still there'}")
        expect(not stays or open("left/" + name).read() == "mine", f"{name} was written over")


def runs_keep_the_files_of_others():
    """A restart tidies what its predecessor left, and nothing else."""
    run(75, harness.train("kept", *LONG, "--max-steps", "5"))
    for name in ("network.h5.part", "checkpoint-7.h5.part", "notes.unfinished-elsewhere-1-0.part"):
        open("kept/" + name, "w").close()
    # It is of a run on a node that is no more; the lock tells that it has ended.
    left = "checkpoint-7.h5.unfinished-elsewhere-1-0.part"
    open("kept/" + left, "w").close()
    expect(left in run(0, ["info", "kept"]).stdout, "info does not list what is unfinished")
    run(75, harness.train("kept", *LONG, "--max-steps", "9"))
    expect(sorted(leftovers("kept")) == ["checkpoint-7.h5.part", "network.h5.part",
                                         "notes.unfinished-elsewhere-1-0.part"], f"left {leftovers('kept')}")


# Links and special files

# For each kind of output: the command whose output NAME it is, and what shows that NAME is whole.
OUTPUTS = {
    "trials": (TRIALS + ["NAME"], expect_whole_trials),
    "record": (["test", "net/network.h5", "--record", "NAME"], lambda path: h5py.File(path).close()),
    "analysis": (["analyze", "net/network.h5", "--eigenvalues", "--output", "NAME"],
                 lambda path: h5py.File(path).close()),
    "scores": (["test", "net/network.h5", "--output", "NAME"], lambda path: json.load(open(path))),
    "plan": (["plan", "c.toml", "--output", "NAME"], lambda path: json.load(open(path))),
}
HDF5_OUTPUTS = ("trials", "record", "analysis")


def with_name(arguments, name):
    return [name if a == "NAME" else a for a in arguments]


def links_stay():
    """What a link leads to is replaced, or made; mode bits are kept."""
    os.makedirs("linked/elsewhere")
    for kind, (arguments, expect_whole) in OUTPUTS.items():
        target, link, second = f"linked/elsewhere/{kind}", f"linked/{kind}", f"linked/{kind}-2"
        os.symlink(f"elsewhere/{kind}", link)
        os.symlink(os.path.abspath(link), second)
        for name in (link, second):
            run(0, with_name(arguments, name))
            expect(os.path.islink(name) and os.path.isfile(target) and not os.path.islink(target),
                   f"{name} is no link any more")
            expect_whole(target)
        for mode in (0o600, 0o664, 0o440):
            os.chmod(target, mode)
            run(0, with_name(arguments, second))
            expect(stat.S_IMODE(os.stat(target).st_mode) == mode,
                   f"{kind}: mode {mode:o} became {os.stat(target).st_mode:o}")
        expect(not leftovers("linked/elsewhere"), f"left {leftovers('linked/elsewhere')}")
    os.symlink("circle-2", "linked/circle-1")
    os.symlink("circle-1", "linked/circle-2")
    os.symlink("nowhere/file", "linked/lost")
    for name, words in (("circle-1", "circle"), ("lost", "there is no folder")):
        for arguments, _ in OUTPUTS.values():
            expect(words in run(2, with_name(arguments, "linked/" + name)).stderr, f"{name}: no word of it")


@contextlib.contextmanager
def reader_of(path):
    """Reads all of a pipe beside what goes on; its text is the list's only element in the end."""
    text = []

    def read():
        with open(path) as pipe:
            text.append(pipe.read())

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    yield text
    thread.join(60)


def special_files_stay():
    """Text goes into pipes and devices; HDF5, which moves to and fro in a file, is refused before anything runs."""
    os.mkdir("special")
    os.mkfifo("special/pipe")
    os.symlink("pipe", "special/link")
    _, slave = pty.openpty()
    os.symlink(os.ttyname(slave), "special/terminal")
    for kind, (arguments, _) in OUTPUTS.items():
        if kind in HDF5_OUTPUTS:
            for name in ("pipe", "link", "terminal"):
                result = run(2, with_name(arguments, "special/" + name))
                expect("is a pipe or a device" in result.stderr, f"{kind} into a {name}: {result.stderr}")
            continue
        for name in ("pipe", "link"):
            with reader_of("special/pipe") as text:
                run(0, with_name(arguments, "special/" + name))
            json.loads(text[0])
        run(0, with_name(arguments, "special/terminal"))
    expect(stat.S_ISFIFO(os.stat("special/pipe").st_mode), "a pipe was replaced")
    expect(os.path.islink("special/link") and os.path.islink("special/terminal"),
           "a link to a special file was replaced")
    expect("nobody reads" in run(1, with_name(OUTPUTS["plan"][0], "special/pipe")).stderr, "a pipe without a reader")


def outputs_on_standard_output():
    """Such a path stands for what is open already; a file behind it is neither replaced nor written over."""
    os.symlink("/proc/self/fd/1", "stdout")
    with open("both.txt", "w") as file:
        run(0, with_name(OUTPUTS["scores"][0], "stdout"), stdout=file)
    text = open("both.txt").read()
    scores, end = json.JSONDecoder().raw_decode(text)
    expect(scores["neurons"] == 100 and text[end:].strip().startswith("test error"), f"scores and result: {text}")
    run(2, with_name(OUTPUTS["trials"][0], "stdout"))


def outputs_of_runs():
    """The files of a run may be links to files, and must not be anything else."""
    os.makedirs("scratch")
    os.mkdir("run")
    for name in ("network.h5", "summary.json", "metrics.csv", "log.txt"):
        os.symlink("../scratch/" + name, "run/" + name)
    run(0, harness.train("run"))
    os.symlink("scratch/later", "run-later")
    run(0, harness.train("run-later"))
    expect(os.path.exists("scratch/later/summary.json") and os.path.islink("run-later"),
           "a link to a folder that is to be made")
    shutil.rmtree("scratch/later")
    expect(all(os.path.islink("run/" + name) for name in os.listdir("run")), "a link was replaced")
    expect(sorted(os.listdir("scratch")) == ["log.txt", "metrics.csv", "network.h5", "summary.json"],
           f"scratch holds {os.listdir('scratch')}")
    _, slave = pty.openpty()
    for name in ("network.h5", "summary.json", "metrics.csv", "log.txt"):
        os.mkdir("run-" + name)
        os.symlink(os.ttyname(slave), f"run-{name}/{name}")
        expect(name + " is a device" in run(2, harness.train("run-" + name)).stderr, f"{name} is a device")
        expect(os.listdir("run-" + name) == [name] and os.path.islink(f"run-{name}/{name}"),
               f"{name}: something was written")


# Streams and signals

RESULTS = (["--dump-defaults"], ["--version"], ["--help"], ["train", "--help"],
           ["train", "c.toml", "--output", "dry", "--dry-run"], ["info", "net"],
           ["info", "net/network.h5"], ["info", "trials.h5"], ["plan", "c.toml"], ["test", "net/network.h5"],
           ["analyze", "net/network.h5", "--eigenvalues"])


def results_need_their_stream():
    """A result that cannot be written is an error; what goes into files is written nevertheless."""
    for arguments in RESULTS:
        with open("/dev/full", "w") as full:
            result = run(1, arguments, stdout=full)
        expect("cannot be written to standard output: No space left" in result.stderr, f"{arguments}: {result.stderr}")
    read, write = os.pipe()
    os.close(read)
    expect("Broken pipe" in run(1, ["--version"], stdout=write).stderr, "a pipe without a reader")
    os.close(write)
    for arguments, name in ((["test", "net/network.h5", "--record", "c.h5", "--output", "c.json"], "c.json"),
                            (["analyze", "net/network.h5", "--eigenvalues", "--output", "d.h5"], "d.json"),
                            (["plan", "c.toml", "--output", "e.json"], "e.json")):
        with open("/dev/full", "w") as full:
            run(1, arguments, stdout=full)
        expect(os.path.exists(name), f"{name} is missing, since the standard output was full")


def closed_streams():
    """A file must not become the standard output."""
    for arguments, path in ((TRIALS + ["closed.h5"], "closed.h5"),
                            (with_name(OUTPUTS["record"][0], "closed-2.h5"), "closed-2.h5")):
        subprocess.run(["bash", "-c", 'exec "$@" <&- >&- 2>&-', "bash", harness.PROGRAM] + arguments, check=False,
                       timeout=120)
        with h5py.File(path) as file:
            expect(len(file) > 0, f"{path} is empty")
    result = subprocess.run(["bash", "-c", 'exec "$@" >&-', "bash", harness.PROGRAM, "--version"], stderr=-1, text=True)
    expect(result.returncode == 1 and "Bad file descriptor" in result.stderr, f"a closed standard output: {result}")


def runs_need_no_stream():
    """Progress and warnings never end a run."""
    for name, streams in {"full": ">/dev/full 2>/dev/full", "closed": ">&- 2>&-",
                          "unread": "> >(head -0) 2> >(head -0)"}.items():
        # Three dimensions are too few, and warned of.
        arguments = harness.train(name, "--set", "learning.features=low-rank", "--set", "learning.max_rank=3")
        result = subprocess.run(["bash", "-c", f'"$@" {streams}', "bash", harness.PROGRAM] + arguments, timeout=120)
        expect(result.returncode == 0 and os.path.exists(name + "/summary.json"), f"{name}: exit {result.returncode}")
        expect("warning: " in open(name + "/log.txt").read(), f"{name}: there was no warning")
        with open("/dev/full", "w") as full:
            run(0, arguments, stdout=full)  # there is nothing to do


def reader_that_goes():
    """As with `| head -1`: the run goes on."""
    process = harness.start(1, harness.train("headless", *LONG))
    process.stdout.readline()
    process.stdout.close()
    process.stdout = None
    time.sleep(11)  # until the next line of progress
    expect(process.poll() is None, f"the run ended with {process.returncode}")
    process.send_signal(signal.SIGTERM)
    expect(process.wait(60) == 75 and harness.checkpoints("headless"), f"exit {process.returncode}, no checkpoint")
    process.stderr.close()


def start_and_wait(output, prefix=()):
    process = subprocess.Popen(list(prefix) + [harness.PROGRAM] + harness.train(output, *LONG), stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    harness.wait_until(lambda: os.path.exists(output + "/metrics.csv"), "the run", process)
    return process


def stop_signals():
    for name in (signal.SIGHUP, signal.SIGPIPE, signal.SIGXCPU, signal.SIGUSR1, signal.SIGUSR2, signal.SIGTERM,
                 signal.SIGINT):
        output = f"on-{name.name}"
        process = start_and_wait(output)
        process.send_signal(name)
        harness.expect_exit(75, harness.finish(process))
        expect(harness.checkpoints(output), f"{name.name}: no checkpoint")


def processor_time():
    """The soft limit of processor time, as batch systems set it."""
    result = subprocess.run(["bash", "-c", 'ulimit -St 3; exec "$@"', "bash",
                             harness.PROGRAM] + harness.train("limited", *LONG), capture_output=True, timeout=120)
    expect(result.returncode == 75 and harness.checkpoints("limited"),
           f"the limit of processor time: exit {result.returncode}")


def nohup():
    process = start_and_wait("nohup", prefix=["nohup"])
    process.send_signal(signal.SIGHUP)
    time.sleep(1)
    expect(process.poll() is None, "SIGHUP ends a run under nohup")
    process.send_signal(signal.SIGTERM)
    harness.expect_exit(75, harness.finish(process))


CHECKS = (wrong_bytes_are_refused, odd_names_come_back, host_names, writers_of_one_name, without_locks,
          what_killed_writers_leave, runs_keep_the_files_of_others, links_stay, special_files_stay,
          outputs_on_standard_output, outputs_of_runs, results_need_their_stream, closed_streams, runs_need_no_stream,
          reader_that_goes, stop_signals, processor_time, nohup)


def main():
    with harness.small_run(run={"train_trials": 4, "test_trials": 1}):
        run(0, harness.train("net"))
        harness.run_checks(CHECKS)


if __name__ == "__main__":
    main()
