"""Who may stand, which keys count, and what each candidate is told."""

from dataclasses import replace
from typing import Any

import pytest

from harmony_core.chain.validator_wrapper import (
    CommissionRates,
    Delegation,
    Description,
    Validator,
    ValidatorStatus,
    ValidatorWrapper,
)
from harmony_core.committee import Candidate, ElectionRules, Verdict, elect, is_eligible, shard_of_key
from harmony_core.errors import MissingDataError, UnsupportedRulesError, VerificationError
from harmony_core.params import load_network
from harmony_core.primitives import Address, BLSPublicKeyBytes, Compatibility, Dec, Epoch
from support.elections import ONE, candidate, key_in, rules


def verdicts(*candidates: Candidate, by: ElectionRules | None = None) -> list[Verdict]:
    return [outcome.verdict for outcome in elect(by or rules(), candidates).outcomes]


def test_only_the_active_stand() -> None:
    found = verdicts(*(candidate(number, 10, status=number) for number in range(5)))
    assert found == [
        Verdict.NOT_ACTIVE,
        Verdict.ELECTED,
        Verdict.NOT_ACTIVE,
        Verdict.NOT_ACTIVE,
        Verdict.NOT_ACTIVE,
    ]


def test_a_member_that_signed_too_little_may_not_stand() -> None:
    assert verdicts(
        candidate(1, 10, elected_for=4, signed=2, to_sign=3),
        candidate(2, 10, elected_for=4, signed=3, to_sign=4),
        candidate(3, 10, elected_for=3, signed=0, to_sign=9),
    ) == [Verdict.BELOW_SIGNING_THRESHOLD, Verdict.ELECTED, Verdict.ELECTED]


def test_a_member_without_blocks_to_sign_may_stand_from_hip_32_on() -> None:
    member = candidate(1, 10, elected_for=4)
    assert verdicts(member) == [Verdict.BELOW_SIGNING_THRESHOLD]
    assert verdicts(member, by=rules(hip32=True)) == [Verdict.ELECTED]
    assert is_eligible(member, Epoch(4), hip32=True)
    assert not is_eligible(member, Epoch(4), hip32=False)


def test_impossible_counts_of_a_member_are_refused() -> None:
    member = candidate(1, 10, elected_for=4, signed=-1, to_sign=3)
    with pytest.raises(VerificationError) as info:
        elect(rules(), [member])
    assert info.value.code == "signing-counts"
    assert verdicts(replace(member, last_epoch_in_committee=Epoch(3))) == [Verdict.ELECTED]
    loose = elect(rules(), [member], compatibility=Compatibility.reference())
    assert loose.outcomes[0].verdict is Verdict.BELOW_SIGNING_THRESHOLD


def test_a_taken_key_puts_a_validator_out_and_its_other_keys_stay_taken() -> None:
    shared, other = key_in(0, 1), key_in(1, 2)
    first = candidate(1, 10, (shared,))
    second = candidate(2, 20, (shared, other))
    third = candidate(3, 30, (other,))
    election = elect(rules(), [first, second, third])
    assert [outcome.verdict for outcome in election.outcomes] == [
        Verdict.ELECTED,
        Verdict.KEY_TAKEN,
        Verdict.KEY_TAKEN,
    ]
    assert (election.outcomes[1].taken_key, election.outcomes[1].taken_by) == (shared, first.address)
    assert (election.outcomes[2].taken_key, election.outcomes[2].taken_by) == (other, second.address)
    assert verdicts(third, second, first) == [Verdict.ELECTED, Verdict.KEY_TAKEN, Verdict.KEY_TAKEN]


def test_keys_of_harmony_and_keys_that_stand_twice_are_taken() -> None:
    key = key_in(0, 1)
    by_harmony = elect(rules(reserved=(key,)), [candidate(1, 10, (key,)), candidate(2, 10)])
    assert by_harmony.outcomes[0].verdict is Verdict.KEY_TAKEN
    assert by_harmony.outcomes[0].taken_by is None
    twice = elect(rules(), [candidate(1, 10, (key, key)), candidate(2, 10)])
    assert twice.outcomes[0].taken_by == twice.outcomes[0].candidate.address


def test_those_who_may_not_stand_take_no_key() -> None:
    key = key_in(0, 1)
    banned = candidate(1, 10, (key,), status=ValidatorStatus.BANNED)
    assert verdicts(banned, candidate(2, 10, (key,))) == [Verdict.NOT_ACTIVE, Verdict.ELECTED]


def test_keys_past_the_limit_of_a_shard_stay_behind_before_the_stake_is_split() -> None:
    keys = (*(key_in(0, i) for i in range(3)), key_in(1, 9))
    election = elect(rules(slots_limit=2), [candidate(1, 30, keys)])
    outcome = election.outcomes[0]
    assert outcome.keys_at_auction == (keys[0], keys[1], keys[3])
    assert outcome.stake_per_key == Dec.from_int(10 * ONE)
    assert outcome.verdict is Verdict.ELECTED
    # A key that stayed behind is still taken.
    late = elect(rules(slots_limit=2), [candidate(1, 30, keys), candidate(2, 5, (keys[2],))])
    assert late.outcomes[1].verdict is Verdict.KEY_TAKEN


