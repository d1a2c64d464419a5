#!/usr/bin/env python3
"""A real SLURM cluster on this machine, for tests.

    cluster.py COMMAND [ARGUMENT]...     runs a command with a cluster, for example a shell, from which to try job
scripts

It has munged, slurmctld and a few slurmd in Linux namespaces of their own. The namespaces give it its own loopback
network, host names, temporary folders and process numbers. Nothing outside can see it, and several clusters can run at
once. When their first process ends, for whatever reason, the kernel ends all the rest.
"""
import contextlib
import fcntl
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time

NODES = 7
STATE = pathlib.Path("/run/cluster")  # on a file system of the namespace, with which it goes
SKIPPED = 77
INSIDE = "FULLFORCE_TEST_CLUSTER"
CONTROLLER = "controller"
ADDRESS = "127.0.0.2"
PROGRAMS = ("munged", "munge", "slurmctld", "slurmd", "sbatch", "srun", "scontrol", "scancel", "squeue", "unshare")


def skip(reason):
    """Ends the test as skipped, which ctest shows."""
    print(f"SKIPPED: {reason}", flush=True)
    sys.exit(SKIPPED)


def quietly(*command, **options):
    """Runs a command, and returns the finished process with its output as text."""
    return subprocess.run(
        [str(c) for c in command], stdin=subprocess.DEVNULL, capture_output=True, text=True, **options
    )


def wait_until(condition, what, timeout=60, interval=0.1):
    """Returns the first true answer of `condition`. Fails after so many seconds."""
    end = time.monotonic() + timeout
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {timeout} s")
        time.sleep(interval)


def enter_namespaces():
    """Starts this script again in its own namespaces, and returns inside of them only.

    Skips the test if that cannot be done.
    """
    if os.environ.get(INSIDE) == "1":
        return
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    missing = [program for program in PROGRAMS if not shutil.which(program)]
    if missing:
        skip(f"no SLURM here ({', '.join(missing)} missing; on Debian: apt-get install slurm-wlm munge)")
    if os.geteuid() != 0:
        # In a user's namespace, munged takes the files of others for insecure.
        skip("a private SLURM cluster needs root")
    unshare = ["unshare", "--mount", "--uts", "--ipc", "--net", "--pid", "--mount-proc", "--fork", "--kill-child"]
    trial = quietly(*unshare, "mount", "-t", "tmpfs", "tmpfs", "/run")
    if trial.returncode != 0:
        skip(f"Linux namespaces may not be made here: {trial.stderr.strip()}")
    os.environ[INSIDE] = "1"
    # The shell is process 1. It takes up the orphans that daemons leave.
    os.execvp(
        "unshare",
        unshare + ["bash", "-c", 'trap "exit 1" INT TERM; "$@" & wait "$!"', "init", sys.executable] + sys.argv,
    )


def bring_loopback_up():
    """Brings up the namespace's only interface, with an address that is not 127.0.0.1.

    The resolver takes a machine that has no other address for one without network.
    """
    get_flags, set_flags, set_address, up = 0x8913, 0x8914, 0x8916, 1
    with socket.socket() as any_socket:
        address = struct.pack("16sHH4s8s", b"lo", socket.AF_INET, 0, socket.inet_aton(ADDRESS), b"")
        fcntl.ioctl(any_socket, set_address, address)
        flags = struct.unpack("16sh14s", fcntl.ioctl(any_socket, get_flags, struct.pack("16sh14s", b"lo", 0, b"")))[1]
        fcntl.ioctl(any_socket, set_flags, struct.pack("16sh14s", b"lo", flags | up, b""))


def prepare_machine():
    """Prepares what the namespaces hold before any daemon: network, names, and file systems that vanish with them."""
    bring_loopback_up()
    for folder, mode in (("/run", "755"), ("/dev/shm", "1777")):
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"mode={mode}", "tmpfs", folder], check=True)
    names = [CONTROLLER] + [f"n{k}" for k in range(1, NODES + 1)]
    STATE.mkdir()
    (STATE / "hosts").write_text(f"{ADDRESS} localhost {' '.join(names)}\n")
    subprocess.run(["mount", "--bind", STATE / "hosts", "/etc/hosts"], check=True)
    socket.sethostname(CONTROLLER)


