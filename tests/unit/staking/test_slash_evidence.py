"""Evidence of double signing: every way to fake it, built and refused."""

from dataclasses import replace

import pytest

from harmony_core.chain import Moment, SlashRecord
from harmony_core.chain.validator_wrapper import ValidatorStatus
from harmony_core.crypto.bls import PublicKey, SecretKey, prove_possession, verify_possession
from harmony_core.errors import DecodeError, HarmonyError, MissingDataError, UnsupportedRulesError
from harmony_core.params import load_network
from harmony_core.primitives import (
    STRICT,
    BlockNumber,
    BLSPublicKeyBytes,
    Compatibility,
    Epoch,
    ShardID,
    ViewID,
)
from harmony_core.staking import (
    SlashContext,
    StakingState,
    VerifiedSlash,
    apply_slashes,
    verify_slash,
    verify_slashes,
)
from support.committees import secret_key
from support.double_signing import (
    BLOCKS,
    CONTEXT,
    KEYS,
    MOMENT,
    OFFENDER,
    OTHER,
    REPORTER,
    STATE,
    a_record,
    a_vote,
)
from support.sample_validators import VALIDATOR, a_wrapper

REFERENCE = Compatibility.reference()


def refused(
    record: SlashRecord,
    code: str,
    *,
    state: StakingState = STATE,
    context: SlashContext = CONTEXT,
    by_reference: bool = True,
) -> None:
    with pytest.raises(HarmonyError) as info:
        verify_slash(record, state, context)
    assert info.value.code == code
    if by_reference:
        with pytest.raises(HarmonyError):
            verify_slash(record, state, context, compatibility=REFERENCE)


def swapped(record: SlashRecord) -> SlashRecord:
    evidence = record.evidence
    turned = replace(evidence, first_vote=evidence.second_vote, second_vote=evidence.first_vote)
    return replace(record, evidence=turned)


def test_two_votes_of_one_key_at_one_moment_are_proof() -> None:
    proof = verify_slash(a_record(), STATE, CONTEXT)
    assert proof.record == a_record()
    assert proof.public_key == KEYS[0].public_key().to_bytes()
    verify_slash(swapped(a_record()), STATE, CONTEXT)


def test_a_proof_is_made_by_verification_only() -> None:
    with pytest.raises(TypeError):
        VerifiedSlash(object(), a_record(), KEYS[0].public_key().to_bytes())


def test_what_is_no_validator_is_not_slashed() -> None:
    refused(a_record(), "staking-validator-unknown", state=StakingState())


def test_votes_from_before_staking_are_refused() -> None:
    moment = replace(MOMENT, epoch=Epoch(1))
    refused(a_record(moment=moment), "slash-before-staking")


def test_a_banned_validator_is_not_slashed_again() -> None:
    banned = a_wrapper(
        OFFENDER, validator=replace(VALIDATOR, address=OFFENDER, status=ValidatorStatus.BANNED)
    )
    refused(a_record(), "slash-offender-banned", state=STATE.with_validators(banned))


def test_an_offender_does_not_report_itself() -> None:
    refused(a_record(reporter=OFFENDER), "slash-reporter")


def test_two_votes_for_one_block_are_no_offence() -> None:
    refused(a_record(second=a_vote(BLOCKS[0])), "slash-same-block")


def test_votes_without_a_common_key_are_refused() -> None:
    refused(a_record(second=a_vote(BLOCKS[1], KEYS[1:2])), "slash-no-common-key")


def test_an_offence_in_an_epoch_to_come_is_refused() -> None:
    moment = replace(MOMENT, epoch=Epoch(7))
    refused(a_record(moment=moment), "slash-future-epoch")


def test_an_epoch_that_is_not_that_of_the_height_is_refused() -> None:
    # On the beacon chain the schedule tells the epoch: block 100 belongs to epoch 6.
    early = Moment(Epoch(5), ShardID(0), BlockNumber(100), ViewID(102))
    refused(a_record(moment=early), "slash-epoch-of-height", by_reference=False)
    verify_slash(a_record(moment=early), STATE, CONTEXT, compatibility=REFERENCE)
    verify_slash(a_record(moment=replace(early, epoch=Epoch(6))), STATE, CONTEXT)
    # On another shard the verifier has to know it.
    knowing = replace(CONTEXT, epoch_of_block=lambda shard, _: Epoch(6 if shard == 1 else 5))
    refused(a_record(), "slash-epoch-of-height", context=knowing, by_reference=False)
    verify_slash(a_record(), STATE, replace(CONTEXT, epoch_of_block=lambda _shard, _number: None))


def test_without_the_committee_of_the_epoch_it_cannot_tell() -> None:
    with pytest.raises(MissingDataError) as info:
        verify_slash(a_record(), STATE, replace(CONTEXT, committees={}))
    assert info.value.code == "slash-committees"
    with pytest.raises(MissingDataError) as info:
        verify_slash(a_record(moment=replace(MOMENT, shard_id=ShardID(3))), STATE, CONTEXT)
    assert info.value.code == "shard-not-in-state"


