"""What is in force at an epoch: one predicate for each switch of a network.

Source: harmony-one/harmony, internal/params/config.go: a switch is on from its epoch, and never if it has none.
"""

from dataclasses import dataclass

from harmony_core.params.epoch_switches import EpochSwitches
from harmony_core.primitives import Epoch, ShardID

__all__ = ["ChainConfig", "is_eth_compatible_chain_id"]

_FIRST_ETH_COMPATIBLE_CHAIN_ID = 1_666_600_000


def is_eth_compatible_chain_id(chain_id: int) -> bool:
    """Tell whether a chain id belongs to Ethereum-format transactions (1,666,600,000 and above).

    Source: harmony-one/harmony, internal/params/config.go, IsEthCompatible.
    """
    return chain_id >= _FIRST_ETH_COMPATIBLE_CHAIN_ID


def _forked(switch: Epoch | None, epoch: Epoch) -> bool:
    return switch is not None and switch <= epoch


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainConfig(EpochSwitches):
    """The rules of a network by epoch. Every ``is_*`` says whether its change is in force at an epoch."""

    def eth_chain_id_of_shard(self, shard_id: ShardID) -> int:
        """Return the chain id of Ethereum-format transactions on a shard: that of shard 0 plus the shard's number."""
        return self.eth_compatible_shard_0_chain_id + shard_id

    def accepts_cross_tx(self, epoch: Epoch) -> bool:
        """Cross-shard transactions are taken from clients: one epoch after their fields appear in headers.

        The epoch between lets every shard become able to take receipts in before any is sent.
        """
        return self.cross_tx_epoch is not None and self.cross_tx_epoch + 1 <= epoch

    def is_one_epoch_before_hip30(self, epoch: Epoch) -> bool:
        """The epoch in which shards 2 and 3 send their balances to shards 0 and 1."""
        return self.hip30_epoch is not None and self.hip30_epoch - epoch == 1

    def is_eip155(self, epoch: Epoch) -> bool:
        """Replay protection by chain id (EIP-155)."""
        return _forked(self.eip155_epoch, epoch)

    def has_cross_tx_fields(self, epoch: Epoch) -> bool:
        """Cross-shard fields in headers; cross-shard transactions are accepted one epoch later."""
        return _forked(self.cross_tx_epoch, epoch)

    def is_eth_compatible(self, epoch: Epoch) -> bool:
        """Ethereum-format transactions."""
        return _forked(self.eth_compatible_epoch, epoch)

    def is_aggregated_reward(self, epoch: Epoch) -> bool:
        """Block rewards are paid in one go every `reward_frequency` blocks."""
        return _forked(self.aggregated_reward_epoch, epoch)

    def is_staking(self, epoch: Epoch) -> bool:
        """Committees are elected by stake; commits sign the view id too."""
        return _forked(self.staking_epoch, epoch)

    def is_slots_limited(self, epoch: Epoch) -> bool:
        """A validator's slots per shard are limited (HIP-16)."""
        return _forked(self.slots_limited_epoch, epoch)

    def is_five_seconds(self, epoch: Epoch) -> bool:
        """Blocks take five seconds and pay 17.5 ONE."""
        return _forked(self.five_seconds_epoch, epoch)

    def is_two_seconds(self, epoch: Epoch) -> bool:
        """Blocks take two seconds and pay 7 ONE."""
        return _forked(self.two_seconds_epoch, epoch)

    def is_one_second(self, epoch: Epoch) -> bool:
        """Blocks take one second."""
        return _forked(self.one_second_epoch, epoch)

    def is_sixty_percent(self, epoch: Epoch) -> bool:
        """Harmony nodes vote with 60 %."""
        return _forked(self.sixty_percent_epoch, epoch)

    def is_redelegation(self, epoch: Epoch) -> bool:
        """Tokens in undelegation may be delegated again; the lock is seven epochs."""
        return _forked(self.redelegation_epoch, epoch)

    def is_no_early_unlock(self, epoch: Epoch) -> bool:
        """No early unlock for validators long in the committee."""
        return _forked(self.no_early_unlock_epoch, epoch)

    def is_vrf(self, epoch: Epoch) -> bool:
        """Headers carry the leader's VRF."""
        return _forked(self.vrf_epoch, epoch)

    def is_prev_vrf(self, epoch: Epoch) -> bool:
        """Contracts may read the VRF of earlier blocks."""
        return _forked(self.prev_vrf_epoch, epoch)

    def is_min_delegation_100(self, epoch: Epoch) -> bool:
        """The smallest delegation is 100 ONE instead of 1000."""
        return _forked(self.min_delegation_100_epoch, epoch)

    def is_min_commission_rate(self, epoch: Epoch) -> bool:
        """A validator's commission has a floor."""
        return _forked(self.min_commission_rate_epoch, epoch)

    def is_epos_bound_35(self, epoch: Epoch) -> bool:
        """Effective stake lies within 35 % of the median instead of 15 %."""
        return _forked(self.epos_bound_35_epoch, epoch)

    def is_pre_staking(self, epoch: Epoch) -> bool:
        """Staking transactions are accepted."""
        return _forked(self.pre_staking_epoch, epoch)

    def is_quick_unlock(self, epoch: Epoch) -> bool:
        """Undelegated tokens unlock at the end of the current epoch."""
        return _forked(self.quick_unlock_epoch, epoch)

    def is_cross_link(self, epoch: Epoch) -> bool:
        """Beacon headers carry crosslinks."""
        return _forked(self.cross_link_epoch, epoch)

    def is_s3(self, epoch: Epoch) -> bool:
        """EVM rules up to Constantinople; empty accounts are deleted."""
        return _forked(self.s3_epoch, epoch)

    def is_data_copy_fix(self, epoch: Epoch) -> bool:
        """Fix of the EVM's data copy."""
        return _forked(self.data_copy_fix_epoch, epoch)

    def is_istanbul(self, epoch: Epoch) -> bool:
        """EVM rules of Istanbul."""
        return _forked(self.istanbul_epoch, epoch)

    def is_receipt_log(self, epoch: Epoch) -> bool:
        """Receipts carry logs in full."""
        return _forked(self.receipt_log_epoch, epoch)

    def is_sha3(self, epoch: Epoch) -> bool:
        """The SHA3 FIPS-202 precompile."""
        return _forked(self.sha3_epoch, epoch)

    def is_hip6_and_8(self, epoch: Epoch) -> bool:
        """Harmony nodes vote with 49 %; 900 external slots (HIP-6, HIP-8)."""
        return _forked(self.hip6_and_8_epoch, epoch)

    def is_staking_precompile(self, epoch: Epoch) -> bool:
        """Contracts may stake."""
        return _forked(self.staking_precompile_epoch, epoch)

    def is_cross_shard_xfer_precompile(self, epoch: Epoch) -> bool:
        """Contracts may transfer across shards."""
        return _forked(self.cross_shard_xfer_precompile_epoch, epoch)

    def is_chain_id_fix(self, epoch: Epoch) -> bool:
        """The CHAINID opcode returns the Ethereum-format id."""
        return _forked(self.chain_id_fix_epoch, epoch)

    def is_allowlist(self, epoch: Epoch) -> bool:
        """External leaders by allowlist (HIP-18); in use nowhere."""
        return _forked(self.allowlist_epoch, epoch)

    def is_leader_rotation_internal_validators(self, epoch: Epoch) -> bool:
        """The leader rotates among Harmony's nodes."""
        return _forked(self.leader_rotation_internal_validators_epoch, epoch)

    def is_block_gas_30m(self, epoch: Epoch) -> bool:
        """The gas limit of a block has its floor at 30 million."""
        return _forked(self.block_gas_30m_epoch, epoch)

    def is_leader_rotation_external_validators(self, epoch: Epoch) -> bool:
        """The leader rotates among all nodes."""
        return _forked(self.leader_rotation_external_validators_epoch, epoch)

    def is_leader_rotation_v2(self, epoch: Epoch) -> bool:
        """Second form of leader rotation; in use nowhere."""
        return _forked(self.leader_rotation_v2_epoch, epoch)

    def is_fee_collect(self, epoch: Epoch) -> bool:
        """Transaction fees go to the fee collectors."""
        return _forked(self.fee_collect_epoch, epoch)

    def is_validator_code_fix(self, epoch: Epoch) -> bool:
        """Contracts no longer see a validator's bytes as code."""
        return _forked(self.validator_code_fix_epoch, epoch)

    def is_hip32(self, epoch: Epoch) -> bool:
        """Harmony nodes vote with 1 %; a validator asked for no signature is not below the threshold."""
        return _forked(self.hip32_epoch, epoch)

    def is_hip30(self, epoch: Epoch) -> bool:
        """Two shards of 200 slots; a quarter of the emission goes to recovery (HIP-30)."""
        return _forked(self.hip30_epoch, epoch)

    def is_devnet_external(self, epoch: Epoch) -> bool:
        """Partner network: external validators hold all voting power."""
        return _forked(self.devnet_external_epoch, epoch)

    def is_testnet_external(self, epoch: Epoch) -> bool:
        """Testnet: external validators hold all voting power."""
        return _forked(self.testnet_external_epoch, epoch)

    def is_max_rate(self, epoch: Epoch) -> bool:
        """A validator's maximum rate is raised to the commission floor plus its maximum change."""
        return _forked(self.max_rate_epoch, epoch)

    def is_top_max_rate(self, epoch: Epoch) -> bool:
        """That maximum rate is capped at 100 %."""
        return _forked(self.top_max_rate_epoch, epoch)
