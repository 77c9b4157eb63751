"""The recorded networks' transactions, receipts, blocks and crosslinks, recomputed to the last byte, and real ones."""

import json
from collections import defaultdict
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from harmony_core.chain import (
    Block,
    Directive,
    EthereumTransaction,
    StakingTransaction,
    Transaction,
    decode_block,
    decode_body,
    decode_cross_link,
    decode_cross_links,
    decode_ethereum_transaction,
    decode_receipt,
    decode_staking_transaction,
    decode_stored_receipts,
    decode_transaction,
    encode_cross_links,
    receipts_bloom,
    receipts_root,
    recover_sender,
    recover_senders,
    transactions_root,
    verify_staking_transaction,
    verify_transaction,
)
from harmony_core.chain.crosslink import are_cross_links_sorted, cross_link_of
from harmony_core.chain.header import Header
from harmony_core.params import load_network
from harmony_core.primitives import Address, Epoch, Hash32, ShardID, address_from_bech32
from support.recorded import Recording, recordings

DATA = Path(__file__).parents[1] / "data"


def chains(stem: str) -> pytest.MarkDecorator:
    """Return a mark that gives a test every shard of every recording with rows of that file."""
    found = [(r, shard) for r in recordings() for shard in range(4) if r.rows(f"{stem}_shard{shard}")]
    return pytest.mark.parametrize(
        ("recording", "shard"), found, ids=[f"{r.folder.name}-{shard}" for r, shard in found]
    )


@cache
def headers(recording: Recording, shard: int) -> dict[int, Header]:
    return {signed.header.number: signed.header for signed in recording.headers(shard)}


def epoch_of(recording: Recording, shard: int, number: int) -> Epoch:
    """Return the epoch of a block, or one with all rules if its header is not recorded."""
    header = headers(recording, shard).get(number)
    return header.epoch if header else Epoch(5)


