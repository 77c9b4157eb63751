"""The change of epoch: which committees the last block of an epoch carries for the next one.

The beacon shard elects at the last block of its schedule. From staking on the other shards follow it: as soon as the
beacon chain is in a later epoch, or its head ends one, the next block of such a shard carries the beacon's committees,
whatever its height, and the shard goes to that epoch, skipping those between. Before staking every shard ends its
epochs by the schedule.

Source: harmony-one/harmony, core/blockchain_impl.go (SuperCommitteeForNextEpoch), internal/chain/engine.go
(VerifyShardState), node/harmony/worker/worker.go (GetNewEpoch).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from harmony_core.chain.header import Header, HeaderVersion
from harmony_core.chain.shard_state import ShardState, decode_shard_state
from harmony_core.committee.assignment import (
    NextCommittees,
    assign_seats,
    election_for_epoch,
    keeps_committees,
)
from harmony_core.committee.candidates import Candidate
from harmony_core.committee.pre_staking import committee_for_epoch
from harmony_core.errors import DecodeError, MissingDataError, VerificationError, require
from harmony_core.params import Network
from harmony_core.primitives import (
    BEACON_SHARD_ID,
    STRICT,
    BlockNumber,
    Compatibility,
    Epoch,
    Hash32,
    ShardID,
)

__all__ = [
    "BeaconView",
    "BlockPlace",
    "CommitteeRecords",
    "VerifiedNextCommittees",
    "committees_to_expect",
    "committees_to_propose",
    "encode_next_committees",
    "epoch_of_child",
    "verify_carried_committees",
    "verify_next_shard_state",
    "with_next_committees",
]

_MINT: Final = object()
"""Known to the verification of this module only."""

_NOTHING: Final = ShardState(None, ())


class CommitteeRecords(Protocol):
    """The committees of every epoch that the beacon chain carries."""

    def shard_state(self, epoch: Epoch) -> ShardState:
        """Return the committees of an epoch.

        Raises:
            MissingDataError: they are not at hand.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class BeaconView:
    """What a shard's node sees of the beacon chain when a block ends an epoch.

    Attributes:
        epoch: epoch of the beacon chain's head; for a block of the beacon shard itself, of its parent.
        ends_epoch: whether that head carries committees, so that the next block is of another epoch.
        validators: all validators in the order of the chain's list, with the state and the snapshots of the block
            before the one that elects; None where that state is not at hand.
        records: committees of earlier elections; None where there are none.
    """

    epoch: Epoch
    ends_epoch: bool = False
    validators: Sequence[Candidate] | None = None
    records: CommitteeRecords | None = None

    @property
    def epoch_to_enter(self) -> Epoch:
        """The epoch that a shard which follows goes to."""
        return Epoch(self.epoch + 1) if self.ends_epoch else self.epoch

    def recorded(self, epoch: Epoch) -> ShardState:
        """Return the committees that the beacon chain carries for an epoch.

        Raises:
            MissingDataError: code ``beacon-committees-missing`` without records, or what the records raise.
        """
        if self.records is None:
            raise MissingDataError(
                "The committees that the beacon chain elected are needed and were not given.",
                code="beacon-committees-missing",
                expected=epoch,
            )
        return self.records.shard_state(epoch)


@dataclass(frozen=True, slots=True)
class BlockPlace:
    """Where a block stands.

    Attributes:
        shard_id: its shard.
        number: its height.
        epoch: its epoch.
    """

    shard_id: ShardID
    number: BlockNumber
    epoch: Epoch

    @classmethod
    def of_header(cls, header: Header) -> "BlockPlace":
        """Return the place of a header."""
        return cls(header.shard_id, header.number, header.epoch)


