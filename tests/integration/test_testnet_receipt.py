"""A real proof of a cross-shard receipt: testnet, February 2020, from shard 1 to shard 0.

The server gave the header of the source block without several of its fields, so its hash cannot be recomputed: what the
committee signed is the hash that the proof names.
"""

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harmony_core.chain import Committee, CXReceipt, Slot, outgoing_receipts_root
from harmony_core.chain.cross_shard_receipt import receipts_root_of_shard
from harmony_core.crypto import keccak256
from harmony_core.errors import HarmonyError
from harmony_core.params import load_network
from harmony_core.params.accounts import AccountList
from harmony_core.primitives import (
    STRICT,
    BlockNumber,
    BLSPublicKeyBytes,
    BLSSignatureBytes,
    Compatibility,
    Epoch,
    Hash32,
    ShardID,
    ViewID,
    address_from_bech32,
)
from harmony_core.quorum import Commit, CommitTarget, TrustedCommittee, VerifiedCommit, verify_commit_target
from support.committees import bitmap_of

DOCUMENT: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "data" / "testnet_2020_cross_shard_receipt.json").read_text()
)
PROOF = DOCUMENT["proofs"][0]
MERKLE = PROOF["merkleProof"]
SHARD = ShardID(DOCUMENT["from_shard"])
HOME = ShardID(DOCUMENT["to_shard"])
BEFORE_STAKING = Epoch(1)
RECEIPTS = [
    CXReceipt(
        Hash32.from_hex(row["txHash"]),
        address_from_bech32(row["from"]),
        address_from_bech32(row["to"]),
        ShardID(row["shardID"]),
        ShardID(row["toShardID"]),
        row["amount"],
    )
    for row in PROOF["receipts"]
]
TARGET = CommitTarget(
    SHARD, BEFORE_STAKING, BlockNumber(MERKLE["blockNum"]), ViewID(0), Hash32.from_hex(MERKLE["blockHash"])
)
COMMIT = Commit(
    BLSSignatureBytes(base64.b64decode(PROOF["commitSig"])), base64.b64decode(PROOF["commitBitmap"])
)


def committee() -> Committee:
    """Return the committee of shard 1 of three with ten slots each: every third account of testnet's list."""
    accounts = AccountList("TNHarmonyAccounts").accounts[SHARD : 3 * 10 : 3]
    return Committee(
        SHARD, tuple(Slot(account.address, account.bls_public_key, None) for account in accounts)
    )


def verify(
    target: CommitTarget = TARGET, commit: Commit = COMMIT, compatibility: Compatibility = STRICT
) -> VerifiedCommit:
    trusted = TrustedCommittee(load_network("testnet"), BEFORE_STAKING, committee())
    return verify_commit_target(target, commit, trusted, compatibility=compatibility)


def test_the_committee_follows_from_the_packaged_accounts() -> None:
    published = [
        (address_from_bech32(row["account"]), BLSPublicKeyBytes.from_hex(row["bls_pubkey"]))
        for row in DOCUMENT["committee_shard_1"]
    ]
    assert [(slot.address, slot.bls_public_key) for slot in committee().slots] == published


def test_the_roots_are_those_of_the_receipts() -> None:
    root = receipts_root_of_shard(RECEIPTS)
    assert [MERKLE["shardHashes"], MERKLE["shardIDs"]] == [[root.to_hex()], [HOME]]
    assert outgoing_receipts_root(RECEIPTS).to_hex() == MERKLE["receiptHash"]
    assert keccak256(HOME.to_bytes(4, "big") + root).to_hex() == MERKLE["receiptHash"]


@pytest.mark.parametrize(
    "changes", [{"amount": 2}, {"recipient": None}, {"to_shard_id": ShardID(2)}, {"shard_id": ShardID(0)}]
)
def test_another_receipt_has_another_root(changes: dict[str, Any]) -> None:
    bent = [replace(RECEIPTS[0], **changes)]
    assert outgoing_receipts_root(bent).to_hex() != MERKLE["receiptHash"]
    assert outgoing_receipts_root(RECEIPTS * 2).to_hex() != MERKLE["receiptHash"]


def test_all_ten_slots_signed_the_block_that_the_proof_names() -> None:
    proven = verify()
    assert proven.signer_count == len(committee().slots) == 10
    assert proven.target == TARGET


def test_the_commit_is_refused_for_another_block_and_for_other_signers() -> None:
    shorter = (*range(9),)
    for target, commit, code in (
        (replace(TARGET, number=BlockNumber(TARGET.number + 1)), COMMIT, "bls-signature"),
        (replace(TARGET, block_hash=Hash32(b"\x01" * 32)), COMMIT, "bls-signature"),
        (TARGET, replace(COMMIT, bitmap=bitmap_of(10, shorter)), "bls-signature"),
        (TARGET, replace(COMMIT, bitmap=bitmap_of(10, range(6))), "commit-quorum-uniform"),
        (TARGET, Commit(BLSSignatureBytes.zero(), bytes(2)), "commit-quorum-uniform"),
    ):
        with pytest.raises(HarmonyError) as info:
            verify(target, commit)
        assert info.value.code == code


def test_nobody_signs_for_this_committee_under_the_reference_only() -> None:
    """The forgery of August 2026 against a committee that was real."""
    nobody = Commit(BLSSignatureBytes.zero(), bytes(2))
    invented = replace(TARGET, block_hash=Hash32(b"\x0e" * 32))
    assert verify(invented, nobody, Compatibility.reference()).signer_count == 0
    with pytest.raises(HarmonyError):
        verify(invented, nobody)
