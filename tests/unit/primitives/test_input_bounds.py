"""A mebibyte of hostile input is decided in under a second and within 64 MiB above the process after import."""

import pytest

from support.bounds import CAN_MEASURE, HOSTILE, MEBIBYTE, costs_of

DECODERS = {
    "rlp": "from harmony_core.primitives import rlp\ndecode = rlp.decode",
    "header": "from harmony_core.chain import decode_header as decode",
    "header, lenient": (
        "from harmony_core.chain import decode_header\nfrom harmony_core.primitives import Compatibility\n"
        "decode = lambda data: decode_header(data, compatibility=Compatibility.reference())"
    ),
    "shard state": "from harmony_core.chain import decode_shard_state as decode",
    "shard state, lenient": (
        "from harmony_core.chain import decode_shard_state\nfrom harmony_core.primitives import Compatibility\n"
        "decode = lambda data: decode_shard_state(data, compatibility=Compatibility.reference())"
    ),
}
CHAIN_DATA = (
    "transaction",
    "ethereum_transaction",
    "staking_transaction",
    "receipt",
    "stored_receipts",
    "cx_receipts",
    "merkle_proof",
    "cx_receipts_proof",
    "cross_links",
    "slash_records",
    "body",
    "block",
)
DECODERS |= {
    name.replace("_", " "): f"from harmony_core.chain import decode_{name} as decode" for name in CHAIN_DATA
}
OF_KIND = {
    "header": {
        "huge extra": (
            "__import__('harmony_core.chain').chain.Header(version=V3, extra=bytes((1 << 20) - 700)).encode()"
        ),
        "huge number": (
            "__import__('harmony_core.chain').chain.Header(version=V3, number=1 << (8 << 20) - 8000).encode()"
        ),
    },
    "shard state": {
        "many slots": "rlp.encode([b'', [[b'', [[bytes(20), bytes(48), [b'\\x01']]] * 13900]]])",
        "many committees": "rlp.encode([[bytes(((i >> 8) + 1, i & 255)), []] for i in range(65000)])",
        "huge epoch": "rlp.encode([b'\\xff' * ((1 << 20) - 20), []])",
        "huge stake": "rlp.encode([b'', [[b'', [[bytes(20), bytes(48), [b'\\xff' * ((1 << 20) - 100)]]]]]])",
    },
    "transaction": {"huge data": "rlp.encode([b''] * 6 + [bytes(20)[:0]] + [bytes(1 << 20)] + [b''] * 3)"},
    "stored receipts": {
        "many logs": (
            "rlp.encode([[b'', b'', bytes(256), bytes(32), bytes(20),"
            " [[bytes(20), [], b'', b'', bytes(32), b'', bytes(32), b'']] * 10500, b'']])"
        ),
        "many topics": (
            "rlp.encode([[b'', b'', bytes(256), bytes(32), bytes(20),"
            " [[bytes(20), [bytes(32)] * 31000, b'', b'', bytes(32), b'', bytes(32), b'']], b'']])"
        ),
    },
    "cx receipts": {
        "many": "rlp.encode([[bytes(32), bytes(20), bytes(20), b'', b'\\x01', b'\\x05']] * 13000)"
    },
    "merkle proof": {
        "many shards": "rlp.encode([b'', bytes(32), b'', bytes(32), [b'\\x01'] * (1 << 18), []])",
        "huge shards": "rlp.encode([b'', bytes(32), b'', bytes(32), [b'\\xff\\xff\\xff\\xff'] * 200000, []])",
    },
    "cross links": {
        "many": "rlp.encode([[bytes(32), b'', b'', bytes(96), b'', b'', b'']] * 7500)",
    },
    "slash records": {
        "many": (
            "rlp.encode([[[[b'', b'', b'', b''], [[[], bytes(32), bytes(96)]] * 2, bytes(20)], bytes(20)]] * 3300)"
        ),
        "many keys": (
            "rlp.encode([[[[b'', b'', b'', b''], [[[bytes(48)] * 10600, bytes(32), bytes(96)]] * 2, bytes(20)],"
            " bytes(20)]])"
        ),
    },
    "body": {
        "many transactions": "rlp.encode([[[b''] * 11] * 80000, []])",
        "many staking": "rlp.encode([b'HmnyTgd', b'v2', [[], [[b''] * 8] * 26000, [], []]])",
    },
}
SETUP = "\nfrom harmony_core.primitives import rlp\nfrom harmony_core.chain import HeaderVersion\nV3 = HeaderVersion.V3\n"
TEXTS = {"nines": "'9' * (1 << 20)", "signs": "'-' * (1 << 20)", "hexadecimal": "'0x' + 'f' * (1 << 20)"}
TEXT_READERS = {
    "decimal": "from harmony_core.primitives import *\ndecode = lambda text: Dec.parse(text, compatibility={})",
    "address": "from harmony_core.primitives import *\ndecode = lambda text: parse_address(text, compatibility={})",
    "hex": "from harmony_core.primitives import bytes_from_hex as decode  # {}",
}

pytestmark = pytest.mark.skipif(not CAN_MEASURE, reason="needs the memory counters of Linux")


def check(setup: str, inputs: dict[str, str]) -> None:
    for name, cost in costs_of(setup, inputs).items():
        assert cost.seconds < 1, (name, cost)
        assert cost.memory < 64 * MEBIBYTE, (name, cost)


@pytest.mark.parametrize("decoder", DECODERS)
def test_a_mebibyte_of_bytes(decoder: str) -> None:
    kind = decoder.partition(",")[0]
    check(DECODERS[decoder] + SETUP, HOSTILE | OF_KIND.get(kind, {}))


@pytest.mark.parametrize("compatibility", ["STRICT", "Compatibility.reference()"])
@pytest.mark.parametrize("reader", TEXT_READERS)
def test_a_mebibyte_of_text(reader: str, compatibility: str) -> None:
    check(TEXT_READERS[reader].format(compatibility), TEXTS)
