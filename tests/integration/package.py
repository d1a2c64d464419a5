#!/usr/bin/python3
"""What cmake --install leaves is enough for a project of somebody else, which knows C++ alone.

    package.py FULLFORCE
"""
import os
import subprocess
import sys
import tempfile

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


def call(*arguments):
    result = subprocess.run(arguments, capture_output=True, text=True, timeout=300)
    harness.expect_exit(0, result)
    return result.stdout


def main():
    build = os.path.dirname(os.path.dirname(harness.PROGRAM))
    with open(os.path.join(build, "CMakeCache.txt")) as cache:
        if "FULLFORCE_SANITIZE:BOOL=ON" in cache.read():
            print("skipped: with sanitizers the other project would need them too")
            return 77
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for name, text in (("CMakeLists.txt", PROJECT), ("guest.cpp", PROGRAM)):
            with open(name, "w") as f:
                f.write(text)
        call("cmake", "--install", build, "--prefix", "installed")
        call("cmake", "-S", ".", "-B", "guest", "-DCMAKE_PREFIX_PATH=" + os.path.join(folder, "installed"))
        call("cmake", "--build", "guest")
        own = call(os.path.join("installed", "bin", "fullforce"), "--dump-defaults")
        guests = call(os.path.join("guest", "guest"))
        os.chdir("/")
    if guests.strip() != own.strip():
        sys.exit(f"the project's program says\n{guests}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
