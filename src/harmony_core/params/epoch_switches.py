"""The switches of a network: the epoch from which each change of the rules is in force.

Source: harmony-one/harmony, internal/params/config.go, type ChainConfig.
"""

from dataclasses import dataclass, fields
from typing import Any, Final, Self

from harmony_core.errors import DecodeError, require
from harmony_core.primitives import Epoch

__all__ = ["EpochSwitches"]


_REQUIRED: Final = frozenset({"chain-id", "eth-compatible-chain-id", "eth-compatible-shard-0-chain-id"})
# Where the node's key is not simply the field's name with hyphens.
_IRREGULAR_KEYS: Final = {
    "pre_staking_epoch": "prestaking-epoch",
    "min_commission_promo_period": "commission-promo-period",
    "hip6_and_8_epoch": "hip6_8-epoch",
    "slots_limited_epoch": "slots-limit-epoch",
    "allowlist_epoch": "AllowlistEpoch",
    "leader_rotation_internal_validators_epoch": "leader-rotation-internal-validators",
    "leader_rotation_external_validators_epoch": "leader-rotation-external-validators",
    "fee_collect_epoch": "FeeCollectEpoch",
    "one_second_epoch": "is-one-second-epoch",
}


def _key(name: str) -> str:
    return _IRREGULAR_KEYS.get(name, name.replace("_", "-"))


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochSwitches:
    """Chain ids and the first epoch of each rule change; None where a network never has the change.

    The node writes the same document to its database; `from_json` reads it and `to_json` writes it.
    """

    chain_id: int
    """Chain id of Harmony-format transactions."""
    eth_compatible_chain_id: int
    """Chain id of Ethereum-format transactions on shard 0; shard s adds s."""
    eth_compatible_shard_0_chain_id: int
    """Chain id of Ethereum-format transactions on shard 0."""
    eth_compatible_epoch: Epoch | None = None
    """Ethereum-format transactions."""
    cross_tx_epoch: Epoch | None = None
    """Cross-shard fields in headers; cross-shard transactions are accepted one epoch later."""
    cross_link_epoch: Epoch | None = None
    """Beacon headers carry crosslinks."""
    aggregated_reward_epoch: Epoch | None = None
    """Block rewards are paid in one go every `reward_frequency` blocks."""
    staking_epoch: Epoch | None = None
    """Committees are elected by stake; commits sign the view id too."""
    pre_staking_epoch: Epoch | None = None
    """Staking transactions are accepted."""
    quick_unlock_epoch: Epoch | None = None
    """Undelegated tokens unlock at the end of the current epoch."""
    five_seconds_epoch: Epoch | None = None
    """Blocks take five seconds and pay 17.5 ONE."""
    two_seconds_epoch: Epoch | None = None
    """Blocks take two seconds and pay 7 ONE."""
    sixty_percent_epoch: Epoch | None = None
    """Harmony nodes vote with 60 %."""
    redelegation_epoch: Epoch | None = None
    """Tokens in undelegation may be delegated again; the lock is seven epochs."""
    no_early_unlock_epoch: Epoch | None = None
    """No early unlock for validators long in the committee."""
    vrf_epoch: Epoch | None = None
    """Headers carry the leader's VRF."""
    prev_vrf_epoch: Epoch | None = None
    """Contracts may read the VRF of earlier blocks."""
    min_delegation_100_epoch: Epoch | None = None
    """The smallest delegation is 100 ONE instead of 1000."""
    min_commission_rate_epoch: Epoch | None = None
    """A validator's commission has a floor."""
    min_commission_promo_period: int | None = None
    """Epochs for which a newly elected validator may stay below the floor; a count, not an epoch."""
    epos_bound_35_epoch: Epoch | None = None
    """Effective stake lies within 35 % of the median instead of 15 %."""
    eip155_epoch: Epoch | None = None
    """Replay protection by chain id (EIP-155)."""
    s3_epoch: Epoch | None = None
    """EVM rules up to Constantinople; empty accounts are deleted."""
    data_copy_fix_epoch: Epoch | None = None
    """Fix of the EVM's data copy."""
    istanbul_epoch: Epoch | None = None
    """EVM rules of Istanbul."""
    receipt_log_epoch: Epoch | None = None
    """Receipts carry logs in full."""
    sha3_epoch: Epoch | None = None
    """The SHA3 FIPS-202 precompile."""
    hip6_and_8_epoch: Epoch | None = None
    """Harmony nodes vote with 49 %; 900 external slots (HIP-6, HIP-8)."""
    staking_precompile_epoch: Epoch | None = None
    """Contracts may stake."""
    chain_id_fix_epoch: Epoch | None = None
    """The CHAINID opcode returns the Ethereum-format id."""
    slots_limited_epoch: Epoch | None = None
    """A validator's slots per shard are limited (HIP-16)."""
    cross_shard_xfer_precompile_epoch: Epoch | None = None
    """Contracts may transfer across shards."""
    allowlist_epoch: Epoch | None = None
    """External leaders by allowlist (HIP-18); in use nowhere."""
    leader_rotation_internal_validators_epoch: Epoch | None = None
    """The leader rotates among Harmony's nodes."""
    leader_rotation_external_validators_epoch: Epoch | None = None
    """The leader rotates among all nodes."""
    leader_rotation_v2_epoch: Epoch | None = None
    """Second form of leader rotation; in use nowhere."""
    fee_collect_epoch: Epoch | None = None
    """Transaction fees go to the fee collectors."""
    validator_code_fix_epoch: Epoch | None = None
    """Contracts no longer see a validator's bytes as code."""
    hip30_epoch: Epoch | None = None
    """Two shards of 200 slots; a quarter of the emission goes to recovery (HIP-30)."""
    devnet_external_epoch: Epoch | None = None
    """Partner network: external validators hold all voting power."""
    testnet_external_epoch: Epoch | None = None
    """Testnet: external validators hold all voting power."""
    block_gas_30m_epoch: Epoch | None = None
    """The gas limit of a block has its floor at 30 million."""
    max_rate_epoch: Epoch | None = None
    """A validator's maximum rate is raised to the commission floor plus its maximum change."""
    top_max_rate_epoch: Epoch | None = None
    """That maximum rate is capped at 100 %."""
    hip32_epoch: Epoch | None = None
    """Harmony nodes vote with 1 %; a validator asked for no signature is not below the threshold."""
    one_second_epoch: Epoch | None = None
    """Blocks take one second."""

    @classmethod
    def from_json(cls, document: object) -> Self:
        """Read the node's JSON form: an object of the node's key names with non-negative integers.

        Args:
            document: the parsed JSON value.

        Raises:
            DecodeError: ``chain-config-form`` if the value is not an object, if a key is unknown or a chain id
                missing; ``chain-config-number`` if a value is not an integer of at least 0.
        """
        names = {_key(entry.name): entry.name for entry in fields(cls)}
        found = set(document) if isinstance(document, dict) else set()
        require(
            _REQUIRED <= found <= set(names),
            DecodeError,
            "chain-config-form",
            "A chain configuration is an object of the known keys, chain ids included.",
        )
        values: dict[str, Any] = {}
        for key, value in document.items() if isinstance(document, dict) else ():
            require(
                type(value) is int and value >= 0,
                DecodeError,
                "chain-config-number",
                f"The value of {key!r} is a non-negative integer.",
            )
            if key in names:
                values[names[key]] = value
        return cls(**values)

    def to_json(self) -> dict[str, int]:
        """Return the node's JSON form; switches that are None are left out."""
        pairs = ((_key(entry.name), getattr(self, entry.name)) for entry in fields(self))
        return {key: value for key, value in pairs if value is not None}
