"""fbft_messages.json: the numbers of the protocol, prefixes, frames and node messages."""

import base64
from collections.abc import Callable
from typing import Any, Final

from harmony_core.chain import Committee, Slot, decode_block, decode_header
from harmony_core.chain.cross_shard_receipt import (
    CXReceipt,
    CXReceiptsProof,
    MerkleProof,
    receipts_root_of_shard,
)
from harmony_core.chain.node_messages import (
    EpochBlock,
    Heartbeat,
    NodeMessage,
    cross_links_to_send,
    decode_node_message,
    verify_heartbeat,
)
from harmony_core.chain.slash import Evidence, Moment, SlashRecord, Vote
from harmony_core.crypto.bls import SecretKey
from harmony_core.errors import HarmonyError
from harmony_core.fbft import limits
from harmony_core.fbft.messages import M1_PAYLOAD_MINIMUM, NIL_PAYLOAD
from harmony_core.params import load_chain_config
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
    address_from_bech32,
    bytes_from_hex,
)
from harmony_core.wire import (
    PROTOCOL_VERSION,
    BlockMessageType,
    MessageCategory,
    MessageType,
    NodeMessageKind,
    NodeMessageType,
    ServiceType,
    TransactionMessageType,
    frame,
    frame_prefix,
    message_category,
    message_type,
    open_consensus_content,
)
from support.conformance import Case, reader
from support.fbft_cases import FILE, x


@reader(FILE, "enums", inputs=("in",))
def enums(case: Case, _: Compatibility) -> dict[str, object]:
    assert case["in"] == {}
    return {
        "out": {
            "category_client": int(MessageCategory.CLIENT),
            "category_consensus": int(MessageCategory.CONSENSUS),
            "category_drand": int(MessageCategory.DRAND),
            "category_node": int(MessageCategory.NODE),
            "message_type": {kind.name: kind.value for kind in MessageType},
            "protocol_version": PROTOCOL_VERSION,
            "service_type": {kind.name: kind.value for kind in ServiceType},
        }
    }


BLOCK_NAMES: Final = {
    BlockMessageType.SYNC: "Sync",
    BlockMessageType.CROSS_LINK: "CrossLink",
    BlockMessageType.RECEIPT: "Receipt",
    BlockMessageType.SLASH: "SlashCandidate",
    BlockMessageType.HEARTBEAT: "CrosslinkHeartbeat",
    BlockMessageType.EPOCH: "Epoch",
}
NODE_NAMES: Final = {
    NodeMessageType.TRANSACTION: "Transaction",
    NodeMessageType.BLOCK: "Block",
    NodeMessageType.CLIENT: "Client",
    NodeMessageType.PING: "PING",
    NodeMessageType.SHARD_STATE: "ShardState",
    NodeMessageType.STAKING: "Staking",
}


@reader(FILE, "node_enums", inputs=("in",))
def node_enums(case: Case, _: Compatibility) -> dict[str, object]:
    assert case["in"] == {}
    return {
        "out": {
            "block_message_type": {BLOCK_NAMES[kind]: int(kind) for kind in BlockMessageType},
            "message_type": {NODE_NAMES[kind]: int(kind) for kind in NodeMessageType},
            "transaction_message_type": {kind.name.title(): int(kind) for kind in TransactionMessageType},
        }
    }


@reader(FILE, "constants", inputs=("in",))
def constants(case: Case, _: Compatibility) -> dict[str, object]:
    assert case["in"] == {}
    return {
        "out": {
            "MaxBlockNumDiff": limits.MAX_BLOCKS_AHEAD,
            "MaxViewIDDiff": limits.MAX_VIEWS_AHEAD,
            "NIL": x(NIL_PAYLOAD),
            "ValidPayloadLength": M1_PAYLOAD_MINIMUM,
            "bootstrap_duration_s": limits.BOOTSTRAP_SECONDS,
            "phase_duration_s": limits.PHASE_SECONDS,
            "retry_interval_s": limits.RETRY_SECONDS,
            "retry_times": limits.RETRY_TIMES,
            "stale_view_window": limits.STALE_VIEWS,
            "view_change_duration_s": limits.VIEW_CHANGE_SECONDS,
            "view_change_slot_s": limits.VIEW_SLOT_SECONDS,
        }
    }


