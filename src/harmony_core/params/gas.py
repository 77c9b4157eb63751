"""Gas prices by era and the gas limit of the next block.

Source: harmony-one/harmony, internal/params/gas_table.go; core/block_validator.go, CalcGasLimit;
node/harmony/worker/worker.go, GasFloor and GasCeil.
"""

from dataclasses import dataclass
from typing import Final

from harmony_core.errors import VerificationError, require
from harmony_core.params.chain_config import ChainConfig
from harmony_core.primitives import Epoch

__all__ = ["GAS_TABLE_R3", "GAS_TABLE_S3", "GasTable", "gas_limit_bounds", "gas_table", "next_gas_limit"]

_BOUND_DIVISOR: Final = 1024
_MINIMUM_LIMIT: Final = 5000
_FLOOR: Final = 80_000_000
_FLOOR_30M: Final = 30_000_000
_CEILING: Final = 120_000_000
_UINT64: Final = 1 << 64


@dataclass(frozen=True, slots=True, kw_only=True)
class GasTable:
    """Prices of the EVM operations whose cost changed between eras, in gas."""

    extcode_size: int
    extcode_copy: int
    extcode_hash: int
    balance: int
    sload: int
    calls: int
    suicide: int
    exp_byte: int
    create_by_suicide: int


GAS_TABLE_R3: Final = GasTable(
    extcode_size=20,
    extcode_copy=20,
    extcode_hash=0,
    balance=20,
    sload=50,
    calls=40,
    suicide=0,
    exp_byte=10,
    create_by_suicide=0,
)
"""Prices before the S3 switch."""

GAS_TABLE_S3: Final = GasTable(
    extcode_size=700,
    extcode_copy=700,
    extcode_hash=400,
    balance=400,
    sload=200,
    calls=700,
    suicide=5000,
    exp_byte=50,
    create_by_suicide=25000,
)
"""Prices from the S3 switch on."""


def gas_table(config: ChainConfig, epoch: Epoch) -> GasTable:
    """Return the gas prices in force at an epoch."""
    return GAS_TABLE_S3 if config.is_s3(epoch) else GAS_TABLE_R3


def gas_limit_bounds(config: ChainConfig, epoch: Epoch) -> tuple[int, int]:
    """Return the floor and the ceiling between which a block proposer steers the gas limit, in gas."""
    return (_FLOOR_30M if config.is_block_gas_30m(epoch) else _FLOOR), _CEILING


def next_gas_limit(*, parent_limit: int, parent_used: int, floor: int, ceiling: int) -> int:
    """Return the gas limit that follows from the parent block, in gas.

    It rises when the parent used more than two thirds of its limit and falls when it used less, by less than one
    part in 1024, and is drawn towards ``floor`` and ``ceiling`` from outside them. Arithmetic is that of unsigned
    64-bit integers, wrapping included.

    Raises:
        VerificationError: ``gas-quantity`` if an argument is not an unsigned 64-bit integer.
    """
    for quantity in (parent_limit, parent_used, floor, ceiling):
        require(
            0 <= quantity < _UINT64, VerificationError, "gas-quantity", "Gas is an unsigned 64-bit integer."
        )
    contribution = (parent_used + parent_used // 2) % _UINT64 // _BOUND_DIVISOR
    decay = (parent_limit // _BOUND_DIVISOR - 1) % _UINT64
    limit = max((parent_limit - decay + contribution) % _UINT64, _MINIMUM_LIMIT)
    if limit < floor:
        return min((parent_limit + decay) % _UINT64, floor)
    if limit > ceiling:
        return max((parent_limit - decay) % _UINT64, ceiling)
    return limit
