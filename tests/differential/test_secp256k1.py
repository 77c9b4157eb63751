"""The back ends of secp256k1 against each other and against py-ecc."""

from hypothesis import given, settings
from hypothesis import strategies as st
from py_ecc.secp256k1 import secp256k1

from harmony_core.crypto.secp256k1.backend import ORDER
from harmony_core.crypto.secp256k1.fast import CoincurveBackend
from harmony_core.crypto.secp256k1.pure import PureBackend

FAST = CoincurveBackend()
PURE = PureBackend()
SECRETS = st.integers(1, ORDER - 1).map(lambda number: number.to_bytes(32, "big"))
DIGESTS = st.binary(min_size=32, max_size=32) | st.sampled_from([bytes(32), b"\xff" * 32])
HALVES = st.integers(1, ORDER - 1) | st.integers(1, 50) | st.integers(ORDER - 50, ORDER - 1)


@given(SECRETS, DIGESTS)
@settings(max_examples=25, deadline=None)
def test_keys_and_signatures_are_the_same(secret: bytes, digest: bytes) -> None:
    key = PURE.public_key(secret)
    assert FAST.public_key(secret) == key
    signature = PURE.sign(digest, secret)
    assert FAST.sign(digest, secret) == signature
    assert FAST.recover(digest, signature) == PURE.recover(digest, signature) == key
    x, y = secp256k1.privtopub(secret)
    assert x.to_bytes(32, "big") + y.to_bytes(32, "big") == key


@given(HALVES, HALVES, st.integers(0, 3), DIGESTS)
@settings(max_examples=60, deadline=None)
def test_every_signature_has_the_same_signer_or_none(r: int, s: int, recovery_id: int, digest: bytes) -> None:
    signature = r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes((recovery_id,))
    outcomes = []
    for backend in (FAST, PURE):
        try:
            outcomes.append(backend.recover(digest, signature))
        except ArithmeticError:
            outcomes.append(b"")
    assert outcomes[0] == outcomes[1]
    if outcomes[0] and recovery_id < 2:
        x, y = secp256k1.ecdsa_raw_recover(digest, (recovery_id + 27, r, s))
        assert x.to_bytes(32, "big") + y.to_bytes(32, "big") == outcomes[0]
