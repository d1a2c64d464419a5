#!/usr/bin/env python3
"""What cmake --install leaves is enough for another project and for the tools.

    package.py FULLFORCE

The other project knows only C++.
"""
import os
import pathlib
import subprocess
import sys

import harness

PROJECT = """
cmake_minimum_required(VERSION 3.25)
project(guest CXX)
find_package(fullforce REQUIRED)
add_executable(guest guest.cpp)
target_link_libraries(guest PRIVATE fullforce::config)
"""
PROGRAM = """
#include <cstdio>

#include "fullforce/config/config.hpp"
#include "fullforce/parallel/mpi.hpp"

int main(int argc, char** argv) {
  const fullforce::Environment environment(&argc, &argv);
  if (fullforce::Communicator::world().is_root()) std::puts(fullforce::dump_config({}, true).c_str());
}
"""


FILES_IN_PYTHON = """
import numpy as np, fullforce_io
fullforce_io.write_trials("trials.h5", [fullforce_io.Trial(targets=np.ones(5))], dt=0.001)
print(fullforce_io.load_network("spectra/full-force-1/network.h5").J.shape)
"""
SHORT = ["--set", "run.init_trials=1", "--set", "run.train_trials=2", "--set", "run.test_trials=1"]


def call(*arguments, **options):
    result = subprocess.run(arguments, capture_output=True, text=True, timeout=300, **options)
    harness.expect_exit(0, result)
    return result.stdout


def check_guest():
    """A project that finds the libraries says what the program says."""
    for name, text in (("CMakeLists.txt", PROJECT), ("guest.cpp", PROGRAM)):
        pathlib.Path(name).write_text(text)
    call("cmake", "-S", ".", "-B", "guest", "-DCMAKE_PREFIX_PATH=" + os.path.abspath("installed"))
    call("cmake", "--build", "guest")
    own = call("installed/bin/fullforce", "--dump-defaults")
    guests = call("guest/guest")
    if guests.strip() != own.strip():
        sys.exit(f"the project's program says\n{guests}")


def check_tools():
    """The installed tools find their package, the program and the job scripts.

    They need nothing of the source folder.
    """
    tools = pathlib.Path("installed/share/fullforce/tools").resolve()
    installed = sorted(path.relative_to(tools) for path in tools.rglob("*") if path.is_file())
    sources = pathlib.Path(__file__).resolve().parents[2] / "tools"
    modules = [*sources.glob("*.py"), *sources.glob("examples/*.py"), *sources.glob("python/**/*.py"), *sources.glob("python/*.toml")]
    expected = sorted(path.relative_to(sources) for path in modules)
    assert installed == expected, f"installed are {installed}"
    papers = pathlib.Path("installed/share/doc/fullforce")
    assert (papers / "TUTORIAL.md").exists() and (papers / "tools/examples/flip_flop.py").exists()
    environment = dict(os.environ, PYTHONPATH=str(tools), PYTHONDONTWRITEBYTECODE="1")
    environment["PATH"] = "/usr/bin:/bin"  # study.py must look for the program beside the installed tools
    tool = lambda name, *arguments: call(sys.executable, str(tools / name), *arguments, env=environment)
    tool("study.py", "spectra", "--sizes", "30", "--seeds", "1", "--output", "spectra", *SHORT)
    tool("plot.py", "spectra/full-force-1")
    tool("report.py", "spectra")
    tool("scaling.py", "scaling", "--neurons", "100", "--plan", "--fullforce", "installed/bin/fullforce")
    assert "(30, 30)" in call(sys.executable, "-c", FILES_IN_PYTHON, env=environment)
    for made in (
        "spectra/spectra.pdf", "spectra/full-force-1/figure.png", "spectra/report.html", "scaling/scaling.png"
    ):
        assert os.path.getsize(made) > 10000, made


def main():
    build = os.path.dirname(os.path.dirname(harness.PROGRAM))
    with open(os.path.join(build, "CMakeCache.txt")) as cache:
        if "FULLFORCE_SANITIZE:BOOL=ON" in cache.read():
            print("skipped: with sanitizers the other project would need them too")
            return 77
    with harness.own_folder():
        call("cmake", "--install", build, "--prefix", "installed")
        check_guest()
        check_tools()
    return 0


if __name__ == "__main__":
    sys.exit(main())
