"""Commit signatures: one aggregated signature and a bitmap of its signers, checked alone or many at once.

**One** signature holds when e(base, signature) = e(sum of the signers' keys, H), H the hash of the payload to a point.

**Many** are checked as one random combination: with secret coefficients r_j drawn after the signatures are fixed,
e(base, sum r_j signature_j) must be the product of e(keys_j, r_j H_j). A false signature passes with probability
2^-64. Every signature and key is checked to lie in its subgroup before, each on its own: the combination proves
nothing about points outside. When the combination fails, halves are checked until each bad item is known.

Where payloads repeat, as votes do, the product has one pairing a payload: e(sum of r_j keys_j, H). Otherwise two ways
to write it for one committee need few pairings:

* by rows: one pairing for each distinct bitmap, e(keys of the bitmap, sum of r_j H_j over the items that have it);
* by columns: e(sum of all keys, sum of all r_j H_j), divided by one pairing for each distinct pattern of absence:
  e(sum of the keys absent from exactly these items, sum of r_j H_j over these items).

Both are counted and the cheaper is taken. The cofactor is cleared after summing, for clearing is linear.
"""

import secrets
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from harmony_core.crypto.bitmap import check_bitmap
from harmony_core.crypto.bls.backend import Backend, G1Point, G2Point
from harmony_core.crypto.bls.base_point import minus_base_point
from harmony_core.crypto.bls.hashing import mapped_payload
from harmony_core.crypto.bls.key_set import KeySet
from harmony_core.crypto.bls.map_to_curve import FIELD_BYTES
from harmony_core.crypto.bls.signature import Signature
from harmony_core.errors import HarmonyError, VerificationError, require
from harmony_core.primitives import STRICT, Compatibility

__all__ = ["SignedBitmap", "check_bitmap_signatures", "random_coefficients", "verify_bitmap_signature"]

_COEFFICIENT_BYTES: Final = 8
"""Length of a random coefficient: a false item of a batch is missed with probability 2^-64."""

# What the steps cost, in hundredths of the loop of one pairing on the fast back end.
_PAIRING_AND_CLEARING: Final = 145
_SCALED_HASH: Final = 33
_ADDED_HASH: Final = 1


@dataclass(frozen=True, slots=True)
class SignedBitmap:
    """A payload with the aggregated signature of some keys of a committee.

    Attributes:
        payload: what was signed; only its first 48 bytes count.
        bitmap: which slots signed, see `harmony_core.crypto.bitmap`.
        signature: the 96-byte sum of their signatures.
    """

    payload: bytes
    bitmap: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class _Prepared:
    """An item that passed every check but the pairing."""

    index: int
    key_set: KeySet
    bits: int
    payload: bytes
    mapped: G2Point
    signature: G2Point


_Weighted = tuple[_Prepared, int]
"""An item and its random coefficient."""


def verify_bitmap_signature(
    key_set: KeySet, item: SignedBitmap, *, compatibility: Compatibility = STRICT
) -> None:
    """Check that the keys of ``key_set`` whose bits are set all signed the payload.

    Nothing is said about how many must sign: that is the quorum's rule.

    Args:
        key_set: the committee's keys.
        item: payload, bitmap and aggregated signature.
        compatibility: ``accept_identity_bls_points`` takes an empty bitmap with the identity as its signature,
            ``accept_bitmap_padding_bits`` padding bits, ``accept_trailing_bls_bytes`` a longer signature.

    Raises:
        VerificationError: ``bls-signature`` when the signature does not hold; ``bitmap-length``, ``bitmap-padding``,
            ``bls-empty-bitmap`` when no bit is set; ``bls-degenerate-payload``.
        DecodeError: as `Signature.from_bytes`.

    Source: harmony-one/harmony, internal/chain/engine.go (``verifyHeaderSignature``), crypto/bls/mask.go.
    """
    prepared = _prepare(0, key_set, item, compatibility, {})
    require(
        _holds_alone(prepared),
        VerificationError,
        "bls-signature",
        "The aggregated BLS signature does not hold.",
    )


