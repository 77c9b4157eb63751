"""The signatures of herumi's library that hash the message first. Harmony's consensus does not use them.

They differ from Harmony's own only in what is signed: the first 48 bytes of SHA-512 of the message.

Source: harmony-one/bls, src/bls_c_impl.hpp (``blsSign``, ``blsGetPop``); harmony-one/mcl, include/mcl/fp.hpp
(``setHashOf``).
"""

from hashlib import sha512

from harmony_core.crypto.bls.public_key import PublicKey
from harmony_core.crypto.bls.secret_key import SecretKey
from harmony_core.crypto.bls.signature import Signature
from harmony_core.crypto.bls.verification import verify

__all__ = ["prove_possession_of_key", "sign_message", "verify_message"]


def sign_message(secret_key: SecretKey, message: bytes) -> Signature:
    """Return herumi's signature on a message of any length."""
    return secret_key.sign(sha512(message).digest())


def verify_message(public_key: PublicKey, message: bytes, signature: Signature) -> None:
    """Check herumi's signature on a message; raises as `verify`."""
    verify(public_key, sha512(message).digest(), signature)


def prove_possession_of_key(secret_key: SecretKey) -> Signature:
    """Return herumi's proof of possession: the signature on the serialized public key.

    Unlike Harmony's own proof it is bound to the key.
    """
    return sign_message(secret_key, secret_key.public_key().to_bytes())
