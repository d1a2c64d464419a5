"""How the program is started, and what its errors become."""
import os
import pathlib
import stat
import warnings

import fullforce as ff
import pytest

from fullforce.program import Program
from fullforce.running import on_ranks


@pytest.fixture
def outside_of_slurm(monkeypatch):
    for name in ("SLURM_JOB_ID", "FULLFORCE_SRUN", "FULLFORCE_LAUNCHER"):
        monkeypatch.delenv(name, raising=False)


def script(path, text):
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_launchers(monkeypatch, outside_of_slurm, tmp_path):
    assert on_ranks(1, "p") == ["p"]
    assert on_ranks(2, "p")[0] == "mpirun"
    assert on_ranks(2, "p", "srun") == ["srun", "--mpi=pmix", "--ntasks=2", "p"]
    script(tmp_path / "srun", "exit 0")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("SLURM_JOB_ID", "7")
    assert on_ranks(2, "p")[0] == "srun" and on_ranks(1, "p") == ["p"]
    assert on_ranks(2, "p", "mpirun")[0] == "mpirun"
    with pytest.raises(ff.InputError, match="launcher qsub"):
        on_ranks(1, "p", "qsub")


def test_srun_starts_the_ranks(monkeypatch, outside_of_slurm, tmp_path):
    """A srun that tells what it was asked for."""
    script(tmp_path / "srun", 'echo "$@"')
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    said = Program(ranks=3, launcher="srun").run(["info", "x"])
    assert said.split()[:2] == ["--mpi=pmix", "--ntasks=3"] and said.split()[-2:] == ["info", "x"]


def test_python_may_be_started_by_srun(monkeypatch, tmp_path):
    """Open MPI must not take the program for a rank of Python's step, and srun must not wait for the cores of it."""
    for name, value in (("SLURM_JOB_ID", "7"), ("SLURM_JOBID", "7"), ("SLURM_STEP_ID", "0"), ("SLURM_NODELIST", "n1")):
        monkeypatch.setenv(name, value)
    assert "MPI" in Program().run(["--version"])
    script(tmp_path / "srun", 'echo "overlap ${SLURM_OVERLAP:-no}"')
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert Program(launcher="srun").run([]) == "overlap 1\n"
    monkeypatch.delenv("SLURM_STEP_ID")
    assert Program(launcher="srun").run([]) == "overlap no\n"


@pytest.mark.parametrize("text, kind, said", [
    ("echo 'fullforce: error: first\n  second line' >&2; exit 2", ff.InputError, "^first\n  second line$"),
    ("echo 'fullforce: error: it diverged' >&2; echo -------- >&2; echo mpirun >&2; exit 1", ff.RunError, "^it diverged$"),
    ("exit 75", ff.StoppedEarly, "the same call goes on"),
    ("echo 'no slots' >&2; exit 1", ff.RunError, "exit code 1: no slots"),
    ("echo 'fullforce: warning: slow' >&2; echo ---- >&2; echo 'Primary job ended.' >&2; echo ---- >&2; "
     "echo 'mpirun noticed that rank 3 exited on signal 9 (Killed).' >&2; echo ---- >&2; exit 1", ff.RunError,
     r"^fullforce ended with exit code 1: Primary job ended. mpirun noticed that rank 3 exited on signal 9 .Killed..$"),
    ("echo 'fullforce: warning: slow' >&2; echo '[vm:1] no pipes' >&2; exit 1", ff.RunError, r"code 1: \[vm:1\] no pipes$"),
    ("echo 'fullforce: warning: slow' >&2; exit 1", ff.RunError, "exit code 1: it says nothing$"),
    ("kill -9 $$", ff.RunError, "signal 9"),
])
def test_errors_become_exceptions(tmp_path, text, kind, said):
    program = Program(script(tmp_path / "program", text))
    with warnings.catch_warnings(), pytest.raises(kind, match=said):
        warnings.simplefilter("ignore", ff.RunWarning)
        program.run([])
    assert issubclass(kind, ff.FullForceError)


def test_warnings_become_warnings(tmp_path):
    program = Program(script(tmp_path / "program", "echo 'fullforce: warning: too noisy' >&2; echo result"))
    with pytest.warns(ff.RunWarning, match="^too noisy$"):
        assert program.run([]) == "result\n"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        program.run([], apart_from=("test.", "too"))


@pytest.mark.parametrize("options", [dict(ranks=0), dict(ranks=1.5), dict(threads=0), dict(ranks=True)])
def test_wrong_numbers_of_ranks_and_threads(options):
    with pytest.raises(ff.InputError, match="must be a whole number from 1 on"):
        Program(**options)


def test_files_that_are_no_programs_are_refused(tmp_path):
    (tmp_path / "text").write_text("no program")
    with pytest.raises(ff.InputError, match="is not a program"):
        Program(str(tmp_path / "text"))
    with pytest.raises(ff.FullForceError, match="is it fullforce"):
        ff.FullForce(program=script(tmp_path / "other", "echo hello"))
    with pytest.raises(ff.InputError, match="/bin/true: is not fullforce"):
        ff.FullForce(program="/bin/true", neurons=20)
    assert pathlib.Path(Program().path).name == "fullforce"
