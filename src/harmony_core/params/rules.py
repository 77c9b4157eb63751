"""The switches that the EVM asks for, gathered for one epoch.

Source: harmony-one/harmony, internal/params/config.go, type Rules and ChainConfig.Rules.
"""

from dataclasses import dataclass

from harmony_core.params.chain_config import ChainConfig
from harmony_core.primitives import Epoch

__all__ = ["Rules"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Chain ids and the EVM's switches at one epoch."""

    chain_id: int
    eth_chain_id: int
    is_s3: bool
    is_istanbul: bool
    is_vrf: bool
    is_prev_vrf: bool
    is_sha3: bool
    is_staking_precompile: bool
    is_cross_shard_xfer_precompile: bool
    is_chain_id_fix: bool
    is_validator_code_fix: bool

    @classmethod
    def at_epoch(cls, config: ChainConfig, epoch: Epoch) -> "Rules":
        """Return the rules of a network at an epoch."""
        return cls(
            chain_id=config.chain_id,
            eth_chain_id=config.eth_compatible_chain_id,
            is_s3=config.is_s3(epoch),
            is_istanbul=config.is_istanbul(epoch),
            is_vrf=config.is_vrf(epoch),
            is_prev_vrf=config.is_prev_vrf(epoch),
            is_sha3=config.is_sha3(epoch),
            is_staking_precompile=config.is_staking_precompile(epoch),
            is_cross_shard_xfer_precompile=config.is_cross_shard_xfer_precompile(epoch),
            is_chain_id_fix=config.is_chain_id_fix(epoch),
            is_validator_code_fix=config.is_validator_code_fix(epoch),
        )
