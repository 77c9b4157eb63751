"""Keccak-256 and SHA3-256 in plain Python: the oracle that the fast back ends are compared with, and the fall-back.

Source: FIPS 202; the Keccak reference, version 3.0.
"""

from typing import Final

__all__ = ["keccak256", "sha3_256"]

_RATE: Final = 136  # bytes absorbed at a time: 200 less twice the 32 of the output
_MASK: Final = (1 << 64) - 1


def keccak256(data: bytes) -> bytes:
    """Return the 32 bytes of Keccak-256, the original padding (Ethereum's and Harmony's hash)."""
    return _sponge(data, 0x01)


def sha3_256(data: bytes) -> bytes:
    """Return the 32 bytes of SHA3-256, the padding of the NIST standard."""
    return _sponge(data, 0x06)


def _sponge(data: bytes, suffix: int) -> bytes:
    padded = bytearray(data)
    padded.append(suffix)
    padded.extend(bytes(-len(padded) % _RATE))
    padded[-1] |= 0x80
    lanes = [0] * 25  # the lane of column x and row y is lanes[x + 5 * y]
    for start in range(0, len(padded), _RATE):
        for index in range(_RATE // 8):
            offset = start + 8 * index
            lanes[index] ^= int.from_bytes(padded[offset : offset + 8], "little")
        lanes = _permute(lanes)
    return b"".join(lane.to_bytes(8, "little") for lane in lanes[:4])


def _rotate(lane: int, count: int) -> int:
    return ((lane << count) | (lane >> (64 - count))) & _MASK if count else lane


def _permute(lanes: list[int]) -> list[int]:
    for constant in _ROUND_CONSTANTS:
        # theta
        parity = [lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20] for x in range(5)]
        mixed = [parity[(x - 1) % 5] ^ _rotate(parity[(x + 1) % 5], 1) for x in range(5)]
        # rho and pi
        moved = [0] * 25
        for x in range(5):
            for y in range(5):
                target = y + 5 * ((2 * x + 3 * y) % 5)
                moved[target] = _rotate(lanes[x + 5 * y] ^ mixed[x], _OFFSETS[x + 5 * y])
        # chi
        lanes = [
            moved[i] ^ (~moved[i - i % 5 + (i + 1) % 5] & moved[i - i % 5 + (i + 2) % 5]) for i in range(25)
        ]
        # iota
        lanes[0] ^= constant
    return lanes


def _make_offsets() -> list[int]:
    offsets = [0] * 25
    x, y = 1, 0
    for step in range(24):
        offsets[x + 5 * y] = (step + 1) * (step + 2) // 2 % 64
        x, y = y, (2 * x + 3 * y) % 5
    return offsets


def _make_round_constants() -> list[int]:
    constants, register = [], 1
    for _ in range(24):
        constant = 0
        for power in range(7):
            if register & 1:
                constant |= 1 << ((1 << power) - 1)
            register <<= 1
            if register & 0x100:
                register ^= 0x171
        constants.append(constant)
    return constants


_OFFSETS: Final = _make_offsets()
_ROUND_CONSTANTS: Final = _make_round_constants()
