#!/usr/bin/env python3
"""Fuzzes the readers of configurations, trials files and network files, each in a process of its own.

    run.py BUILD_FOLDER [--seconds 3600] [--readers config,trials,network] [--folder FOLDER]

The build folder is one of the preset fuzz. Inputs that reach new code are kept in FOLDER (BUILD_FOLDER/fuzzing if it
is not given), and so are the findings: inputs that crash a reader, take more than 20 s, or make it ask for more than
1 GiB. Each finding is then tried again alone, and those with the same place in the code are shown once.

The exit code is 1 if there is a finding that is not HDF5's own, and 77 if there are no fuzzers. A finding is HDF5's own
if it lies in the library, in memory that is not the program's.
"""
import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).parent
READERS = ("config", "trials", "network")
LIMITS = ["-timeout=20", "-rss_limit_mb=4096", "-malloc_limit_mb=1024", "-max_len=65536"]
STATUS = re.compile(r"#(\d+): cov: (\d+) ft: \d+ corp: (\d+) .*oom/timeout/crash: (\d+)/(\d+)/(\d+) time: (\d+)s")
ERROR = re.compile(r"(?:ERROR: \w+: |runtime error: |WRONG: )(.*)")
FRAME = re.compile(r"^\s*#\d+ 0x[0-9a-f]+ (?:in )?(.*)$")
# Frames that say nothing of the place: the sanitizers, the C library, and the standard library.
TRANSPARENT = re.compile("|".join((
    r"\b__(asan|ubsan|sanitizer|interceptor|interception|pthread_kill)", r"nptl/|signal/", r"libc\.so|libstdc\+\+",
    r"^(raise|abort|gsignal|(__)?(mem(cpy|move|set)|[mc]alloc|realloc|free))\b",
    r"/include/c\+\+/|compiler-rt", r"fuzzer::|report_wrong")))
HDF5 = re.compile(r"libhdf5|libsz|libaec|libz\.so")


def environment(scratch):
    return dict(os.environ, TMPDIR=scratch, OMP_NUM_THREADS="1", LC_ALL="C",
                ASAN_OPTIONS="detect_leaks=0:handle_abort=1:allocator_may_return_null=1:quarantine_size_mb=16",
                UBSAN_OPTIONS="print_stacktrace=1")


class Campaign:
    """One reader and its fuzzer."""

    def __init__(self, reader, build, folder):
        self.reader = reader
        self.program = build / "bin" / "fuzz" / f"fuzz_{reader}"
        self.grown = folder / reader / "corpus"
        self.findings = folder / reader / "findings"
        self.log = folder / reader / "log.txt"
        for path in (self.grown, self.findings):
            path.mkdir(parents=True, exist_ok=True)

    def start(self, seconds, scratch):
        dictionary = HERE / ("config.dict" if self.reader == "config" else "hdf5.dict")
        command = [self.program, "-fork=1", "-ignore_crashes=1", "-ignore_timeouts=1", "-ignore_ooms=1", *LIMITS,
                   f"-max_total_time={seconds}", f"-dict={dictionary}", f"-artifact_prefix={self.findings}/",
                   self.grown, HERE / "corpus" / self.reader]
        self.begin = time.monotonic()
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen([str(word) for word in command], stdout=log, stderr=log,
                                            env=environment(scratch), cwd=scratch)

    def wait(self):
        self.process.wait()
        self.seconds = time.monotonic() - self.begin

    def figures(self):
        """Returns the numbers of executions, edges, kept inputs, crashes, hangs, and inputs out of memory."""
        lines = STATUS.findall(self.log.read_text(errors="replace"))
        if not lines:
            sys.exit(f"fuzz_{self.reader} did not run; see {self.log}")
        executions, edges, kept, *seen = (int(number) for number in lines[-1][:6])
        # The log does not count inputs of the corpus, which are tried first.
        files = [len(list(self.findings.glob(f"{kind}-*"))) for kind in ("oom", "timeout", "crash")]
        memory, hangs, crashes = map(max, zip(seen, files))
        return executions, edges, kept, crashes, hangs, memory

    def places(self, scratch):
        """Returns a finding for each place in the code: { text: (whether it is HDF5's own, file) }."""
        found = {}
        for path in sorted(self.findings.iterdir()):
            place, own = self.place_of(path, scratch)
            found.setdefault(place, (own, path))
        return found

    def place_of(self, path, scratch):
        try:
            run = subprocess.run([self.program, *LIMITS, path], env=environment(scratch), cwd=scratch, timeout=120,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
        except subprocess.TimeoutExpired:
            return "more than 120 s", False
        if run.returncode == 0:
            return "not seen again", True
        return describe(run.stderr.decode(errors="replace"))


def stacks_of(text):
    """Returns the stacks in the report of a sanitizer, each as a list of its telling frames."""
    stacks, last = [], False
    for line in text.splitlines():
        frame = FRAME.match(line)
        if frame and not last:
            stacks.append([])
        if frame and not TRANSPARENT.search(frame.group(1)):
            stacks[-1].append(frame.group(1))
        last = bool(frame)
    return [stack for stack in stacks if stack]


def short(frame):
    """Returns the function of a frame, or its library where the function has no name."""
    library = re.match(r"\(.*/(\S+)\+0x", frame)
    return library.group(1) if library else re.sub(r"\(.*\)|/\S*/", "", frame)[:60].strip()


def describe(text):
    """Returns what happened and where, and whether it is HDF5's own."""
    error = ERROR.search(text)
    what = re.sub(r"0x[0-9a-f]+|\(pid=\d+\)", "", error.group(1)) if error else "unknown"
    what = what.split(" on ")[0][:60] if "WRONG" not in text else what[:100]
    stacks = stacks_of(text)
    own = bool(stacks) and all(HDF5.search(stack[0]) for stack in stacks)
    place = " < ".join(map(short, stacks[0][:3])) if stacks else ""
    return f"{what.strip()}: {place}", own


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--seconds", type=int, default=3600)
    parser.add_argument("--readers", default=",".join(READERS))
    parser.add_argument("--folder", type=pathlib.Path)
    arguments = parser.parse_args()
    build = arguments.build.resolve()
    folder = (arguments.folder or build / "fuzzing").resolve()
    campaigns = [Campaign(reader, build, folder) for reader in arguments.readers.split(",")]
    missing = [campaign.program.name for campaign in campaigns if not campaign.program.exists()]
    if missing:
        print(f"no {', '.join(missing)} in {build}/bin/fuzz: build the preset fuzz, which needs Clang")
        return 77
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    ours = 0
    with tempfile.TemporaryDirectory(dir=memory, prefix="fullforce-fuzz-") as scratch:
        for campaign in campaigns:
            campaign.start(arguments.seconds, scratch)
        for campaign in campaigns:
            campaign.wait()
        print(f"{'reader':8} {'seconds':>7} {'executions':>10} {'per s':>6} {'edges':>6} {'corpus':>6} {'crashes':>7} "
              f"{'hangs':>5} {'out of memory':>13}")
        for campaign in campaigns:
            executions, edges, kept, crashes, hangs, without_memory = campaign.figures()
            print(f"{campaign.reader:8} {campaign.seconds:7.0f} {executions:10} {executions / campaign.seconds:6.0f} "
                  f"{edges:6} {kept:6} {crashes:7} {hangs:5} {without_memory:13}")
        for campaign in campaigns:
            for place, (own, path) in campaign.places(scratch).items():
                ours += not own
                print(f"{campaign.reader}: {'HDF5: ' if own else ''}{place}\n    {path}")
    return 1 if ours else 0


if __name__ == "__main__":
    sys.exit(main())
