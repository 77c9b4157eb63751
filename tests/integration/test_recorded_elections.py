"""Every election, committee and voting power of the recorded networks, recomputed and equal."""

from dataclasses import replace
from typing import Any

import pytest

from harmony_core.chain import Header, decode_shard_state
from harmony_core.chain.validator_wrapper import ValidatorStatus
from harmony_core.committee import (
    BeaconView,
    Candidate,
    Election,
    ElectionRules,
    assign_seats,
    elect,
    epoch_of_child,
    is_eligible,
    verify_next_shard_state,
)
from harmony_core.crypto import checksum_hex
from harmony_core.errors import MissingDataError, VerificationError
from harmony_core.primitives import Address, BlockNumber, BLSPublicKeyBytes, Dec, Epoch
from harmony_core.quorum import Roster, aggregate_rosters
from support.recorded import recordings
from support.recorded_elections import RecordedElections

every_recording = pytest.mark.parametrize(
    "recorded",
    [RecordedElections(recording) for recording in recordings()],
    ids=lambda recorded: recorded.recording.folder.name,
)


@every_recording
def test_every_election_is_recomputed_from_the_state(recorded: RecordedElections) -> None:
    """Who was eligible, what each bid, who won, the median, and the committees to the byte."""
    for row in recorded.rounds:
        epoch = Epoch(row["forEpoch"])
        candidates = recorded.validators(Epoch(epoch - 1), BlockNumber(row["block"]))
        if candidates is None:
            continue
        rules = ElectionRules.of_network(recorded.recording.network, epoch)
        assert [candidate.address for candidate in candidates] == [
            Address.from_hex(entry["validator"]) for entry in row["eligibility"]
        ]
        for candidate, entry in zip(candidates, row["eligibility"], strict=True):
            assert eligibility(candidate, rules) == recorded_eligibility(entry)
        compare_election(recorded, row, elect(rules, candidates))


@every_recording
def test_every_auction_is_recomputed_from_the_recorded_bids(recorded: RecordedElections) -> None:
    """Needs no state: the bids of the row alone."""
    for row in recorded.rounds:
        rules = ElectionRules.of_network(recorded.recording.network, Epoch(row["forEpoch"]))
        candidates = [
            Candidate(
                address=Address.from_hex(bid["validator"]),
                keys=tuple(map(BLSPublicKeyBytes.from_hex, bid["keys"])),
                stake=int(bid["stake"]),
            )
            for bid in row["candidates"] or ()
        ]
        compare_election(recorded, row, elect(rules, candidates))


def compare_election(recorded: RecordedElections, row: dict[str, Any], election: Election) -> None:
    auction = election.auction
    assert str(auction.median) == row["median"]
    assert auction.seats == row["maxExternalSlots"]
    assert [
        (seat.address, seat.bls_public_key, seat.raw_stake, seat.effective_stake)
        for seat in auction.purchases
    ] == [
        (
            Address.from_hex(winner["address"]),
            BLSPublicKeyBytes.from_hex(winner["bls"]),
            Dec.parse(winner["rawStake"]),
            Dec.parse(winner["eposStake"]),
        )
        for winner in row["winners"] or ()
    ]
    bids = {bid["validator"].lower(): bid for bid in row["candidates"] or ()}
    admitted = [outcome for outcome in election.outcomes if outcome.verdict.is_admitted]
    assert {outcome.candidate.address.to_hex() for outcome in admitted} == set(bids)
    for outcome in admitted:
        bid = bids[outcome.candidate.address.to_hex()]
        assert [key.hex() for key in outcome.keys_at_auction] == bid["keys"]
        assert str(outcome.candidate.stake) == bid["stake"]
        assert str(outcome.stake_per_key.truncate_int()) == bid["stakePerKey"]
        assert str(outcome.share) == bid["percentage"]
    if auction.purchases:
        encoded = assign_seats(recorded.recording.network, election).encode()
        assert encoded.hex() == row["computedShardStateRlp"]


def eligibility(candidate: Candidate, rules: ElectionRules) -> dict[str, object]:
    rate = candidate.signing_rate(hip32=rules.hip32)
    return {
        "belowThreshold": rate.is_below_threshold,
        "eligible": is_eligible(candidate, rules.current_epoch, hip32=rules.hip32),
        "lastEpochInCommittee": str(candidate.last_epoch_in_committee),
        "percentage": str(rate.percentage),
        "signed": str(rate.signed),
        "active": candidate.status == ValidatorStatus.ACTIVE,
        "toSign": str(rate.to_sign),
    }


