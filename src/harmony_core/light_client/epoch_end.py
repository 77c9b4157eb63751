"""Where an epoch ends, and the committees of the next one.

The beacon shard's epochs follow the schedule. So do the other shards' before staking; from staking on such a shard
stays in its epoch until its leader learns of the beacon's new one, so its epoch ends where its header carries a shard
state, and the next may lie several epochs ahead, never behind.

Source: harmony-one/harmony, core/blockchain_impl.go (SuperCommitteeForNextEpoch) and internal/chain/engine.go
(VerifyShardState). The reference lets a header without shard state pass everywhere; here the schedule decides.
"""

from dataclasses import dataclass

from harmony_core.chain.header import Header, HeaderVersion
from harmony_core.chain.shard_state import ShardState, decode_shard_state
from harmony_core.committee import pre_staking
from harmony_core.errors import VerificationError, require
from harmony_core.params import Network
from harmony_core.primitives import BEACON_SHARD_ID, Epoch

__all__ = ["EpochEnd", "epoch_end"]


@dataclass(frozen=True, slots=True)
class EpochEnd:
    """What the last header of an epoch says about the next.

    Attributes:
        next_epoch: epoch of the child.
        state: the committees of that epoch.
    """

    next_epoch: Epoch
    state: ShardState


def epoch_end(header: Header, network: Network) -> EpochEnd | None:
    """Return the next epoch and its committees if ``header`` ends its epoch, else None.

    The header must not be a genesis header, whose shard state serves its own epoch.

    Raises:
        DecodeError: the shard state is malformed.
        VerificationError: ``shard-state-missing`` where the epoch ends by the schedule and no shard state is there;
            ``shard-state-unexpected`` where there is one in mid-epoch; ``shard-state-form`` for the encoding of the
            other era; ``shard-state-epoch`` for an epoch that does not follow; ``shard-state-derived`` if the
            committees before staking are not those of the account lists; ``shard-state-hash`` if the header's hash
            field is of another shard state.
    """
    ends_by_schedule = network.schedule.is_last_block(header.number)
    next_epoch = Epoch(header.epoch + 1)
    by_schedule = header.shard_id == BEACON_SHARD_ID or not network.config.is_staking(next_epoch)
    if not header.shard_state:
        require(
            not (by_schedule and ends_by_schedule),
            VerificationError,
            "shard-state-missing",
            "The epoch ends with this block, but its header carries no committees for the next.",
        )
        return None
    state = decode_shard_state(header.shard_state)
    if header.version is not HeaderVersion.V3:
        require(
            header.shard_state_hash == state.hash,
            VerificationError,
            "shard-state-hash",
            "The header's shard state hash is not that of the shard state it carries.",
            expected=state.hash,
            actual=header.shard_state_hash,
        )
    if state.epoch is None:
        return _before_staking(state, next_epoch, network, ends_by_schedule=ends_by_schedule)
    return _from_staking_on(header, state, state.epoch, network, ends_by_schedule=ends_by_schedule)


def _before_staking(
    state: ShardState, next_epoch: Epoch, network: Network, *, ends_by_schedule: bool
) -> EpochEnd:
    _require_form(not network.config.is_staking(next_epoch))
    _require_expected(ends_by_schedule)
    derived = pre_staking.committee_for_epoch(network, next_epoch)
    require(
        state == derived,
        VerificationError,
        "shard-state-derived",
        "The committees in the header are not those that the genesis account lists give for the next epoch.",
        expected=derived.hash,
        actual=state.hash,
    )
    return EpochEnd(next_epoch, state)


def _from_staking_on(
    header: Header, state: ShardState, next_epoch: Epoch, network: Network, *, ends_by_schedule: bool
) -> EpochEnd:
    _require_form(network.config.is_staking(next_epoch))
    on_beacon = header.shard_id == BEACON_SHARD_ID
    _require_expected(ends_by_schedule or not on_beacon)
    require(
        next_epoch == header.epoch + 1 if on_beacon else next_epoch > header.epoch,
        VerificationError,
        "shard-state-epoch",
        "The committees in the header are of an epoch that does not follow the header's.",
        expected=header.epoch + 1,
        actual=next_epoch,
    )
    return EpochEnd(next_epoch, state)


def _require_form(right: bool) -> None:
    require(
        right,
        VerificationError,
        "shard-state-form",
        "The shard state is encoded in the form of another era than that of the next epoch.",
    )


def _require_expected(at_end: bool) -> None:
    require(
        at_end,
        VerificationError,
        "shard-state-unexpected",
        "The header carries committees for the next epoch, but its epoch does not end here.",
    )
