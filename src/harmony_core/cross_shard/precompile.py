"""Value that a transaction sends to another shard by calling the cross-shard precompile itself.

A contract may call it too, which only the execution tells; a transaction that calls it directly and succeeds has left
exactly this receipt.

Source: harmony-one/harmony, core/vm/contracts_write.go (crossShardXferPrecompile, parseCrossShardXferData);
core/state_processor.go (ApplyTransaction).
"""

from typing import Final

from harmony_core.chain.cross_shard_receipt import CXReceipt
from harmony_core.chain.transaction import Transaction
from harmony_core.crypto import keccak256
from harmony_core.params import ChainConfig
from harmony_core.primitives import Address, Epoch, ShardID

__all__ = ["CROSS_SHARD_PRECOMPILE", "receipt_of_precompile_call"]

CROSS_SHARD_PRECOMPILE: Final = Address((0xF9).to_bytes(20, "big"))
"""Where the precompile is called."""

_SELECTOR: Final = keccak256(b"crossShardTransfer(uint256,address,uint32)")[:4]
_WORD: Final = 32
_SHARDS: Final = 1 << 32


def receipt_of_precompile_call(
    transaction: Transaction, sender: Address, config: ChainConfig, epoch: Epoch
) -> CXReceipt | None:
    """Return the cross-shard receipt that a transaction leaves if it succeeds, None if it does not call the precompile.

    Args:
        transaction: the transaction.
        sender: the account that signed it.
        config: the rules of the verifier's network.
        epoch: epoch of the block.
    """
    data = transaction.data
    if (
        transaction.to != CROSS_SHARD_PRECOMPILE
        or not config.is_cross_shard_xfer_precompile(epoch)
        or not data.startswith(_SELECTOR)
        or len(data) < len(_SELECTOR) + 3 * _WORD
    ):
        return None
    start = len(_SELECTOR)
    value, recipient, shard = (
        data[start + _WORD * place : start + _WORD * (place + 1)] for place in range(3)
    )
    to_shard_id = int.from_bytes(shard, "big")
    if int.from_bytes(value, "big") != transaction.value or to_shard_id >= _SHARDS:
        return None
    return CXReceipt(
        transaction.hash_by_type,
        sender,
        Address(recipient[-Address.LENGTH :]),
        transaction.shard_id,
        ShardID(to_shard_id),
        transaction.value,
    )
