"""Under which rules a directive is carried out: the network, the epoch and the block."""

from dataclasses import dataclass

from harmony_core.params import ChainConfig, Network
from harmony_core.primitives import STRICT, BlockNumber, Compatibility, Epoch

__all__ = ["StakingContext"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StakingContext:
    """The verifier's own knowledge of the block at hand; nothing of it comes from the transaction.

    Attributes:
        network: the network, whose switches and schedule hold.
        epoch: epoch of the block.
        block_number: height of the block.
        compatibility: which quirks of the reference client to reproduce.

    Raises:
        UnsupportedRulesError: ``rules-unknown`` for an epoch past the last known rules.
    """

    network: Network
    epoch: Epoch
    block_number: BlockNumber
    compatibility: Compatibility = STRICT

    def __post_init__(self) -> None:
        self.network.require_known_rules(self.epoch)

    @property
    def config(self) -> ChainConfig:
        """The network's switches."""
        return self.network.config
