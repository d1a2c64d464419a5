"""XXH3, the checksum of network files (64 bits, seed 0), in Python and NumPy.

The algorithm is Yann Collet's: https://github.com/Cyan4973/xxHash, doc/xxhash_spec.md. Its names are kept.
"""
from __future__ import annotations

import numpy as np

MASK = 2**64 - 1
PRIME32 = (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D)
PRIME64 = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5)
PRIME_MX1, PRIME_MX2 = 0x165667919E3779F9, 0x9FB21C651E98DF25
SECRET = bytes.fromhex(
    "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221"
    "b8084674f743248ee03590e6813a264c3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8"
    "a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364eac5ac8334d3ebc3c581a0fffa1363eb"
    "170ddd51b7f0da49d316552629d4689e2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e")
STRIPE, STRIPES_OF_BLOCK = 64, 16
BLOCK = STRIPE * STRIPES_OF_BLOCK
LANES_SWAPPED = np.arange(8) ^ 1


def _read(data: bytes, place: int, size: int = 8) -> int:
    return int.from_bytes(data[place:place + size], "little")


def _secret(place: int) -> int:
    return _read(SECRET, place)


def _fold(a: int, b: int) -> int:
    """The two halves of a product of 128 bits, combined."""
    product = a * b
    return (product ^ (product >> 64)) & MASK


def _avalanche(value: int) -> int:
    value ^= value >> 37
    value = value * PRIME_MX1 & MASK
    return value ^ (value >> 32)


def _avalanche_xxh64(value: int) -> int:
    value ^= value >> 33
    value = value * PRIME64[1] & MASK
    value ^= value >> 29
    value = value * PRIME64[2] & MASK
    return value ^ (value >> 32)


def _rotated(value: int, bits: int) -> int:
    return (value << bits | value >> (64 - bits)) & MASK


def _of_up_to_16(data: bytes) -> int:
    length = len(data)
    if length == 0:
        return _avalanche_xxh64(_secret(56) ^ _secret(64))
    if length < 4:
        combined = data[0] << 16 | data[length >> 1] << 24 | data[-1] | length << 8
        return _avalanche_xxh64(combined ^ _read(SECRET, 0, 4) ^ _read(SECRET, 4, 4))
    if length < 9:
        value = _read(data, length - 4, 4) + (_read(data, 0, 4) << 32) ^ _secret(8) ^ _secret(16)
        value ^= _rotated(value, 49) ^ _rotated(value, 24)
        value = value * PRIME_MX2 & MASK
        value ^= (value >> 35) + length
        value = value * PRIME_MX2 & MASK
        return value ^ (value >> 28)
    low = _read(data, 0) ^ _secret(24) ^ _secret(32)
    high = _read(data, length - 8) ^ _secret(40) ^ _secret(48)
    swapped = int.from_bytes(low.to_bytes(8, "little"), "big")
    return _avalanche((length + swapped + high + _fold(low, high)) & MASK)


def _mix(data: bytes, place: int, secret: int) -> int:
    return _fold(_read(data, place) ^ _secret(secret), _read(data, place + 8) ^ _secret(secret + 8))


def _of_up_to_128(data: bytes) -> int:
    length = len(data)
    total = length * PRIME64[0]
    for i in range((length - 1) // 32 + 1):
        total += _mix(data, 16 * i, 32 * i) + _mix(data, length - 16 * (i + 1), 32 * i + 16)
    return _avalanche(total & MASK)


def _of_up_to_240(data: bytes) -> int:
    length = len(data)
    first = length * PRIME64[0] + sum(_mix(data, 16 * i, 16 * i) for i in range(8))
    rest = sum(_mix(data, 16 * i, 16 * (i - 8) + 3) for i in range(8, length // 16))
    return _avalanche((_avalanche(first & MASK) + rest + _mix(data, length - 16, 119)) & MASK)


def _words(data: bytes, place: int, count: int) -> np.ndarray:
    return np.frombuffer(data, dtype="<u8", count=count, offset=place)


def _stripes(words: np.ndarray, secret: np.ndarray) -> np.ndarray:
    """What stripes of words [..., stripes, 8] add to the accumulators, [..., 8]."""
    keyed = words ^ secret
    low, high = keyed & np.uint64(0xFFFFFFFF), keyed >> np.uint64(32)
    return (words[..., LANES_SWAPPED] + low * high).sum(axis=-2, dtype=np.uint64)


def _of_more(data: bytes) -> int:
    length = len(data)
    accumulators = np.array([PRIME32[2], *PRIME64[:4], PRIME32[1], PRIME64[4], PRIME32[0]], dtype=np.uint64)
    secret = np.stack([_words(SECRET, 8 * i, 8) for i in range(STRIPES_OF_BLOCK)])
    scramble, prime = _words(SECRET, 128, 8), np.uint64(PRIME32[0])
    blocks = (length - 1) // BLOCK
    for block in range(0, blocks, 1024):  # a megabyte at once
        count = min(1024, blocks - block)
        words = _words(data, block * BLOCK, count * BLOCK // 8).reshape(count, STRIPES_OF_BLOCK, 8)
        for added in _stripes(words, secret):
            accumulators = accumulators + added
            accumulators = (accumulators ^ (accumulators >> np.uint64(47)) ^ scramble) * prime
    stripes = (length - 1 - blocks * BLOCK) // STRIPE
    words = _words(data, blocks * BLOCK, stripes * 8).reshape(stripes, 8)
    accumulators = accumulators + _stripes(words, secret[:stripes])
    accumulators = accumulators + _stripes(_words(data, length - STRIPE, 8)[None], _words(SECRET, 121, 8))
    lanes = [int(lane) for lane in accumulators]
    total = length * PRIME64[0] + sum(
        _fold(lanes[2 * i] ^ _secret(11 + 16 * i), lanes[2 * i + 1] ^ _secret(19 + 16 * i)) for i in range(4))
    return _avalanche(total & MASK)


def xxh3(data: bytes) -> int:
    """The checksum of `data`, an integer of 64 bits. It takes about 10 ms a megabyte."""
    for most, checksum in ((16, _of_up_to_16), (128, _of_up_to_128), (240, _of_up_to_240)):
        if len(data) <= most:
            return checksum(data)
    return _of_more(data)
