"""Whole blocks that end an epoch: their election is recomputed where the validators are given, and left where not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from harmony_core.chain import Block, Header, decode_block, decode_shard_state
from harmony_core.chain.validator_wrapper import ValidatorStatus
from harmony_core.committee import Candidate, election_for_epoch, epoch_of_child, keeps_committees
from harmony_core.errors import MissingDataError, VerificationError
from harmony_core.light_client import ProvenHeader, StateValidators, VerifiedBlock, verify_block
from harmony_core.primitives import Address, BlockNumber, Epoch, Hash32, ShardID
from harmony_core.quorum import CommitteeSource, TrustedCommittee
from support.recorded import recordings
from support.recorded_cross_shard import committees, proven_headers
from support.recorded_elections import RecordedElections

RULE = "block-next-committee"

every_recording = pytest.mark.parametrize(
    "recorded",
    [RecordedElections(recording) for recording in recordings() if 0 in recording.shards],
    ids=lambda recorded: recorded.recording.folder.name,
)


@dataclass(frozen=True)
class Given:
    """Validators that somebody gives."""

    candidates: Sequence[Candidate]

    def validators(self, _header: Header) -> Sequence[Candidate]:
        return self.candidates


@dataclass(frozen=True)
class Lost:
    """A state that cannot be read any more."""

    def validators(self, header: Header) -> Sequence[Candidate]:
        raise MissingDataError("pruned", code="trie-node-missing", actual=header.number)


def blocks(recorded: RecordedElections, shard: int) -> dict[Hash32, Block]:
    rows = recorded.recording.rows(f"blocks_shard{shard}")
    found = [decode_block(bytes.fromhex(row["rlp"])) for row in rows]
    return {block.hash: block for block in found if block.header.shard_state and block.header.number}


def verified(recorded: RecordedElections, block: Block, **given: Any) -> VerifiedBlock:
    proof = proven_headers(recorded.recording, block.header.shard_id)[block.hash]
    return verify_block(block, proof, network=recorded.recording.network, **given)


def electing(recorded: RecordedElections, *, keeping: bool = False) -> list[tuple[Block, list[Candidate]]]:
    """The blocks that elect, with the validators before them, as far as the recording tells both.

    Either those in which somebody wins, or those that keep the committees because nobody does.
    """
    known, network = blocks(recorded, 0), recorded.recording.network
    found = []
    for header in recorded.carried:
        validators = recorded.validators(header.epoch, header.number)
        if header.hash in known and validators is not None:
            election = election_for_epoch(network, Epoch(header.epoch + 1), validators)
            if keeps_committees(network, election) is keeping:
                found.append((known[header.hash], validators))
    return found


@every_recording
def test_committees_that_are_kept_are_those_of_the_epoch_before(recorded: RecordedElections) -> None:
    for block, validators in electing(recorded, keeping=True):
        alone = verified(recorded, block, validators=Given(validators))
        assert (RULE, "beacon-committees-missing") in {(item.rule, item.code) for item in alone.not_checked}
        given = {"validators": Given(validators), "committees": committees(recorded.recording)}
        found = verified(recorded, block, **given)
        assert (RULE in found.proven) is not (RULE in {item.rule for item in found.not_checked})


@every_recording
def test_the_election_of_each_block_is_proven_or_named_as_left(recorded: RecordedElections) -> None:
    for block, validators in electing(recorded):
        alone = verified(recorded, block)
        assert (RULE, "state-needed") in {(item.rule, item.code) for item in alone.not_checked}
        assert RULE in verified(recorded, block, validators=Given(validators)).proven
        lost = verified(recorded, block, validators=Lost())
        assert (RULE, "trie-node-missing") in {(item.rule, item.code) for item in lost.not_checked}


@every_recording
def test_other_validators_elect_others(recorded: RecordedElections) -> None:
    for block, validators in electing(recorded):
        state = decode_shard_state(block.header.shard_state)
        elected = state.staked_slots().addresses
        winner = next(candidate for candidate in validators if candidate.address in elected)
        resigned = replace(winner, status=ValidatorStatus.INACTIVE)
        for others in (
            [candidate for candidate in validators if candidate is not winner],
            [resigned if candidate is winner else candidate for candidate in validators],
        ):
            with pytest.raises(VerificationError) as info:
                verified(recorded, block, validators=Given(others))
            assert info.value.code == "shard-state-election"


@every_recording
def test_the_validators_are_read_from_proven_states(recorded: RecordedElections) -> None:
    store = recorded.state_store
    proofs = proven_headers(recorded.recording, 0) if store else {}
    by_number = {proof.header.number: proof for proof in proofs.values()}
    for block, validators in electing(recorded) if store else ():
        header = block.header
        source = StateValidators(
            recorded.recording.network,
            store or pytest.fail("unreachable"),
            by_number[BlockNumber(header.number - 1)],
            by_number[snapshot_block(recorded, header)],
            [candidate.address for candidate in validators],
        )
        assert source.validators(header) == tuple(validators)
        assert RULE in verified(recorded, block, validators=source).proven
        refuse_other_states(source, header, by_number)


def snapshot_block(recorded: RecordedElections, header: Header) -> BlockNumber:
    first = recorded.recording.network.schedule.first_block_of_epoch(header.epoch)
    return BlockNumber(first - 2)


def refuse_other_states(
    source: StateValidators, header: Header, by_number: dict[BlockNumber, ProvenHeader]
) -> None:
    with pytest.raises(VerificationError) as info:
        replace(source, parent=by_number[BlockNumber(header.number - 2)]).validators(header)
    assert info.value.code == "validators-parent"
    with pytest.raises(VerificationError) as info:
        replace(source, snapshot=source.parent).validators(header)
    assert info.value.code == "validators-snapshot"
    with pytest.raises(MissingDataError):
        replace(source, addresses=[Address.zero()]).validators(header)


following = pytest.mark.parametrize(
    ("recorded", "shard"),
    [
        (RecordedElections(recording), shard)
        for recording in recordings()
        for shard in recording.shards
        if shard
    ],
    ids=lambda value: value if isinstance(value, int) else value.recording.folder.name,
)


@following
def test_other_shards_carry_the_committees_that_the_verifier_trusts(
    recorded: RecordedElections, shard: int
) -> None:
    network = recorded.recording.network
    trusted = committees(recorded.recording)
    for block in blocks(recorded, shard).values():
        alone = verified(recorded, block)
        by_lists = not network.config.is_staking(epoch_of_child(block.header, network))
        assert (RULE in alone.proven) is by_lists
        found = verified(recorded, block, committees=trusted)
        assert (RULE in found.proven) is not (RULE in {item.rule for item in found.not_checked})


@dataclass(frozen=True)
class OneLess:
    """Committees of which the last member is missing."""

    source: CommitteeSource

    def committee(self, shard_id: ShardID, epoch: Epoch) -> TrustedCommittee:
        found = self.source.committee(shard_id, epoch)
        shorter = replace(found.committee, slots=found.committee.slots[:-1])
        return TrustedCommittee(found.network, epoch, shorter)


@following
def test_a_following_shard_with_other_committees_is_refused(recorded: RecordedElections, shard: int) -> None:
    trusted = committees(recorded.recording)
    for block in list(blocks(recorded, shard).values())[-2:]:
        if RULE not in verified(recorded, block, committees=trusted).proven:
            continue
        with pytest.raises(VerificationError) as info:
            verified(recorded, block, committees=OneLess(trusted))
        assert info.value.code == "shard-state-election"
