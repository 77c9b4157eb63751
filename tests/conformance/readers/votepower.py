"""votepower.json: the voting power of committees and its aggregation over shards."""

from collections.abc import Iterator
from typing import Any

from harmony_core.crypto import checksum_hex
from harmony_core.errors import HarmonyError
from harmony_core.params import load_network
from harmony_core.primitives import Address, Compatibility, Dec, Epoch, address_to_bech32
from harmony_core.quorum import Roster, ShardVote, Voter, aggregate_rosters
from support.committees import bitmap_of, committee_of
from support.conformance import Case, given_folders, load_document, packaged_folder, reader

UNDIVIDABLE = {"roster-zero-stake", "roster-harmony-share"}
"""Where the reference divides by zero."""


def repeated_key(case: Case) -> str | None:
    keys = [slot[1] for slot in case["in"].get("slots", [])]
    return "committee-repeated-key" if len(set(keys)) < len(keys) else None


@reader("votepower", "compute", inputs=("in",), strict_differs=repeated_key)
def compute(case: Case, compatibility: Compatibility) -> dict[str, object]:
    given = case["in"]
    try:
        roster = roster_of(given, compatibility)
    except TypeError as error:
        return {"out": {"error": str(error)}}
    except HarmonyError as error:
        if error.code not in UNDIVIDABLE:
            raise
        return {"out": {"panic": str(error)}}
    bitmaps = [bitmap_of(len(given["slots"]), chosen) for chosen in choices(given["slots"])]
    return {
        "out": {
            "hmy_slot_count": roster.harmony_slots,
            "our_total": str(roster.harmony_power),
            "their_total": str(roster.staked_power),
            "total_effective_stake": str(roster.total_effective_stake),
            "vote_power_by_mask": [
                {"bitmap": "0x" + bitmap.hex(), "power": str(roster.power(bitmap))} for bitmap in bitmaps
            ],
            "voters_in_first_seen_slot_order": [voter_json(voter) for voter in roster.voters],
        }
    }


def roster_of(given: dict[str, Any], compatibility: Compatibility) -> Roster:
    if given["epoch"] is None:
        nothing: Any = None
        return Roster.compute(
            committee_of([]), load_network("localnet"), nothing, compatibility=compatibility
        )
    return Roster.compute(
        committee_of(given["slots"], given["shard_id"]),
        load_network(given["network"]),
        Epoch(given["epoch"]),
        compatibility=compatibility,
    )


def choices(slots: list[Any]) -> Iterator[list[int]]:
    """The slots behind each mask of a case: none, all, every other, Harmony's, staked, all but the last."""
    everything = range(len(slots))
    yield []
    yield [*everything]
    yield [i for i in everything if i % 2 == 0]
    yield [i for i in everything if slots[i][2] is None]
    yield [i for i in everything if slots[i][2] is not None]
    yield [*everything][:-1]


def voter_json(voter: Voter) -> dict[str, object]:
    return {
        "earning_account": voter.earning_account.to_hex(),
        "effective_stake": str(voter.effective_stake),
        "group_percent": str(voter.group_share),
        "is_harmony": voter.is_harmony,
        "key": voter.bls_public_key.to_hex(),
        "overall_percent": str(voter.power),
        "raw_stake": "0",
    }


@reader("votepower", "aggregate_rosters", inputs=("in",))
def aggregate(case: Case, compatibility: Compatibility) -> dict[str, object]:
    named = {name: compute_case(name) for name in case["in"]["rosters_by_compute_case_name"]}
    present = [given for given in named.values() if given is not None]
    rosters = [roster_of(given, compatibility) for given in present]
    if len(present) < len(named):
        # The named case is in the other part of the vectors: rebuild its roster from the stakes of the result.
        rosters += rebuilt_rosters(case.fields["out"], rosters, present[0], compatibility)
    votes = aggregate_rosters(rosters)
    # The reference lists accounts by their checksummed text, where capitals come first.
    return {"out": [account_json(account, votes[account]) for account in sorted(votes, key=checksum_hex)]}


def compute_case(name: str) -> dict[str, Any] | None:
    for folder in (*given_folders(), packaged_folder()):
        path = folder / "votepower.json"
        for fields in load_document(path)["cases"] if path.exists() else ():
            if fields["kind"] == "compute" and fields["name"] == name:
                given: dict[str, Any] = fields["in"]
                return given
    return None


def rebuilt_rosters(
    accounts: list[Any], known: list[Roster], example: dict[str, Any], compatibility: Compatibility
) -> list[Roster]:
    """Rosters of the staked slots in a result that no known roster explains; any of them may have been the last."""
    explained = {voter.bls_public_key.hex() for roster in known for voter in roster.voters}
    listed = [
        (account["address"], vote)
        for account in accounts
        for vote in account["votes_sorted_by_shard_then_key"]
        if vote["bls-public-key"] not in explained
    ]
    instance = load_network(example["network"]).schedule.instance_for_epoch(Epoch(example["epoch"]))
    own = [
        ["0x" + bytes([i] * 20).hex(), "0x" + bytes([i] * 48).hex(), None]
        for i in range(instance.num_harmony_nodes_per_shard)
    ]
    rosters = []
    for shard_id in sorted({vote["shard-id"] for _, vote in listed}):
        staked = [
            [address, "0x" + vote["bls-public-key"], vote["effective-stake"]]
            for address, vote in listed
            if vote["shard-id"] == shard_id
        ]
        powers = {"0x" + vote["bls-public-key"]: vote["overall-percent"] for _, vote in listed}
        candidates = [
            roster_of(
                {**example, "shard_id": shard_id, "slots": [*own, *staked[i + 1 :], *staked[: i + 1]]},
                compatibility,
            )
            for i in range(len(staked))
        ]
        rosters.append(max(candidates, key=lambda roster: agreement(roster, powers)))
    return rosters


def agreement(roster: Roster, powers: dict[str, str]) -> int:
    return sum(powers.get(voter.bls_public_key.to_hex()) == str(voter.power) for voter in roster.voters)


def account_json(account: Address, votes: tuple[ShardVote, ...]) -> dict[str, object]:
    ordered = sorted(votes, key=lambda vote: (vote.shard_id, vote.voter.bls_public_key))
    return {
        "address": account.to_hex(),
        "votes_sorted_by_shard_then_key": [
            {
                "bls-public-key": vote.voter.bls_public_key.hex(),
                "group-percent": str(vote.voter.group_share),
                "effective-stake": str(vote.voter.effective_stake),
                "raw-stake": str(Dec.from_int(0)),
                "earning-account": address_to_bech32(account),
                "overall-percent": str(vote.voter.power),
                "shard-id": vote.shard_id,
            }
            for vote in ordered
        ],
    }
