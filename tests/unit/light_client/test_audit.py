"""Judging headers of any shards in any order."""

import dataclasses
import random
from typing import Any

import pytest

from harmony_core.genesis import genesis_header
from harmony_core.light_client import BasisKind, HeaderVerdict, SignedHeader, Verdict, audit_headers
from harmony_core.primitives import Hash32, ShardID
from support.synthetic_chain import (
    FIRST_EPOCH,
    LOCALNET,
    NOW,
    build_chain,
    child_of,
    commit_on,
    shard_state,
    signed,
    trusted_start,
)

Chain = list[SignedHeader]


@pytest.fixture(scope="module")
def beacon() -> Chain:
    return build_chain(20)


@pytest.fixture(scope="module")
def shard_one() -> Chain:
    return build_chain(3, shard_id=1)


def judge(items: Chain, **options: Any) -> list[HeaderVerdict]:
    return audit_headers(items, LOCALNET, **({"now": NOW} | options))


def code_of(row: HeaderVerdict) -> str | None:
    return None if row.error is None else row.error.code


def verdicts(items: Chain, **options: Any) -> list[tuple[Verdict, str | None]]:
    return [(row.verdict, code_of(row)) for row in judge(items, **options)]


def test_order_does_not_matter_and_the_beacon_names_every_committee(beacon: Chain, shard_one: Chain) -> None:
    items = beacon + shard_one[1:]
    random.Random(3).shuffle(items)
    rows = judge(items, trusted_hashes={beacon[0].header.hash})
    assert {row.verdict for row in rows} == {Verdict.PROVEN}
    places = [(row.header.shard_id, row.header.number) for row in rows]
    assert places == sorted(places)
    last = rows[-1]
    assert (last.header.shard_id, str(last.basis)) == (1, "committee elected in block 36 of shard 0")
    assert (last.signer_count, last.committee_size) == (7, 7)


def test_ancestors_of_a_trusted_header_are_proven_by_their_hashes(beacon: Chain) -> None:
    items = [SignedHeader(item.header) for item in beacon[5:10]]
    rows = judge(items, trusted_hashes={items[-1].header.hash})
    assert [row.basis and row.basis.kind for row in rows] == [BasisKind.ANCESTOR] * 4 + [
        BasisKind.TRUSTED_HASH
    ]


def test_headers_that_nothing_leads_to_cannot_be_told(beacon: Chain) -> None:
    rows = verdicts(beacon[1:4])
    assert rows == [(Verdict.UNKNOWN, "committee-unknown")] * 3


def test_a_header_without_commit_cannot_be_told(beacon: Chain) -> None:
    rows = verdicts([*beacon[:3], SignedHeader(beacon[3].header)], trusted_hashes={beacon[0].header.hash})
    assert rows[-1] == (Verdict.UNKNOWN, "commit-missing")


def test_a_bad_commit_breaks_a_header_even_beside_a_good_one(beacon: Chain) -> None:
    wrong = dataclasses.replace(beacon[3], commits=(*beacon[3].commits, commit_on(beacon[2].header)))
    rows = verdicts([*beacon[:3], wrong, *beacon[4:]], trusted_hashes={beacon[0].header.hash})
    assert rows.count((Verdict.BROKEN, "bls-signature")) == 1
    assert rows[3][0] is Verdict.BROKEN


def test_a_bad_commit_carried_by_the_child_breaks_a_header(beacon: Chain) -> None:
    wrong = commit_on(beacon[2].header)
    child = child_of(
        beacon[3].header, FIRST_EPOCH, last_commit_signature=wrong.signature, last_commit_bitmap=wrong.bitmap
    )
    rows = verdicts([*beacon[:4], signed(child)], trusted_hashes={beacon[0].header.hash})
    assert rows[3] == (Verdict.BROKEN, "bls-signature")


