"""Voting power: shares, the remainder, refusals, and sums over bitmaps."""

from dataclasses import replace
from typing import Any

import pytest

from harmony_core.errors import VerificationError
from harmony_core.params import load_network
from harmony_core.primitives import Compatibility, Dec, Epoch, ShardID
from harmony_core.quorum import Roster, aggregate_rosters
from support.committees import Signers, bitmap_of

HARMONY = Dec.parse("0.68")
EXTERNAL = Dec.parse("0.32")


def roster(harmony: int, *stakes: str) -> Roster:
    return Roster.from_shares(Signers.staked(harmony, stakes).committee, HARMONY, EXTERNAL)


def test_harmony_shares_equally_and_stake_in_proportion() -> None:
    found = roster(2, "100", "300")
    assert [str(voter.power) for voter in found.voters] == ["0.34", "0.34", "0.08", "0.24"]
    assert [str(voter.group_share) for voter in found.voters] == ["0.5", "0.5", "0.25", "0.75"]
    assert (found.harmony_power, found.staked_power) == (HARMONY, EXTERNAL)
    assert (found.harmony_slots, found.slot_count, str(found.total_effective_stake)) == (2, 4, "400")


def test_the_last_staked_slot_takes_what_rounding_leaves() -> None:
    found = roster(3, "1", "1", "1")
    assert str(found.harmony_power) == "0.680000000000000001"
    assert [str(voter.power) for voter in found.voters[3:]] == [
        "0.106666666666666667",
        "0.106666666666666667",
        "0.106666666666666665",
    ]
    assert found.harmony_power + found.staked_power == Dec.ONE


def test_without_staked_slots_harmony_holds_only_its_share() -> None:
    found = roster(6)
    assert (str(found.harmony_power), str(found.staked_power)) == ("0.679999999999999998", "0")


def test_without_harmony_slots_stake_holds_everything() -> None:
    assert roster(0, "5", "5").staked_power == Dec.ONE


def test_the_shares_come_from_the_schedule_of_the_epoch() -> None:
    committee = Signers.staked(1, ["100"]).committee
    network = load_network("mainnet")
    for epoch, share in ((186, "0.68"), (530, "0.6"), (725, "0.49"), (2152, "0.01")):
        assert str(Roster.compute(committee, network, Epoch(epoch)).harmony_power) == share


def test_an_epoch_is_an_int() -> None:
    nothing: Any = None
    with pytest.raises(TypeError):
        Roster.compute(Signers.staked(1, ["100"]).committee, load_network("mainnet"), nothing)


def test_a_repeated_key_is_refused() -> None:
    committee = replace(Signers.staked(1, ["100", "200"]), keys=(0, 1, 1)).committee
    with pytest.raises(VerificationError) as info:
        Roster.from_shares(committee, HARMONY, EXTERNAL)
    assert info.value.code == "committee-repeated-key"
    lenient = Compatibility(repeated_committee_keys=True)
    found = Roster.from_shares(committee, HARMONY, EXTERNAL, compatibility=lenient)
    # The first slot's power counts, on the bit of the last slot.
    assert [str(found.power(bitmap_of(3, [slot]))) for slot in range(3)] == [
        "0.68",
        "0",
        "0.106666666666666667",
    ]
    assert found.slot_count == 3
    assert len(found.voters) == 2


@pytest.mark.parametrize("stakes", [["0"], ["0", "0"]])
def test_staked_slots_without_stake_are_refused(stakes: list[str]) -> None:
    with pytest.raises(VerificationError) as info:
        roster(2, *stakes)
    assert info.value.code == "roster-zero-stake"


def test_harmony_slots_without_a_share_are_refused() -> None:
    with pytest.raises(VerificationError) as info:
        Roster.from_shares(Signers.staked(2, ["5"]).committee, Dec.ZERO, Dec.ONE)
    assert info.value.code == "roster-harmony-share"


def test_an_empty_committee_has_no_power() -> None:
    found = roster(0)
    assert (found.voters, found.slot_count, found.power(b"")) == ((), 0, Dec.ZERO)


def test_the_power_of_a_bitmap_is_the_sum_of_its_slots() -> None:
    found = roster(2, "100", "300")
    assert str(found.power(bitmap_of(4, [0, 3]))) == "0.58"
    assert found.power(bitmap_of(4, [])) == Dec.ZERO
    assert found.power(b"\xff\xff") == Dec.ONE
    assert found.power(b"") == Dec.ZERO


def test_a_voter_is_found_by_its_key() -> None:
    found = roster(1, "100")
    for voter in found.voters:
        assert found.voter(voter.bls_public_key) == voter
    assert found.voter(Signers.uniform(1, first=99).committee.public_keys[0]) is None


def test_rosters_are_aggregated_by_account() -> None:
    first = roster(1, "100", "200")
    second = replace(first, shard_id=ShardID(1))
    votes = aggregate_rosters([second, first])
    assert len(votes) == 2
    for account, found in votes.items():
        assert [vote.shard_id for vote in found] == [0, 1]
        assert {vote.voter.earning_account for vote in found} == {account}
        assert not any(vote.voter.is_harmony for vote in found)
