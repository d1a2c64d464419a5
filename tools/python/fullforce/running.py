"""Starts fullforce: directly, with mpirun, or as a job of SLURM."""
from __future__ import annotations

import dataclasses
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
from typing import Any, Iterable, Mapping, Sequence

from .errors import InputError, ToolError
from .text_files import read_json

TOOLS = pathlib.Path(__file__).resolve().parents[2]
OWN = "fullforce: "  # how lines of the program on standard error begin
STOPPED_EARLY = 75  # fullforce: stopped with a good checkpoint, run again to go on


def find_program(given: str | None) -> str:
    """The path of fullforce: as given, by the variable FULLFORCE, in PATH, in the build folder, or as installed.

    A name without a folder is one in PATH.
    """
    chosen = given or os.environ.get("FULLFORCE")
    if chosen and not shutil.which(chosen):
        raise InputError(f"{chosen}: is not a program" + ("" if given else " (the environment variable FULLFORCE)"))
    built, installed = TOOLS.parent / "build/bin/fullforce", TOOLS.parents[2] / "bin/fullforce"
    for path in (chosen, "fullforce", built, installed):
        found = shutil.which(path) if path else None
        if found:
            return str(pathlib.Path(found).resolve())
    raise InputError("there is no program fullforce (build it, and name it in the environment variable FULLFORCE, in "
                     "PATH, or as the program that is to be used)")


