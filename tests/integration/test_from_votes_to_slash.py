"""From two contradicting votes, over the record in a header, to the stakes that are taken."""

from dataclasses import replace

import pytest

from harmony_core.chain import (
    Evidence,
    Header,
    ShardState,
    SlashRecord,
    decode_slash_records,
    encode_slash_records,
)
from harmony_core.chain.validator_wrapper import ValidatorStatus
from harmony_core.errors import VerificationError
from harmony_core.fbft import VerifiedMessage, verify_message
from harmony_core.fbft.equivocation import EquivocationWatch
from harmony_core.params import load_network
from harmony_core.primitives import Address, Compatibility, Epoch
from harmony_core.quorum import CommitTarget
from harmony_core.staking import (
    SlashContext,
    StakingState,
    apply_slashes,
    verify_slash,
    verify_slashes,
)
from support.fbft_world import World
from support.sample_validators import ONE, a_wrapper

WORLD = World(shard_id=1)
FIRST = WORLD.header()
SECOND = replace(FIRST, extra=b"another")
REPORTER, COINBASE = Address(b"\x99" * 20), Address(b"\x98" * 20)
CONTEXT = SlashContext(
    network=load_network("localnet"),
    epoch=Epoch(6),
    committees={Epoch(5): ShardState(Epoch(5), (WORLD.committee.committee,))},
)


def vote(header: Header, *slots: int) -> VerifiedMessage:
    return verify_message(WORLD.commit(*slots, header=header), WORLD.view(CommitTarget.of_header(header)))


def evidence(*votes: VerifiedMessage) -> Evidence:
    watch = EquivocationWatch()
    (found,) = [one for item in votes for one in watch.observe(item)]
    assert found.evidence is not None
    return found.evidence


def test_whoever_votes_for_two_blocks_loses_its_stake() -> None:
    record = SlashRecord(evidence(vote(FIRST, 8), vote(SECOND, 8)), REPORTER)
    offender = record.evidence.offender
    state = StakingState(validators={offender: a_wrapper(offender)})
    field = encode_slash_records([record])
    proofs = verify_slashes(decode_slash_records(field), state, CONTEXT)
    outcome = apply_slashes(state, proofs, {Epoch(5): state.validators}, COINBASE)
    assert outcome.total_slashed == 36_000 * ONE
    assert outcome.state.balance(COINBASE) == 18_000 * ONE
    assert outcome.state.balance(REPORTER) == 0
    assert outcome.state.validator(offender).validator.status == ValidatorStatus.BANNED


def test_votes_of_several_keys_at_once_are_evidence_to_the_reference_only() -> None:
    record = SlashRecord(evidence(vote(FIRST, 6, 7), vote(SECOND, 7)), REPORTER)
    state = StakingState(validators={record.evidence.offender: a_wrapper(record.evidence.offender)})
    verify_slash(record, state, CONTEXT, compatibility=Compatibility.reference())
    with pytest.raises(VerificationError) as info:
        verify_slash(record, state, CONTEXT)
    assert info.value.code == "slash-extra-signers"
