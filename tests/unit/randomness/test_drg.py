"""The paper protocol: commits, pRnd, the delay, and everything that is refused on the way."""

import dataclasses
import random
from collections.abc import Callable
from functools import cache, partial
from hashlib import sha256
from typing import Final

import pytest

from harmony_core.crypto.bls import KeySet, SecretKey
from harmony_core.errors import ConfigurationError, DecodeError, HarmonyError, VerificationError, require
from harmony_core.primitives import BlockNumber, BLSPublicKeyBytes, BLSSignatureBytes, Hash32, ShardID
from harmony_core.randomness import vrf
from harmony_core.randomness.drg import (
    BLSCommits,
    CommitLeader,
    CommitValidator,
    DrandMessage,
    DrandType,
    P256Commits,
    Preimage,
    Proposal,
    RandomnessRound,
    Session,
    VerifiedPreimage,
    VerifiedRandomness,
    verify_proposal,
)
from harmony_core.randomness.drg.schemes import p256_prover
from harmony_core.randomness.vrf import p256
from support.outcome import refusal

SIZE: Final = 7
LEADER: Final = 2
LAST_BLOCK: Final = Hash32(sha256(b"last block").digest())
OUTSIDER: Final = SecretKey(999)


@cache
def secrets() -> tuple[SecretKey, ...]:
    return tuple(SecretKey(1000 + i) for i in range(SIZE))


@cache
def public(slot: int) -> BLSPublicKeyBytes:
    return secrets()[slot].public_key().to_bytes()


@cache
def session() -> Session:
    keys = KeySet([public(slot) for slot in range(SIZE)])
    return Session(ShardID(1), LAST_BLOCK, keys, public(LEADER))


def code(check: Callable[[], object]) -> str:
    error = refusal(check)
    assert isinstance(error, VerificationError)
    return error.code


def started() -> tuple[CommitLeader, DrandMessage]:
    leader = CommitLeader(session(), secrets()[LEADER])
    return leader, leader.start()


@cache
def commit_of(slot: int) -> DrandMessage:
    return CommitValidator(session(), secrets()[slot]).receive(started()[1])


def resigned(message: DrandMessage, key: SecretKey, **changes: object) -> DrandMessage:
    return dataclasses.replace(message, **changes).signed_by(key)  # type: ignore[arg-type]


@cache
def good_proposal() -> Proposal:
    leader, _ = started()
    for slot in (5, 0):
        leader.receive(commit_of(slot))
    proposal = leader.proposal()
    assert proposal is not None
    return proposal


def test_f_plus_one_commits_make_prnd() -> None:
    leader, init = started()
    assert init.type is DrandType.INIT
    assert session().threshold == 3
    assert leader.collected == 1
    assert leader.proposal() is None
    leader.receive(commit_of(5))
    assert leader.proposal() is None
    leader.receive(commit_of(0))
    proposal = leader.proposal()
    assert proposal is not None
    values = [int.from_bytes(vrf.evaluate(secrets()[slot], LAST_BLOCK).beta, "big") for slot in (0, 2, 5)]
    assert int.from_bytes(proposal.preimage.value, "big") == values[0] ^ values[1] ^ values[2]
    assert proposal.preimage.bitmap == bytes([0b100101])
    assert proposal.preimage.to_bytes() == bytes(proposal.preimage.value) + proposal.preimage.bitmap
    for slot in range(SIZE):
        verified = CommitValidator(session(), secrets()[slot]).check(proposal)
        assert verified.preimage == proposal.preimage
        assert verified.contributors == 3


@pytest.mark.parametrize(("size", "threshold"), [(1, 1), (3, 2), (4, 2), (7, 3), (10, 4), (100, 34)])
def test_the_threshold_is_more_than_a_third(size: int, threshold: int) -> None:
    keys = KeySet([SecretKey(i + 1).public_key().to_bytes() for i in range(size)])
    assert Session(ShardID(0), LAST_BLOCK, keys, keys.keys[0]).threshold == threshold


def test_a_leader_from_outside_is_refused() -> None:
    outsider = OUTSIDER.public_key().to_bytes()
    assert code(lambda: Session(ShardID(1), LAST_BLOCK, session().committee, outsider)) == "drg-leader"


def test_a_key_that_stands_in_the_committee_twice_is_refused() -> None:
    keys = KeySet([public(0), public(1), public(0)])
    assert code(lambda: Session(ShardID(1), LAST_BLOCK, keys, public(0))) == "drg-repeated-key"