def recorded_eligibility(entry: dict[str, Any]) -> dict[str, object]:
    names = ("belowThreshold", "eligible", "lastEpochInCommittee", "percentage", "signed", "toSign")
    return {**{name: entry[name] for name in names}, "active": entry["status"] == "active"}


@every_recording
def test_every_header_that_ends_an_epoch_carries_the_elected_committees(recorded: RecordedElections) -> None:
    network = recorded.recording.network
    for header in recorded.carried:
        validators = recorded.validators(header.epoch, header.number)
        view = BeaconView(epoch=header.epoch, validators=validators, records=recorded)
        try:
            found = verify_next_shard_state(header, network, view)
        except MissingDataError:
            # The recording begins after the validators last changed, or lacks a file.
            assert validators is None or header.epoch not in recorded.states
            continue
        assert found is not None
        assert found.committees.state.epoch == epoch_of_child(header, network) == header.epoch + 1
        assert found.committees.state == recorded.states.get(header.epoch + 1, found.committees.state)
        refuse_another(header, recorded, view)


def refuse_another(header: Header, recorded: RecordedElections, view: BeaconView) -> None:
    """A slot more or less, or its stake by one atto, is another committee."""
    state = decode_shard_state(header.shard_state)
    first = state.committees[0]
    for slots in (
        first.slots[:-1],
        (*first.slots, first.slots[0]),
        (*first.slots[:-1], replace(first.slots[-1], effective_stake=Dec(1))),
    ):
        altered = replace(state, committees=(replace(first, slots=slots), *state.committees[1:]))
        with pytest.raises(VerificationError) as info:
            verify_next_shard_state(
                replace(header, shard_state=altered.encode()), recorded.recording.network, view
            )
        assert info.value.code == "shard-state-election"


@every_recording
def test_every_other_shard_follows_with_the_committees_of_the_beacon(recorded: RecordedElections) -> None:
    network = recorded.recording.network
    for shard in recorded.recording.shards:
        for signed in recorded.recording.headers(shard) if shard else ():
            header = signed.header
            entered = epoch_of_child(header, network)
            if not header.number:
                continue
            view = BeaconView(epoch=entered, records=recorded)
            try:
                found = verify_next_shard_state(header, network, view)
            except MissingDataError:
                assert entered not in recorded.states
                continue
            assert (found is None) is (not header.shard_state)
            assert found is None or entered > header.epoch


@every_recording
def test_every_voting_power_is_recomputed(recorded: RecordedElections) -> None:
    network = recorded.recording.network
    for shard in (0, 1):
        for row in recorded.recording.rows(f"committees_shard{shard}"):
            epoch = Epoch(row["epoch"])
            state = decode_shard_state(bytes.fromhex(row["rlp"]))
            assert state.hash.to_hex() == row["hash"]
            rosters = [Roster.compute(committee, network, epoch) for committee in state.committees]
            powers = {power["shardId"]: power for power in row.get("votingPower") or ()}
            if powers:
                assert all(roster_json(roster) == powers[roster.shard_id] for roster in rosters)
                assert aggregate(rosters) == aggregate_recorded(powers)


def aggregate(rosters: list[Roster]) -> dict[str, list[tuple[int, str]]]:
    return {
        account.to_hex(): [(vote.shard_id, vote.voter.bls_public_key.hex()) for vote in votes]
        for account, votes in aggregate_rosters(rosters).items()
    }


def aggregate_recorded(powers: dict[int, dict[str, Any]]) -> dict[str, list[tuple[int, str]]]:
    found: dict[str, list[tuple[int, str]]] = {}
    for shard in sorted(powers):
        for voter in powers[shard]["voters"]:
            if not voter["isHarmony"]:
                found.setdefault(voter["earningAccount"].lower(), []).append((shard, voter["bls"]))
    return found


def roster_json(roster: Roster) -> dict[str, object]:
    return {
        "harmonySlots": roster.harmony_slots,
        "harmonyTotal": str(roster.harmony_power),
        "shardId": roster.shard_id,
        "stakedTotal": str(roster.staked_power),
        "totalEffectiveStake": str(roster.total_effective_stake),
        "voters": [
            {
                "bls": voter.bls_public_key.hex(),
                "earningAccount": checksum_hex(voter.earning_account),
                "effectiveStake": str(voter.effective_stake),
                "groupPercent": str(voter.group_share),
                "isHarmony": voter.is_harmony,
                "overallPercent": str(voter.power),
                "rawStake": "0",
            }
            for voter in roster.voters
        ],
    }
