"""The bytes that committee members sign when they commit to a block."""

from harmony_core.errors import VerificationError, require
from harmony_core.params import ChainConfig
from harmony_core.primitives import STRICT, Compatibility, Epoch, Hash32

__all__ = ["commit_payload"]

_UINT64_LIMIT = 1 << 64


def commit_payload(
    config: ChainConfig,
    *,
    block_hash: Hash32,
    number: int,
    view_id: int,
    epoch: Epoch,
    compatibility: Compatibility = STRICT,
) -> bytes:
    """Return what a commit signature signs: 40 bytes, or 48 from the staking era on.

    The layout is the block number (8 bytes, little-endian), the block hash (32 bytes) and, where ``config`` has
    staking in ``epoch``, the view id of the block's header (8 bytes, little-endian). It is signed as it is, without
    hashing. Signing reads 381 bits of it, so the top three bits of the view id are not covered by the signature
    itself; in a header the hash covers them.

    Args:
        config: the verifier's own chain configuration.
        block_hash: hash of the block's header.
        number: height of the block.
        view_id: view id of the block's header, not of a message about it.
        epoch: epoch that the verifier's trusted committee serves.
        compatibility: with ``truncated_block_numbers`` only the low 64 bits of number and view id count.

    Raises:
        VerificationError: code ``commit-payload-number`` or ``commit-payload-view-id`` for a value outside 64 bits.

    Source: harmony-one/harmony, consensus/signature/signature.go (ConstructCommitPayload).
    """
    if not isinstance(block_hash, Hash32):
        raise TypeError(f"a block hash is a Hash32, not {type(block_hash).__name__}")
    require(
        compatibility.truncated_block_numbers or 0 <= number < _UINT64_LIMIT,
        VerificationError,
        "commit-payload-number",
        "A block number fits in 64 bits.",
        actual=number,
    )
    require(
        compatibility.truncated_block_numbers or 0 <= view_id < _UINT64_LIMIT,
        VerificationError,
        "commit-payload-view-id",
        "A view id fits in 64 bits.",
        actual=view_id,
    )
    payload = (number % _UINT64_LIMIT).to_bytes(8, "little") + block_hash
    return payload + (view_id % _UINT64_LIMIT).to_bytes(8, "little") if config.is_staking(epoch) else payload