def test_somebody_elses_key_cannot_lead() -> None:
    assert code(lambda: CommitLeader(session(), secrets()[0])) == "drg-own-key"


def test_an_outsider_cannot_take_part() -> None:
    assert code(lambda: CommitValidator(session(), OUTSIDER)) == "drg-outsider"


def test_an_init_of_somebody_else_is_refused() -> None:
    validator = CommitValidator(session(), secrets()[0])
    forged = resigned(started()[1], secrets()[1], sender=public(1))
    assert code(lambda: validator.receive(forged)) == "drg-not-leader"


def test_an_init_that_the_leader_did_not_sign_is_refused() -> None:
    validator = CommitValidator(session(), secrets()[0])
    init = started()[1]
    assert code(lambda: validator.receive(resigned(init, secrets()[1]))) == "drand-signature"
    assert code(lambda: validator.receive(dataclasses.replace(init, signature=None))) == "drand-signature"
    assert validator.receive(init).type is DrandType.COMMIT


def test_an_init_about_another_block_is_refused() -> None:
    # Or a leader could learn the VRF of any input, a later one's for example.
    validator = CommitValidator(session(), secrets()[0])
    other = resigned(started()[1], secrets()[LEADER], block_hash=Hash32(bytes(32)))
    assert code(lambda: validator.receive(other)) == "drg-block-hash"


def test_an_init_of_another_shard_is_refused() -> None:
    validator = CommitValidator(session(), secrets()[0])
    other = resigned(started()[1], secrets()[LEADER], shard_id=ShardID(0))
    assert code(lambda: validator.receive(other)) == "drg-shard"


def test_a_commit_is_no_init_and_the_other_way_round() -> None:
    leader, init = started()
    assert code(lambda: leader.receive(init)) == "drg-type"
    assert code(lambda: CommitValidator(session(), secrets()[1]).receive(commit_of(0))) == "drg-type"


def test_a_second_init_gets_no_second_commit() -> None:
    validator = CommitValidator(session(), secrets()[0])
    init = started()[1]
    validator.receive(init)
    assert code(lambda: validator.receive(init)) == "drg-repeated-init"


def test_a_leader_starts_once_and_before_it_collects() -> None:
    leader = CommitLeader(session(), secrets()[LEADER])
    assert code(lambda: leader.receive(commit_of(0))) == "drg-not-started"
    leader.start()
    assert code(leader.start) == "drg-repeated-start"


def test_a_repeated_commit_is_refused() -> None:
    leader, _ = started()
    leader.receive(commit_of(0))
    assert code(lambda: leader.receive(commit_of(0))) == "drg-repeated-commit"
    own = CommitValidator(session(), secrets()[LEADER]).receive(started()[1])
    assert code(lambda: leader.receive(own)) == "drg-repeated-commit"


def test_a_late_commit_is_refused() -> None:
    leader, _ = started()
    for slot in (0, 1):
        leader.receive(commit_of(slot))
    assert code(lambda: leader.receive(commit_of(3))) == "drg-late-commit"


def test_a_commit_of_an_outsider_is_refused() -> None:
    leader, _ = started()
    payload = vrf.evaluate(OUTSIDER, LAST_BLOCK).to_bytes()
    foreign = resigned(commit_of(0), OUTSIDER, sender=OUTSIDER.public_key().to_bytes(), payload=payload)
    assert code(lambda: leader.receive(foreign)) == "drg-outsider"


def test_a_commit_with_anothers_vrf_is_refused() -> None:
    leader, _ = started()
    copied = resigned(commit_of(0), secrets()[0], payload=commit_of(1).payload)
    assert code(lambda: leader.receive(copied)) == "vrf-proof"
    assert leader.collected == 1
    leader.receive(commit_of(0))


def test_a_commit_whose_value_is_not_the_proofs_is_refused() -> None:
    leader, _ = started()
    made_up = bytes(32) + commit_of(0).payload[32:]
    assert (
        code(lambda: leader.receive(resigned(commit_of(0), secrets()[0], payload=made_up)))
        == "drg-commit-value"
    )


