"""The fast BLS back end against the pure oracle: a small fixed sample, and a longer one under the slow marker."""

import random

import pytest
from gmpy2 import mpz

from harmony_core.crypto.bls import KeySet, SecretKey, Signature, arkworks, load_backend, verify
from harmony_core.crypto.bls.backend import Backend, G2Point
from harmony_core.crypto.bls.base_point import BASE_POINT, base_point
from harmony_core.crypto.bls.constants import (
    G1_COFACTOR,
    ORDER,
    PRIME,
    PSI_X,
    PSI_Y,
    X_ABS,
)
from harmony_core.crypto.bls.field import Fp2, fp2_multiply, fp2_sqrt, fp_sqrt
from harmony_core.crypto.bls.map_to_curve import map_to_curve, map_to_twist
from harmony_core.errors import VerificationError
from support.bls import PAYLOAD, secret_keys

FAST = load_backend("arkworks")
PURE = load_backend("py-ecc")
QUICK = range(3)
LONG = range(3, 60)


def elements(seed: int) -> Fp2:
    source = random.Random(f"differential-{seed}")
    return source.randrange(PRIME), source.randrange(PRIME)


def scalar(seed: int) -> int:
    return random.Random(f"scalar-{seed}").randrange(ORDER)


def mapped(backend: Backend, t: Fp2) -> G2Point:
    point = backend.map_to_g2(t)
    assert point is not None
    return point


def compare_maps(seed: int) -> None:
    real, imaginary = elements(seed)
    for t in ((real, 0), (real, imaginary), (0, imaginary), (seed + 1, 0), (PRIME - seed - 1, 0)):
        fast, slow = mapped(FAST, t), mapped(PURE, t)
        assert FAST.g2_to_affine(fast) == PURE.g2_to_affine(slow)


def compare_decoding(seed: int) -> None:
    x = elements(seed)
    for odd in (False, True):
        fast, slow = FAST.g2_decompress(x, odd), PURE.g2_decompress(x, odd)
        assert (fast is None) == (slow is None)
        if fast is not None and slow is not None:
            assert FAST.g2_to_affine(fast) == PURE.g2_to_affine(slow)
        key, slow_key = FAST.g1_decompress(x[0], odd), PURE.g1_decompress(x[0], odd)
        assert (key is None) == (slow_key is None)
        if key is not None and slow_key is not None:
            assert FAST.g1_to_affine(key) == PURE.g1_to_affine(slow_key)


def compare_arithmetic(seed: int) -> None:
    # Outside the subgroup on purpose: the cofactor is not cleared.
    t, k, small = elements(seed), scalar(seed), scalar(seed) >> 190
    results = []
    for backend in (FAST, PURE):
        point, other = mapped(backend, (t[0], 0)), mapped(backend, (t[1], 0))
        base = base_point(backend)
        shifted = backend.g1_multiply(base, k)
        cleared = backend.clear_g2_cofactor(point)
        results.append(
            [
                backend.g2_to_affine(backend.g2_multiply(point, k)),
                backend.g2_to_affine(backend.g2_combine([point, other], [small, small + 1])),
                backend.g2_to_affine(backend.g2_sum([point, other, point, backend.g2_negate(other)])),
                backend.g2_to_affine(cleared),
                backend.g2_to_affine(backend.g2_multiply_in_subgroup(cleared, k)),
                backend.g1_to_affine(backend.g1_combine([base, shifted], [small, small + 1])),
                backend.g1_to_affine(backend.g1_sum([base, shifted, backend.g1_negate(base), base])),
                backend.g2_in_subgroup(point),
                backend.g2_in_subgroup(cleared),
            ]
        )
    assert results[0] == results[1]


@pytest.mark.parametrize("seed", QUICK)
def test_maps_agree(seed: int) -> None:
    compare_maps(seed)


@pytest.mark.parametrize("seed", range(6))
def test_decoding_agrees(seed: int) -> None:
    compare_decoding(seed)


