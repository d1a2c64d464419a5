#!/usr/bin/env python3
"""Files that cannot be used for different reasons: each gets its true reason, and only damaged ones are called damaged.

    unreadable_files.py FULLFORCE

The program and the Python package are asked. One more line says what this machine does not let the script try.
"""
import fcntl
import os
import pathlib
import shutil
import subprocess
import sys

import h5py

import harness
from harness import expect

from fullforce import errors, files
from fullforce.files import recording

CONFIG = """
[run]
init_trials = 0
train_trials = 3
test_trials = 1
[network]
neurons = 20
dt = 0.01
[checkpoint]
every_trials = 1
keep = 3
"""

AS_NOBODY = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]


def program(*arguments, before=()):
    """Runs the program on one rank and returns its exit code and all that it says."""
    environment = None if before else harness.alone()
    result = subprocess.run([*before, harness.PROGRAM, *arguments], capture_output=True, text=True, timeout=60,
                            env=environment)
    return result.returncode, result.stdout + result.stderr


def package_says(path):
    """Returns why the package does not read a network."""
    try:
        files.load_network(path)
    except (OSError, ValueError) as error:
        return str(error)
    return "nothing"


def prepare():
    """Makes a run in the folder `run`, and files that cannot be used; returns words for the reason of each."""
    pathlib.Path("c.toml").write_text(CONFIG)
    code, said = program("train", "c.toml", "--output", "run", "--quiet")
    expect(code == 0, said)
    whole = pathlib.Path("run/network.h5").read_bytes()
    pathlib.Path("empty.h5").write_bytes(b"")
    pathlib.Path("text.h5").write_text("some text\n")
    os.symlink("gone.h5", "dangling.h5")
    os.symlink("circle.h5", "circle.h5")
    os.mkfifo("pipe.h5")
    with h5py.File("other.h5", "w") as file:
        file["x"] = 1
    pathlib.Path("head.h5").write_bytes(whole[:3000])
    return {
        "missing.h5": "missing.h5: there is no such file",
        "dangling.h5": "the link leads to gone.h5, which is not there",
        "circle.h5": "its links lead in a circle",
        "pipe.h5": "is a pipe",
        "/dev/null": "is a device",
        "/proc/self/mem": "its disk or its file system fails",
        "empty.h5": "is empty",
        "text.h5": "it is no HDF5 file",
        "other.h5": "is an HDF5 file, but none of fullforce",
        "head.h5": "cut off",
    }


def check_reasons(reasons):
    """Every command gives the reason."""
    for path, words in reasons.items():
        code, said = program("info", path)
        expect(code in (1, 2) and words in said, f"info {path}: exit {code}: {said}")
        expect("DAMAGED" not in said or path == "head.h5", f"info {path}: calls it damaged: {said}")
        told = package_says(path)
        alike = words.split(",")[0] if path != "other.h5" else "is not a network file of fullforce"
        expect(alike in told or path == "head.h5", f"the package says of {path}: {told}")
    for command in (["test", "circle.h5"], ["analyze", "empty.h5"], ["train", "c.toml", "--restart", "text.h5"],
                    ["train", "c.toml", "--set", 'task.name="file"', "--set", 'task.file="circle.h5"']):
        code, said = program(*command)
        words = next(words for path, words in reasons.items() if any(path in argument for argument in command))
        expect(code == 2 and words in said, f"{command}: exit {code}: {said}")


