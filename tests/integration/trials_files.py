#!/usr/bin/env python3
"""Trials files as others write them: the program and the package read the same values, or refuse with the same words.

    trials_files.py FULLFORCE
"""
import os
import pathlib
import subprocess
import sys

import h5py
import numpy as np

import harness
from fullforce import errors, files
from fullforce.files import network_file, recording

STEPS = 6
TARGETS = np.array([[1, 0], [0, 1], [1, 1], [0, 0], [1, 0], [0, 1]])  # bool holds them as well as float
ROOT = {"format": "fullforce-trials", "format_version": 1, "dt": 0.001}
TEXT = h5py.string_dtype()
FIXED = lambda size: h5py.string_dtype("ascii", size)

accepted, refused = {}, {}
#: What is done to the bytes of files that HDF5 itself does not write, by the name of the case.
spoiled = {}


def accept(make):
    """The file that `make(file)` completes holds the usual trial."""
    accepted[make.__name__] = make
    return make


def refuse(words):
    """The file that `make(file)` completes is refused with these words."""
    def keep(make):
        refused[make.__name__] = (make, words)
        return make
    return keep


def store(file, targets=TARGETS, lengths=(STEPS,), **options):
    file["lengths"] = np.asarray(lengths)
    file.create_dataset("targets", data=targets, **options)


def chunked(file, name="targets", rows=STEPS, written=STEPS, dtype="f8", **options):
    """A dataset whose last chunks may be left out."""
    dataset = file.create_dataset(name, (rows, 2), dtype, chunks=(1, 2), **options)
    for row in range(written):
        dataset[row] = TARGETS[row]


# Types

def typed(dtype):
    def make(file):
        store(file, TARGETS.astype(dtype))
    make.__name__ = f"type_{np.dtype(dtype).str[1:]}_{np.dtype(dtype).byteorder.strip('|=') or 'native'}"
    accept(make)