def environment(threads: int | None = None, **more: str) -> dict[str, str]:
    """This process's environment with what Open MPI needs; `more` is set in any case.

    `threads` is the number of OpenMP threads of a rank; None leaves it to OMP_NUM_THREADS.
    """
    values = dict(os.environ)
    if threads is not None:
        values["OMP_NUM_THREADS"] = str(threads)
    if os.geteuid() == 0:
        values.update(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    # Threads of a rank may use every core; containers forbid one process to read another's memory.
    values.setdefault("OMPI_MCA_hwloc_base_binding_policy", "none")
    values.setdefault("OMPI_MCA_btl_vader_single_copy_mechanism", "none")
    if values.pop("SLURM_STEP_ID", None) is not None:
        # srun has started this Python, and Open MPI would take the program for a rank of that step. The step holds
        # its cores, for which the step of the program's ranks would wait without end.
        values["SLURM_OVERLAP"] = "1"
    return {**values, **more}


def mpirun(ranks: int, command: Iterable[Any], oversubscribe: bool = False) -> list[str]:
    """The command line that starts a program on so many ranks; `oversubscribe` allows more ranks than cores."""
    options = ["--oversubscribe"] if oversubscribe else []
    return ["mpirun", *options, "-n", str(ranks), *map(str, command)]


def on_ranks(ranks: int, program: str, launcher: str | None = None) -> list[str]:
    """The words that start the program on so many ranks, to which its arguments are added.

    `launcher` is "mpirun" or "srun". By default one rank is started directly, and several by srun inside a job
    of SLURM and by mpirun elsewhere.
    """
    if launcher not in (None, "mpirun", "srun"):
        raise InputError(f"launcher {launcher} (must be mpirun or srun)")
    if launcher is None and ranks == 1:
        return [program]
    if (launcher or _launcher_here()) == "srun":
        return ["srun", *os.environ.get("FULLFORCE_SRUN", "--mpi=pmix").split(), f"--ntasks={ranks}", program]
    return mpirun(ranks, [program], oversubscribe=True)


def _launcher_here() -> str:
    in_job = "SLURM_JOB_ID" in os.environ and shutil.which("srun") is not None
    return os.environ.get("FULLFORCE_LAUNCHER", "srun") if in_job else "mpirun"


class Started:
    """Programs that run at present, so that they can be stopped together."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen] = set()

    def run(self, command: Sequence[str], env: Mapping[str, str]) -> subprocess.CompletedProcess:
        """Runs a command to its end, as `run_quietly` does.

        It runs in a session of its own, which a terminal's Ctrl-C does not reach: mpirun would kill the ranks.
        """
        try:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE, text=True, errors="replace", env=env,
                                       start_new_session=True)
        except OSError as error:
            raise ToolError(f"{command[0]}: cannot be started ({error.strerror})", code=1) from error
        self._running.add(process)
        try:
            said, complained = process.communicate()
        finally:
            self._running.discard(process)
        return subprocess.CompletedProcess(command, process.returncode, said, complained)

    def stop(self) -> None:
        """Lets fullforce write its checkpoints and end; mpirun passes this signal on."""
        for process in list(self._running):
            process.send_signal(signal.SIGUSR1)


def run_quietly(command: Iterable[Any], **options: Any) -> subprocess.CompletedProcess:
    """Runs a command to its end, whatever its exit code, and keeps its output as text."""
    words = [str(word) for word in command]
    try:
        return subprocess.run(words, capture_output=True, text=True, errors="replace", check=False, **options)
    except OSError as error:
        raise ToolError(f"{words[0]}: cannot be started ({error.strerror})", code=1) from error


def said_by_others(text: str) -> list[str]:
    """The lines that launchers, MPI or the system have written among the program's own messages, without rulers."""
    found, is_own = [], False
    for line in text.splitlines():
        is_own = line.startswith(OWN) or (is_own and line[:1].isspace())
        if not is_own and line.strip(" -=\t"):
            found.append(line.strip())
    return found


def complaint(result: subprocess.CompletedProcess) -> str:
    """In one line what a command that failed has said: the program's own error, or else the last line of others."""
    lines = [line.strip() for text in (result.stdout, result.stderr) for line in text.splitlines() if line.strip()]
    own = [line for line in lines if "error:" in line]
    others = said_by_others(result.stdout + "\n" + result.stderr)
    return f"exit {result.returncode}: {(own[:1] or others[-1:] or lines[-1:] or ['it says nothing'])[0]}"


@dataclasses.dataclass(frozen=True)
class Sbatch:
    """A submission: options of sbatch, a script of jobs/, and the arguments of the script."""

    options: list[str]
    script: str
    arguments: list[str]

    variables: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def command(self) -> list[str]:
        export = exported(self.options, ["FULLFORCE_JOBS", *self.variables])
        return ["sbatch", *self.options, export, str(find_jobs() / self.script), *self.arguments]

    def submit(self, **options: Any) -> subprocess.CompletedProcess:
        """Calls sbatch with more environment variables; the script finds its neighbours by FULLFORCE_JOBS."""
        values = dict(os.environ, FULLFORCE_JOBS=str(find_jobs()), **self.variables)
        return subprocess.run(self.command, env=values, **options)


def find_jobs() -> pathlib.Path:
    """The folder of the job scripts: that in FULLFORCE_JOBS, beside the sources, or where the program was installed."""
    program = shutil.which(os.environ.get("FULLFORCE", "fullforce"))
    installed = [pathlib.Path(program).resolve().parents[1] / "share/fullforce/jobs"] if program else []
    given = [pathlib.Path(os.environ["FULLFORCE_JOBS"])] if os.environ.get("FULLFORCE_JOBS") else []
    places = given or [TOOLS.parent / "jobs", *installed]
    for place in places:
        if (place / "lib.sh").is_file():
            return place.resolve()
    raise InputError(f"{places[0]}: has no job scripts (name the folder jobs of fullforce in FULLFORCE_JOBS)")


def exported(sbatch_options: Sequence[str], names: Sequence[str]) -> str:
    """The option of sbatch that passes these variables on, and whatever else the user lets it pass on."""
    chosen = os.environ.get("SBATCH_EXPORT", "ALL")
    for option, following in zip(sbatch_options, [*sbatch_options[1:], ""]):
        if option.startswith("--export="):
            chosen = option.partition("=")[2]
        elif option == "--export":
            chosen = following
    others = [] if chosen in ("NONE", "NIL", "") else [chosen]
    return f"--export={','.join([*others, *names])}"


def run_for_json(command: Iterable[Any], env: Mapping[str, str] | None = None) -> Any:
    """Runs a command that writes JSON to the file behind its option --output; what it wrote."""
    with tempfile.TemporaryDirectory() as folder:
        output = pathlib.Path(folder) / "output.json"
        subprocess.run([*map(str, command), "--output", str(output)], env=env, check=True, stdout=subprocess.DEVNULL)
        return read_json(output)
