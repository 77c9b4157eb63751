"""The few operations on signatures that the consensus engine needs, and their real implementation.

The engine never sees a point of a curve. That lets a simulation put something cheap in the place of BLS; what this
package offers for use is BLS only.
"""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final, Protocol

from harmony_core.crypto.bitmap import check_bitmap
from harmony_core.crypto.bls import (
    KeySet,
    SecretKey,
    Signature,
    SignedBitmap,
    aggregate_signatures,
    hash_to_point,
)
from harmony_core.crypto.bls.base_point import minus_base_point
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


class BLSSigning:
    """Harmony's BLS signatures.

    A node keeps the points of the last few payloads that it has signed or checked, and no verdicts.

    Args:
        secret_keys: the node's keys; none for a node that only follows.
    """

    __slots__ = ("_points", "_secrets")

    def __init__(self, secret_keys: Sequence[SecretKey] = ()) -> None:
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
        return aggregate_signatures([key.sign(payload) for key in known]).to_bytes()

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
        check_bitmap(item.bitmap, len(key_set))
        bits = int.from_bytes(item.bitmap, "little")
        require(bits != 0, VerificationError, "bls-empty-bitmap", "No signer is marked in the bitmap.")
        signature = Signature.from_bytes(item.signature, backend=key_set.backend)
        backend = key_set.backend
        holds = backend.pairings_are_one(
            [minus_base_point(backend), key_set.sum_of(bits)],
            [signature.point, self._point(key_set, item.payload).point],
        )
        require(holds, VerificationError, "bls-signature", "The aggregated BLS signature does not hold.")

    def _point(self, key_set: KeySet, payload: bytes) -> Signature:
        known = self._points.get(payload)
        if known is None or known.backend is not key_set.backend:
            known = self._points[payload] = hash_to_point(payload, backend=key_set.backend)
            if len(self._points) > _POINTS:
                self._points.popitem(last=False)
        return known


def is_good(signing: Signing, key_set: KeySet, item: SignedBitmap) -> bool:
    """Tell whether a signature holds, to sort out which of several does not."""
    try:
        signing.check(key_set, item)
    except HarmonyError:
        return False
    return True