def test_seats_may_run_out_between_the_keys_of_a_validator() -> None:
    pair = candidate(1, 40, (key_in(0, 1), key_in(1, 2)))
    election = elect(rules(seats=2), [pair, candidate(2, 30), candidate(3, 5)])
    first, second, third = election.outcomes
    assert (second.verdict, second.rank) == (Verdict.ELECTED, 0)
    assert (first.verdict, first.seats, first.rank) == (Verdict.PARTLY_ELECTED, 1, 1)
    assert (third.verdict, third.seats, third.rank) == (Verdict.OUTBID, 0, 3)
    assert third.effective_stake == Dec.ZERO
    assert [verdict.has_seat for verdict in (first.verdict, third.verdict)] == [True, False]


def test_a_validator_without_keys_has_its_share_and_no_seat() -> None:
    outcome = elect(rules(), [candidate(1, 10, ()), candidate(2, 30)]).outcomes[0]
    assert (outcome.verdict, str(outcome.share), outcome.rank) == (Verdict.NO_KEYS, "0.25", None)


def test_no_candidates_is_an_election_without_winners() -> None:
    election = elect(rules(), [])
    assert (election.outcomes, election.total_stake) == ((), 0)


def test_no_stake_at_all_is_refused() -> None:
    with pytest.raises(VerificationError) as info:
        elect(rules(), [candidate(1, 0), candidate(2, 0)])
    assert info.value.code == "election-total-stake"
    assert verdicts(candidate(1, 0), candidate(2, 1)) == [Verdict.ELECTED, Verdict.ELECTED]


def test_a_negative_stake_is_refused() -> None:
    with pytest.raises(VerificationError) as info:
        candidate(1, -1)
    assert info.value.code == "candidate-stake"


def test_a_validator_stands_once() -> None:
    with pytest.raises(VerificationError) as info:
        elect(rules(), [candidate(1, 10, ()), candidate(1, 20, ())])
    assert info.value.code == "candidate-repeated"


@pytest.mark.parametrize("change", [{"num_shards": 0}, {"slots_limit": -1}])
def test_rules_without_sense_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(VerificationError) as info:
        replace(rules(), **change)
    assert info.value.code == "election-rules"


def test_who_did_not_stand_is_unknown() -> None:
    election = elect(rules(), [candidate(1, 10)])
    assert election.outcome(Address(b"\1" * 20)) is election.outcomes[0]
    with pytest.raises(MissingDataError) as info:
        election.outcome(Address.zero())
    assert info.value.code == "candidate-unknown"


def test_the_rules_of_mainnet_by_epoch() -> None:
    mainnet = load_network("mainnet")
    first = ElectionRules.of_network(mainnet, Epoch(186))
    assert (first.seats, first.num_shards, first.slots_limit, str(first.bound)) == (320, 4, 0, "0.15")
    assert (first.current_epoch, first.hip32) == (185, False)
    last = ElectionRules.of_network(mainnet, Epoch(2963))
    assert (last.num_shards, last.slots_limit, str(last.bound), last.hip32) == (2, 11, "0.35", True)
    harmony = mainnet.schedule.instance_for_epoch(Epoch(185)).harmony_accounts
    assert first.reserved_keys == {account.bls_public_key for account in harmony}


def test_epochs_past_the_known_rules_are_not_elected_for() -> None:
    with pytest.raises(UnsupportedRulesError) as info:
        ElectionRules.of_network(load_network("mainnet"), Epoch(2964))
    assert info.value.code == "rules-unknown"


def test_the_shard_of_a_key_is_its_big_endian_integer_modulo_the_shards() -> None:
    assert shard_of_key(BLSPublicKeyBytes(b"\xff" + bytes(46) + b"\x07"), 4) == 3
    assert shard_of_key(BLSPublicKeyBytes(b"\1" + bytes(47)), 3) == pow(256, 47, 3)


def wrapper(address: int, amounts: tuple[int, ...], counts: tuple[int, int]) -> ValidatorWrapper:
    rates = CommissionRates(Dec.ZERO, Dec.ZERO, Dec.ZERO)
    validator = Validator(
        address=Address(bytes([address]) * 20),
        slot_keys=(key_in(0, 1),),
        last_epoch_in_committee=Epoch(4),
        min_self_delegation=0,
        max_total_delegation=0,
        status=ValidatorStatus.ACTIVE,
        commission=rates,
        update_height=0,
        description=Description(),
        creation_height=0,
    )
    delegations = tuple(Delegation(Address(bytes([i]) * 20), amount) for i, amount in enumerate(amounts))
    return ValidatorWrapper(
        validator=validator, delegations=delegations, blocks_signed=counts[0], blocks_to_sign=counts[1]
    )


def test_a_candidate_is_made_of_a_validator_and_its_snapshot() -> None:
    found = Candidate.from_wrapper(wrapper(1, (5, 6), (30, 40)), wrapper(1, (5,), (10, 20)))
    assert (found.stake, found.blocks_signed, found.blocks_to_sign) == (11, 20, 20)
    assert found.last_epoch_in_committee == 4


def test_the_snapshot_of_another_validator_is_refused() -> None:
    with pytest.raises(VerificationError) as info:
        Candidate.from_wrapper(wrapper(1, (5,), (0, 0)), wrapper(2, (5,), (0, 0)))
    assert info.value.code == "candidate-snapshot"


def test_a_candidate_of_wrong_types_is_a_type_error() -> None:
    for change in ({"address": b"\1" * 20}, {"keys": [key_in(0, 1)]}, {"keys": (b"",)}, {"stake": "5"}):
        wrong: Any = change
        with pytest.raises(TypeError):
            replace(candidate(1, 10), **wrong)
