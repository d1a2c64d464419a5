"""The checksum, against values of the reference implementation."""
import pytest

from fullforce.files.xxh3 import xxh3

#: One value or more of each branch, for bytes i * 7 % 251.
KNOWN = {0: 0x2d06800538d394c2, 1: 0xc44bdff4074eecdb, 3: 0xc3489259e968ad9e, 4: 0xd3d60c1519014e89,
         8: 0xb88dee77f6bf6980, 9: 0x3688dcad730d826, 16: 0x9da23836adf2be1e, 17: 0xf34c3c9cf5a112d1,
         128: 0x4c659b745f435148, 129: 0xb85222b83902b6e5, 240: 0xd6dfbf67b0675b54, 241: 0xc614c8c3575348c1,
         1024: 0xf22ef3dc84ff47ea, 1025: 0x43f869a83769a435, 5000: 0xce29a19460ee1bfc}


@pytest.mark.parametrize("length", KNOWN)
def test_known_values(length):
    assert xxh3(bytes(i * 7 % 251 for i in range(length))) == KNOWN[length]
