"""Proofs for others, made from a node's database: in the forms that `harmony-core proof verify` and wallets read.

Each proof is verified before it is handed out, so that a damaged database gives an error and no false proof.
"""

from collections.abc import Sequence
from typing import Any

from harmony_core.archive.node_database import NodeDatabase
from harmony_core.chain import CXReceiptsProof, Header, MerkleProof
from harmony_core.chain.cross_shard_receipt import group_by_destination, receipts_root_of_shard
from harmony_core.chain.receipt import receipts_root
from harmony_core.cross_shard import verify_receipts_proof_claims
from harmony_core.errors import MissingDataError, VerificationError, require
from harmony_core.light_client import prove_receipt, receipt_at_root
from harmony_core.params import Network
from harmony_core.primitives import Address, BlockNumber, Hash32, ShardID
from harmony_core.quorum import Commit
from harmony_core.state import EMPTY_ACCOUNT, account_at_root, prove_account, prove_slot, slot_at_root
from harmony_core.trie import EMPTY_ROOT, Trie

__all__ = ["account_proof", "cross_shard_proof", "header_record", "receipt_proof"]

_SHARDS = 8


def account_proof(
    database: NodeDatabase, header: Header, address: Address, slots: Sequence[Hash32] = ()
) -> dict[str, Any]:
    """Return the proof of an account and of some of its slots after a block, in the form of ``eth_getProof``.

    Args:
        database: the node's database.
        header: the block's header.
        address: the account; its absence is proven where there is none.
        slots: slots of 32 bytes.

    Raises:
        MissingDataError: ``trie-node-missing`` where the database lacks a node.
        VerificationError, DecodeError: where a node is altered.
    """
    proof = prove_account(Trie(database, header.root), address)
    found = account_at_root(header.root, proof)
    account = found or EMPTY_ACCOUNT
    storage = Trie(database, account.storage_root)
    shown = []
    for slot in slots:
        slot_proof = prove_slot(storage, address, slot)
        value = slot_at_root(account.storage_root, slot_proof)
        shown.append(
            {"key": str(slot), "value": hex(int.from_bytes(value, "big")), "proof": _texts(slot_proof.nodes)}
        )
    return _place(header) | {
        "address": address.to_hex(),
        "balance": hex(account.balance),
        "nonce": hex(account.nonce),
        "codeHash": str(account.code_hash),
        "storageHash": str(account.storage_root),
        "accountProof": _texts(proof.nodes),
        "storageProof": shown,
    }


def receipt_proof(database: NodeDatabase, header: Header, index: int) -> dict[str, Any]:
    """Return the proof of a receipt: its place, the way to it, and the receipt as the header commits to it.

    Args:
        database: the node's database.
        header: the block's header.
        index: place of the transaction in the block, staking transactions after the others.

    Raises:
        MissingDataError: ``archive-block-missing``.
        VerificationError: ``receipt-proof-index``; ``archive-receipts`` where the database's receipts are not the header's.
    """
    receipts = database.receipts(header)
    actual = receipts_root(receipts)
    require(
        actual == header.receipts_root,
        VerificationError,
        "archive-receipts",
        "The receipts that the database holds are not those of the header; take a fresh copy.",
        expected=header.receipts_root,
        actual=actual,
    )
    proof = prove_receipt(receipts, index)
    receipt = receipt_at_root(header.receipts_root, proof)
    return _place(header) | {
        "root": str(header.receipts_root),
        "index": index,
        "receipt": "0x" + receipt.encode().hex(),
        "proof": _texts(proof.nodes),
    }


def cross_shard_proof(
    database: NodeDatabase, header: Header, to_shard_id: ShardID, network: Network
) -> dict[str, Any]:
    """Return the proof of a block's cross-shard receipts for one destination, with the commit on the block.

    Args:
        database: the source shard's database.
        header: the source block's header.
        to_shard_id: the destination.
        network: the network, whose rules the proof is held against.

    Raises:
        MissingDataError: ``archive-no-receipts`` where the block sends nothing there, ``archive-no-commit`` where the database
            has no commit on the block.
        VerificationError: where the receipts are not those of the header.
    """
    receipts = [r for shard in range(_SHARDS) for r in database.outgoing_receipts(header, ShardID(shard))]
    groups = group_by_destination(receipts)
    require(
        to_shard_id in groups,
        MissingDataError,
        "archive-no-receipts",
        "The block sends no receipts to that shard.",
        expected=", ".join(map(str, groups)) or "none",
        actual=to_shard_id,
    )
    roots = {destination: receipts_root_of_shard(group) for destination, group in groups.items()}
    commit = commit_on(database, header)
    merkle = MerkleProof(
        header.number,
        header.hash,
        header.shard_id,
        header.outgoing_receipts_root or EMPTY_ROOT,
        tuple(roots),
        tuple(roots.values()),
    )
    proof = CXReceiptsProof(groups[to_shard_id], merkle, header, commit.signature, commit.bitmap)
    verify_receipts_proof_claims(proof, network, to_shard_id=to_shard_id)
    return _place(header) | {"toShard": int(to_shard_id), "rlp": "0x" + proof.encode().hex()}


def header_record(database: NodeDatabase, header: Header) -> dict[str, Any]:
    """Return a header with the commit on it, as `harmony-core verify` and `--headers` read them.

    Raises:
        MissingDataError: ``archive-no-commit`` for a header other than genesis without one.
    """
    record = {"rlp": "0x" + header.encode().hex()}
    if header.number:
        commit = commit_on(database, header)
        record |= {
            "commit_signature": "0x" + commit.signature.hex(),
            "commit_bitmap": "0x" + commit.bitmap.hex(),
        }
    return record


def commit_on(database: NodeDatabase, header: Header) -> Commit:
    """Return a commit on a canonical block: the node's own, or the one that the next block carries.

    Raises:
        MissingDataError: ``archive-no-commit``.
    """
    kept = database.commit(header.number)
    if kept is not None:
        return kept
    if database.canonical_hash(BlockNumber(header.number + 1)) is not None:
        return Commit.of_parent(database.header(BlockNumber(header.number + 1)))
    raise MissingDataError(
        "The database has no commit on the block; choose an older one.",
        code="archive-no-commit",
        expected=header.number,
    )


def _place(header: Header) -> dict[str, Any]:
    return {
        "blockHash": str(header.hash),
        "blockNumber": int(header.number),
        "shard": int(header.shard_id),
        "root": str(header.root),
    }


def _texts(nodes: Sequence[bytes]) -> list[str]:
    return ["0x" + node.hex() for node in nodes]
