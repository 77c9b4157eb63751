"""receipts.json: receipts, blooms, derived roots and cross-shard receipts."""

from collections.abc import Mapping
from typing import Any

from harmony_core.chain import (
    CXReceipt,
    CXReceiptsProof,
    Header,
    HeaderVersion,
    Log,
    MerkleProof,
    Receipt,
    bloom_may_contain,
    bloom_of_logs,
    decode_cx_receipt,
    decode_cx_receipts,
    decode_cx_receipts_proof,
    decode_receipt,
    decode_staking_transaction,
    decode_stored_receipt,
    decode_transaction,
    incoming_receipts_root,
    outgoing_receipts_root,
    receipts_root,
    transactions_root,
)
from harmony_core.chain.cross_shard_receipt import (
    legacy_outgoing_receipts_root,
    legacy_root_of_shard,
    receipts_root_of_shard,
)
from harmony_core.chain.log import bloom_of
from harmony_core.errors import HarmonyError
from harmony_core.primitives import (
    Address,
    BlockNumber,
    Bloom,
    Compatibility,
    Hash32,
    ShardID,
    bytes_from_hex,
    rlp,
)
from harmony_core.trie import EMPTY_ROOT
from support.conformance import ABSENT, Case, reader, top_level_reader
from support.widths import refused_for_width


def _hex(value: bytes) -> str:
    return "0x" + value.hex()


def _log(fields: Mapping[str, Any]) -> Log:
    return Log(
        Address.from_hex(fields["address"]),
        tuple(Hash32.from_hex(topic) for topic in fields["topics"]),
        bytes_from_hex(fields["data"]),
        BlockNumber(int(fields["blockNumber"])),
        Hash32.from_hex(fields["txHash"]),
        fields["txIndex"],
        Hash32.from_hex(fields["blockHash"]),
        fields["index"],
    )


def _receipt(fields: Mapping[str, Any]) -> Receipt:
    price = fields["effectiveGasPrice"]
    return Receipt(
        status=int(fields["status"]),
        post_state=bytes_from_hex(fields["postState"]),
        cumulative_gas_used=int(fields["cumulativeGasUsed"]),
        bloom=Bloom.from_hex(fields["bloom"]),
        logs=tuple(map(_log, fields["logs"])),
        transaction_hash=Hash32.from_hex(fields["txHash"]),
        contract_address=Address.from_hex(fields["contractAddress"]),
        gas_used=int(fields["gasUsed"]),
        effective_gas_price=None if price is None else int(price),
    )


def _wide_price(case: Case) -> str | None:
    stored = _receipt(case["receipt"]).encode_stored()
    return refused_for_width(lambda mode: decode_stored_receipt(stored, compatibility=mode))


@reader("receipts", "receipt", inputs=("receipt",), strict_differs=_wide_price)
def receipt(case: Case, compatibility: Compatibility) -> dict[str, object]:
    given = _receipt(case["receipt"])
    consensus, stored = given.encode(), given.encode_stored()
    outcomes: dict[str, object] = {"consensusDecodeError": None, "storageDecodeError": None}
    try:
        assert decode_receipt(consensus).encode() == consensus
    except HarmonyError as error:
        outcomes["consensusDecodeError"] = error.code
    try:
        decoded = decode_stored_receipt(stored, compatibility=compatibility)
        assert decoded.encode_stored() == stored
        assert decoded.encode() == consensus
        assert decoded.logs == given.logs
        decoded.verify_bloom()
    except HarmonyError as error:
        outcomes["storageDecodeError"] = error.code
    return {"consensusRlp": _hex(consensus), "storageRlp": _hex(stored), **outcomes}


@reader("receipts", "bloom", inputs=("log",))
def bloom(case: Case, compatibility: Compatibility) -> dict[str, object]:  # noqa: ARG001
    log = _log(case["log"])
    whole = bloom_of_logs([log])
    return {
        "bloom": whole.to_hex(),
        "bloomOfAddressOnly": bloom_of([log.address]).to_hex(),
        "lookupAddress": bloom_may_contain(whole, log.address),
        "lookupOther": bloom_may_contain(whole, b"something else"),
    }


def _items(case: Case, name: str, count: str) -> list[bytes]:
    return [bytes_from_hex(text) for text in case.document["deriveShaItems"][name][: int(count)]]


def _root(case: Case, transactions: str, staking: str) -> Hash32:
    return transactions_root(
        [decode_transaction(item) for item in _items(case, "transactions", transactions)],
        [decode_staking_transaction(item) for item in _items(case, "stakingTransactions", staking)],
    )


@reader("receipts", "deriveSha", inputs=("count", "list", "isNote"))
def derived_root(case: Case, compatibility: Compatibility) -> dict[str, object]:  # noqa: ARG001
    count = case["count"]
    if case["list"] == "receipts":
        assert case.get("isNote") in {None, "leaf = consensus RLP of the receipt"}
        root = receipts_root([decode_receipt(item) for item in _items(case, "receipts", count)])
    else:
        assert case.get("isNote") is None
        staking = case["list"] == "stakingTransactions"
        root = _root(case, "0" if staking else count, count if staking else "0")
    return {"root": root.to_hex()}