def test_the_committees_of_a_broken_header_prove_nothing(beacon: Chain) -> None:
    end = next(i for i, item in enumerate(beacon) if i and item.header.shard_state)
    few = SignedHeader(beacon[end].header, (commit_on(beacon[end].header, signers=[0]),))
    rows = verdicts([*beacon[:end], few, *beacon[end + 2 :]], trusted_hashes={beacon[0].header.hash})
    assert rows[end] == (Verdict.BROKEN, "commit-quorum-stake")
    assert set(rows[end + 1 :]) == {(Verdict.UNKNOWN, "committee-unknown")}


def test_a_header_that_names_another_parent_is_broken(beacon: Chain) -> None:
    stranger = signed(child_of(beacon[4].header, FIRST_EPOCH, parent_hash=Hash32(b"\1" * 32)))
    rows = verdicts([*beacon[:5], stranger], trusted_hashes={beacon[0].header.hash})
    assert rows[-1] == (Verdict.BROKEN, "link-parent-hash")


def test_signatures_cannot_tell_between_two_signed_siblings(beacon: Chain) -> None:
    sibling = signed(child_of(beacon[4].header, FIRST_EPOCH, extra=b"other"))
    rows = judge([*beacon[:6], sibling], trusted_hashes={beacon[0].header.hash})
    at_height = [row for row in rows if row.header.number == sibling.header.number]
    assert [(row.verdict, code_of(row)) for row in at_height] == [(Verdict.UNKNOWN, "signed-siblings")] * 2


def test_a_trusted_hash_decides_between_siblings(beacon: Chain) -> None:
    sibling = signed(child_of(beacon[4].header, FIRST_EPOCH, extra=b"other"))
    trusted = {beacon[0].header.hash, beacon[5].header.hash}
    rows = judge([*beacon[:6], sibling], trusted_hashes=trusted)
    found = {row.header.hash: (row.verdict, code_of(row)) for row in rows}
    assert found[beacon[5].header.hash] == (Verdict.PROVEN, None)
    assert found[sibling.header.hash] == (Verdict.BROKEN, "sibling-of-trusted")


def test_a_shard_that_contradicts_the_beacon_is_broken(beacon: Chain, shard_one: Chain) -> None:
    state = shard_state(FIRST_EPOCH + 1)
    usurped = dataclasses.replace(state, committees=(state.committees[0], shard_state(9).committees[1]))
    rebel = signed(child_of(shard_one[-1].header, FIRST_EPOCH, shard_state=usurped.encode(staking=True)))
    rows = verdicts([*beacon, *shard_one[1:], rebel], trusted_hashes={beacon[0].header.hash})
    assert rows[-1] == (Verdict.BROKEN, "shard-state-conflict")


def test_a_given_committee_proves_without_any_parent(beacon: Chain) -> None:
    rows = judge([beacon[7]], committees=(shard_state(FIRST_EPOCH),))
    assert [(row.verdict, row.basis and row.basis.kind) for row in rows] == [
        (Verdict.PROVEN, BasisKind.GIVEN_COMMITTEE)
    ]


def test_genesis_is_recomputed() -> None:
    genesis = genesis_header(LOCALNET, ShardID(1))
    forged = dataclasses.replace(genesis, extra=b"x")
    assert verdicts([SignedHeader(genesis)]) == [(Verdict.PROVEN, None)]
    assert verdicts([SignedHeader(forged)]) == [(Verdict.BROKEN, "genesis-hash")]


def test_the_same_header_twice_is_judged_once_with_all_its_commits(beacon: Chain) -> None:
    bad = SignedHeader(beacon[2].header, (commit_on(beacon[3].header),))
    rows = verdicts([*beacon[:3], bad, beacon[2]], trusted_hashes={beacon[0].header.hash})
    assert len(rows) == 3
    assert rows[2] == (Verdict.BROKEN, "bls-signature")


def test_progress_counts_every_header(beacon: Chain, shard_one: Chain) -> None:
    seen: list[int] = []
    judge(beacon + shard_one, trusted_hashes={trusted_start().hash}, progress=seen.append)
    assert seen[-1] == len(beacon) + len(shard_one)
    assert seen == sorted(seen)


def test_nothing_given_is_nothing_judged() -> None:
    assert judge([]) == []
