"""The few operations on signatures that the consensus engine needs, and their real implementation.

The engine never sees a point of a curve. That lets a simulation put something cheap in the place of BLS; what this
package offers for use is BLS only.
"""

import secrets
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from harmony_core.crypto.bitmap import check_bitmap
from harmony_core.crypto.bls import (
    Backend,
    KeySet,
    SecretKey,
    Signature,
    SignedBitmap,
    aggregate_signatures,
    hash_to_point,
)
from harmony_core.crypto.bls.base_point import minus_base_point
from harmony_core.crypto.bls.batch import random_coefficients
from harmony_core.errors import ConfigurationError, HarmonyError, VerificationError, require
from harmony_core.primitives import BLSPublicKeyBytes, BLSSignatureBytes

__all__ = ["BLSSigning", "Signing"]

_POINTS: Final = 8


class Signing(Protocol):
    """A node's own secret keys, and the verification of what others signed."""

    def sign(self, keys: Sequence[BLSPublicKeyBytes], payload: bytes) -> BLSSignatureBytes:
        """Return the sum of the signatures of some of the node's own keys.

        Raises:
            ConfigurationError: a key is not the node's.
        """

    def aggregate(self, signatures: Sequence[bytes]) -> BLSSignatureBytes:
        """Return the sum of signatures.

        Raises:
            DecodeError: one of them is no signature.
        """

    def check(self, key_set: KeySet, item: SignedBitmap) -> None:
        """Refuse a signature unless it is the sum of those of all members that the bitmap names.

        Raises:
            HarmonyError: as `harmony_core.crypto.bls.verify_bitmap_signature`; ``bls-signature`` if the signature
                does not hold.
        """

    def all_hold(self, key_set: KeySet, items: Sequence[SignedBitmap]) -> bool:
        """Tell whether `check` would refuse none of several items."""


class BLSSigning:
    """Harmony's BLS signatures.

    A node keeps the points of the last few payloads that it has signed or checked, and no verdicts.

    Args:
        secret_keys: the node's keys; none for a node that only follows.
        entropy: returns that many random bytes, for the coefficients by which several signatures are checked at once.
    """

    __slots__ = ("_entropy", "_points", "_secrets")

    def __init__(
        self,
        secret_keys: Sequence[SecretKey] = (),
        *,
        entropy: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._entropy = entropy
        self._secrets = {key.public_key().to_bytes(): key for key in secret_keys}
        self._points: OrderedDict[bytes, Signature] = OrderedDict()

    @property
    def keys(self) -> tuple[BLSPublicKeyBytes, ...]:
        """The node's public keys, in the order in which the secrets were given."""
        return tuple(self._secrets)

    def sign(self, keys: Sequence[BLSPublicKeyBytes], payload: bytes) -> BLSSignatureBytes:
        """Return the sum of the signatures of some of the node's own keys on the first 48 bytes of a payload.

        Raises:
            ConfigurationError: code ``signing-key`` for a key that is not the node's, or for no key.
            VerificationError: code ``bls-degenerate-payload`` for a payload that cannot be signed.
        """
        require(
            len(keys) > 0 and all(key in self._secrets for key in keys),
            ConfigurationError,
            "signing-key",
            "A node signs with its own keys only.",
        )
        known = [self._secrets[key] for key in keys if key in self._secrets]
        point = self._point(known[0].backend, payload)
        return aggregate_signatures([key.sign_point(point) for key in known]).to_bytes()

    def aggregate(self, signatures: Sequence[bytes]) -> BLSSignatureBytes:
        """Return the sum of signatures, each decoded and checked to lie in the right subgroup.

        Raises:
            DecodeError: as `Signature.from_bytes`.
        """
        return aggregate_signatures([Signature.from_bytes(one) for one in signatures]).to_bytes()

    def check(self, key_set: KeySet, item: SignedBitmap) -> None:
        """Refuse a signature unless it is the sum of those of all members that the bitmap names.

        Raises:
            DecodeError: as `Signature.from_bytes`.
            VerificationError: ``bls-signature``, ``bls-empty-bitmap``, ``bitmap-length``, ``bitmap-padding``,
                ``bls-degenerate-payload``.
        """
        require(
            self._hold(key_set, [item]),
            VerificationError,
            "bls-signature",
            "The aggregated BLS signature does not hold.",
        )

    def all_hold(self, key_set: KeySet, items: Sequence[SignedBitmap]) -> bool:
        """Tell whether `check` would refuse none of several items; they are checked as one random combination.

        A false signature passes with a probability of 2^-64.
        """
        try:
            return self._hold(key_set, items)
        except HarmonyError:
            return False

    def _hold(self, key_set: KeySet, items: Sequence[SignedBitmap]) -> bool:
        backend = key_set.backend
        keys, points, signatures = [], [], []
        for at, item in enumerate(items):
            check_bitmap(item.bitmap, len(key_set))
            bits = int.from_bytes(item.bitmap, "little")
            require(bits != 0, VerificationError, "bls-empty-bitmap", "No signer is marked in the bitmap.")
            signature = Signature.from_bytes(item.signature, backend=backend).point
            key = key_set.sum_of(bits)
            if at:
                [coefficient] = random_coefficients(1, self._entropy)
                key = backend.g1_multiply(key, coefficient)
                signature = backend.g2_multiply(signature, coefficient)
            keys.append(key)
            points.append(self._point(backend, item.payload).point)
            signatures.append(signature)
        return backend.pairings_are_one(
            [minus_base_point(backend), *keys], [backend.g2_sum(signatures), *points]
        )

    def _point(self, backend: Backend, payload: bytes) -> Signature:
        known = self._points.get(payload)
        if known is None or known.backend is not backend:
            known = self._points[payload] = hash_to_point(payload, backend=backend)
            if len(self._points) > _POINTS:
                self._points.popitem(last=False)
        return known


def is_good(signing: Signing, key_set: KeySet, item: SignedBitmap) -> bool:
    """Tell whether `Signing.check` lets a signature through, to sort out which of several does not."""
    try:
        signing.check(key_set, item)
    except HarmonyError:
        return False
    return True
