"""From a message to the point of G2 that a signature multiplies."""

from harmony_core.crypto.bls.backend import Backend, G2Point
from harmony_core.crypto.bls.loading import load_backend
from harmony_core.crypto.bls.map_to_curve import payload_to_field
from harmony_core.crypto.bls.signature import Signature
from harmony_core.errors import VerificationError, require

__all__ = ["hash_to_point", "mapped_payload"]


def hash_to_point(payload: bytes, *, backend: Backend | None = None) -> Signature:
    """Return the point of G2 that a message stands for, as a `Signature` (that of the secret key 1).

    Only the first 48 bytes of the message count, without their top three bits: see `payload_to_field`.

    Raises:
        VerificationError: ``bls-degenerate-payload`` when the number read from the message is zero, as it is for
            the empty message.

    Source: harmony-one/bls, src/bls_c_impl.hpp (``toG``).
    """
    arithmetic = backend or load_backend()
    return Signature(arithmetic.clear_g2_cofactor(mapped_payload(payload, arithmetic)), arithmetic)


def mapped_payload(payload: bytes, backend: Backend) -> G2Point:
    """Return the point of the twist that a message maps to, its cofactor not cleared; raises as `hash_to_point`."""
    if not isinstance(payload, bytes | bytearray | memoryview):
        raise TypeError(f"a signed payload is bytes, not {type(payload).__name__}")
    point = backend.map_to_g2((payload_to_field(payload), 0))
    if point is None:
        point = backend.g2_identity()
    require(
        not backend.g2_is_identity(point),
        VerificationError,
        "bls-degenerate-payload",
        "The payload stands for the number zero, which maps to no point.",
    )
    return point