def test_a_commit_under_a_false_signature_is_refused() -> None:
    leader, _ = started()
    assert code(lambda: leader.receive(resigned(commit_of(0), secrets()[1]))) == "drand-signature"
    replayed = dataclasses.replace(commit_of(0), payload=commit_of(1).payload)
    assert code(lambda: leader.receive(replayed)) == "drand-signature"
    no_point = dataclasses.replace(commit_of(0), signature=BLSSignatureBytes(b"\xff" * 96))
    assert isinstance(refusal(lambda: leader.receive(no_point)), DecodeError)


def test_a_commit_of_another_length_is_undecodable() -> None:
    leader, _ = started()
    short = resigned(commit_of(0), secrets()[0], payload=commit_of(0).payload[:-1])
    error = refusal(lambda: leader.receive(short))
    assert isinstance(error, DecodeError)
    assert error.code == "vrf-length"


def altered(**changes: object) -> Proposal:
    return dataclasses.replace(good_proposal(), **changes)  # type: ignore[arg-type]


def test_a_proposal_with_too_few_commits_is_refused() -> None:
    few = altered(commits=good_proposal().commits[:2])
    assert code(lambda: verify_proposal(session(), few)) == "drg-too-few-commits"


def test_a_proposal_that_counts_a_commit_twice_is_refused() -> None:
    first, second, third = good_proposal().commits
    for commits in ((first, first, second), (second, first, third)):
        proposal = altered(commits=commits)
        assert code(partial(verify_proposal, session(), proposal)) == "drg-commit-order"


def test_a_proposal_that_names_others_is_refused() -> None:
    preimage = good_proposal().preimage
    false = altered(preimage=Preimage(preimage.value, bytes([0b100111])))
    assert code(lambda: verify_proposal(session(), false)) == "drg-bitmap"


def test_a_proposal_of_another_value_is_refused() -> None:
    preimage = good_proposal().preimage
    false = altered(preimage=Preimage(Hash32(bytes(32)), preimage.bitmap))
    assert code(lambda: verify_proposal(session(), false)) == "drg-preimage"


def test_a_proposal_with_one_false_commit_is_refused() -> None:
    first, second, third = good_proposal().commits
    for bad, expected in (
        (resigned(second, secrets()[0]), "drand-signature"),
        (resigned(second, secrets()[LEADER], payload=first.payload), "vrf-proof"),
        (resigned(second, secrets()[LEADER], block_hash=Hash32(bytes(32))), "drg-block-hash"),
        (resigned(second, secrets()[LEADER], type=DrandType.INIT), "drg-type"),
    ):
        proposal = altered(commits=(first, bad, third))
        assert code(lambda proposal=proposal: verify_proposal(session(), proposal)) == expected  # type: ignore[misc]


class HashDelay:
    """A stand-in for the delay whose outputs are quickly made; it counts how often it was computed."""

    computed = 0

    def evaluate(self, seed: bytes, iterations: int) -> bytes:
        self.computed += 1
        return sha256(seed + iterations.to_bytes(8, "big")).digest() * 2

    def verify(self, seed: bytes, iterations: int, output: bytes) -> None:
        expected = sha256(seed + iterations.to_bytes(8, "big")).digest() * 2
        require(output == expected, VerificationError, "test-delay", "The output is another one.")


def agreed_round() -> RandomnessRound:
    course = RandomnessRound(delay_blocks=10, iterations=50, delay=HashDelay())
    course.agree(verify_proposal(session(), good_proposal()), BlockNumber(100))
    return course


def test_the_randomness_is_accepted_once_its_delay_is_over() -> None:
    course = agreed_round()
    assert course.earliest_block == 110
    output = course.compute()
    accepted = course.accept(output, BlockNumber(110))
    assert course.randomness is accepted
    assert accepted.agreed_in == 100
    assert accepted.accepted_in == 110
    assert accepted.to_bytes() == output + bytes(good_proposal().preimage.value)
    assert accepted.digest == sha256(output[:32]).digest()


def test_randomness_before_its_delay_is_over_is_refused() -> None:
    course = agreed_round()
    output = course.compute()
    for early in (99, 100, 109):
        assert code(lambda early=early: course.accept(output, BlockNumber(early))) == "drg-randomness-early"  # type: ignore[misc]
    assert course.randomness is None


def test_nothing_is_computed_or_accepted_before_the_agreement() -> None:
    delay = HashDelay()
    course = RandomnessRound(delay_blocks=10, iterations=50, delay=delay)
    assert course.earliest_block is None
    assert code(course.compute) == "drg-preimage-missing"
    assert code(lambda: course.accept(bytes(64), BlockNumber(1000))) == "drg-preimage-missing"
    assert delay.computed == 0


