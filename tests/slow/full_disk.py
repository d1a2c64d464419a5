#!/usr/bin/env python3
"""A disk becomes full at any point of a checkpoint, and a disk may only be read.

    full_disk.py FULLFORCE

There are file systems that can reserve room and file systems that cannot. The script needs the right to mount. Without
it, it says so and succeeds.
"""
import os
import shutil
import subprocess

import harness
from harness import expect


def run(output, *more, ranks=2):
    return harness.finish(harness.start(ranks, harness.train(output, "--quiet", *more)), timeout=150)


def shell(command):
    return subprocess.run(command, shell=True, capture_output=True, text=True).returncode == 0


def fill(path, leave):
    """Writes a file that leaves so many bytes of a disk."""
    status = os.statvfs(os.path.dirname(path))
    with open(path, "wb") as f:
        f.write(bytes(max(0, status.f_bavail * status.f_frsize - leave)))
        f.flush()
        os.fsync(f.fileno())


def try_sizes(disk, sizes):
    """Runs with one good checkpoint, and so many bytes left for the next one.

    Returns how many runs reached their end in spite of it.
    """
    survived = 0
    for leave in sizes:
        output = disk + "/o"
        shutil.copytree("begun", output)
        fill(disk + "/filler", leave)
        result = run(output)
        full = result.returncode == 1 and "cannot" in result.stderr
        expect(full or result.returncode == 0, f"{leave} bytes left: exit {result.returncode} {result.stderr[-500:]}")
        if full:
            expect(
                "warning: no checkpoint" in result.stderr
                or len(harness.checkpoints(output)) >= 1,
                f"{leave} bytes left: no checkpoint remains: {os.listdir(output)}\n{result.stderr}",
            )
            expect(
                not [n for n in os.listdir(output) if n.endswith(".part")],
                f"{leave} bytes left: an unfinished file remains",
            )
        survived += result.returncode == 0
        os.unlink(disk + "/filler")
        harness.expect_exit(0, run(output, ranks=1))
        differing = harness.differences("reference/network.h5", output + "/network.h5")
        expect(not differing, f"{leave} bytes left: {', '.join(differing)} differ afterwards")
        expect(shell(f"rm -rf {output}"), "cannot tidy up")
    return survived


def read_only(disk):
    shutil.copytree("begun", disk + "/o")
    expect(shell(f"mount -o remount,ro {disk}"), "cannot remount")
    for output in (disk + "/o", disk + "/new"):
        result = run(output)
        expect(
            result.returncode == 2 and result.stderr.count("fullforce: error") == 1,
            f"read-only: exit {result.returncode} {result.stderr}",
        )


def main():
    with harness.small_run(
        run={"streams": 1, "train_trials": 60}, network={"neurons": 150}, checkpoint={"every_trials": 20, "keep": 1}
    ):
        harness.expect_exit(0, run("reference"))
        harness.expect_exit(75, run("begun", "--max-steps", "500"))
        size = os.path.getsize("reference/network.h5")
        os.mkdir("disk")
        disk = os.path.abspath("disk")
        # There must be room for three checkpoints (one is kept, one stays for a longer run, one is written) and the network.
        if not shell(f"mount -t tmpfs -o size={5 * size} tmpfs {disk}"):
            print("not allowed to mount: nothing was tried")
            return
        try:
            sizes = [size * k // 24 for k in range(27)]
            print(f"tmpfs: {len(sizes)} disks, {try_sizes(disk, sizes)} runs ended in spite of it, "
                  "all went on to the same network afterwards")
            read_only(disk)
            print("read-only: refused")
        finally:
            shell(f"umount {disk}")
        if shell(f"truncate -s {6 * size} image && mkfs.ext2 -q image && mount -o loop image {disk}"):
            try:
                sizes = [size * k // 8 for k in range(10)]
                print(f"ext2, which cannot reserve room: {len(sizes)} disks, "
                      f"{try_sizes(disk, sizes)} runs ended in spite of it")
            finally:
                shell(f"umount {disk}")


if __name__ == "__main__":
    main()