for dtype in ("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "g", ">i2", ">u8", ">f2", ">f4", ">f8"):
    typed(dtype)


@accept
def lengths_are_floating_point(file):
    store(file, lengths=np.array([6.0]))


@refuse("dataset targets holds complex numbers (write real and imaginary parts as two columns)")
def complex_numbers(file):
    store(file, TARGETS * 1j)


@refuse("dataset targets holds text: integers, floating-point numbers or bool are expected")
def text(file):
    store(file, np.array([["a", "b"]] * STEPS, dtype=object), dtype=TEXT)


@refuse("dataset targets holds compounds")
def compounds(file):
    store(file, np.zeros((STEPS, 2), dtype=[("a", "i4"), ("b", "f8"), ("c", "f8")]))


@refuse("dataset targets holds values of an enumeration other than bool")
def enumeration(file):
    store(file, TARGETS, dtype=h5py.enum_dtype({"RED": 0, "GREEN": 1}, basetype="i4"))


@refuse("dataset targets holds lists of varying length")
def lists(file):
    file["lengths"] = [STEPS]
    file.create_dataset("targets", (STEPS, 2), h5py.vlen_dtype("f8"))


@refuse("dataset lengths holds complex numbers")
def complex_lengths(file):
    store(file, lengths=[6j])


@refuse("dataset targets holds bit fields")
def bit_fields(file):
    file["lengths"] = [STEPS]
    space = h5py.h5s.create_simple((STEPS, 2))
    h5py.h5d.create(file.id, b"targets", h5py.h5t.STD_B8LE, space).write(h5py.h5s.ALL, h5py.h5s.ALL, TARGETS.astype("u1"), h5py.h5t.STD_B8LE)


# Attributes

def with_attributes(name, words=None, **attributes):
    def make(file):
        for key, value in attributes.items():
            del file.attrs[key]
            if value is not None:
                file.attrs[key] = value
        store(file)
    make.__name__ = name
    accept(make) if words is None else refuse(words)(make)


with_attributes("dt_in_single_precision", dt=np.float32(0.001))
with_attributes("dt_as_array_of_one", dt=np.array([0.001]))
with_attributes("dt_as_matrix_of_one", dt=np.array([[0.001]], dtype="f4"))
with_attributes("dt_of_long_double", dt=np.longdouble("0.001"))
with_attributes("format_of_fixed_length", format=np.bytes_("fullforce-trials"))
with_attributes("format_with_nulls", format=np.array(b"fullforce-trials", dtype=FIXED(30)))
with_attributes("format_with_spaces", format=np.bytes_("fullforce-trials    "))
with_attributes("format_as_array_of_one", format=np.array(["fullforce-trials"], dtype=TEXT))
with_attributes("format_as_array_of_one_fixed", format=np.array([b"fullforce-trials"]))
with_attributes("version_as_floating_point", format_version=1.0)
with_attributes("version_as_array_of_one", format_version=np.array([1], dtype="u1"))
with_attributes("dt_missing", "root attribute dt is missing (expected the step in seconds)", dt=None)
with_attributes("dt_negative", "root attribute dt = -0.5 (must be positive and finite, in seconds)", dt=-0.5)
with_attributes("dt_infinite", "root attribute dt = inf (must be positive", dt=np.inf)
with_attributes("dt_is_text", "root attribute dt is a string (expected the step in seconds)", dt="0.001")
with_attributes("dt_is_two", "attribute dt is not one value", dt=[0.001, 0.001])
with_attributes("dt_is_complex", "attribute dt is neither a number nor a string", dt=0.001j)
with_attributes("dt_is_bool", "attribute dt is neither a number nor a string", dt=True)
with_attributes("version_missing", "root attribute format_version is missing (expected 3)", format_version=None)
with_attributes("version_newer", "format_version = 9, and this program reads versions 1 to 3; use a newer fullforce to read the file", format_version=9)
with_attributes("version_newer_in_part", "format_version = 3.5, and this program reads versions 1 to 3; use a newer", format_version=3.5)
with_attributes("version_in_between", "format_version = 1.5 (this program reads versions 1 to 3)", format_version=1.5)
with_attributes("version_other", "format_version = 0 (this program reads versions 1 to 3)", format_version=0)


# Masks, conditions and names of channels, which came with version 2

MASK = np.array([1, 1, 0, 0, 1, 1])


def of_version_2(name, words=None, targets=TARGETS, version=2, attributes=(), **parts):
    """A file with more datasets; a part whose name ends with `names` is an attribute."""
    def make(file):
        file.attrs["format_version"] = version
        store(file, targets)
        for part, value in parts.items():
            (file.attrs if part.endswith("names") else file)[part] = value
        file.attrs.update(dict(attributes))
    make.__name__ = name
    accept(make) if words is None else refuse(words)(make)


def texts(*values):
    return np.array(values, dtype=TEXT)


for dtype in ("?", "i1", "u8", "f2", "f8", ">i4", ">f4"):
    of_version_2(f"mask_of_{np.dtype(dtype).str.strip('|<>=')}_{dtype[0] == '>'}", mask=MASK.astype(dtype))
of_version_2("mask_as_column", mask=MASK[:, None])
of_version_2("mask_as_row", mask=MASK[None])
of_version_2("mask_by_output", mask=np.stack([MASK, 1 - MASK], axis=1))
of_version_2("mask_is_a_half", "dataset mask has the value 0.5 at step 2 (must be 1 where", mask=[1, 1, 0.5, 0, 1, 1])
of_version_2("mask_is_nan", "dataset mask has the value nan at step 0 (must be 1 where", mask=[np.nan, 1, 0, 0, 1, 1])
of_version_2("mask_transposed", "dataset mask has shape [2, 6], but the lengths add up to 6 rows: it is transposed", mask=np.ones((2, 6)))
of_version_2("mask_too_short", "dataset mask has shape [5], but the lengths add up to 6 steps, and there are 2 output(s)", mask=np.ones(5))
of_version_2("mask_too_wide", "dataset mask has shape [6, 3], but the lengths add up to 6 steps", mask=np.ones((6, 3)))
of_version_2("mask_of_text", "dataset mask holds text: integers, floating-point numbers or bool", mask=texts(*"111111"))
of_version_2("mask_of_version_1", "dataset mask came with format_version 2, and the file says format_version = 1", version=1, mask=MASK)
of_version_2("conditions_of_version_1", "dataset conditions came with format_version 2, and the file says format_version = 1", version=1, conditions=[7])
of_version_2("output_names_of_version_1", "root attribute output_names came with format_version 2, and the file says format_version = 1", version=1, output_names=texts("x", "y"))
of_version_2("input_names_of_version_1", "root attribute input_names came with format_version 2", version=1, input_names=texts())
of_version_2("output_names_in_capitals", "unknown root attribute Output_Names (the nearest known root attribute is output_names)", attributes={"Output_Names": texts("x", "y")})
of_version_2("output_name_misnamed", "unknown root attribute output_name (the nearest known root attribute is output_names)", attributes={"output_name": texts("x", "y")})
of_version_2("hint_names_misnamed_in_version_1", "unknown root attribute hints_names (the nearest known root attribute is hint_names)", version=1, attributes={"hints_names": texts("x")})
of_version_2("attributes_of_other_programs", attributes={"TITLE": "", "CLASS": "GROUP", "date": "today", "units": texts("m"), "output_units": texts("m")})
of_version_2("mask_misnamed", "unknown dataset or group masks (the nearest known dataset is mask)", masks=MASK)
of_version_2("targets_infinite", "targets[1, 0] = inf (all values must be finite)", targets=np.where(np.arange(12).reshape(6, 2) == 2, np.inf, 1.0))
of_version_2("inputs_unknown", "inputs[0, 0] = nan (all values must be finite)", inputs=np.full((6, 1), np.nan))
of_version_2("condition_is_text", conditions=texts("left, far"))
of_version_2("condition_is_fixed_text", conditions=np.array([b"left  "]))
of_version_2("condition_is_integer", conditions=np.array([-7], dtype="i2"))
of_version_2("condition_is_whole", conditions=np.array([[3.0]]))
of_version_2("condition_is_fractional", "conditions[0] = 0.5 (must be a whole number or a text)", conditions=[0.5])
of_version_2("condition_of_two_lines", "dataset conditions: its text number 0, ", conditions=texts("a\nb"))
of_version_2("condition_complex", "dataset conditions holds complex numbers (write real and imaginary parts as two columns): integers or texts are expected", conditions=[1j])
of_version_2("conditions_too_many", "dataset conditions has 2 value(s), and there are 1 trials", conditions=[1, 2])
of_version_2("names", output_names=texts("x", "ÿ"), input_names=texts("go"), inputs=np.ones((6, 1)))
of_version_2("names_too_few", "root attribute output_names has 1 name(s), and there are 2 channel(s)", output_names=texts("x"))
of_version_2("names_alike", 'root attribute output_names has the name "x" twice', output_names=texts("x", "x"))
of_version_2("names_are_numbers", "root attribute output_names is not text (expected a name for each of the 2 channel(s))", output_names=[1, 2])
of_version_2("names_of_nothing", "root attribute hint_names has 1 name(s), and there are 0 channel(s)", hint_names=texts("x"))


# Lengths, names and shapes

@accept
def lengths_of_matlab(file):
    store(file, lengths=[[STEPS]])


@accept
def signals_without_columns(file):
    store(file)
    file["inputs"] = np.zeros((STEPS, 0))


@accept
def dataset_behind_a_link(file):
    file["lengths"] = [STEPS]
    with h5py.File("elsewhere.h5", "w") as other:
        other["data"] = TARGETS
    file["targets"] = h5py.ExternalLink("elsewhere.h5", "data")


def with_lengths(name, words, lengths):
    def make(file):
        store(file, lengths=lengths)
    make.__name__ = name
    refuse(words)(make)


with_lengths("length_negative", "lengths[1] = -1 (must be a whole number of steps, at least 1)", [7, -1])
with_lengths("length_zero", "lengths[0] = 0 (must be a whole number of steps, at least 1)", [0, 6])
with_lengths("length_fractional", "lengths[0] = 2.5 (must be a whole number of steps, at least 1)", [2.5, 3.5])
with_lengths("length_nan", "lengths[1] = nan (must be a whole number of steps, at least 1)", [6, np.nan])
with_lengths("length_infinite", "lengths[0] = inf (must be a whole number of steps, at least 1)", [np.inf])
with_lengths("length_huge", "lengths[0] = 1.8446744073709552e+19 (must be a whole", np.array([2**64 - 1], dtype="u8"))
with_lengths("lengths_empty", "dataset lengths is empty (at least one trial is needed)", np.zeros(0))
with_lengths("lengths_matrix", "dataset lengths has shape [2, 2] (expected [trials])", [[1, 2], [1, 2]])
with_lengths("lengths_cube", "dataset lengths has shape [1, 1, 1] (expected [trials])", [[[6]]])
with_lengths("lengths_column_negative", "lengths[1] = -1 (must be a whole number of steps, at least 1)", [[7], [-1]])
with_lengths("lengths_column_empty", "dataset lengths is empty (at least one trial is needed)", np.zeros((0, 1)))
with_lengths("lengths_row_empty", "dataset lengths is empty (at least one trial is needed)", np.zeros((1, 0)))
with_lengths("lengths_scalar", "dataset lengths has shape [] (expected [trials])", 6)
with_lengths("lengths_too_many", "dataset targets has 6 rows, but the lengths add up to 7", [6, 1])


def misnamed(name, nearest, known=()):
    def make(file):
        file["lengths"] = [STEPS]
        for other in known:
            file[other] = TARGETS
        file[name] = TARGETS
    make.__name__ = f"misnamed_{name}"
    refuse(f"unknown dataset or group {name} (the nearest known dataset is {nearest})")(make)


misnamed("target", "targets")
misnamed("input", "inputs", ["targets"])
misnamed("Inputs", "inputs", ["targets"])
misnamed("hint", "hints", ["targets"])
misnamed("length", "lengths", ["targets"])


@refuse("unknown dataset or group Hints (the nearest known dataset is hints)")
def misnamed_group(file):
    store(file)
    file.create_group("Hints")


@refuse("inputs is not a dataset that can be read")
def group_for_a_dataset(file):
    store(file)
    file.create_group("inputs")


@refuse("inputs is not a dataset that can be read")
def dangling_link(file):
    store(file)
    file["inputs"] = h5py.SoftLink("/nowhere")


@refuse("dataset targets is missing (expected numbers of shape [sum of lengths, columns])")
def no_targets(file):
    file["lengths"] = [STEPS]


@refuse("dataset targets has no columns (at least one output is needed)")
def no_outputs(file):
    store(file, np.zeros((STEPS, 0)))


@refuse("dataset targets has shape [6] (expected [sum of lengths, columns])")
def flat(file):
    store(file, np.zeros(STEPS))


@refuse("targets[2, 1] = nan (all values must be finite)")
def not_finite(file):
    targets = TARGETS.astype(float)
    targets[2, 1] = np.nan
    store(file, targets)


@refuse("dataset targets has shape [2, 6], but the lengths add up to 6 rows: it is transposed, since MATLAB, Julia and R write")
def transposed(file):
    store(file, TARGETS.T)


@refuse("dataset inputs has shape [3, 6], but the lengths add up to 6 rows: it is transposed")
def transposed_inputs(file):
    store(file, np.zeros((STEPS, STEPS)))
    file["inputs"] = np.zeros((3, STEPS))


@refuse("dataset targets has as many columns as rows, 6, so nothing shows whether it is transposed")
def square(file):
    store(file, np.eye(STEPS))


@accept
def square_beside_another(file):
    store(file)
    file["inputs"] = np.arange(STEPS**2).reshape(STEPS, STEPS)


# How the values are stored

def compressed(name, **options):
    def make(file):
        file["lengths"] = [STEPS]
        chunked(file, **options)
    make.__name__ = name
    accept(make)


compressed("gzip", compression="gzip", shuffle=True, fletcher32=True)
compressed("lzf", compression="lzf")
compressed("lzf_shuffled", compression="lzf", shuffle=True, fletcher32=True)
compressed("lzf_of_packed_integers", compression="lzf", scaleoffset=0, dtype="i4")
compressed("resizable", maxshape=(None, 2))
compressed("resizable_both_ways", maxshape=(None, None))


@accept
def lzf_of_many_values(file):
    store(file)
    random = np.random.default_rng(1)
    inputs = np.repeat(random.integers(0, 5, (300, 20)), 2, axis=1)[:STEPS].astype(float)
    file.create_dataset("inputs", data=inputs, compression="lzf", chunks=inputs.shape)


def create(file, kind=h5py.h5t.IEEE_F64LE, chunk=None, prepare=lambda properties: None):
    """Targets with the properties of creation that `prepare` sets, in an HDF5 type."""
    file["lengths"] = [STEPS]
    properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    if chunk:
        properties.set_chunk(chunk)
    prepare(properties)
    return h5py.h5d.create(file.id, b"targets", kind, h5py.h5s.create_simple((STEPS, 2)), properties)


def cut_by_filter(name, set_filter):
    """A filter that makes chunks of a fixed size stands behind one that makes them longer."""
    def make(file):
        def prepare(properties):
            properties.set_fletcher32()
            set_filter(properties)
        create(file, h5py.h5t.STD_I32LE, (STEPS, 2), prepare)
        file["targets"][...] = TARGETS
    make.__name__ = name
    refuse("dataset targets was written with scaleoffset or nbit behind a filter that changes sizes, which loses data (rewrite")(make)


cut_by_filter("scaleoffset_behind_a_checksum", lambda properties: properties.set_scaleoffset(h5py.h5z.SO_INT, 0))
cut_by_filter("nbit_behind_a_checksum", lambda properties: properties.set_filter(h5py.h5z.FILTER_NBIT, h5py.h5z.FLAG_OPTIONAL))


@accept
def scaleoffset_behind_a_shuffle(file):
    def prepare(properties):
        properties.set_shuffle()
        properties.set_scaleoffset(h5py.h5z.SO_INT, 0)
    create(file, h5py.h5t.STD_I32LE, (STEPS, 2), prepare)
    file["targets"][...] = TARGETS


@refuse("dataset targets has values of 200 bytes, which no number has")
def wide_values(file):
    kind = h5py.h5t.STD_I64LE.copy()
    kind.set_size(200)
    create(file, kind)


@refuse("dataset targets is damaged: its chunks of 4800000 bytes cannot be stored in 100")
def more_than_gzip_can_hold(file):
    file["lengths"] = [STEPS]
    shape = (STEPS, 100000)
    file.create_dataset("targets", shape, "f8", chunks=shape, compression="gzip").id.write_direct_chunk((0, 0), bytes(100))


@refuse("dataset targets is damaged: its chunks of 480000 bytes cannot be stored in 5000")
def more_than_lzf_can_hold(file):
    file["lengths"] = [STEPS]
    shape = (STEPS, 10000)
    file.create_dataset("targets", shape, "f8", chunks=shape, compression="lzf", shuffle=True).id.write_direct_chunk((0, 0), bytes(5000))


@refuse("dataset targets is damaged: its filter lzf makes chunks of 1616 bytes, and they have 16")
def lzf_of_other_chunks(file):
    file["lengths"] = [STEPS]
    chunked(file, compression="lzf")


def spoil_lzf(data):
    """The size of a chunk is the third parameter of the filter, behind its name."""
    place = data.index(b"lzf\0") + 8 + 2 * 4
    assert data[place:place + 4] == (16).to_bytes(4, "little")
    data[place:place + 4] = (1616).to_bytes(4, "little")


spoiled["lzf_of_other_chunks"] = spoil_lzf


@refuse("dataset targets is damaged: it has 240000048 bytes, more than its file, which has")
def larger_than_its_file(file):
    store(file, TARGETS.astype("f4"))


def spoil_size(data):
    """Makes the targets larger, in the extents of their space and in the size of their data."""
    for before, after in (((STEPS, 2), (STEPS, 10000002)), ((48,), (240000048,))):
        old, new = (np.array(numbers, dtype="<u8").tobytes() for numbers in (before, after))
        assert data.count(old) > 0
        data[:] = data.replace(old, new)


spoiled["larger_than_its_file"] = spoil_size


@refuse("dataset targets is compressed with the filter zstd, number 32015, which is not there to read it (rewrite the dataset with gzip")
def unknown_filter(file):
    file["lengths"] = [STEPS]
    properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    properties.set_chunk((STEPS, 2))
    properties.set_deflate(5)
    h5py.h5d.create(file.id, b"targets", h5py.h5t.IEEE_F64LE, h5py.h5s.create_simple((STEPS, 2)), properties)
    file["targets"][...] = TARGETS


def rename_the_filter(data):
    """Makes a file's gzip the filter zstd: numbers and names stand in the header of the dataset."""
    place = data.index(b"deflate\0")
    header = place - 8
    assert data[header] == 1
    data[header:header + 2] = (32015).to_bytes(2, "little")
    data[place:place + 8] = b"zstd\0\0\0\0"


spoiled["unknown_filter"] = rename_the_filter


def change_bytes(path, change):
    data = bytearray(pathlib.Path(path).read_bytes())
    change(data)
    pathlib.Path(path).write_bytes(data)


@accept
def compact(file):
    file["lengths"] = [STEPS]
    properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    properties.set_layout(h5py.h5d.COMPACT)
    h5py.h5d.create(file.id, b"targets", h5py.h5t.IEEE_F64LE, h5py.h5s.create_simple((STEPS, 2)), properties)
    file["targets"][...] = TARGETS


@refuse("dataset targets was never written")
def never_written(file):
    file["lengths"] = [STEPS]
    file.create_dataset("targets", (STEPS, 2), "f8")


@refuse("dataset lengths was never written")
def lengths_never_written(file):
    file.create_dataset("lengths", (3,), "i8", fillvalue=2)
    file["targets"] = TARGETS


@refuse("dataset targets is not whole: 5 of its 6 chunks were ever written (write all values, zeros too)")
def half_written(file):
    file["lengths"] = [STEPS]
    chunked(file, written=5)


@refuse("dataset targets is not whole: 4 of its 6 chunks were ever written")
def half_written_resizable(file):
    file["lengths"] = [STEPS]
    chunked(file, written=4, maxshape=(None, 2), compression="gzip")


@refuse("dataset targets is not whole: 0 of its 6 chunks were ever written")
def no_chunk_written(file):
    file["lengths"] = [STEPS]
    chunked(file, written=0)


# HDF5 keeps the places of chunks in another way for each of these, and for files of its later versions.
LAYOUTS = {"fixed": None, "growing": (None, 2), "growing_both_ways": (None, None)}
for way, maxshape in LAYOUTS.items():
    @accept
    def latest(file, maxshape=maxshape):
        file["lengths"] = [STEPS]
        chunked(file, maxshape=maxshape)
    accepted[f"latest_{way}"] = accepted.pop("latest")

    @refuse("dataset targets is not whole: 5 of its 6 chunks were ever written")
    def latest_half_written(file, maxshape=maxshape):
        file["lengths"] = [STEPS]
        chunked(file, written=5, maxshape=maxshape)
    refused[f"latest_{way}_half_written"] = refused.pop("latest_half_written")


@refuse("dataset targets has shape [] (expected [sum of lengths, columns])")
def without_values(file):
    file["lengths"] = [STEPS]
    file["targets"] = h5py.Empty("f8")


@refuse("dataset targets takes values from itself")
def virtual_loop(file):
    file["lengths"] = [STEPS]
    layout = h5py.VirtualLayout((STEPS, 2), "f8")
    layout[:] = h5py.VirtualSource(".", "targets", (STEPS, 2))
    file.create_virtual_dataset("targets", layout)


@refuse("dataset inputs is not whole: 1 of its 2 chunks were ever written")
def enlarged(file):
    store(file)
    file.create_dataset("inputs", data=np.ones((3, 1)), chunks=(3, 1), maxshape=(None, 1)).resize((STEPS, 1))


def external(name, words=None, kept=None, offset=0, parts=1):
    """The targets lie in raw files, of which `kept` bytes are left in the last."""
    def make(file):
        file["lengths"] = [STEPS]
        data = TARGETS.astype("f8").tobytes()
        size = len(data) // parts
        names = [f"{name}.{i}.raw" for i in range(parts)]
        file.create_dataset("targets", (STEPS, 2), "f8", external=[(raw, offset, size) for raw in names])
        for i, raw in enumerate(names):
            pathlib.Path(raw).write_bytes((bytes(offset) + data[i * size:(i + 1) * size]))
        if kept == 0:
            os.remove(names[-1])
        elif kept is not None:
            os.truncate(names[-1], kept)
    make.__name__ = name
    accept(make) if words is None else refuse(words)(make)


external("external")
external("external_in_parts", offset=5, parts=3)
external("external_cut", "lies in the external file external_cut.0.raw, which is cut short: it has 90 bytes, and 96 are needed", kept=90)
external("external_cut_in_parts", "external_cut_in_parts.2.raw, which is cut short: it has 36 bytes, and 37 are needed", kept=36, offset=5, parts=3)
external("external_missing", "lies in the external file external_missing.1.raw, which cannot be found", kept=0, parts=2)


def virtual(name, words=None, spoil=lambda parts: None, rows=(3, 3), maxshape=None, wide=False):
    """The targets are put together from two files. `spoil` is given their names."""
    def make(file):
        file["lengths"] = [STEPS]
        parts, start = [], 0
        layout = h5py.VirtualLayout((STEPS, 2), "f8")
        for i, count in enumerate(rows):
            parts.append(f"{name}.{i}.h5")
            with h5py.File(parts[-1], "w") as part:
                part.create_dataset("data", data=TARGETS[start:start + count].astype("f8"), chunks=(1, 2), maxshape=(None, 2))
            layout[start:start + count] = h5py.VirtualSource(parts[-1], "data", (count, 2))
            start += count
        file.create_virtual_dataset("targets", layout, fillvalue=0.25)
        spoil(parts)
    make.__name__ = name
    accept(make) if words is None else refuse(words)(make)


def change(path, act):
    with h5py.File(path, "r+") as part:
        act(part)


def leave_unwritten(part):
    del part["data"]
    chunked(part, "data", 3, 2)


virtual("virtual")
virtual("virtual_file_missing", "dataset targets takes values from the file virtual_file_missing.1.h5, which cannot be found or read",
        lambda parts: os.remove(parts[1]))
virtual("virtual_file_damaged", "takes values from the file virtual_file_damaged.0.h5, which cannot be found or read",
        lambda parts: pathlib.Path(parts[0]).write_text("text"))
virtual("virtual_dataset_missing", "takes values from dataset data of virtual_dataset_missing.1.h5, which cannot be found or read",
        lambda parts: change(parts[1], lambda part: part.move("data", "other")))
virtual("virtual_source_short", "its source, dataset data of virtual_source_short.1.h5, has shape [2, 2], which does not fit what is taken from it",
        lambda parts: change(parts[1], lambda part: part["data"].resize((2, 2))))
virtual("virtual_source_half_written", "its source, dataset data of virtual_source_half_written.1.h5, is not whole: 2 of its 3 chunks",
        lambda parts: change(parts[1], leave_unwritten))
virtual("virtual_partly_mapped", "dataset targets is not whole: its sources give 8 of its 12 values", rows=(3, 1))
virtual("virtual_without_sources", "dataset targets", rows=())


@accept
def virtual_of_the_same_file(file):
    file["lengths"] = [STEPS]
    with h5py.File("columns.h5", "w") as other:
        other["data"] = TARGETS
    layout = h5py.VirtualLayout((STEPS, 2), "f8")
    for column in range(2):  # interleaved, and out of another file's interior
        layout[:, column] = h5py.VirtualSource("columns.h5", "data", (STEPS, 2))[:, column]
    file.create_virtual_dataset("targets", layout)


@accept
def virtual_of_a_virtual_one(file):
    virtual_of_the_same_file(file)
    file.flush()
    with h5py.File("between.h5", "w") as between:
        file.copy("targets", between, "data")
    del file["targets"]
    layout = h5py.VirtualLayout((STEPS, 2), "f8")
    layout[:] = h5py.VirtualSource("between.h5", "data", (STEPS, 2))
    file.create_virtual_dataset("targets", layout)


@refuse("takes values from the file no_columns.h5, which cannot be found or read")
def virtual_of_a_virtual_one_without_sources(file):
    file["lengths"] = [STEPS]
    with h5py.File("gap.h5", "w") as between:
        layout = h5py.VirtualLayout((STEPS, 2), "f8")
        layout[:] = h5py.VirtualSource("no_columns.h5", "data", (STEPS, 2))
        between.create_virtual_dataset("data", layout)
    layout = h5py.VirtualLayout((STEPS, 2), "f8")
    layout[:] = h5py.VirtualSource("gap.h5", "data", (STEPS, 2))
    file.create_virtual_dataset("targets", layout)


def growing(name, words=None, rows=(3, 3)):
    """Steps alternate between two sources, and the virtual dataset grows with them."""
    def make(file):
        file["lengths"] = [STEPS]
        properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        endless = h5py.h5s.UNLIMITED
        for i, count in enumerate(rows):
            with h5py.File(f"{name}.{i}.h5", "w") as part:
                part.create_dataset("data", data=TARGETS[i::2][:count].astype("f8"), maxshape=(None, 2))
            place, source = (h5py.h5s.create_simple((STEPS, 2), (endless, 2)), h5py.h5s.create_simple((count, 2), (endless, 2)))
            place.select_hyperslab((i, 0), (endless, 1), (2, 1), (1, 2))
            source.select_hyperslab((0, 0), (1, 1), (1, 1), (endless, 2))
            properties.set_virtual(place, f"{name}.{i}.h5".encode(), b"data", source)
        space = h5py.h5s.create_simple((STEPS, 2), (endless, 2))
        h5py.h5d.create(file.id, b"targets", h5py.h5t.IEEE_F64LE, space, properties)
    make.__name__ = name
    accept(make) if words is None else refuse(words)(make)


growing("virtual_growing")
growing("virtual_growing_unevenly", "dataset targets has 5 rows, but the lengths add up to 6", rows=(3, 2))


def counted(name, words=None, files=3):
    """Each file, of which the number stands in the name, gives two steps."""
    def make(file):
        file["lengths"] = [STEPS]
        for i in range(files):
            with h5py.File(f"{name}.{i}.h5", "w") as part:
                part["data"] = TARGETS[2 * i:2 * i + 2].astype("f8")
        properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        endless = h5py.h5s.UNLIMITED
        place, source = h5py.h5s.create_simple((STEPS, 2), (endless, 2)), h5py.h5s.create_simple((2, 2))
        place.select_hyperslab((0, 0), (endless, 1), (2, 2), (2, 2))
        source.select_all()
        properties.set_virtual(place, f"{name}.%b.h5".encode(), b"data", source)
        h5py.h5d.create(file.id, b"targets", h5py.h5t.IEEE_F64LE, place, properties)
    make.__name__ = name
    accept(make) if words is None else refuse(words)(make)


counted("virtual_counted")
counted("virtual_counted_short", "dataset targets has 4 rows, but the lengths add up to 6", files=2)
counted("virtual_counted_none", "takes values from the file virtual_counted_none.0.h5, which cannot be found or read", files=0)


# Files that are still being written

WRITER = """
import h5py, os, sys
file = h5py.File(sys.argv[1], "r+", libver="latest")
if sys.argv[2] == "swmr":
    file.swmr_mode = True
file.flush()
print("written", flush=True)
if sys.argv[3] == "dies":
    os._exit(0)
sys.stdin.read()
"""


def check_writers():
    """A file beside its writer, and after its writer died without closing it."""
    for mode, end, words in (("swmr", "lives", None), ("swmr", "dies", None), ("plain", "lives", "another program has locked it"),
                             ("plain", "dies", "h5clear -s written.h5 removes the mark")):
        with h5py.File("written.h5", "w", libver="latest") as file:
            file.attrs.update(ROOT)
            store(file)
        writer = subprocess.Popen([sys.executable, "-c", WRITER, "written.h5", mode, end], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        writer.stdout.readline()
        if end == "dies":
            writer.wait()
        problem = disagreement("written.h5", words)
        writer.communicate()
        if problem:
            yield f"writer_{mode}_{end}: {problem}"
    subprocess.run(["h5clear", "-s", "written.h5"], check=True)
    problem = disagreement("written.h5", None)
    if problem:
        yield f"after h5clear: {problem}"


def check_lengths_of_matlab():
    """Lengths of several trials as a row or a column."""
    for shape in ((2, 1), (1, 2)):
        with h5py.File("matlab.h5", "w") as file:
            file.attrs.update(ROOT)
            store(file, lengths=np.array([2, 4]).reshape(shape))
        said = harness.expect_exit(0, harness.mpirun(1, ["info", "matlab.h5"])).stdout
        lengths = [len(trial.targets) for trial in files.read_trials("matlab.h5")[0]]
        if "2 trials of 2 to 4 steps" not in said or lengths != [2, 4]:
            yield f"lengths {shape}: the program says {said}; the package reads {lengths}"


def check_what_is_no_file():
    """Paths that lead to no HDF5 file: the program and the package give the same reasons."""
    with h5py.File("cut.h5", "w") as file:
        file.attrs.update(ROOT)
        store(file)
    content = pathlib.Path("cut.h5").read_bytes()
    pathlib.Path("cut.h5").write_bytes(content[:-1])
    content = bytearray(content)
    content[8] = 9  # the version of HDF5's superblock
    pathlib.Path("superblock.h5").write_bytes(content)
    pathlib.Path("nothing.h5").write_bytes(b"")
    pathlib.Path("text.h5").write_text("text")
    os.symlink("circle.h5", "circle.h5")
    for path, words in (("cut.h5", "is cut off"), ("superblock.h5", "was written by a newer HDF5"), ("nothing.h5", "is empty"),
                        ("nowhere.h5", "nowhere.h5: there is no such file"), (".", "is a folder"),
                        ("text.h5", "it is no HDF5 file"), ("circle.h5", "its links lead in a circle"),
                        ("/proc/self/mem", "its disk or its file system fails")):
        problem = disagreement(path, words)
        if problem:
            yield f"{path}: {problem}"


def read_by_program(path):
    """What the program reads from a file, as it writes it again, or what it says without the beginning that all errors have."""
    result = harness.mpirun(1, ["trials", "c.toml", "--set", f'task.file="{path}"', "--count", "1", "--output", "again.h5"])
    if result.returncode != 0:
        harness.expect_exit(2, result)
        return None, result.stderr.strip().removeprefix("fullforce: error: ")
    (trial,), _ = files.read_trials("again.h5")
    return {**parts_of(trial), "names": files.read_channel_names("again.h5")}, None


def parts_of(trial):
    return {"targets": trial.targets, "inputs": trial.inputs, "mask": trial.mask, "condition": trial.condition}


def read_by_package(path):
    """What the package reads from a file, or what it says."""
    try:
        (trial,), _ = files.read_trials(path)
        return {**parts_of(trial), "names": files.read_channel_names(path)}, None
    except (ValueError, OSError) as error:
        return None, str(error)
    except Exception as error:  # a user would see a traceback
        return None, f"{type(error).__name__}: {error}"


def disagreement(path, words):
    """What is wrong with how a file is taken or, where it is refused, with what is said; None if nothing is."""
    (program, program_says), (package, package_says) = read_by_program(path), read_by_package(path)
    said = f"the program says: {program_says}; the package says: {package_says}"
    if words is not None:
        refused_well = program_says and words in program_says and program_says.startswith(path) and program_says == package_says
        return None if refused_well else said
    if program is None or package is None:
        return said
    if not np.array_equal(package["targets"], TARGETS):
        return f"the package reads {package['targets']}"
    same = all(np.array_equal(program[name], package[name]) for name in package)
    return None if same else f"the program reads {program}, the package {package}"


def check_package():
    """What the package does not write or read as whole, besides trials files."""
    def said(call):
        try:
            call()
        except (OSError, ValueError, errors.ToolError) as error:
            return str(error)
        return "nothing"

    os.mkfifo("pipe.h5")
    with h5py.File(b"odd.h5", "w") as file:
        file.attrs.update(ROOT)
        file[b"o\xe9"] = [1.0]
    with h5py.File("recording.h5", "w") as file:
        for name in recording.NEEDED:
            file.create_dataset(name, (4, 2), chunks=(1, 2))
    with h5py.File("network.h5", "w") as file:
        file.create_dataset("network/u_in", (4, 2), chunks=(2, 2))[:2] = 1
        network_says = said(lambda: network_file.read_floats(file, "network/u_in"))
    for words, text in (("as many columns as rows, 3", said(lambda: files.write_trials("w.h5", [files.Trial(np.eye(3))], dt=0.001))),
                        ("must be real numbers", said(lambda: files.Trial(np.array([1 + 2j, 2])))),
                        ("must be real numbers", said(lambda: files.Trial(np.array(["1", "2"])))),
                        ("is not a file", said(lambda: files.write_trials("pipe.h5", [files.Trial(np.ones(5))], dt=0.001))),
                        ("unknown dataset or group", said(lambda: files.read_trials("odd.h5"))),
                        ("is not whole: 0 of its 4 chunks", said(lambda: recording.read_recording("recording.h5"))),
                        ("dataset network/u_in is not whole: 1 of its 2 chunks", network_says)):
        if words not in text:
            yield f"the package says {text} instead of {words}"


def main():
    with harness.own_folder():
        with open("c.toml", "w") as file:
            file.write('[task]\nname = "file"\n[run]\ninit_trials = 0\ntrain_trials = 1\n[network]\nneurons = 10\n')
        problems = []
        cases = {**{name: (make, None) for name, make in accepted.items()}, **refused}
        for name, (make, words) in cases.items():
            path = f"case_{name}.h5"
            with h5py.File(path, "w", libver="latest" if name.startswith("latest") else None) as file:
                file.attrs.update(ROOT)
                make(file)
            if name in spoiled:
                change_bytes(path, spoiled[name])
            problem = disagreement(path, words)
            if problem:
                problems.append(f"{name}: {problem}")
        problems += check_writers()
        problems += check_lengths_of_matlab()
        problems += check_what_is_no_file()
        problems += check_package()
    print("\n".join(problems))
    print(f"{len(accepted)} files to be read, {len(refused)} to be refused, {len(problems)} went wrong")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