@dataclass(frozen=True, slots=True, init=False)
class VerifiedNextCommittees:
    """Committees that a header rightly carries for the next epoch; made by `verify_next_shard_state` only.

    Attributes:
        header_hash: hash of the header.
        committees: the committees, with the election that they come from where this block held one.
    """

    header_hash: Hash32
    committees: NextCommittees

    def __init__(self, mint: object, header_hash: Hash32, committees: NextCommittees) -> None:
        """Refuse to be made outside verification."""
        if mint is not _MINT:
            raise TypeError("VerifiedNextCommittees come from verification and cannot be made by hand")
        object.__setattr__(self, "header_hash", header_hash)
        object.__setattr__(self, "committees", committees)


def committees_to_propose(
    network: Network, place: BlockPlace, beacon: BeaconView, *, compatibility: Compatibility = STRICT
) -> NextCommittees | None:
    """Return the committees that a block at ``place`` is to carry for the next epoch, or None for a block in mid-epoch.

    Args:
        network: the network.
        place: shard, height and epoch of the block.
        beacon: the verifier's own view of the beacon chain, as for `verify_next_shard_state`.
        compatibility: as for `verify_next_shard_state`.

    Raises:
        MissingDataError: ``validators-missing`` if the block elects and no validators are given,
            ``previous-committees-missing`` or ``beacon-committees-missing``, or what the records raise.
        VerificationError: the codes of `committees_for_epoch`.
        UnsupportedRulesError: code ``rules-unknown``.
    """
    return _due(network, place, beacon.epoch_to_enter, beacon, compatibility)


def committees_to_expect(
    header: Header, network: Network, beacon: BeaconView, *, compatibility: Compatibility = STRICT
) -> NextCommittees | None:
    """Return the committees that a header which carries some should carry, or None where no epoch ends.

    A shard that follows may do so at any block, so that the epoch which it enters is taken from what the header
    carries; whether it is a later one, and whether the committees are the beacon's, is not. Arguments as for
    `verify_next_shard_state`.

    Raises:
        DecodeError: the shard state of a header of another shard than the beacon's does not decode, or is none.
        HarmonyError: as for `committees_to_propose`.
    """
    entering = Epoch(header.epoch + 1)
    if header.shard_id != BEACON_SHARD_ID:
        entered = decode_shard_state(header.shard_state, compatibility=compatibility).epoch
        entering = entering if entered is None else entered
    return _due(network, BlockPlace.of_header(header), entering, beacon, compatibility)


def verify_next_shard_state(
    header: Header, network: Network, beacon: BeaconView, *, compatibility: Compatibility = STRICT
) -> VerifiedNextCommittees | None:
    """Recompute the committees that a header carries, and refuse others.

    Args:
        header: the header. At genesis, whose shard state serves its own epoch, this says nothing.
        network: the verifier's network.
        beacon: the verifier's own view of the beacon chain. For a header of the beacon shard ``beacon.epoch`` is the
            epoch of the block before it, and ``validators`` are those of the state before it.
        compatibility: ``withheld_shard_states`` takes a header without committees where the epoch ends;
            ``empty_shard_states`` a shard state without committees in mid-epoch; ``impossible_signing_counts``.

    Returns:
        The verified committees, or None for a header in mid-epoch.

    Raises:
        VerificationError: ``shard-state-withheld`` where the epoch ends by the schedule and the header carries
            nothing; ``shard-state-untimely`` where no epoch ends and it carries something; ``shard-state-election``
            for committees other than the ones elected; the codes of `committees_for_epoch`.
        DecodeError: as for `committees_to_expect`.
        MissingDataError: as for `committees_to_propose`.
    """
    if not header.shard_state:
        require(
            compatibility.withheld_shard_states or not _ends_by_schedule(header, network),
            VerificationError,
            "shard-state-withheld",
            "The epoch ends with this block, but its header carries no committees for the next.",
        )
        return None
    due = committees_to_expect(header, network, beacon, compatibility=compatibility)
    require(
        due is not None or compatibility.empty_shard_states,
        VerificationError,
        "shard-state-untimely",
        "The header carries committees for the next epoch, but no epoch ends with this block.",
    )
    found = due or NextCommittees(_NOTHING)
    verify_carried_committees(header, network, found.state)
    return VerifiedNextCommittees(_MINT, header.hash, found)