def check_rights():
    """Who may not read a file or a folder is told so, and a restart does not take a file for damaged."""
    who = AS_NOBODY if os.geteuid() == 0 else []
    if subprocess.run([*who, harness.PROGRAM, "--dump-defaults"], capture_output=True).returncode != 0:
        print("not tried: files without the right to read them (nobody cannot run the program)")
        return
    os.chmod(".", 0o777)
    shutil.copytree("run", "mine")
    newest = pathlib.Path(harness.checkpoints("mine")[-1])
    pathlib.Path("mine/network.h5").unlink()
    newest.chmod(0)
    code, said = program("info", str(newest), before=who)
    expect(code == 2 and "Permission denied (let its owner" in said, f"exit {code}: {said}")
    code, said = program("info", "mine", before=who)
    expect(code == 1 and "not readable" in said and "DAMAGED" not in said, f"exit {code}: {said}")
    os.chmod("mine", 0o777)
    code, said = program("train", "c.toml", "--output", "mine", before=who)
    expect(code == 2 and "Permission denied" in said, f"exit {code}: {said}")
    expect(newest.exists(), "the restart has put a file aside that may be whole")
    os.chmod("mine", 0)
    code, said = program("info", "mine", before=who)
    expect(code == 2 and "mine cannot be read: Permission denied" in said, f"exit {code}: {said}")
    os.chmod("mine", 0o777)


def check_newer():
    """A file, or a part of it, of a later version wants a newer program. Sealed files cannot be changed by others, so
    the package alone is shown one with a newer section, and the program files without a seal."""
    shutil.copy("run/network.h5", "newer.h5")
    with h5py.File("newer.h5", "r+") as file:
        file["learning"].attrs["shared_gain_rls_version"] = 2
    told = package_says("newer.h5")
    expect("shared_gain_rls_version = 2" in told and "newer fullforce" in told, told)
    words = "format_version = 2, and this program reads version 1; use a newer fullforce to read the file"
    of_trials = "format_version = 4, and this program reads versions 1 to 3; use a newer fullforce to read the file"
    for kind in ("network", "trials", "recording", "analysis"):
        with h5py.File(f"{kind}.h5", "w") as file:
            file.attrs.update(format=f"fullforce-{kind}", format_version=4 if kind == "trials" else 2)
            file["filling"] = [0.0] * 2000
        code, said = program("info", f"{kind}.h5")
        expect(code == 2 and f"{kind}.h5: {of_trials if kind == 'trials' else words}" in said and "DAMAGED" not in said, f"info: exit {code}: {said}")
    os.mkdir("later")
    shutil.copy("c.toml", "later")
    shutil.copy("network.h5", "later/checkpoint-9.h5")
    code, said = program("info", "later")
    expect(code == 1 and "not readable: " in said and words in said and "DAMAGED" not in said, f"exit {code}: {said}")
    code, said = program("train", "c.toml", "--output", "later")
    expect(code == 2 and words in said, f"exit {code}: {said}")
    expect(os.path.exists("later/checkpoint-9.h5"), "the restart has put a file of a newer program aside")
    expect("newer fullforce" in package_says("network.h5"), package_says("network.h5"))
    try:
        recording.read_recording("recording.h5")
        told = "nothing"
    except errors.ToolError as error:
        told = str(error)
    expect(told == f"recording.h5: {words}", told)


def check_writers():
    """A file that is locked and changes, and one that has not yet its final name."""
    shutil.copy("run/network.h5", "locked.h5")
    with open("locked.h5", "r+b") as file:
        file.seek(5000)
        file.write(b"change")
        file.flush()
        fcntl.flock(file, fcntl.LOCK_EX)
        code, said = program("info", "locked.h5")
        expect(code == 1 and "another program has locked it" in said and "DAMAGED" not in said, f"exit {code}: {said}")
    code, said = program("info", "locked.h5")
    expect(code == 1 and "DAMAGED" in said, f"without its writer: exit {code}: {said}")
    part = "network.h5.unfinished-elsewhere-1-0.part"
    pathlib.Path(part).write_bytes(bytes(9000))
    code, said = program("info", part)
    expect(code == 1 and "unfinished" in said and "DAMAGED" not in said, f"exit {code}: {said}")


def main():
    with harness.own_folder():
        reasons = prepare()
        check_reasons(reasons)
        check_rights()
        check_newer()
        check_writers()
    print(f"{len(reasons)} files that cannot be used, files of others, later versions, writers: each has its reason")
    return 0


if __name__ == "__main__":
    sys.exit(main())
