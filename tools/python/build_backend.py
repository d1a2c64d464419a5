"""Builds the package as a wheel for pip (PEP 517 and 660), from pyproject.toml, with Python alone.

setuptools would do the same. But pip looks for it on the network, where a machine of a cluster has none.
"""
import base64
import csv
import hashlib
import io
import pathlib
import tarfile
import zipfile

from fullforce.toml_text import read_toml

HERE = pathlib.Path(__file__).resolve().parent
PYPROJECT = read_toml((HERE / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
NAME = "{name}-{version}".format(**PROJECT)
WHEEL = "Wheel-Version: 1.0\nGenerator: build_backend\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def _metadata():
    lines = ["Metadata-Version: 2.1", "Name: " + PROJECT["name"], "Version: " + PROJECT["version"],
             "Summary: " + PROJECT["description"], "Requires-Python: " + PROJECT["requires-python"]]
    lines += ["Requires-Dist: " + needed for needed in PROJECT["dependencies"]]
    for extra, needed in PYPROJECT["project.optional-dependencies"].items():
        lines.append("Provides-Extra: " + extra)
        lines += ['Requires-Dist: {}; extra == "{}"'.format(one, extra) for one in needed]
    return "\n".join(lines) + "\n"


def _entry_points():
    scripts = PYPROJECT["project.scripts"].items()
    return "[console_scripts]\n" + "".join("{} = {}\n".format(name, place) for name, place in scripts)


def _modules():
    """The sources by their path in the package."""
    found = sorted((HERE / "fullforce").rglob("*.py"))
    return {path.relative_to(HERE).as_posix(): path.read_bytes() for path in found}


def _info():
    folder = NAME + ".dist-info/"
    files = {"METADATA": _metadata(), "WHEEL": WHEEL, "entry_points.txt": _entry_points()}
    return {folder + name: text.encode() for name, text in files.items()}


def _record(files):
    """The list of a wheel's files, with their checksums."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for name, content in files.items():
        checksum = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        writer.writerow([name, "sha256=" + checksum, len(content)])
    writer.writerow([NAME + ".dist-info/RECORD", "", ""])
    return text.getvalue().encode()


def _write_wheel(folder, files):
    files = {**files, **_info()}
    files[NAME + ".dist-info/RECORD"] = _record(files)
    name = NAME + "-py3-none-any.whl"
    with zipfile.ZipFile(pathlib.Path(folder) / name, "w", zipfile.ZIP_DEFLATED) as wheel:
        for path, content in files.items():
            wheel.writestr(path, content)
    return name


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    """Called by pip: the name of the wheel that was written."""
    return _write_wheel(wheel_directory, _modules())


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    """Called by `pip install -e`: the wheel holds the path of the sources."""
    return _write_wheel(wheel_directory, {"fullforce.pth": (str(HERE) + "\n").encode()})


def build_sdist(sdist_directory, config_settings=None):
    """Called by `python -m build`: the name of the archive of sources that was written."""
    name = NAME + ".tar.gz"
    own = {file: (HERE / file).read_bytes() for file in ("pyproject.toml", "build_backend.py")}
    with tarfile.open(pathlib.Path(sdist_directory) / name, "w:gz") as archive:
        for path, content in {**own, **_modules(), "PKG-INFO": _metadata().encode()}.items():
            entry = tarfile.TarInfo(NAME + "/" + path)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return name
