"""The first two blocks of mainnet: genesis recomputed, and block 1 linked to it."""

import json
from dataclasses import replace
from pathlib import Path

from harmony_core.chain import Header, HeaderVersion, decode_header
from harmony_core.genesis import genesis_header
from harmony_core.light_client import HeaderVerdict, SignedHeader, Verdict, audit_headers
from harmony_core.params import load_network
from harmony_core.primitives import Hash32, ShardID, bytes_from_hex

ROW = json.loads((Path(__file__).parents[1] / "data" / "mainnet_block_1.json").read_text())
MAINNET = load_network("mainnet")
GENESIS = genesis_header(MAINNET, ShardID(0))
NOW = 1_600_000_000


def block_1() -> Header:
    return decode_header(bytes_from_hex(ROW["header_rlp"]))


def judge(*headers: Header) -> list[HeaderVerdict]:
    return audit_headers([SignedHeader(header) for header in headers], MAINNET, now=NOW)


def test_block_1_has_its_hash_and_follows_the_recomputed_genesis() -> None:
    header = block_1()
    assert header.version is HeaderVersion.V0
    assert header.hash == Hash32.from_hex(ROW["hash"])
    assert header.encode() == bytes_from_hex(ROW["header_rlp"])
    assert header.parent_hash == GENESIS.hash == Hash32.from_hex(ROW["parent_hash"])
    # Genesis has no transactions of its own, and block 1 neither: the state is the one of the genesis balances.
    assert header.root == GENESIS.root


def test_genesis_is_proven_and_block_1_breaks_no_rule() -> None:
    genesis, first = judge(GENESIS, block_1())
    assert genesis.verdict is Verdict.PROVEN
    assert first.verdict is not Verdict.BROKEN


def test_another_block_1_is_not_taken_for_it() -> None:
    _, first = judge(GENESIS, replace(block_1(), gas_limit=4716989))
    assert first.verdict is not Verdict.PROVEN


def test_block_1_does_not_follow_another_genesis() -> None:
    _, first = judge(GENESIS, replace(block_1(), parent_hash=Hash32.zero()))
    assert first.verdict is Verdict.BROKEN