def test_a_signer_from_outside_the_committee_is_refused() -> None:
    votes = [a_vote(block, KEYS[3:]) for block in BLOCKS]
    refused(a_record(*votes), "key-not-in-committee")


def test_several_keys_that_signed_both_are_refused() -> None:
    refused(a_record(*(a_vote(block, KEYS[:2]) for block in BLOCKS)), "slash-several-keys")
    key = KEYS[0].public_key().to_bytes()
    repeated = [a_vote(block, [KEYS[0], KEYS[0]], named=[key, key]) for block in BLOCKS]
    refused(a_record(*repeated), "slash-several-keys")


def test_another_validators_votes_are_not_the_offenders() -> None:
    votes = [a_vote(block, KEYS[2:3]) for block in BLOCKS]
    refused(a_record(*votes), "slash-offender")
    verify_slash(a_record(*votes, offender=OTHER), STATE, CONTEXT)


def rogue(secret: SecretKey) -> BLSPublicKeyBytes:
    """A key that cancels the offender's: both together have the secret key of whoever made it up."""
    victim = PublicKey.from_bytes(KEYS[0].public_key().to_bytes())
    return (secret.public_key() - victim).to_bytes()


def test_nobody_is_slashed_for_votes_signed_by_keys_made_up_from_its_own() -> None:
    victim = KEYS[0].public_key().to_bytes()
    forged = [
        a_vote(block, [secret], named=[victim, rogue(secret)])
        for block, secret in zip(BLOCKS, (secret_key(81), secret_key(82)), strict=True)
    ]
    record = a_record(*forged)
    refused(record, "slash-extra-signers", by_reference=False)
    # The reference takes the forgery for proof: the victim signed nothing.
    assert verify_slash(record, STATE, CONTEXT, compatibility=REFERENCE).public_key == victim


def test_a_proof_of_possession_does_not_keep_keys_made_up_from_others_out() -> None:
    secret = secret_key(81)
    combined = prove_possession(secret) - prove_possession(KEYS[0])
    verify_possession(PublicKey.from_bytes(rogue(secret)), combined)


def test_further_signers_are_refused_even_if_they_signed() -> None:
    votes = [a_vote(BLOCKS[0], KEYS[:2]), a_vote(BLOCKS[1], [KEYS[0], KEYS[2]])]
    refused(a_record(*votes), "slash-extra-signers", by_reference=False)
    verify_slash(a_record(*votes), STATE, CONTEXT, compatibility=REFERENCE)


@pytest.mark.parametrize("change", [{"height": 101}, {"view_id": 103}, {"epoch": 5, "height": 99}])
def test_votes_cast_at_another_moment_are_refused(change: dict[str, int]) -> None:
    elsewhere = replace(MOMENT, **change)  # type: ignore[arg-type]
    refused(a_record(second=a_vote(BLOCKS[1], moment=elsewhere)), "slash-signature")
    refused(a_record(first=a_vote(BLOCKS[0], moment=elsewhere)), "slash-signature")


def test_signatures_that_were_exchanged_are_refused() -> None:
    first, second = (a_vote(block) for block in BLOCKS)
    exchanged = replace(first, signature=second.signature), replace(second, signature=first.signature)
    refused(a_record(*exchanged), "slash-signature")


def test_the_identity_signs_nothing() -> None:
    nothing = replace(a_vote(BLOCKS[1]), signature=bytes(96))
    with pytest.raises(HarmonyError):
        verify_slash(a_record(second=nothing), STATE, CONTEXT)


def test_signatures_that_are_none_are_refused() -> None:
    for signature in (b"", b"\x01\x02\x03", b"\xff" * 96):
        broken = replace(a_vote(BLOCKS[1]), signature=signature)
        with pytest.raises(DecodeError):
            verify_slash(a_record(second=broken), STATE, CONTEXT)


@pytest.mark.parametrize("again", [a_record(), swapped(a_record()), a_record(reporter=OTHER)])
def test_one_block_slashes_a_validator_once(again: SlashRecord) -> None:
    records = [a_record(), again]
    with pytest.raises(HarmonyError) as info:
        verify_slashes(records, STATE, CONTEXT)
    assert info.value.code == "slash-offender-repeated"
    # The reference takes the stake twice.
    proofs = verify_slashes(records, STATE, CONTEXT, compatibility=REFERENCE)
    snapshots = {Epoch(5): STATE.validators}
    once = apply_slashes(STATE, proofs[:1], snapshots, REPORTER, compatibility=STRICT)
    twice = apply_slashes(STATE, proofs, snapshots, REPORTER, compatibility=REFERENCE)
    assert twice.total_slashed > once.total_slashed


def test_a_block_may_slash_several_validators() -> None:
    other = a_record(*(a_vote(block, KEYS[2:3]) for block in BLOCKS), offender=OTHER)
    proofs = verify_slashes([a_record(), other], STATE, CONTEXT)
    assert [proof.record.evidence.offender for proof in proofs] == [OFFENDER, OTHER]


def test_evidence_under_unknown_rules_is_not_judged() -> None:
    later = replace(CONTEXT, network=load_network("mainnet"), epoch=Epoch(2964))
    with pytest.raises(UnsupportedRulesError):
        verify_slash(a_record(), STATE, later)
