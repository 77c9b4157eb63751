"""The early node's resharding, which no network ran, and the random numbers of Go that it used."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from harmony_core.chain.shard_state import Committee, Slot
from harmony_core.committee.resharding import (
    GoRandom,
    reshard_as_the_early_node,
    shuffle_as_the_early_node,
)
from harmony_core.errors import VerificationError
from harmony_core.primitives import Address, BLSPublicKeyBytes, Compatibility
from support.conformance import Case, reader

SHOWN = 6
"""Bytes of a key that the cases show; they stand for the whole key, because keys are compared from the left."""


def slots(shown: Mapping[str, Any]) -> tuple[Slot, ...]:
    nobody = Address(bytes(20))
    return tuple(
        Slot(nobody, BLSPublicKeyBytes(bytes.fromhex(prefix[2:]).ljust(48, b"\0")))
        for prefix in shown["nodes_key_prefix6"]
    )


def committees(shown: Sequence[Mapping[str, Any]]) -> list[Committee]:
    return [Committee(shard["shard_id"], slots(shard)) for shard in shown]


def described(shard_id: int, members: Sequence[Slot]) -> dict[str, object]:
    return {
        "nodes_key_prefix6": ["0x" + slot.bls_public_key[:SHOWN].hex() for slot in members],
        "shard_id": shard_id,
    }


@reader("reshard", "go_math_rand_int63_stream", inputs=("in",))
def stream(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    source = GoRandom(int(case["in"]["seed"]))
    return {"out": [str(source.int63()) for _ in range(10)]}


@reader("reshard", "legacy_shuffle", inputs=("in",))
def shuffles(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    source = GoRandom(int(case["in"]["seed"]))
    return {
        "out": [
            described(shard["shard_id"], shuffle_as_the_early_node(slots(shard), source))
            for shard in case["in"]["nodes"]
        ]
    }


@reader("reshard", "legacy_reshard", inputs=("in",))
def reshardings(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    given = case["in"]
    try:
        moved = reshard_as_the_early_node(
            committees(given["shards"]),
            slots(given["new_nodes"]),
            GoRandom(int(given["seed"])),
            Fraction(given["percent"]),
        )
    except VerificationError as error:
        # A shard without a leader, where the node's list of leaders was too short.
        return {"out": {"panic": error.code}}
    return {"out": [described(committee.shard_id, committee.slots) for committee in moved]}
