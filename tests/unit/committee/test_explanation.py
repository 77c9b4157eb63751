"""Each verdict tells the rule that decided it, with its numbers."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from harmony_core.chain.validator_wrapper import ValidatorStatus
from harmony_core.committee import Candidate, Verdict, elect, explain, explain_election
from harmony_core.errors import MissingDataError
from harmony_core.primitives import Address, Compatibility, Epoch
from harmony_core.primitives.trace import TraceStep
from support.elections import ONE, candidate, key_in, rules

SHARED = key_in(0, 99)
RULES = rules(seats=4, slots_limit=2, reserved=(key_in(1, 77),))
CANDIDATES: Sequence[Candidate] = (
    candidate(1, 100, (key_in(0, 1), key_in(0, 2), key_in(0, 3))),
    candidate(2, 30, elected_for=4, signed=2, to_sign=3),
    candidate(3, 30, status=ValidatorStatus.INACTIVE),
    candidate(4, 40, (SHARED,), elected_for=4, signed=3, to_sign=4),
    candidate(5, 30, (SHARED, key_in(0, 5))),
    candidate(6, 30, (key_in(1, 77),)),
    candidate(7, 30, (key_in(0, 7), key_in(0, 7))),
    candidate(8, 30, ()),
    candidate(9, 20, (key_in(0, 9), key_in(1, 10))),
    candidate(10, 5),
)
ELECTION = elect(RULES, CANDIDATES)


def steps(number: int) -> tuple[TraceStep, ...]:
    return explain(ELECTION, Address(bytes([number]) * 20))


@pytest.mark.parametrize(
    ("number", "verdict", "deciding"),
    [
        (1, Verdict.ELECTED, "effective-stake"),
        (2, Verdict.BELOW_SIGNING_THRESHOLD, "signing-threshold"),
        (3, Verdict.NOT_ACTIVE, "validator-status"),
        (4, Verdict.ELECTED, "effective-stake"),
        (5, Verdict.KEY_TAKEN, "key-taken"),
        (6, Verdict.KEY_TAKEN, "key-taken"),
        (7, Verdict.KEY_TAKEN, "key-taken"),
        (8, Verdict.NO_KEYS, "keys-brought"),
        (9, Verdict.PARTLY_ELECTED, "effective-stake"),
        (10, Verdict.OUTBID, "auction-seats"),
    ],
)
def test_the_last_step_decided(number: int, verdict: Verdict, deciding: str) -> None:
    assert ELECTION.outcome(Address(bytes([number]) * 20)).verdict is verdict
    found = steps(number)
    assert found[-1].rule == deciding
    assert all(step.text.endswith(".") for step in found)
    for step in found:
        assert step.to_json()["rule"] == step.rule


def test_numbers_are_exact() -> None:
    brought, stake, seats, effective = steps(1)[2:]
    assert dict(brought.numbers) == {"keys": 3, "brought": 2, "slots_limit": 2, "by_shard": "2, 0"}
    assert dict(stake.numbers)["stake_per_key"] == str(50 * ONE)
    assert dict(seats.numbers)["seats_won"] == 2
    assert dict(effective.numbers)["median"] == str(45 * ONE)
    outbid = dict(steps(10)[-1].numbers)
    assert (outbid["keys_before"], outbid["least_winning_stake"]) == (5, str(10 * ONE))
    assert outbid["least_winner"] == Address(b"\x09" * 20).to_hex()


def test_a_taken_key_names_its_owner() -> None:
    assert [dict(steps(number)[-1].numbers)["taken_by"] for number in (5, 6, 7)] == [
        Address(b"\4" * 20).to_hex(),
        "harmony",
        Address(b"\7" * 20).to_hex(),
    ]


def test_no_block_to_sign_is_told_by_era() -> None:
    member = candidate(1, 10, elected_for=4)
    texts = [
        explain(elect(replace(rules(), hip32=hip32), [member]), member.address)[0].text
        for hip32 in (False, True)
    ]
    assert "too little" in texts[0]
    assert "HIP-32" in texts[1]


def test_what_the_reference_lets_pass_is_explained_with_it() -> None:
    member = candidate(1, 10, elected_for=4, signed=5, to_sign=3)
    loose = Compatibility.reference()
    election = elect(rules(), [member], compatibility=loose)
    assert explain(election, member.address, compatibility=loose)[0].rule == "signing-threshold"


def test_an_unknown_status_is_told_by_its_number() -> None:
    odd = candidate(1, 10, status=9)
    assert dict(explain(elect(rules(), [odd]), odd.address)[-1].numbers) == {"status": "9"}


def test_losers_are_told_what_the_winners_had() -> None:
    tied = elect(rules(seats=1), [candidate(1, 10), candidate(2, 10)])
    assert "as much stake each and a lower address" in explain(tied, Address(b"\2" * 20))[-1].text
    outbid = elect(rules(seats=1), [candidate(1, 10), candidate(2, 11)])
    assert "All 1 seats went to keys with more stake each" in explain(outbid, Address(b"\1" * 20))[-1].text
    nothing = elect(rules(seats=0), [candidate(1, 10)])
    assert explain(nothing, Address(b"\1" * 20))[-1].text == "There are no seats."


@pytest.mark.parametrize(("stake", "position"), [(100, "above"), (20, "within"), (1, "below")])
def test_effective_stake_tells_where_in_the_band(stake: int, position: str) -> None:
    election = elect(rules(), [candidate(1, 100), candidate(2, 20), candidate(3, 1)])
    number = {100: 1, 20: 2, 1: 3}[stake]
    assert position in explain(election, Address(bytes([number]) * 20))[-1].text


def test_the_election_as_a_whole() -> None:
    terms, admission, auction, median = explain_election(ELECTION)
    assert dict(terms.numbers)["seats"] == 4
    assert dict(admission.numbers) == {
        "candidates": 10,
        "admitted": 5,
        "elected": 2,
        "partly_elected": 1,
        "outbid": 1,
        "no_keys": 1,
        "key_taken": 3,
        "below_signing_threshold": 1,
        "not_active": 1,
    }
    assert dict(auction.numbers)["winners"] == 4
    assert dict(median.numbers)["median"] == str(45 * ONE)
    empty = explain_election(elect(replace(rules(), epoch=Epoch(5)), []))
    assert dict(empty[2].numbers)["least_winning_stake"] == 0


def test_who_did_not_stand_gets_no_explanation() -> None:
    with pytest.raises(MissingDataError):
        explain(ELECTION, Address.zero())
