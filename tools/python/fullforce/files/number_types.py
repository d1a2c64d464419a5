"""Which types of datasets can be read as floating-point numbers: the same as in the program."""
from __future__ import annotations

from h5py import h5d, h5t

KINDS = {h5t.STRING: "text", h5t.BITFIELD: "bit fields (write integers)", h5t.VLEN: "lists of varying length",
         h5t.ARRAY: "arrays"}


def _is_bool(kind: h5t.TypeEnumID) -> bool:
    """h5py stores bool as an enumeration of FALSE = 0 and TRUE = 1."""
    members = {kind.get_member_name(i): kind.get_member_value(i) for i in range(kind.get_nmembers())}
    return members == {b"FALSE": 0, b"TRUE": 1}


def _is_complex(kind: h5t.TypeCompoundID) -> bool:
    """Complex numbers are compounds of a real and an imaginary part; HDF5 has no type for them."""
    return [kind.get_member_class(i) for i in range(kind.get_nmembers())] == [h5t.FLOAT, h5t.FLOAT]


def kind_unless_numbers(dataset: h5d.DatasetID) -> str:
    """What the scalars of a dataset are, where HDF5 cannot turn them into floating-point numbers; empty where it can.

    It can where they are integers, floating-point numbers of any size, or bool.
    """
    kind = dataset.get_type()
    kind_class = kind.get_class()
    if kind_class in (h5t.INTEGER, h5t.FLOAT):
        return ""
    if kind_class == h5t.ENUM:
        return "" if _is_bool(kind) else "values of an enumeration other than bool"
    if kind_class == h5t.COMPOUND:
        return ("complex numbers (write real and imaginary parts as two columns)" if _is_complex(kind)
                else "compounds")
    return KINDS.get(kind_class, "neither numbers nor text")
