"""Every block of code in TUTORIAL.md runs as it stands, in the order of the page and in one folder."""
import os
import pathlib
import re
import subprocess
import sys

import pytest

from conftest import PACKAGE, PROGRAM, STRICT

PROJECT = PACKAGE.parents[1]
TUTORIAL = PROJECT / "TUTORIAL.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FIGURES = {"memory.png", "learning.png", "rates.png", "state_space.png", "sweep.png"}


def blocks():
    """Language, code and first line of every block of the page."""
    text = TUTORIAL.read_text(encoding="utf-8")
    return [(block[1], block[2], text.count("\n", 0, block.start()) + 2) for block in BLOCK.finditer(text)]


@pytest.fixture
def desk(tmp_path):
    """A folder as a user has it: tools/ is there, and `commands` has what an installation puts into PATH."""
    commands = tmp_path / "commands"
    commands.mkdir()
    for name, place in (("fullforce", PROGRAM), ("fullforce-sweep", PROJECT / "tools/sweep.py"), ("python3", sys.executable)):
        (commands / name).symlink_to(pathlib.Path(place).resolve())
    (tmp_path / "tools").symlink_to(PROJECT / "tools")
    return tmp_path


def as_script():
    """The blocks as one script in Python, in which blocks of the shell are run by bash. What installs is left out."""
    parts = ["import subprocess"]
    for language, code, line in blocks():
        if language == "python":
            parts += [f"# line {line}", code]
        elif language == "sh" and "quickstart.sh" not in code:
            parts += [f"# line {line}", f"subprocess.run(['bash', '-e', '-c', {code!r}], check=True)"]
    return "\n".join([*parts, "print('points:', len(found.table()))"])


@pytest.mark.slow
def test_every_block_runs(desk):
    (desk / "tutorial.py").write_text(as_script(), encoding="utf-8")
    environment = {**os.environ, "PATH": f"{desk / 'commands'}{os.pathsep}{os.environ['PATH']}",
                   "PYTHONPATH": str(PACKAGE), "MPLBACKEND": "Agg"}
    ran = subprocess.run([sys.executable, "-u", *STRICT, "tutorial.py"], cwd=desk, env=environment, capture_output=True,
                         text=True)
    assert ran.returncode == 0 and not ran.stderr, ran.stderr
    assert float(ran.stdout.split("\n", 1)[0]) < 0.02, "the first network learns its task"
    assert "points: 12" in ran.stdout and "learning.alpha  network.output_gain  run.seed" in ran.stdout
    assert "unstable directions" in ran.stdout and ran.stdout.count("\nstable [") == 4
    assert FIGURES == {path.name for path in desk.glob("*.png")}
    for made in ("memory/report.html", "silenced.h5", "from_the_shell/sweep.csv"):
        assert (desk / "runs" / made).exists()


def test_the_first_task_has_twenty_lines():
    code = next(code for language, code, _ in blocks() if language == "python")
    assert len([line for line in code.splitlines() if line.strip()]) <= 20


def headings(page):
    """The headings of a page, as links name them."""
    found = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in found}


def test_what_the_page_names_exists():
    text = TUTORIAL.read_text(encoding="utf-8")
    for page, _, heading in (link.partition("#") for link in re.findall(r"\]\(([^)]+)\)", text)):
        assert (PROJECT / page).exists(), page
        assert not heading or heading in headings(PROJECT / page if page else TUTORIAL), heading
    for tool in re.findall(r"^\s*(tools/\S+\.(?:sh|py))", text, re.MULTILINE):
        assert os.access(PROJECT / tool, os.X_OK), tool
