"""Genesis blocks of every network and shard, from the network's name and the shard's number alone."""

from collections.abc import Mapping
from typing import Any

from harmony_core.chain import Header, HeaderVersion, ShardState
from harmony_core.chain.shard_state import node_list_hash
from harmony_core.crypto import keccak256
from harmony_core.genesis import genesis_allocation, genesis_header, genesis_shard_state
from harmony_core.params import Network, load_network
from harmony_core.primitives import BEACON_SHARD_ID, Compatibility, Epoch, ShardID, rlp
from support.conformance import ABSENT, Case, reader, top_level_reader

TAG = b"HmnyTgd"
# What stands in the empty lists of a body, and of a block after the header, with the tag around them.
BODIES = {HeaderVersion.V0: (2, ""), HeaderVersion.V1: (3, "v1"), HeaderVersion.V2: (3, "v1")} | {
    HeaderVersion.V3: (4, "v2")
}


@top_level_reader("genesis", keys=("contractDeployer",))
def contract_deployer(_document: Mapping[str, Any], _compatibility: Compatibility) -> dict[str, object]:
    ((address, balance),) = genesis_allocation(load_network("testnet")).items()
    return {"contractDeployer": {"address": address.to_hex(), "balance": str(balance)}}


@reader("genesis", "", inputs=("network", "shardID"))
def genesis_block(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    network, shard_id = load_network(case["network"]), ShardID(case["shardID"])
    header = genesis_header(network, shard_id)
    state = genesis_shard_state(network, shard_id)
    encoding, state_encoding = header.encode(), state.encode(staking=False)
    block, body = block_encoding(header)
    with_committee = network.name in {"mainnet", "testnet"} and shard_id == BEACON_SHARD_ID
    return {
        **parameters(network),
        "alloc": {
            address.to_hex(): {"balance": str(balance), "code": "0x", "nonce": "0"}
            for address, balance in genesis_allocation(network, shard_id).items()
        },
        "blockRLPKeccak": keccak256(block).to_hex(),
        "blockRLPLen": len(block),
        "bodyRLP": "0x" + body.hex(),
        "committees": [
            {
                "committeeHash_sha3_256": committee.hash.to_hex(),
                "nodeListHash": "0x" + node_list_hash(committee.slots).hex(),
                "shardID": committee.shard_id,
                "slots": len(committee.slots),
            }
            for committee in state.committees
        ],
        "fullCommittee": full_committee(state) if with_committee else ABSENT,
        "extraData": "0x" + header.extra.hex(),
        "gasLimit": str(header.gas_limit),
        "timestamp": str(header.time),
        "header": header_fields(header),
        "headerHash": header.hash.to_hex(),
        "headerRLP": "0x" + encoding.hex(),
        "headerRLPKeccak": keccak256(encoding).to_hex(),
        "headerRLPLen": len(encoding),
        "headerVersion": str(header.version),
        "shardStateBytesKeccak": keccak256(state_encoding).to_hex(),
        "shardStateBytesLen": len(state_encoding),
        "shardStateHash_State.Hash": state.hash.to_hex(),
        "stateRoot": header.root.to_hex(),
    }


def parameters(network: Network) -> dict[str, object]:
    instance = network.schedule.instance_for_epoch(Epoch(0))
    return {
        "chainID": str(network.genesis.config.chain_id),
        "fnAccountsList": instance.foundational_accounts.name,
        "hmyAccountsList": instance.harmony_accounts.name,
        "numHarmonyOperatedNodesPerShard": instance.num_harmony_nodes_per_shard,
        "numNodesPerShard": instance.num_nodes_per_shard,
        "numShards": instance.num_shards,
    }


def full_committee(state: ShardState) -> list[object]:
    return [
        {
            "shardID": committee.shard_id,
            "slots": [[slot.address.to_hex(), slot.bls_public_key.to_hex()] for slot in committee.slots],
        }
        for committee in state.committees
    ]


def header_fields(header: Header) -> dict[str, object]:
    hashes = {
        "parentHash": header.parent_hash,
        "coinbase": header.coinbase,
        "root": header.root,
        "txHash": header.transactions_root,
        "receiptHash": header.receipts_root,
        "outgoingReceiptHash": header.outgoing_receipts_root,
        "incomingReceiptHash": header.incoming_receipts_root,
        "mixDigest": header.mix_digest,
        "lastCommitSignature": header.last_commit_signature,
        "shardStateHash": header.shard_state_hash,
    }
    later: dict[str, bytes] = {}
    if header.version is not HeaderVersion.V0:
        later |= {"vrf": header.vrf, "vdf": header.vdf}
    if header.version in {HeaderVersion.V2, HeaderVersion.V3}:
        later |= {"crossLinks": header.cross_links}
    if header.version is HeaderVersion.V3:
        later |= {"slashes": header.slashes}
    strings = {"extra": header.extra, "lastCommitBitmap": header.last_commit_bitmap, **later}
    return {
        **{name: value.to_hex() for name, value in hashes.items() if value is not None},
        **{name: "0x" + value.hex() for name, value in strings.items()},
        "number": str(header.number),
        "gasLimit": str(header.gas_limit),
        "gasUsed": str(header.gas_used),
        "time": str(header.time),
        "viewID": str(header.view_id),
        "epoch": str(header.epoch),
        "shardID": header.shard_id,
        "version": str(header.version),
    }


def block_encoding(header: Header) -> tuple[bytes, bytes]:
    """Return the encodings of the block with this header and an empty body, and of that body."""
    count, version = BODIES[header.version]
    empty = [rlp.EMPTY_LIST] * count
    return tagged(version, [header.encode(), *empty]), tagged(version, empty)


def tagged(version: str, items: list[bytes]) -> bytes:
    fields = rlp.encode_list(items)
    if not version:
        return fields
    return rlp.encode_list([rlp.encode_bytes(TAG), rlp.encode_bytes(version.encode()), fields])
