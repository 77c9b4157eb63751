"""hash.json: Keccak-256, SHA3-256, canonical RLP, committee hashes."""

import re
from collections.abc import Callable
from typing import Any

from harmony_core.chain import Committee, ShardState, Slot
from harmony_core.chain.shard_state import node_list_hash
from harmony_core.crypto import keccak256, sha3_256
from harmony_core.errors import HarmonyError
from harmony_core.primitives import Address, BLSPublicKeyBytes, Compatibility, ShardID, bytes_from_hex, rlp
from support.conformance import Case, reader


def _hex(value: bytes) -> str:
    return "0x" + value.hex()


@reader("hash", "keccak", inputs=("input",))
def keccak(case: Case, compatibility: Compatibility) -> dict[str, object]:  # noqa: ARG001
    data = bytes_from_hex(case["input"])
    encoding = rlp.encode(data)
    assert rlp.decode(encoding) == data
    return {
        "keccak256": keccak256(data).to_hex(),
        "rlpOfBytes": _hex(encoding),
        "FromRLP": keccak256(encoding).to_hex(),
        "FromRLPNew256": sha3_256(encoding).to_hex(),
    }


@reader("hash", "keccakMulti", inputs=("inputs",))
def keccak_multi(case: Case, compatibility: Compatibility) -> dict[str, object]:  # noqa: ARG001
    return {"keccak256": keccak256(b"".join(bytes_from_hex(text) for text in case["inputs"])).to_hex()}


@reader("hash", "rlpHash", inputs=("rlp", "what"))
def rlp_hash(case: Case, compatibility: Compatibility) -> dict[str, object]:  # noqa: ARG001
    encoding = bytes_from_hex(case["rlp"])
    number = re.fullmatch(r"(?:uint|big) (\d+)", case["what"])
    error = None
    try:
        item = rlp.decode(encoding)
    except HarmonyError as failure:
        # The reference could not encode its value; it hashes the nothing that came out.
        assert not encoding
        error = failure.code
    else:
        assert rlp.encode(rlp.encode_uint(int(number[1])) if number else item) == encoding
    return {
        "FromRLP": keccak256(encoding).to_hex(),
        "FromRLPNew256": sha3_256(encoding).to_hex(),
        "rlpError": error,
    }


@reader("hash", "rlpDecode", inputs=("input",))
def rlp_decode(case: Case, compatibility: Compatibility) -> dict[str, object]:  # noqa: ARG001
    data = bytes_from_hex(case["input"])
    return {
        "asBytes": _outcome(lambda: rlp.expect_bytes(rlp.decode(data)), _hex, "0x"),
        "asUint64": _outcome(lambda: rlp.decode_uint(rlp.decode(data), 64), str, "0"),
        "asUint64List": _uint64_list(data),
    }


def _outcome(decoder: Callable[[], Any], shown: Callable[[Any], str], blank: str) -> dict[str, object]:
    try:
        return {"error": None, "value": shown(decoder())}
    except HarmonyError as error:
        return {"error": error.code, "value": blank}


def _uint64_list(data: bytes) -> dict[str, object]:
    try:
        items = rlp.expect_list(rlp.decode(data))
    except HarmonyError as error:
        return {"error": error.code, "value": "[]"}
    numbers = []
    for item in items:
        try:
            numbers.append(rlp.decode_uint(item, 64))
        except HarmonyError as error:
            # Go fills the slice as it decodes and leaves a zero in the place of the bad item.
            return {"error": error.code, "value": _go_list([*numbers, 0])}
    return {"error": None, "value": _go_list(numbers)}


def _go_list(numbers: list[int]) -> str:
    return "[" + " ".join(map(str, numbers)) + "]"


@reader("hash", "committee", inputs=("shardID", "slots"))
def committee(case: Case, compatibility: Compatibility) -> dict[str, object]:  # noqa: ARG001
    slots = tuple(
        Slot(Address.from_hex(slot["addr"]), BLSPublicKeyBytes.from_hex(slot["bls"]))
        for slot in case["slots"]
    )
    this = Committee(ShardID(case["shardID"]), slots)
    state = ShardState(None, (Committee(ShardID(9), ()), this))
    return {
        "committeeHash_FromRLPNew256": this.hash.to_hex(),
        "committeeRLP": _hex(this.encode()),
        "nodeListHash": _hex(node_list_hash(slots)),
        "stateHashOf[{shard9,empty},thisCommittee]": state.hash.to_hex(),
    }