def bytes_of(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


@chains("txs")
def test_every_transaction_has_its_hashes_and_its_sender(recording: Recording, shard: int) -> None:
    config = recording.network.config
    for row in recording.rows(f"txs_shard{shard}"):
        data = bytes_of(row["rlp"])
        transaction = decode_transaction(data)
        assert transaction.encode() == data
        assert transaction.hash == Hash32.from_hex(row["hash"])
        assert transaction.hash_by_type == Hash32.from_hex(row["hashByType"])
        assert transaction.is_eth_compatible == row["ethCompatible"]
        chain_id = int(row["chainId"])
        assert transaction.chain_id == chain_id
        assert transaction.signing_hash(chain_id) == Hash32.from_hex(row["sigHash"])
        assert (transaction.v, transaction.r, transaction.s) == (int(row["v"]), int(row["r"]), int(row["s"]))
        assert (transaction.nonce, transaction.gas_limit) == (row["nonce"], row["gas"])
        assert (transaction.gas_price, transaction.value) == (int(row["gasPrice"]), int(row["value"]))
        assert transaction.data == bytes_of(row["data"])
        assert (transaction.shard_id, transaction.to_shard_id) == (row["shard"], row["toShard"])
        assert transaction.to == (Address.from_hex(row["to"]) if row["to"] else None)
        check_ethereum_form(transaction, row, config.eth_chain_id_of_shard(ShardID(0)))
        verified = verify_transaction(
            transaction,
            recording.network,
            epoch=epoch_of(recording, shard, row["block"]),
            shard_id=ShardID(shard),
        )
        assert verified.sender == Address.from_hex(row["from"]) == recover_sender(transaction)
        assert verified.leaves_shard == (row["shard"] != row["toShard"])


def check_ethereum_form(transaction: Transaction, row: dict[str, Any], shard_0: int) -> None:
    if not row.get("ethRlp"):
        assert not transaction.is_eth_compatible
        return
    ethereum = decode_ethereum_transaction(bytes_of(row["ethRlp"]))
    assert isinstance(ethereum, EthereumTransaction)
    assert ethereum == transaction.to_ethereum()
    assert ethereum.hash == transaction.ethereum_hash
    if transaction.is_eth_compatible:
        assert ethereum.to_harmony(shard_0) == transaction


@chains("txs")
def test_many_senders_at_once_are_the_same(recording: Recording, shard: int) -> None:
    rows = recording.rows(f"txs_shard{shard}")[:200]
    transactions = [decode_transaction(bytes_of(row["rlp"])) for row in rows]
    expected = [Address.from_hex(row["from"]) for row in rows]
    assert recover_senders(transactions) == expected


@chains("staking_txs")
def test_every_staking_transaction_has_its_hash_sender_and_message(recording: Recording, shard: int) -> None:
    for row in recording.rows(f"staking_txs_shard{shard}"):
        data = bytes_of(row["rlp"])
        transaction = decode_staking_transaction(data)
        assert transaction.encode() == data
        assert transaction.hash == Hash32.from_hex(row["hash"])
        assert transaction.signing_hash(transaction.chain_id) == Hash32.from_hex(row["sigHash"])
        assert transaction.directive == row["directiveNum"]
        assert Directive(transaction.directive).name.replace("_", "").lower() == row["directive"].lower()
        assert transaction.message == bytes_of(row["msgRlp"])
        message = transaction.decode_message()
        assert message.encode() == transaction.message
        rebuilt = StakingTransaction.of(
            message,
            nonce=transaction.nonce,
            gas_price=transaction.gas_price,
            gas_limit=transaction.gas_limit,
        )
        assert rebuilt.signing_hash(2) == transaction.signing_hash(2)
        verified = verify_staking_transaction(
            transaction,
            recording.network,
            epoch=epoch_of(recording, shard, row["block"]),
            shard_id=ShardID(shard),
        )
        assert verified.sender == Address.from_hex(row["from"])


@chains("receipts")
def test_every_receipt_root_and_bloom_is_the_headers(recording: Recording, shard: int) -> None:
    for row in recording.rows(f"receipts_shard{shard}"):
        header = headers(recording, shard).get(row["number"])
        stored = decode_stored_receipts(bytes_of(row["dbRlp"]))
        assert receipts_root(stored) == Hash32.from_hex(row["derivedRoot"])
        if header is not None:
            assert receipts_root(stored) == header.receipts_root
            assert receipts_bloom(stored) == header.bloom
            assert (stored[-1].cumulative_gas_used if stored else 0) == header.gas_used
        for receipt, expected in zip(stored, row["receipts"], strict=True):
            consensus = bytes_of(expected["consensusRlp"])
            assert receipt.encode() == consensus == decode_receipt(consensus).encode()
            assert receipt.encode_stored() == bytes_of(expected["storageRlp"])
            assert receipt.succeeded == (int(expected["status"]) == 1)
            assert receipt.gas_used == int(expected["gasUsed"])
            assert len(receipt.logs) == int(expected["numLogs"])
            receipt.verify_bloom(staking=expected["isStaking"])


def decoded_blocks(recording: Recording, shard: int) -> list[tuple[dict[str, Any], Block]]:
    rows = recording.rows(f"blocks_shard{shard}")
    return [(row, decode_block(bytes_of(row["rlp"]))) for row in rows]


@chains("blocks")
def test_every_block_comes_out_as_it_went_in(recording: Recording, shard: int) -> None:
    for row, block in decoded_blocks(recording, shard):
        assert block.encode() == bytes_of(row["rlp"])
        assert block.hash == Hash32.from_hex(row["hash"])
        assert decode_body(bytes_of(row["bodyRlp"])) == block.body
        assert block.body.encode() == bytes_of(row["bodyRlp"])
        assert len(block.body.transactions) == row["txs"]
        assert len(block.body.staking_transactions) == row["stakingTxs"]
        assert len(block.body.incoming_receipts) == row["incomingReceipts"]
        assert block.transactions_root == block.header.transactions_root


@chains("blocks")
def test_the_transactions_of_blocks_are_those_recorded_alone(recording: Recording, shard: int) -> None:
    alone: defaultdict[int, list[str]] = defaultdict(list)
    rows = recording.rows(f"txs_shard{shard}")
    for row in rows:
        alone[row["block"]].append(row["rlp"])
    if rows:
        for row, block in decoded_blocks(recording, shard):
            found = [transaction.encode().hex() for transaction in block.body.transactions]
            assert found == alone[row["number"]]


@pytest.mark.parametrize("recording", recordings(), ids=lambda recording: recording.folder.name)
def test_every_crosslink_of_the_beacon_chain_is_decoded_and_sorted(recording: Recording) -> None:
    linked: set[bytes] = set()
    for header in headers(recording, 0).values():
        links = decode_cross_links(header.cross_links)
        assert encode_cross_links(links) == header.cross_links
        assert are_cross_links_sorted(links)
        linked |= {link.encode() for link in links}
        for link in links:
            known = headers(recording, link.shard_id).get(link.number)
            if known is not None:
                assert (known.hash, known.view_id, known.epoch) == (
                    link.block_hash,
                    link.view_id,
                    link.epoch,
                )
    for row in recording.rows("crosslinks"):
        link = decode_cross_link(bytes_of(row["rlp"]))
        assert link.encode() == bytes_of(row["rlp"])
        fields = row["crossLink"]
        assert (link.number, link.view_id, link.epoch) == (
            fields["block-number"],
            fields["view-id"],
            fields["epoch-number"],
        )
        assert link.signature.hex() == fields["signature"]
        assert link.bitmap.hex() == fields["signature-bitmap"]
    made = {
        cross_link_of(child, parent).encode()
        for shard in recording.shards
        if shard
        for parent, child in pairwise(headers(recording, shard).values())
        if child.parent_hash == parent.hash
    }
    # A link carries the commit of the linked block's child header, or one with more signers that came later.
    assert not linked or not made or linked & made


def test_signed_transactions_of_wallets() -> None:
    rows = json.loads((DATA / "signed_transactions.json").read_text())["rows"]
    assert rows
    for row in rows:
        data = bytes_of(row["raw"])
        decoded: Transaction | StakingTransaction
        decoded = decode_staking_transaction(data) if row["kind"] == "staking" else decode_transaction(data)
        assert decoded.encode() == data
        assert decoded.hash == Hash32.from_hex(row["hash"])
        sender = recover_sender(decoded)
        assert sender == Address.from_hex(row["sender"]) == address_from_bech32(row["sender_one"])
        assert decoded.chain_id == int(row["fields"]["chain_id"])
        assert decoded.gas_limit == row["fields"]["gas"]
        if isinstance(decoded, Transaction):
            assert decoded.hash_by_type == Hash32.from_hex(row["hash_by_type"])
            assert decoded.value == int(row["fields"]["value"])
        else:
            message = decoded.decode_message()
            assert message.encode() == decoded.message
            assert type(message).__name__ == row["fields"]["directive"]


def test_the_transactions_of_a_real_block_of_the_staking_era() -> None:
    document = json.loads((DATA / "mainnet_s0_block_13000000_epoch_569.json").read_text())
    mainnet = load_network("mainnet")
    transactions = [decode_transaction(bytes_of(text)) for text in document["transactions_raw_harmony_rlp"]]
    assert transactions_root(transactions) == Hash32.from_hex(document["block"]["transactionsRoot"])
    for transaction, row in zip(transactions, document["transactions"], strict=True):
        assert transaction.hash == Hash32.from_hex(row["hash"])
        assert transaction.ethereum_hash == Hash32.from_hex(row["ethHash"])
        verified = verify_transaction(
            transaction, mainnet, epoch=Epoch(int(document["epoch"])), shard_id=ShardID(0)
        )
        assert verified.sender == address_from_bech32(row["from"])