def attempt(action: Callable[[], Any], otherwise: Any) -> tuple[Any, str | None]:
    try:
        return action(), None
    except HarmonyError as error:
        return otherwise, error.code


@reader(FILE, "prefix", inputs=("in",))
def prefix(case: Case, _: Compatibility) -> dict[str, object]:
    data = bytes_from_hex(case["in"]["bytes"])
    category, category_error = attempt(lambda: int(message_category(data)), 0)
    kind, type_error = attempt(lambda: message_type(data), 0)
    payload, payload_error = attempt(lambda: data[2:] if message_type(data) >= 0 else b"", b"")
    # The reference cuts the first byte off whatever it says.
    inner, inner_error = attempt(lambda: open_consensus_content(data and b"\0" + data[1:]), b"")
    return {
        "out": {
            "category": category,
            "category_error": category_error,
            "consensus_payload": x(inner),
            "consensus_payload_error": inner_error,
            "payload": x(payload),
            "payload_error": payload_error,
            "type": kind,
            "type_error": type_error,
        }
    }


@reader(FILE, "p2p_wire_header", inputs=("in",))
def p2p_wire_header(case: Case, _: Compatibility) -> dict[str, object]:
    return {"out": x(frame_prefix(case["in"]["content_length"]))}


@reader(FILE, "node_message", inputs=("in",))
def node_message(case: Case, compatibility: Compatibility) -> dict[str, object]:
    given = case["in"]
    message = built(given, bytes_from_hex(case.fields["out"]["bytes"]), compatibility)
    encoded = message.encode()
    if all(receipt["to"] for receipt in given.get("receipts", [])):
        assert decode_node_message(encoded, compatibility=compatibility) == message
    return {
        "out": {
            "bytes": x(encoded),
            "p2p_wire": x(frame(encoded)),
            "prefix3": x(message.kind.value),
            "rlp_payload": x(encoded[3:]),
        }
    }


def built(given: dict[str, Any], listed: bytes, compatibility: Compatibility) -> NodeMessage:
    """Return the message of a case; transactions stand in the message only."""
    for field, build in BUILDERS.items():
        if field in given:
            return build(given)
    if not given:
        return NodeMessage(NodeMessageKind.SLASH_RECORDS, ())
    decoded = decode_node_message(listed, compatibility=compatibility)
    assert isinstance(decoded.content, tuple)
    if "txs" in given:
        assert len(decoded.content) == given["txs"]
        return NodeMessage(NodeMessageKind.TRANSACTIONS, decoded.content)
    assert [x(item.hash) for item in decoded.content] == given["hashes"]  # type: ignore[union-attr]
    return NodeMessage(NodeMessageKind.STAKING_TRANSACTIONS, decoded.content)


def blocks(given: dict[str, Any]) -> NodeMessage:
    listed = tuple(decode_block(bytes_from_hex(rlp)) for rlp in given["block_rlps"])
    return NodeMessage(NodeMessageKind.BLOCK_SYNC, listed)


def epoch_block(given: dict[str, Any]) -> NodeMessage:
    block = decode_block(bytes_from_hex(given["block_rlp"]))
    sealed = EpochBlock(block, bytes_from_hex(given["commit_sig_and_bitmap"]))
    assert x(sealed.encode()) == given["block_with_sig_rlp"]
    return NodeMessage(NodeMessageKind.EPOCH_BLOCK, sealed)