def check_bitmap_signatures(
    items: Sequence[tuple[KeySet, SignedBitmap]],
    *,
    compatibility: Compatibility = STRICT,
    entropy: Callable[[int], bytes] = secrets.token_bytes,
) -> list[HarmonyError | None]:
    """Check many signed bitmaps, of any mix of committees, at a fraction of the cost of each alone.

    Args:
        items: committee keys and signed bitmap of each item.
        compatibility: as for `verify_bitmap_signature`.
        entropy: returns that many random bytes; unpredictable to whoever made the signatures.

    Returns:
        For each item None, or the error that `verify_bitmap_signature` raises for it.
    """
    results: list[HarmonyError | None] = [None] * len(items)
    by_backend: dict[str, list[_Prepared]] = defaultdict(list)
    mapped: dict[tuple[str, bytes], G2Point] = {}
    for index, (key_set, item) in enumerate(items):
        try:
            prepared = _prepare(index, key_set, item, compatibility, mapped)
        except HarmonyError as error:
            results[index] = error
        else:
            by_backend[key_set.backend.name].append(prepared)
    for group in by_backend.values():
        for bad in _find_bad(group, entropy):
            results[bad] = VerificationError(
                "The aggregated BLS signature does not hold.", code="bls-signature"
            )
    return results


def random_coefficients(count: int, entropy: Callable[[int], bytes]) -> list[int]:
    """Return numbers from 1 to 2^64 to multiply signatures with before they are summed and checked as one.

    Args:
        count: how many.
        entropy: returns that many random bytes; unpredictable to whoever made the signatures.
    """
    random = entropy(_COEFFICIENT_BYTES * count)
    return [
        int.from_bytes(random[at : at + _COEFFICIENT_BYTES], "little") + 1
        for at in range(0, len(random), _COEFFICIENT_BYTES)
    ]


def _prepare(
    index: int,
    key_set: KeySet,
    item: SignedBitmap,
    compatibility: Compatibility,
    mapped: dict[tuple[str, bytes], G2Point],
) -> _Prepared:
    """Check all but the pairing; payloads that repeat are mapped once, kept in ``mapped``."""
    backend = key_set.backend
    check_bitmap(item.bitmap, len(key_set), compatibility=compatibility)
    bits = int.from_bytes(item.bitmap, "little") & ((1 << len(key_set)) - 1)
    if not compatibility.accept_identity_bls_points:
        require(bits != 0, VerificationError, "bls-empty-bitmap", "No signer is marked in the bitmap.")
    signature = Signature.from_bytes(item.signature, compatibility=compatibility, backend=backend)
    known = (backend.name, bytes(item.payload[:FIELD_BYTES]))
    point = mapped.get(known)
    if point is None:
        point = mapped[known] = mapped_payload(item.payload, backend)
    return _Prepared(index, key_set, bits, known[1], point, signature.point)


def _holds_alone(item: _Prepared) -> bool:
    backend = item.key_set.backend
    return backend.pairings_are_one(
        [minus_base_point(backend), item.key_set.sum_of(item.bits)],
        [item.signature, backend.clear_g2_cofactor(item.mapped)],
    )


def _find_bad(
    items: Sequence[_Prepared], entropy: Callable[[int], bytes], *, known_bad: bool = False
) -> list[int]:
    """Return the indexes of the items whose signature does not hold, halving whatever fails as a whole."""
    if not items:
        return []
    if len(items) == 1:
        return [items[0].index] if known_bad or not _holds_alone(items[0]) else []
    if not known_bad and _hold_together(items, entropy):
        return []
    middle = len(items) // 2
    first = _find_bad(items[:middle], entropy)
    # The whole failed: when the first half holds, the second cannot.
    return first + _find_bad(items[middle:], entropy, known_bad=not first)