@reader("receipts", "deriveShaCombined", inputs=("numTxs", "numStaking"))
def combined_root(case: Case, compatibility: Compatibility) -> dict[str, object]:  # noqa: ARG001
    return {"root": _root(case, case["numTxs"], case["numStaking"]).to_hex()}


def _cross_shard_receipt(fields: Mapping[str, Any]) -> CXReceipt:
    return CXReceipt(
        Hash32.from_hex(fields["txHash"]),
        Address.from_hex(fields["from"]),
        None if fields["to"] is None else Address.from_hex(fields["to"]),
        ShardID(fields["shardID"]),
        ShardID(fields["toShardID"]),
        int(fields["amount"] or 0),  # an amount that was never set encodes as 0
    )


def _wide_amount(case: Case) -> str | None:
    receipts = case["receipts"] if "receipts" in case.inputs else [case["receipt"]]
    data = rlp.encode_list([_cross_shard_receipt(fields).encode() for fields in receipts])
    return refused_for_width(lambda mode: decode_cx_receipts(data, compatibility=mode))


@reader("receipts", "cxReceipts", inputs=("receipts",), strict_differs=_wide_amount)
def cross_shard_receipts(case: Case, compatibility: Compatibility) -> dict[str, object]:
    receipts = [_cross_shard_receipt(fields) for fields in case["receipts"]]
    encodings = [item.encode() for item in receipts]
    data = rlp.encode_list(encodings)
    if all(item.recipient for item in receipts):
        assert list(decode_cx_receipts(data, compatibility=compatibility)) == receipts
    shards = []
    for shard_id in map(ShardID, range(5)):
        group = [item for item in receipts if item.to_shard_id == shard_id]
        shards.append(
            {
                "toShardID": shard_id,
                "count": len(group),
                "deriveSha": receipts_root_of_shard(group).to_hex(),
                "deriveOneShardSha_legacy": legacy_root_of_shard(receipts, shard_id).to_hex(),
            }
        )
    return {
        "itemRlps": [_hex(item) for item in encodings],
        "listRlp": _hex(data),
        "maxToShardID": max((item.to_shard_id for item in receipts), default=0),
        "computeMerkleRoot": outgoing_receipts_root(receipts).to_hex(),
        "deriveMultipleShardsSha_legacy": legacy_outgoing_receipts_root(receipts).to_hex(),
        "perShard": shards,
    }


@reader("receipts", "cxReceipt", inputs=("receipt",), strict_differs=_wide_amount)
def cross_shard_receipt(case: Case, compatibility: Compatibility) -> dict[str, object]:
    given = _cross_shard_receipt(case["receipt"])
    error = None
    try:
        assert decode_cx_receipt(given.encode(), compatibility=compatibility) == given
    except HarmonyError as failure:
        error = failure.code
    return {"rlp": _hex(given.encode()), "decodeError": error}


@reader("receipts", "containsEmptyField", inputs=("rlp",))
def contains_empty_field(case: Case, compatibility: Compatibility) -> dict[str, object]:
    text = case.get("rlp")
    if text is None:  # no proof at all, where the reference panics
        absent = {"rlpError": ABSENT, "decodeError": ABSENT, "result": ABSENT}
        return absent | {"panic": "there is no proof"}
    try:
        proof = decode_cx_receipts_proof(bytes_from_hex(text), compatibility=compatibility)
    except HarmonyError as error:
        # A part is missing: such a proof exists for the reference only.
        return {"rlpError": None, "decodeError": error.code, "result": True, "panic": ABSENT}
    assert _hex(proof.encode()) == text
    return {"rlpError": None, "decodeError": None, "result": not proof.has_commit, "panic": ABSENT}


@reader("receipts", "cxProofCopyBug", inputs=("originalBitmap", "copyBitmap"))
def copied_proof(case: Case, compatibility: Compatibility) -> dict[str, object]:
    # The reference's copy has the signature in the place of the bitmap: what is read is what was written.
    header = Header(version=HeaderVersion.V3)
    merkle_proof = MerkleProof(BlockNumber(0), header.hash, ShardID(0), EMPTY_ROOT, (), ())
    signature, bitmap = bytes_from_hex(case["copyBitmap"]), bytes_from_hex(case["originalBitmap"])
    true = CXReceiptsProof((), merkle_proof, header, signature, bitmap)
    copied = CXReceiptsProof((), merkle_proof, header, signature, signature)
    for proof in (true, copied):
        assert decode_cx_receipts_proof(proof.encode(), compatibility=compatibility) == proof
    assert incoming_receipts_root([true]) != incoming_receipts_root([copied])
    return {}


@top_level_reader("receipts", keys=("emptyRootHash",), inputs=("deriveShaItems",))
def empty_root(document: Mapping[str, Any], compatibility: Compatibility) -> dict[str, object]:  # noqa: ARG001
    for item in document["deriveShaItems"]["receipts"]:
        decode_receipt(bytes_from_hex(item)).verify_bloom()
    return {"emptyRootHash": EMPTY_ROOT.to_hex()}