def client_environment():
    """Returns the environment that SLURM's commands and Open MPI need."""
    (STATE / "tmp").mkdir()
    return {
        "SLURM_CONF": str(STATE / "slurm.conf"),
        "TMPDIR": str(STATE / "tmp"),
        "OMPI_MCA_btl_tcp_if_include": "lo",
        "OMPI_MCA_oob_tcp_if_include": "lo",
        "OMPI_MCA_btl": "self,vader,tcp",
        "OMPI_MCA_pml": "ob1",
        "OMPI_MCA_btl_vader_single_copy_mechanism": "none",
        "OMPI_MCA_mpi_yield_when_idle": "1",
        "OMPI_MCA_rmaps_base_oversubscribe": "1",
        "OMPI_ALLOW_RUN_AS_ROOT": "1",
        "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
        "PMIX_MCA_gds": "hash",
        "PMIX_MCA_ptl_base_if_include": "lo",
    }


class Cluster:
    """The daemons, and what tests ask of them."""

    def __init__(self, logs):
        """`logs` is a folder for what the daemons write. It stays."""
        self.logs = pathlib.Path(logs).resolve()
        shutil.rmtree(self.logs, ignore_errors=True)
        self.logs.mkdir(parents=True)
        self.daemons = {}

    def start(self):
        """Starts the daemons, and returns when every node is idle."""
        prepare_machine()
        os.environ.update(client_environment())
        self._write_configuration()
        self._start_munge()
        self._start("slurmctld", "-D", "-c")
        wait_until(lambda: " UP" in quietly("scontrol", "ping").stdout, "slurmctld answers")
        for k in range(1, NODES + 1):
            (STATE / f"spool-n{k}").mkdir()
            (STATE / f"tmp-n{k}").mkdir()
            # Each node has a host name of its own, because Open MPI tells nodes apart by it.
            self._start(
                f"slurmd-n{k}", "unshare", "--uts", "bash", "-c", f"hostname n{k}; exec slurmd -D -N n{k}",
                name_is_command=False
            )
        wait_until(lambda: self.idle_nodes() == NODES, "all nodes idle")

    def idle_nodes(self):
        return len(quietly("sinfo", "-h", "-N", "-p", "normal", "-t", "idle", "-o", "%N").stdout.split())

    def cut_power(self, node):
        """Ends at once whatever runs on a node, which is all that has its host name.

        SLURM notices when the node no longer answers.
        """
        name = os.stat(f"/proc/{self.daemons[f'slurmd-{node}'].pid}/ns/uts").st_ino
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if os.stat(process / "ns/uts").st_ino == name:
                    os.kill(int(process.name), signal.SIGKILL)

    def _write_configuration(self):
        text = (pathlib.Path(__file__).parent / "slurm.conf").read_text()
        values = {
            "controller": CONTROLLER,
            "address": ADDRESS,
            "state": STATE,
            "logs": self.logs,
            "nodes": NODES,
            "last_port": 7000 + NODES,
        }
        for name, value in values.items():
            text = text.replace(f"@{name}@", str(value))
        (STATE / "slurm.conf").write_text(text)
        (STATE / "controller").mkdir()

    def _start_munge(self):
        key = STATE / "munge.key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o400)
        where = {
            "key-file": key,
            "socket": STATE / "munge.socket",
            "pid-file": STATE / "munge.pid",
            "seed-file": STATE / "munge.seed",
        }
        self._start("munged", "--foreground", "--num-threads=2", *(f"--{name}={path}" for name, path in where.items()))
        wait_until(lambda: quietly("munge", "-S", STATE / "munge.socket", "-n").returncode == 0, "munged answers")

    def _start(self, name, *arguments, name_is_command=True):
        command = ([name] if name_is_command else []) + list(arguments)
        with open(self.logs / f"{name}.out", "w") as output:
            self.daemons[name] = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )


@contextlib.contextmanager
def running(logs):
    """A started cluster. All of it ends with this process at the latest."""
    for interruption in (signal.SIGINT, signal.SIGTERM):
        signal.signal(interruption, lambda *_: os._exit(1))  # at once, without waiting for any thread
    cluster = Cluster(logs)
    begin = time.monotonic()
    cluster.start()
    print(f"{NODES} nodes idle after {time.monotonic() - begin:.1f} s", flush=True)
    yield cluster


def main():
    enter_namespaces()
    with running("cluster-logs"):
        return subprocess.run(sys.argv[1:] or ["bash"]).returncode


if __name__ == "__main__":
    sys.exit(main())
