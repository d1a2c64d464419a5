#!/usr/bin/env python3
"""How fast a checkpoint is written and read back, and how much memory it needs.

    checkpoint_speed.py FULLFORCE [NEURONS [ROUNDS]]

The speed is compared with that of dd for as many bytes, in turns on the same disk.
"""
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import harness


def checkpoint(output, neurons):
    """Returns the seconds to write one (reading back and syncing included), its bytes, and the memory that it takes."""
    settings = ["--set", f"network.neurons={neurons}", "--max-steps", "0", "--output", output]
    process = harness.start(2, ["train", "c.toml"] + settings)
    extra = watch(process, output)
    result = harness.expect_exit(75, harness.finish(process, timeout=600))
    path = harness.checkpoints(output)[0]
    return float(re.search(r"checkpoint \S+ \(([\d.e+-]+) s\)", result.stdout).group(1)), os.path.getsize(path), extra


def peak_memory(pid):
    """Returns the most that a process has held, in KiB. Returns nothing if the process is gone."""
    try:
        with open(f"/proc/{pid}/status") as f:
            return [int(line.split()[1]) for line in f if line.startswith("VmHWM")][0]
    except (OSError, IndexError):
        return 0


def watch(process, output):
    """Returns by how many MiB a rank's peak memory grows while it writes."""
    def is_written():
        names = os.listdir(output) if os.path.isdir(output) else []
        return any(name.startswith("checkpoint-0.h5.unfinished-") for name in names)

    harness.wait_until(is_written, "the checkpoint", process)
    ranks = harness.ranks_of(process)
    before = {pid: peak_memory(pid) for pid in ranks}
    most = 0
    while process.poll() is None and is_written():
        most = max([most] + [peak_memory(pid) - before[pid] for pid in ranks])
        time.sleep(0.005)
    return most / 1024


def dd(path, size):
    begin = time.time()
    subprocess.run(
        [
            "dd", "if=/dev/zero", f"of={path}", "bs=16M", f"count={size}", "iflag=count_bytes", "conv=fsync",
            "status=none"
        ],
        check=True,
    )
    return time.time() - begin


def settle():
    """Makes both writers find memory that a virtual machine has given back to its host.

    Memory that was freed a moment ago is filled faster. A run that writes every few minutes finds the slower kind.
    """
    time.sleep(8)


def main():
    neurons = int(sys.argv[2]) if len(sys.argv) > 2 else 8192
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    with tempfile.TemporaryDirectory(dir=os.getcwd()) as folder:
        os.chdir(folder)
        with open("c.toml", "w") as f:
            f.write('[task]\nname = "oscillation"\n')
        ours, theirs, extras = [], [], []
        for _ in range(rounds):
            settle()
            seconds, size, extra = checkpoint("o", neurons)
            shutil.rmtree("o")
            ours.append(seconds)
            extras.append(extra)
            settle()
            theirs.append(dd("zeros", size))
            os.unlink("zeros")
            print(f"{size / 1e9:.3f} GB: checkpoint {ours[-1]:.2f} s, dd {theirs[-1]:.2f} s", flush=True)
        ratio = statistics.median(theirs) / statistics.median(ours)
        print(f"N = {neurons}, double, 2 ranks: {size / 1e9 / statistics.median(ours):.2f} GB/s, "
              f"{ratio:.2f} of dd (medians of {rounds}); "
              f"{statistics.median(ours) / 6:.2f} % of the time at an interval of 10 minutes; "
              f"{max(extras):.0f} MiB more memory a rank")
        os.chdir("/")


if __name__ == "__main__":
    main()
