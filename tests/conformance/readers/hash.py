"""hash.json: Keccak-256, SHA3-256, canonical RLP, committee hashes."""

import re
from collections.abc import Callable

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
        "asBytes": _outcome(data, lambda item: _hex(rlp.expect_bytes(rlp.decode(item))), "0x"),
        "asUint64": _outcome(data, lambda item: str(rlp.decode_uint(rlp.decode(item), 64)), "0"),
        "asUint64List": _outcome(data, _uint64_list, "[]"),
    }


class _Partial(Exception):
    """A list that is refused after its first items; Go leaves these, and a zero for the bad one, in the result."""

    def __init__(self, code: str, numbers: list[int]) -> None:
        super().__init__(code)
        self.code = code
        self.value = _go_list([*numbers, 0])


def _outcome(data: bytes, shown: Callable[[bytes], str], blank: str) -> dict[str, object]:
    # Go decodes the first item and then refuses what follows it, so that the value stays in the result.
    size = _extent(data)
    first = data[:size]
    try:
        value = shown(first)
    except HarmonyError as error:
        return {"error": error.code, "value": blank}
    except _Partial as error:
        return {"error": error.code, "value": error.value}
    try:
        rlp.decode(data)
    except HarmonyError as error:
        return {"error": error.code, "value": value}
    return {"error": None, "value": value}


def _uint64_list(data: bytes) -> str:
    whole = None
    try:
        rlp.expect_list(rlp.decode(data))
    except HarmonyError as error:
        whole = error
    body = _list_body(data)
    if body is None:
        assert whole is not None
        raise whole
    numbers: list[int] = []
    while body:
        size = _extent(body)
        try:
            numbers.append(rlp.decode_uint(rlp.decode(body[:size]), 64))
        except HarmonyError as error:
            raise _Partial(error.code, numbers) from error
        body = body[size:]
    assert whole is None
    return _go_list(numbers)


def _list_body(data: bytes) -> bytes | None:
    """Return the payload of a list whose own length is canonical and right, or None."""
    if not data or data[0] < 0xC0:
        return None
    start = 1 if data[0] < 0xF8 else 1 + data[0] - 0xF7
    body = data[start:]
    return body if rlp.encode_list([body]) == data else None


def _extent(data: bytes) -> int:
    """Return how many bytes the first item takes by its prefix."""
    prefix = data[0] if data else 0
    if prefix < 0x80:
        return 1
    base = 0x80 if prefix < 0xC0 else 0xC0
    if prefix - base < 56:
        return 1 + prefix - base
    width = prefix - base - 55
    return 1 + width + int.from_bytes(data[1 : 1 + width], "big")


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