@pytest.mark.parametrize("seed", range(1))
def test_arithmetic_agrees(seed: int) -> None:
    compare_arithmetic(seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", LONG)
def test_everything_agrees_on_a_longer_sample(seed: int) -> None:
    compare_maps(seed)
    compare_decoding(seed)
    compare_arithmetic(seed)


@pytest.mark.parametrize("t", [(1, 0), (0, 1), (1, 1), (PRIME - 1, 0), (2, PRIME - 2)])
def test_maps_agree_at_the_edges(t: Fp2) -> None:
    compare = [backend.g2_to_affine(mapped(backend, t)) for backend in (FAST, PURE)]
    assert compare[0] == compare[1]


def test_zero_maps_to_nothing_in_both() -> None:
    assert FAST.map_to_g2((0, 0)) is None
    assert PURE.map_to_g2((0, 0)) is None
    assert map_to_curve(0) is None
    assert map_to_twist((0, 0)) is None


@pytest.mark.parametrize("square", [(4, 0), (PRIME - 4, 0), (0, 0), (0, 8), (0, PRIME - 8), (3, 4)])
def test_special_roots_agree(square: Fp2) -> None:
    root = fp2_sqrt(square)
    assert root is not None
    assert fp2_multiply(root, root) == square
    assert arkworks._sqrt((mpz(square[0]), mpz(square[1]))) == root


def test_roots_are_roots_or_none() -> None:
    source = random.Random(3)
    found = 0
    for _ in range(40):
        a = (source.randrange(PRIME), source.randrange(PRIME))
        root = fp2_sqrt(a)
        assert root is None or fp2_multiply(root, root) == a
        assert fp2_sqrt(fp2_multiply(a, a)) is not None
        found += root is not None
        single = fp_sqrt(a[0])
        assert single is None or single * single % PRIME == a[0]
    assert 5 < found < 35


def test_the_base_point_is_one_mapped_to_the_curve() -> None:
    mapping = map_to_curve(1)
    assert mapping is not None
    for backend in (FAST, PURE):
        point = backend.g1_multiply(backend.g1_from_affine(mapping.point), G1_COFACTOR)
        assert backend.g1_to_affine(point) == BASE_POINT


def test_the_constants_belong_to_one_curve() -> None:
    z = -X_ABS
    assert z**4 - z**2 + 1 == ORDER
    assert (z - 1) ** 2 * ORDER // 3 + z == PRIME
    assert (z - 1) ** 2 == 3 * G1_COFACTOR
    # The factors of psi are powers of 1 / (1 + i); psi has order 12 over the twist's subgroup.
    cube = fp2_multiply(fp2_multiply(PSI_X, PSI_X), PSI_X)
    assert cube == fp2_multiply(PSI_Y, PSI_Y)


def test_multiples_of_the_identity_are_the_identity() -> None:
    for backend in (FAST, PURE):
        identity = backend.g2_identity()
        assert backend.g2_to_affine(backend.clear_g2_cofactor(identity)) is None
        assert backend.g2_is_identity(backend.g2_multiply_in_subgroup(identity, 5))
        assert backend.g1_to_affine(backend.g1_multiply(backend.g1_identity(), 5)) is None


@pytest.mark.parametrize("digit", [0, 1, X_ABS - 1, X_ABS, X_ABS**2, X_ABS**3 + 1, ORDER - 1])
def test_the_split_multiplication_is_right_at_the_digits_ends(digit: int) -> None:
    point = FAST.clear_g2_cofactor(mapped(FAST, (9, 0)))
    split = FAST.g2_multiply_in_subgroup(point, digit)
    assert FAST.g2_to_affine(split) == FAST.g2_to_affine(FAST.g2_multiply(point, digit))


def test_a_signature_made_by_one_verifies_in_the_other() -> None:
    key = secret_keys(1)[0]
    slow_key = SecretKey.from_bytes(key.to_bytes(), backend=PURE)
    signature = slow_key.sign(PAYLOAD)
    assert signature.to_bytes() == key.sign(PAYLOAD).to_bytes()
    assert slow_key.public_key().to_bytes() == key.public_key().to_bytes()
    verify(key.public_key(), PAYLOAD, signature)
    verify(slow_key.public_key(), PAYLOAD, key.sign(PAYLOAD))
    with pytest.raises(VerificationError):
        verify(slow_key.public_key(), PAYLOAD + b"x", key.sign(PAYLOAD))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_pairings_agree_on_a_longer_sample(seed: int) -> None:
    keys = secret_keys(3, seed=seed)
    publics = [key.public_key().to_bytes() for key in keys]
    pure_set, fast_set = KeySet(publics, backend=PURE), KeySet(publics)
    bits = bytes([seed + 1])
    assert pure_set.aggregate(bits).to_bytes() == fast_set.aggregate(bits).to_bytes()
    signature = Signature.from_bytes(keys[0].sign(PAYLOAD).to_bytes(), backend=PURE)
    verify(pure_set.aggregate(b"\x01"), PAYLOAD, signature)
    with pytest.raises(VerificationError):
        verify(pure_set.aggregate(b"\x02"), PAYLOAD, signature)
