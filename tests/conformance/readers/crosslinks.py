"""crosslinks.json: crosslinks, their making from headers, their lists and order."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from harmony_core.chain import (
    CrossLink,
    decode_cross_link,
    decode_cross_links,
    decode_header,
    encode_cross_links,
)
from harmony_core.chain.crosslink import are_cross_links_sorted, cross_link_of, sort_cross_links
from harmony_core.crypto import keccak256
from harmony_core.errors import HarmonyError
from harmony_core.params import load_network
from harmony_core.primitives import (
    BlockNumber,
    BLSSignatureBytes,
    Compatibility,
    Epoch,
    Hash32,
    ShardID,
    ViewID,
    bytes_from_hex,
)
from support.case_values import cross_link_in
from support.conformance import Case, reader, top_level_reader


def _hex(value: bytes) -> str:
    return "0x" + value.hex()


def _shown(link: CrossLink) -> dict[str, object]:
    return {
        "hash": link.block_hash.to_hex(),
        "blockNumber": str(link.number),
        "viewID": str(link.view_id),
        "signature": link.signature.to_hex(),
        "bitmap": _hex(link.bitmap),
        "shardID": link.shard_id,
        "epoch": str(link.epoch),
    }


def _json(link: CrossLink) -> str:
    fields = {
        "hash": link.block_hash.to_hex(),
        "block-number": link.number,
        "view-id": link.view_id,
        "signature": link.signature.hex(),
        "signature-bitmap": link.bitmap.hex(),
        "shard-id": link.shard_id,
        "epoch-number": link.epoch,
    }
    return json.dumps(fields, separators=(",", ":"))


def _too_large(case: Case) -> str | None:
    link = cross_link_in(case["crossLink"])
    wide = max(link.number, link.view_id, link.epoch).bit_length() > 64
    return "field-integer-size" if wide else None


@reader("crosslinks", "crossLink", inputs=("crossLink",), strict_differs=_too_large)
def cross_link(case: Case, compatibility: Compatibility) -> dict[str, object]:
    link = cross_link_in(case["crossLink"])
    decoded = decode_cross_link(link.encode(), compatibility=compatibility)
    assert decoded == link
    assert _shown(decoded) == case["crossLink"]
    return {"rlp": _hex(decoded.encode()), "json": _json(decoded)}


@reader("crosslinks", "newCrossLink", inputs=("headerRlp", "parentHeaderRlp"))
def new_cross_link(case: Case, compatibility: Compatibility) -> dict[str, object]:
    child = decode_header(bytes_from_hex(case["headerRlp"]), compatibility=compatibility)
    parent = decode_header(bytes_from_hex(case["parentHeaderRlp"]), compatibility=compatibility)
    link = cross_link_of(child, parent)
    # Without a parent the reference leaves its numbers at 0.
    orphan = replace(link, number=BlockNumber(0), view_id=ViewID(0), epoch=Epoch(0))
    return {
        "crossLink": _shown(link),
        "rlp": _hex(link.encode()),
        "nilParentRlp": _hex(orphan.encode()),
    }


def _too_large_in_list(case: Case) -> str | None:
    try:
        decode_cross_links(bytes_from_hex(case["unsortedRlp"]))
    except HarmonyError as error:
        return error.code if error.code == "field-integer-size" else None
    return None


@reader("crosslinks", "crossLinkList", inputs=("unsortedRlp",), strict_differs=_too_large_in_list)
def cross_link_list(case: Case, compatibility: Compatibility) -> dict[str, object]:
    data = bytes_from_hex(case["unsortedRlp"])
    links = decode_cross_links(data, compatibility=compatibility)
    assert (encode_cross_links(links) or b"\xc0") == data
    ordered = sort_cross_links(links)
    assert are_cross_links_sorted(ordered)
    field = encode_cross_links(ordered)
    assert decode_cross_links(field, compatibility=compatibility) == ordered
    return {
        "count": len(links),
        "isSorted": are_cross_links_sorted(links),
        "sortedRlp": _hex(field or b"\xc0"),
        "headerField": _hex(field) if field else EMPTY_FIELD,
        "sortedItemKeccaks": [keccak256(link.encode()).to_hex() for link in ordered],
    }


EMPTY_FIELD = "0x (field left empty, worker does not encode an empty list)"


@reader("crosslinks", "isSorted", inputs=("items",))
def is_sorted(case: Case, compatibility: Compatibility) -> dict[str, object]:  # noqa: ARG001
    blank = CrossLink(
        Hash32.zero(), BlockNumber(0), ViewID(0), BLSSignatureBytes.zero(), b"", ShardID(0), Epoch(0)
    )
    links = [
        replace(
            blank,
            shard_id=ShardID(item["shardID"]),
            number=BlockNumber(int(item["blockNumber"])),
            view_id=ViewID(int(item["viewID"])),
            bitmap=bytes_from_hex(item["bitmap"]),
        )
        for item in case["items"]
    ]
    return {"isSorted": are_cross_links_sorted(links)}


@reader("crosslinks", "decode", inputs=("input",))
def decode(case: Case, compatibility: Compatibility) -> dict[str, object]:
    data = bytes_from_hex(case["input"])
    outcomes: dict[str, object] = {"crossLinkError": None, "crossLinksError": None}
    try:
        decode_cross_link(data, compatibility=compatibility)
    except HarmonyError as error:
        outcomes["crossLinkError"] = error.code
    try:
        # A header without crosslinks has no bytes, which the reference never gives to its decoder.
        decode_cross_links(data or b"\x80", compatibility=compatibility)
    except HarmonyError as error:
        outcomes["crossLinksError"] = error.code
    return outcomes


@top_level_reader("crosslinks", keys=("crossLinkEpoch",))
def epochs(document: Mapping[str, Any], compatibility: Compatibility) -> dict[str, object]:  # noqa: ARG001
    networks = document["crossLinkEpoch"]
    return {"crossLinkEpoch": {name: str(load_network(name).config.cross_link_epoch) for name in networks}}