def cross_links(given: dict[str, Any]) -> NodeMessage:
    headers = [decode_header(bytes_from_hex(header["rlp"])) for header in given["headers"]]
    # Where the node does not know the parents, the case has no note on which headers it leaves out.
    parents = {} if "note" not in given else {header.hash: header for header in headers}
    links = cross_links_to_send(load_chain_config(given["config"]), headers, parents)
    return NodeMessage(NodeMessageKind.CROSS_LINKS, links)


def heartbeat(given: dict[str, Any]) -> NodeMessage:
    secret = SecretKey.from_bytes(bytes_from_hex(given["secret_key"]))
    shard = ShardID(given["shard_id"])
    key = BLSPublicKeyBytes.from_hex(given["public_key"])
    unsigned = Heartbeat(shard, BlockNumber(given["latest_continuous_block_num"]), Epoch(given["epoch"]), key)
    assert x(unsigned.signed_bytes) == given["signed_bytes"]
    signed = unsigned.signed_by(secret)
    assert signed.signature == BLSSignatureBytes.from_hex(given["signature"])
    verify_heartbeat(signed, shard, Committee(ShardID(0), (Slot(Address.zero(), key, None),)))
    return NodeMessage(NodeMessageKind.HEARTBEAT, signed)


def receipts_proof(given: dict[str, Any]) -> NodeMessage:
    proof = given["merkle_proof"]
    receipts = tuple(
        CXReceipt(
            Hash32.from_hex(receipt["tx_hash"]),
            Address.from_hex(receipt["from"]),
            None if receipt["to"] is None else Address.from_hex(receipt["to"]),
            ShardID(receipt["shard_id"]),
            ShardID(receipt["to_shard_id"]),
            int(receipt["amount"]),
        )
        for receipt in given["receipts"]
    )
    assert [x(receipt.encode()) for receipt in receipts] == [receipt["rlp"] for receipt in given["receipts"]]
    assert x(receipts_root_of_shard(receipts)) == given["receipts_derive_sha"]
    proof_of_receipts = CXReceiptsProof(
        receipts,
        MerkleProof(
            BlockNumber(proof["blockNum"]),
            Hash32.from_hex(proof["blockHash"]),
            ShardID(proof["shardID"]),
            Hash32.from_hex(proof["receiptHash"]),
            tuple(ShardID(shard) for shard in proof["shardIDs"]),
            tuple(Hash32.from_hex(root) for root in proof["shardHashes"]),
        ),
        decode_header(bytes_from_hex(given["header"]["rlp"])),
        bytes_from_hex(given["commit_sig"]),
        bytes_from_hex(given["commit_bitmap"]),
    )
    return NodeMessage(NodeMessageKind.RECEIPTS, proof_of_receipts)


def slash_record(given: dict[str, Any]) -> NodeMessage:
    evidence = given["record_json"]["evidence"]
    votes = [
        Vote(
            tuple(BLSPublicKeyBytes.from_hex(key) for key in vote["bls-public-keys"]),
            Hash32.from_hex(vote["block-header-hash"]),
            base64.b64decode(vote["bls-signature"]),
        )
        for vote in (evidence["first-vote"], evidence["second-vote"])
    ]
    assert address_from_bech32(given["record_json"]["reporter"]) == Address.from_hex(given["reporter"])
    moment = Moment(
        Epoch(evidence["epoch"]),
        ShardID(evidence["shard-id"]),
        BlockNumber(evidence["height"]),
        ViewID(evidence["view-id"]),
    )
    evidence_of_both = Evidence(moment, votes[0], votes[1], Address.from_hex(given["offender"]))
    record = SlashRecord(evidence_of_both, Address.from_hex(given["reporter"]))
    return NodeMessage(NodeMessageKind.SLASH_RECORDS, (record,))


BUILDERS: Final[dict[str, Callable[[dict[str, Any]], NodeMessage]]] = {
    "block_rlps": blocks,
    "headers": cross_links,
    "latest_continuous_block_num": heartbeat,
    "block_with_sig_rlp": epoch_block,
    "merkle_proof": receipts_proof,
    "record_json": slash_record,
}
