"""Votes of a committee, phase by phase."""

import pytest

from harmony_core.crypto.bls import Signature, aggregate_signatures
from harmony_core.errors import DecodeError, MissingDataError, VerificationError
from harmony_core.primitives import STRICT, BlockNumber, Compatibility, Dec, Hash32, ViewID
from harmony_core.quorum import Ballot, Phase, Roster, StakeQuorum, UniformQuorum, VoteCollector
from support.committees import Signers, secret_key

HASH = Hash32(bytes(range(32)))
UNIFORM = Signers.uniform(4)
STAKED = Signers.staked(2, ["100", "100", "300"])


def ballot(*keys: int) -> Ballot:
    signatures = [secret_key(key).sign(HASH) for key in keys]
    return Ballot(
        tuple(secret_key(key).public_key().to_bytes() for key in keys),
        HASH,
        aggregate_signatures(signatures),
        BlockNumber(7),
        ViewID(8),
    )


def uniform(compatibility: Compatibility = STRICT) -> VoteCollector:
    return VoteCollector(UNIFORM.committee, UniformQuorum(4), compatibility=compatibility)


def staked() -> VoteCollector:
    roster = Roster.from_shares(STAKED.committee, Dec.parse("0.5"), Dec.parse("0.5"))
    return VoteCollector(STAKED.committee, StakeQuorum(roster))


def code(collector: VoteCollector, refused: Ballot) -> str:
    before = collector.signer_count(Phase.PREPARE)
    with pytest.raises(VerificationError) as info:
        collector.add(Phase.PREPARE, refused)
    assert collector.signer_count(Phase.PREPARE) == before, "a refused ballot leaves nothing behind"
    return info.value.code


def test_votes_make_a_quorum() -> None:
    collector = uniform()
    for key, quorum in ((0, False), (1, False), (2, True), (3, True)):
        collector.add(Phase.PREPARE, ballot(key))
        assert collector.has_quorum(Phase.PREPARE) == quorum
    assert str(collector.power(Phase.PREPARE)) == "4"
    assert not collector.has_quorum(Phase.COMMIT)


def test_power_makes_a_quorum_under_stake() -> None:
    collector = staked()
    collector.add(Phase.COMMIT, ballot(4))
    collector.add(Phase.COMMIT, ballot(0))
    assert not collector.has_quorum(Phase.COMMIT)
    collector.add(Phase.COMMIT, ballot(1))
    assert collector.has_quorum(Phase.COMMIT)
    assert str(collector.power(Phase.COMMIT)) == "0.8"


def test_all_commits_are_in_when_nobody_is_missing() -> None:
    for collector, count in ((uniform(), 4), (staked(), 5)):
        for key in range(count):
            assert not collector.has_all_commits()
            collector.add(Phase.COMMIT, ballot(key))
        assert collector.has_all_commits()


def test_ballots_and_their_aggregate() -> None:
    collector = uniform()
    assert collector.aggregate_signature(Phase.PREPARE) == Signature.identity()
    first, second = ballot(2, 0), ballot(3)
    collector.add(Phase.PREPARE, first)
    collector.add(Phase.PREPARE, second)
    assert collector.ballots(Phase.PREPARE) == (first, second)
    assert collector.aggregate_signature(Phase.PREPARE) == first.signature + second.signature
    assert collector.ballot_of(Phase.PREPARE, first.keys[1]) == first
    assert collector.ballot_of(Phase.COMMIT, first.keys[1]) is None


def test_a_key_votes_once_in_a_phase() -> None:
    for collector in (uniform(), staked()):
        collector.add(Phase.PREPARE, ballot(0))
        assert code(collector, ballot(0)) == "vote-repeated"
        assert code(collector, ballot(1, 0)) == "vote-repeated"
        collector.add(Phase.COMMIT, ballot(0))


def test_a_ballot_names_a_key_once() -> None:
    for collector in (uniform(), staked()):
        assert code(collector, ballot(1, 1)) == "vote-key-twice"


def test_a_stranger_does_not_vote() -> None:
    for collector in (uniform(), staked()):
        assert code(collector, ballot(50)) == "vote-outsider"
        assert code(collector, ballot(0, 50)) == "vote-outsider"


def test_a_stranger_votes_in_the_reference_before_staking() -> None:
    collector = uniform(Compatibility(votes_from_outside_committee=True))
    collector.add(Phase.PREPARE, ballot(50, 51, 52))
    assert collector.has_quorum(Phase.PREPARE)


def test_keys_of_two_validators_do_not_share_a_ballot() -> None:
    collector = staked()
    assert code(collector, ballot(2, 3)) == "vote-several-accounts"
    assert code(collector, ballot(0, 2)) == "vote-several-accounts"
    collector.add(Phase.PREPARE, ballot(2, 0))
    uniform().add(Phase.PREPARE, ballot(2, 3))


def test_a_reset_remembers_the_share_that_was_reached() -> None:
    collector = uniform()
    with pytest.raises(MissingDataError) as info:
        collector.last_share(Phase.PREPARE)
    assert info.value.code == "vote-no-reset"
    collector.add(Phase.PREPARE, ballot(0))
    collector.reset()
    assert str(collector.last_share(Phase.PREPARE)) == "0.25"
    assert collector.signer_count(Phase.PREPARE) == 0
    with pytest.raises(MissingDataError):
        collector.last_share(Phase.VIEW_CHANGE)
    under_stake = staked()
    assert under_stake.last_share(Phase.COMMIT) == Dec.ZERO
    under_stake.add(Phase.COMMIT, ballot(0))
    under_stake.reset([Phase.COMMIT])
    assert str(under_stake.last_share(Phase.COMMIT)) == "0.25"


def test_phases_are_known_by_name() -> None:
    assert [Phase.from_name(phase.value) for phase in Phase] == list(Phase)
    with pytest.raises(DecodeError) as info:
        Phase.from_name("Unknown Quorum Phase 9")
    assert info.value.code == "vote-phase"
