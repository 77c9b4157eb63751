"""Real headers of mainnet, signed by 226 and more of 250: verified, and refused in every altered form.

The data were collected from public sources and checked with the reference client: four headers of shard 0, two pairs
of parent and child, each with its own commit, and each carrying the commit on its parent. They are from before
staking; the one commit of the staking era here comes from a recorded local network.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from harmony_core.chain import Committee, Header, Slot, decode_header, decode_shard_state
from harmony_core.errors import HarmonyError, VerificationError
from harmony_core.params import load_network
from harmony_core.primitives import (
    Address,
    BlockNumber,
    BLSPublicKeyBytes,
    BLSSignatureBytes,
    Compatibility,
    Epoch,
    Hash32,
    ShardID,
    ViewID,
    bytes_from_hex,
)
from harmony_core.quorum import (
    Commit,
    CommitTarget,
    TrustedCommittee,
    check_commit_targets,
    check_commits,
    verify_commit,
    verify_commit_target,
)
from support.committees import bitmap_of

DATA = Path(__file__).parents[1] / "data"
Item = tuple[CommitTarget, Commit, TrustedCommittee]


@cache
def load(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((DATA / name).read_text())
    return document


def rows() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = load("mainnet_s0_headers_epochs_86_87.json")["headers"]
    return found


@cache
def header(number: int) -> Header:
    row = next(row for row in rows() if row["number"] == number)
    return decode_header(bytes_from_hex(row["header_rlp"]))


@cache
def listed_committee(shard_id: int) -> Committee:
    listed = load("mainnet_committee_prestaking_v1_5.json")["committees"][shard_id]
    assert listed["shard_id"] == shard_id
    return Committee(
        ShardID(shard_id),
        tuple(
            Slot(
                Address.from_hex(slot["ecdsa_address"]),
                BLSPublicKeyBytes.from_hex(slot["bls_pubkey"]),
                slot["effective_stake"],
            )
            for slot in listed["slots"]
        ),
    )


@cache
def trusted(epoch: int, shard_id: int = 0) -> TrustedCommittee:
    return TrustedCommittee(load_network("mainnet"), Epoch(epoch), listed_committee(shard_id))


def commit_of(part: dict[str, Any]) -> Commit:
    return Commit.from_bytes(bytes_from_hex(part["signature"]), bytes_from_hex(part["bitmap"]))


def own_commits() -> Iterator[tuple[Header, Commit, TrustedCommittee]]:
    for row in rows():
        yield header(row["number"]), commit_of(row["commit_of_this_block"]), trusted(row["epoch"])


def all_commits() -> list[Item]:
    """The own commits of the four headers, and the four that they carry on their parents."""
    items: list[Item] = [
        (CommitTarget.of_header(h), commit, committee) for h, commit, committee in own_commits()
    ]
    for row in rows():
        carried = row["last_commit_in_header"]
        child = header(row["number"])
        parent = CommitTarget(
            shard_id=ShardID(0),
            epoch=Epoch(row["epoch"]),
            number=BlockNumber(carried["covers_block"]),
            view_id=ViewID(0),
            block_hash=child.parent_hash,
        )
        assert Commit.of_parent(child) == commit_of(carried)
        assert parent.block_hash == Hash32.from_hex(carried["covers_hash"])
        items.append((parent, Commit.of_parent(child), trusted(row["epoch"])))
    return items


def refusal(item: Item, compatibility: Compatibility) -> str | None:
    try:
        verify_commit_target(*item, compatibility=compatibility)
    except HarmonyError as error:
        return error.code
    return None


def test_the_hashes_are_those_of_mainnet() -> None:
    for row in rows():
        found = header(row["number"])
        assert found.hash == Hash32.from_hex(row["hash"])
        assert found.encode() == bytes_from_hex(row["header_rlp"])
    for link in load("mainnet_s0_headers_epochs_86_87.json")["links"]:
        assert header(link["child"]).parent_hash == header(link["parent"]).hash


def test_every_commit_is_verified() -> None:
    signers = []
    for found, commit, committee in own_commits():
        proven = verify_commit(found, commit, committee)
        assert proven.hash == found.hash
        signers.append(proven.signer_count)
    assert signers == [row["commit_of_this_block"]["signers"] for row in rows()]
    assert min(signers) >= 226
    items = all_commits()
    assert len(items) == 8
    carried = [verify_commit_target(*item).signer_count for item in items[4:]]
    assert carried == [row["last_commit_in_header"]["signers"] for row in rows()]
    assert [getattr(v, "signer_count", v) for v in check_commit_targets(items)] == signers + carried


def test_the_last_header_of_an_epoch_names_the_next_committee() -> None:
    for number in (1753087, 1769471):
        state = decode_shard_state(header(number).shard_state)
        assert state.hash == header(number).shard_state_hash
        assert [state.committee(ShardID(shard)) for shard in range(4)] == [
            listed_committee(s) for s in range(4)
        ]


@pytest.mark.parametrize(
    "compatibility", [Compatibility(), Compatibility.reference()], ids=["strict", "reference"]
)
def test_an_altered_commit_or_block_is_refused(compatibility: Compatibility) -> None:
    rng = random.Random(86)
    for target, commit, committee in all_commits():
        size = len(committee)
        bit = rng.randrange(size)
        toggled = bytearray(commit.bitmap)
        toggled[bit // 8] ^= 1 << bit % 8
        signature = bytearray(commit.signature)
        signature[rng.randrange(96)] ^= 1 << rng.randrange(8)
        block_hash = bytearray(target.block_hash)
        block_hash[rng.randrange(32)] ^= 1 << rng.randrange(8)
        signatures = {"bls-signature", "bls-signature-curve", "bls-signature-subgroup", "bls-signature-field"}
        altered: list[tuple[Item, set[str]]] = [
            ((target, Commit(commit.signature, bytes(toggled)), committee), {"bls-signature"}),
            ((target, Commit(BLSSignatureBytes(bytes(signature)), commit.bitmap), committee), signatures),
            ((replace(target, block_hash=Hash32(bytes(block_hash))), commit, committee), {"bls-signature"}),
            ((replace(target, number=BlockNumber(target.number + 1)), commit, committee), {"bls-signature"}),
            ((target, Commit(commit.signature, commit.bitmap[:-1]), committee), {"bitmap-length"}),
            ((target, Commit(commit.signature, commit.bitmap + b"\0"), committee), {"bitmap-length"}),
            ((target, commit, trusted(committee.epoch + 1)), {"commit-committee-epoch"}),
            ((target, commit, trusted(committee.epoch - 1)), {"commit-committee-epoch"}),
            ((target, commit, trusted(committee.epoch, 1)), {"commit-committee-shard"}),
            ((replace(target, shard_id=ShardID(1)), commit, trusted(committee.epoch, 1)), {"bls-signature"}),
            ((target, Commit(commit.signature, b"\xff" * 31 + b"\x03"), committee), {"bls-signature"}),
        ]
        for item, codes in altered:
            assert refusal(item, compatibility) in codes


def test_a_forged_commit_on_a_real_header_passes_the_reference_only() -> None:
    """August 2026: nobody signed, the bitmap is empty, and the reference counts the whole committee."""
    forged = Commit(BLSSignatureBytes.zero(), bytes(32))
    for found, _, committee in own_commits():
        proven = verify_commit(found, forged, committee, compatibility=Compatibility.reference())
        assert proven.signer_count == 0
        with pytest.raises(VerificationError) as info:
            verify_commit(found, forged, committee)
        assert info.value.code == "commit-quorum-uniform"


def test_fewer_signers_than_two_thirds_are_refused() -> None:
    """The bits of 166 of 250 signers: the signature could hold for them and would still be too little."""
    for target, commit, committee in all_commits():
        few = Commit(commit.signature, bitmap_of(250, range(166)))
        assert refusal((target, few, committee), Compatibility()) == "commit-quorum-uniform"


def test_any_altered_byte_of_a_header_is_refused() -> None:
    rng = random.Random(87)
    for found, commit, committee in own_commits():
        encoding = found.encode()
        for _ in range(25):
            position, bit = rng.randrange(len(encoding)), 1 << rng.randrange(8)
            changed = encoding[:position] + bytes([encoding[position] ^ bit]) + encoding[position + 1 :]
            try:
                altered = decode_header(changed)
            except HarmonyError:
                continue
            assert altered.hash != found.hash
            (verdict,) = check_commits([(altered, commit, committee)])
            assert isinstance(verdict, HarmonyError), position


def test_a_commit_of_the_staking_era_signs_the_view_id() -> None:
    """A crosslink recorded on a local network in 2020: all six of Harmony's keys, no staked slot in the shard."""
    row = load("localnet_staking_era_cross_link.json")
    link = row["cross_link"]
    slots = tuple(
        Slot(Address(bytes([i]) * 20), BLSPublicKeyBytes.from_hex(key))
        for i, key in enumerate(row["committee_shard_1"])
    )
    committee = TrustedCommittee(
        load_network("localnet"), Epoch(link["epoch"]), Committee(ShardID(link["shard"]), slots)
    )
    target = CommitTarget(
        shard_id=ShardID(link["shard"]),
        epoch=Epoch(link["epoch"]),
        number=BlockNumber(link["number"]),
        view_id=ViewID(link["view_id"]),
        block_hash=Hash32.from_hex(link["hash"]),
    )
    commit = commit_of(link)
    proven = verify_commit_target(target, commit, committee)
    assert (proven.signer_count, str(proven.power)) == (6, "0.679999999999999998")
    item = (replace(target, view_id=ViewID(81)), commit, committee)
    assert refusal(item, Compatibility()) == "bls-signature"