def test_the_chain_agrees_on_one_prnd_only() -> None:
    course = agreed_round()
    verified = verify_proposal(session(), good_proposal())
    assert code(lambda: course.agree(verified, BlockNumber(101))) == "drg-preimage-repeated"


def test_a_second_randomness_is_refused() -> None:
    course = agreed_round()
    output = course.compute()
    course.accept(output, BlockNumber(110))
    assert code(lambda: course.accept(output, BlockNumber(111))) == "drg-randomness-repeated"


def test_another_output_is_refused_by_the_delay() -> None:
    course = agreed_round()
    assert code(lambda: course.accept(bytes(64), BlockNumber(110))) == "test-delay"
    assert course.randomness is None


@pytest.mark.parametrize(("blocks", "iterations"), [(0, 50), (-1, 50), (10, 0)])
def test_without_delay_there_is_no_round(blocks: int, iterations: int) -> None:
    error = refusal(lambda: RandomnessRound(delay_blocks=blocks, iterations=iterations))
    assert isinstance(error, ConfigurationError)
    assert error.code == "drg-delay"


def test_with_the_class_group_delay_as_it_is() -> None:
    course = RandomnessRound(delay_blocks=1, iterations=20)
    course.agree(verify_proposal(session(), good_proposal()), BlockNumber(5))
    output = course.compute()
    assert isinstance(refusal(lambda: course.accept(bytes(516), BlockNumber(6))), HarmonyError)
    accepted = course.accept(output, BlockNumber(6))
    assert len(accepted.to_bytes()) == 548


def test_proof_values_are_not_made_by_hand() -> None:
    verified = verify_proposal(session(), good_proposal())
    with pytest.raises(TypeError):
        VerifiedPreimage(object(), good_proposal().preimage, 3)
    with pytest.raises(TypeError):
        VerifiedRandomness(
            object(), preimage=verified, agreed_in=BlockNumber(1), accepted_in=BlockNumber(2), output=b""
        )


def p256_keys() -> dict[BLSPublicKeyBytes, p256.P256SecretKey]:
    return {public(slot): p256.P256SecretKey(50 + slot) for slot in range(SIZE)}


def p256_scheme() -> P256Commits:
    return P256Commits({key: secret.public_key() for key, secret in p256_keys().items()})


def p256_participant_prover(slot: int) -> Callable[[Hash32], bytes]:
    return p256_prover(p256_keys()[public(slot)], entropy=random.Random(slot).randbytes)


def test_the_early_nodes_commits_work_with_registered_keys() -> None:
    leader = CommitLeader(
        session(), secrets()[LEADER], prover=p256_participant_prover(LEADER), scheme=p256_scheme()
    )
    init = leader.start()
    for slot in (1, 6):
        prover = p256_participant_prover(slot)
        commit = CommitValidator(session(), secrets()[slot], prover=prover).receive(init)
        assert len(commit.payload) == 32 + 129 + 64
        leader.receive(DrandMessage.from_bytes(commit.to_bytes()))
    proposal = leader.proposal()
    assert proposal is not None
    assert verify_proposal(session(), proposal, scheme=p256_scheme()).contributors == 3


def p256_payload(slot: int = 1) -> bytes:
    return p256_participant_prover(slot)(LAST_BLOCK)


def test_an_unregistered_key_is_refused() -> None:
    # The early node takes any key: who tries many chooses among their values.
    chosen = p256_prover(p256.P256SecretKey(4711), entropy=random.Random(1).randbytes)(LAST_BLOCK)
    assert code(lambda: p256_scheme().value(session(), public(1), chosen)) == "drg-unregistered-key"


def test_a_p256_commit_of_another_length_or_value_is_refused() -> None:
    payload = p256_payload()
    error = refusal(lambda: p256_scheme().value(session(), public(1), payload[:-1]))
    assert isinstance(error, DecodeError)
    assert error.code == "drg-commit-length"
    made_up = bytes(32) + payload[32:]
    assert code(lambda: p256_scheme().value(session(), public(1), made_up)) == "drg-commit-value"
    outsider = OUTSIDER.public_key().to_bytes()
    assert code(lambda: p256_scheme().value(session(), outsider, payload)) == "drg-outsider"


def test_a_bls_commit_has_one_value() -> None:
    payload = commit_of(0).payload
    assert BLSCommits().value(session(), public(0), payload) == payload[:32]