def _hold_together(items: Sequence[_Prepared], entropy: Callable[[int], bytes]) -> bool:
    backend = items[0].key_set.backend
    coefficients = random_coefficients(len(items), entropy)
    keys: list[G1Point] = [minus_base_point(backend)]
    hashes: list[G2Point] = [backend.g2_combine([item.signature for item in items], coefficients)]
    for key, uncleared in _pairs(backend, list(zip(items, coefficients, strict=True))):
        keys.append(key)
        hashes.append(backend.clear_g2_cofactor(uncleared))
    return backend.pairings_are_one(keys, hashes)


def _pairs(backend: Backend, members: Sequence[_Weighted]) -> list[tuple[G1Point, G2Point]]:
    """Return keys and uncleared hashes whose pairings multiply to that of all the members."""
    by_payload: dict[bytes, list[_Weighted]] = defaultdict(list)
    for member in members:
        by_payload[member[0].payload].append(member)
    if 2 * len(by_payload) <= len(members):
        return [_payload_pair(backend, group) for group in by_payload.values()]
    by_committee: dict[int, list[_Weighted]] = defaultdict(list)
    for member in members:
        by_committee[id(member[0].key_set)].append(member)
    return [pair for group in by_committee.values() for pair in _pairs_of_committee(backend, group)]


def _payload_pair(backend: Backend, group: Sequence[_Weighted]) -> tuple[G1Point, G2Point]:
    sums = [item.key_set.sum_of(item.bits) for item, _ in group]
    return backend.g1_combine(sums, [coefficient for _, coefficient in group]), group[0][0].mapped


def _pairs_of_committee(backend: Backend, members: Sequence[_Weighted]) -> list[tuple[G1Point, G2Point]]:
    """Return keys and uncleared hashes whose pairings multiply to that of all the members, in the cheaper form."""
    key_set = members[0][0].key_set
    rows: dict[int, list[_Weighted]] = defaultdict(list)
    for item, coefficient in members:
        rows[item.bits].append((item, coefficient))
    columns = _patterns_of_absence(key_set, list(rows))
    additions = sum(pattern.bit_count() for pattern in columns) + len(rows)
    by_columns = (
        (len(columns) + 1) * _PAIRING_AND_CLEARING + len(rows) * _SCALED_HASH + additions * _ADDED_HASH
    )
    if by_columns >= len(rows) * _PAIRING_AND_CLEARING:
        return [_row(backend, key_set, bits, row) for bits, row in rows.items()]
    scaled = [_combined(backend, row) for row in rows.values()]
    pairs = [(key_set.full_sum, backend.g2_sum(scaled))]
    for pattern, slots in columns.items():
        absent = backend.g1_sum([key_set.points[slot] for slot in slots])
        missed = [hashed for at, hashed in enumerate(scaled) if pattern >> at & 1]
        pairs.append((backend.g1_negate(absent), backend.g2_sum(missed)))
    return pairs


def _patterns_of_absence(key_set: KeySet, rows: Sequence[int]) -> dict[int, list[int]]:
    """Return the slots for each distinct set of rows (as bits of an integer) from which a slot is absent."""
    everyone = (1 << len(key_set)) - 1
    absences: dict[int, int] = defaultdict(int)
    for at, bits in enumerate(rows):
        absent = bits ^ everyone
        while absent:
            lowest = absent & -absent
            absences[lowest.bit_length() - 1] |= 1 << at
            absent ^= lowest
    patterns: dict[int, list[int]] = defaultdict(list)
    for slot, pattern in absences.items():
        patterns[pattern].append(slot)
    return patterns


def _row(backend: Backend, key_set: KeySet, bits: int, row: Sequence[_Weighted]) -> tuple[G1Point, G2Point]:
    key = key_set.sum_of(bits)
    if len(row) == 1:
        # One hash: scaling the key is cheaper than scaling the hash.
        item, coefficient = row[0]
        return backend.g1_multiply(key, coefficient), item.mapped
    return key, _combined(backend, row)


def _combined(backend: Backend, row: Sequence[_Weighted]) -> G2Point:
    return backend.g2_combine([item.mapped for item, _ in row], [coefficient for _, coefficient in row])