def verify_carried_committees(header: Header, network: Network, expected: ShardState) -> None:
    """Refuse a header that carries other committees than the ones expected.

    Args:
        header: the header, of any version.
        network: the network; its switches say how committees are encoded.
        expected: the committees elected, by the verifier's own count.

    Raises:
        VerificationError: code ``shard-state-election``.

    Source: internal/chain/engine.go, VerifyShardState.
    """
    require(
        header.shard_state == encode_next_committees(network, expected),
        VerificationError,
        "shard-state-election",
        "The header carries other committees for the next epoch than those that were elected.",
        expected=expected.hash,
    )


def encode_next_committees(network: Network, state: ShardState) -> bytes:
    """Return what a header carries for committees: with stakes if their epoch has staking."""
    return state.encode(staking=state.epoch is not None and network.config.is_staking(state.epoch))


def with_next_committees(header: Header, network: Network, state: ShardState) -> Header:
    """Return the header with these committees; headers before v3 also name their hash."""
    encoded = encode_next_committees(network, state)
    if header.version is HeaderVersion.V3:
        return replace(header, shard_state=encoded)
    return replace(header, shard_state=encoded, shard_state_hash=state.hash)


def epoch_of_child(header: Header, network: Network, *, compatibility: Compatibility = STRICT) -> Epoch:
    """Return the epoch of the block that follows a header.

    Committees of the staking era say so themselves; others end the epoch, except at genesis.

    Raises:
        DecodeError: the shard state does not decode, unless ``compatibility.undecodable_shard_states``.

    Source: node/harmony/worker/worker.go, GetNewEpoch.
    """
    if not header.shard_state:
        return header.epoch
    state = _decoded(header, compatibility)
    if state.epoch is not None and network.config.is_staking(state.epoch):
        return state.epoch
    return Epoch(header.epoch + 1) if header.number else header.epoch


def _decoded(header: Header, compatibility: Compatibility) -> ShardState:
    try:
        return decode_shard_state(header.shard_state, compatibility=compatibility)
    except DecodeError:
        if compatibility.undecodable_shard_states:
            return _NOTHING
        raise


def _due(
    network: Network, place: BlockPlace, entering: Epoch, beacon: BeaconView, compatibility: Compatibility
) -> NextCommittees | None:
    network.require_known_rules(place.epoch)
    next_epoch = Epoch(place.epoch + 1)
    ends_by_schedule = network.schedule.is_last_block(place.number)
    if place.shard_id == BEACON_SHARD_ID:
        return _elected(network, next_epoch, beacon, compatibility) if ends_by_schedule else None
    if network.config.is_staking(next_epoch):
        return NextCommittees(beacon.recorded(entering)) if entering > place.epoch else None
    if network.config.is_staking(entering):
        return NextCommittees(beacon.recorded(entering))
    return NextCommittees(committee_for_epoch(network, next_epoch)) if ends_by_schedule else None


def _elected(
    network: Network, epoch: Epoch, beacon: BeaconView, compatibility: Compatibility
) -> NextCommittees:
    if not network.config.is_staking(epoch):
        return NextCommittees(committee_for_epoch(network, epoch))
    validators = beacon.validators
    require(
        validators is not None,
        MissingDataError,
        "validators-missing",
        "This block elects the next committees; the validators in the state before it were not given.",
    )
    election = election_for_epoch(
        network, epoch, validators or (), current_epoch=beacon.epoch, compatibility=compatibility
    )
    if keeps_committees(network, election):
        kept = beacon.recorded(Epoch(epoch - 1)).committees
        return NextCommittees(ShardState(epoch, kept), election, kept=True)
    return NextCommittees(assign_seats(network, election), election)


def _ends_by_schedule(header: Header, network: Network) -> bool:
    by_schedule = header.shard_id == BEACON_SHARD_ID or not network.config.is_staking(Epoch(header.epoch + 1))
    return by_schedule and network.schedule.is_last_block(header.number)
