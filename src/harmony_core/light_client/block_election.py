"""The committees that a block carries for the next epoch: elected anew, or held against what the beacon chain elected.

A block of the beacon shard needs the validators in the state before it; a block of another shard the committees that
the verifier trusts for the epoch which it enters.

Source: harmony-one/harmony, internal/chain/engine.go (VerifyShardState).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from harmony_core.chain import Header, ShardState
from harmony_core.committee import BeaconView, Candidate, verify_next_shard_state
from harmony_core.errors import MissingDataError, VerificationError, require
from harmony_core.light_client.block_check import BlockContext, Findings
from harmony_core.light_client.signed_header import ProvenHeader
from harmony_core.params import Network
from harmony_core.primitives import BEACON_SHARD_ID, STRICT, Address, Compatibility, Epoch, Hash32, ShardID
from harmony_core.quorum import CommitteeSource, VerifiedHeader
from harmony_core.state import State, is_validator, validator_wrapper
from harmony_core.trie import NodeStore

__all__ = ["StateValidators", "check_next_committees"]

_RULE = "block-next-committee"


def check_next_committees(context: BlockContext, findings: Findings) -> None:
    """Recompute the committees that the block carries, where what that takes is at hand.

    Rule ``block-next-committee``: they are the ones that were elected.

    Raises:
        VerificationError: ``shard-state-election`` for other committees, ``shard-state-untimely`` for committees where
            no epoch ends, or a code of the validators' source.
        DecodeError: the shard state does not decode.
    """
    header, pieces = context.header, context.pieces
    is_beacon = header.shard_id == BEACON_SHARD_ID
    if not header.shard_state or header.number == 0 or (is_beacon and pieces.validators is None):
        return
    records = None if pieces.committees is None else _TrustedRecords(context.network, pieces.committees)
    try:
        validators = pieces.validators.validators(header) if is_beacon and pieces.validators else None
        view = BeaconView(epoch=header.epoch, validators=validators, records=records)
        verify_next_shard_state(header, context.network, view, compatibility=context.compatibility)
    except MissingDataError as error:
        findings.leave(_RULE, error.code, error.message)
    else:
        findings.prove(_RULE)


@dataclass(frozen=True, slots=True)
class _TrustedRecords:
    """The committees that a verifier trusts, epoch by epoch."""

    network: Network
    committees: CommitteeSource

    def shard_state(self, epoch: Epoch) -> ShardState:
        shards = map(ShardID, range(self.network.schedule.instance_for_epoch(epoch).num_shards))
        return ShardState(epoch, tuple(self.committees.committee(shard, epoch).committee for shard in shards))


@dataclass(frozen=True, slots=True)
class StateValidators:
    """Validators read from the two states that an election goes by; a `ValidatorSource`.

    The states are opened at the roots that proven headers name, so that whoever delivered the nodes need not be
    trusted. Only the list of validators stands in no header: without one that wins, the election comes out differently.

    Attributes:
        network: the verifier's network.
        store: nodes and code of both states.
        parent: the block before the one that elects.
        snapshot: the block in whose state the validators were noted for the current epoch: the last but one of the
            epoch before.
        addresses: all validators in the order of the chain's list, which is that of their creation.
        compatibility: quirks allowed in the validators' encodings.
    """

    network: Network
    store: NodeStore
    parent: VerifiedHeader | ProvenHeader
    snapshot: VerifiedHeader | ProvenHeader
    addresses: Sequence[Address]
    compatibility: Compatibility = STRICT

    def validators(self, header: Header) -> tuple[Candidate, ...]:
        """Return all validators as the election in the block of ``header`` sees them.

        One that was created since the snapshot is its own snapshot.

        Raises:
            VerificationError: ``validators-parent`` if the parent is not the header's; ``validators-snapshot`` if the
                snapshot is not of the block that the epoch's snapshots come from.
            MissingDataError: ``validator-absent`` for an address that is no validator, or a node is not in the store.
            DecodeError: a wrapper does not decode.
        """
        parent, snapshot = self.parent.header, self.snapshot.header
        require(
            parent.hash == header.parent_hash,
            VerificationError,
            "validators-parent",
            "The state of an election is that of the block before.",
            expected=header.parent_hash,
            actual=parent.hash,
        )
        noted = self.network.schedule.last_block_of_epoch(Epoch(max(header.epoch - 1, 0))) - 1
        require(
            (snapshot.shard_id, snapshot.number) == (header.shard_id, noted),
            VerificationError,
            "validators-snapshot",
            "Validators are noted for an epoch in the state of the last block but one before it.",
            expected=noted,
            actual=snapshot.number,
        )
        now, then = self._state(parent.root), self._state(snapshot.root)
        return tuple(self._candidate(now, then, address) for address in self.addresses)

    def _state(self, root: Hash32) -> State:
        return State(self.store, root)

    def _candidate(self, now: State, then: State, address: Address) -> Candidate:
        wrapper = validator_wrapper(now, address, compatibility=self.compatibility)
        before = wrapper
        if is_validator(then, address):
            before = validator_wrapper(then, address, compatibility=self.compatibility)
        return Candidate.from_wrapper(wrapper, before)
