#!/usr/bin/env python3
"""The newest checkpoint is damaged in every place that matters, one place at a time.

    damage.py FULLFORCE [SEED]

The run must notice and go on from the checkpoint before, or the damage must not matter. Never may it go on with other
numbers, crash, or hang.
"""
import collections
import os
import random
import shutil
import sys

import h5py

import harness

OLDER, NEWER, END = 600, 700, 720
PAGE = 4096


def run(output, steps):
    return harness.finish(harness.start(1, harness.train(output, "--quiet", "--max-steps", steps)), timeout=60)


def extents(path):
    """Returns where each dataset lies, checksums included, as its name, offset and bytes."""
    found = []

    def visit(name, item):
        if isinstance(item, h5py.Dataset) and item.id.get_storage_size() > 0:
            found.append((name, item.id.get_offset(), item.id.get_storage_size()))

    with h5py.File(path) as f:
        f.visititems(visit)
    return found


def damages(path, dice):
    """Yields the kind of each damage, and a function that does it to a file."""
    with open(path, "rb") as f:
        whole = f.read()
    data = extents(path)
    for name, offset, size in data:
        for place in (offset, offset + size // 2, offset + size - 1):
            kind = f"byte in {'a checksum' if name.startswith('checksums') else 'a dataset'}"
            yield kind, lambda p, at=place: harness.flip(p, at, 1 << dice.randrange(8))
    covered = bytearray(len(whole))
    for _, offset, size in data:
        covered[offset:offset + size] = b"\1" * size
    structure = [k for k in range(PAGE, len(whole)) if not covered[k] and whole[k] != 0]
    for place in dice.sample(structure, min(150, len(structure))):
        yield "byte of the structure", lambda p, at=place: harness.flip(p, at)
    # These marks begin the kinds of structure that HDF5 has.
    for mark in (b"OHDR", b"FRHP", b"GCOL", b"\x89HDF", b"OCHK", b"BTHD"):
        at = whole.find(mark)
        for place in range(at, at + 24) if at >= 0 else ():
            yield "byte of a header", lambda p, at=place: harness.flip(p, at, 0x80)
    for place in list(range(0, 64, 3)) + dice.sample(range(PAGE), 20):
        yield "byte of the seal", lambda p, at=place: harness.flip(p, at)
    for k in range(50):
        yield "truncation", lambda p, size=len(whole) * k // 50: os.truncate(p, size)
    for page in range(len(whole) // PAGE):
        yield "zeroed page", lambda p, at=page * PAGE: zero(p, at)


def zero(path, at):
    with open(path, "r+b") as f:
        f.seek(at)
        f.write(bytes(PAGE))


def outcome(output, reference):
    result = run(output, END)
    if result.returncode != 75:
        return f"exit {result.returncode}: {result.stderr[-300:]}"
    if harness.differences(reference, f"{output}/checkpoint-{END}.h5"):
        return "SILENTLY ACCEPTED"
    return "noticed" if "passed over" in result.stderr else "harmless"


def main():
    dice = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    with harness.small_run(run={"train_trials": 1000}):
        for steps in (OLDER, NEWER):
            harness.expect_exit(75, run("whole", steps))
        shutil.copytree("whole", "reference")
        harness.expect_exit(75, run("reference", END))
        counts = collections.Counter()
        bad = []
        for kind, do in damages(f"whole/checkpoint-{NEWER}.h5", dice):
            shutil.rmtree("damaged", ignore_errors=True)
            shutil.copytree("whole", "damaged")
            do(f"damaged/checkpoint-{NEWER}.h5")
            result = outcome("damaged", f"reference/checkpoint-{END}.h5")
            counts[kind, result if result in ("noticed", "harmless") else "BAD"] += 1
            if result not in ("noticed", "harmless"):
                bad.append(f"{kind}: {result}")
        for (kind, result), count in sorted(counts.items()):
            print(f"{kind:24s} {result:10s} {count}")
        print(f"{sum(counts.values())} damages, {len(bad)} neither noticed nor harmless")
        print("\n".join(bad))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
