"""pip installs the package without a network, and what it installs works."""
import os
import pathlib
import shutil
import subprocess
import sys
import zipfile

import pytest

from conftest import PACKAGE

BUILD = "import sys, build_backend; print(build_backend.{}(sys.argv[1]))"


def build(kind, folder):
    name = subprocess.run([sys.executable, "-W", "error", "-c", BUILD.format(kind), str(folder)], cwd=PACKAGE, text=True,
                          capture_output=True, check=True).stdout.strip()
    return folder / name


def test_the_wheel_holds_every_module(tmp_path):
    with zipfile.ZipFile(build("build_wheel", tmp_path)) as wheel:
        names = set(wheel.namelist())
        wheel.extractall(tmp_path / "installed")
    modules = {path.relative_to(PACKAGE).as_posix() for path in (PACKAGE / "fullforce").rglob("*.py")}
    assert {name for name in names if name.endswith(".py")} == modules
    code = "import fullforce as ff; print(ff.FullForce.__module__, ff.__file__)"
    said = subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=tmp_path, text=True, check=True,
                          capture_output=True, env={**os.environ, "PYTHONPATH": str(tmp_path / "installed")}).stdout
    assert said.split() == ["fullforce.estimator", str(tmp_path / "installed" / "fullforce" / "__init__.py")]


def test_the_editable_wheel_and_the_sources(tmp_path):
    with zipfile.ZipFile(build("build_editable", tmp_path)) as wheel:
        assert wheel.read("fullforce.pth").decode().strip() == str(PACKAGE)
    shutil.unpack_archive(build("build_sdist", tmp_path), tmp_path / "sources")
    (folder,) = (tmp_path / "sources").iterdir()
    assert (folder / "pyproject.toml").exists() and (folder / "fullforce" / "estimator.py").exists()


def test_pip_installs_it(tmp_path):
    pip = [sys.executable, "-m", "pip"]
    if subprocess.run([*pip, "--version"], capture_output=True).returncode != 0:
        pytest.skip("there is no pip")
    subprocess.run([*pip, "install", "--quiet", "--no-index", "--no-deps", "--target", str(tmp_path), str(PACKAGE)],
                   check=True, capture_output=True, timeout=60)
    command = pathlib.Path(tmp_path) / "bin" / "fullforce-sweep"
    said = subprocess.run([command, "--help"], env={**os.environ, "PYTHONPATH": str(tmp_path)}, text=True,
                          capture_output=True, check=True).stdout
    assert said.startswith("usage: fullforce-sweep")
