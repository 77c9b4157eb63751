"""The recorded networks' cross-shard traffic, with committees, proven headers and restored bitmaps."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations

import pytest

from harmony_core.chain import Header, decode_block, decode_shard_state
from harmony_core.chain.cross_shard_receipt import (
    CXReceipt,
    CXReceiptsProof,
    decode_cx_receipts,
    decode_cx_receipts_proof,
)
from harmony_core.cross_shard import has_lost_bitmap, with_bitmap
from harmony_core.errors import HarmonyError, MissingDataError
from harmony_core.genesis import genesis_shard_state
from harmony_core.light_client import ProvenHeader, verify_header_chain
from harmony_core.primitives import Epoch, Hash32, ShardID
from harmony_core.quorum import Commit, TrustedCommittee, VerifiedHeader, verify_commit
from support.recorded import NOW, Recording, recordings

__all__ = [
    "RECORDINGS",
    "RecordedCommittees",
    "announced",
    "arrivals",
    "bitmaps",
    "can_be_judged",
    "chains",
    "committees",
    "headers",
    "latest_epoch",
    "proven",
    "proven_headers",
    "restored",
    "sent",
]

RECORDINGS = recordings()


def chains(stem: str) -> pytest.MarkDecorator:
    """Return a mark that gives a test every shard of every recording with rows of that file."""
    found = [(r, shard) for r in RECORDINGS for shard in r.shards if r.rows(f"{stem}_shard{shard}")]
    return pytest.mark.parametrize(
        ("recording", "shard"), found, ids=[f"{r.folder.name}-{shard}" for r, shard in found]
    )


@dataclass(frozen=True)
class RecordedCommittees:
    """The committees of a recording: before staking those of genesis, then those that the shards elected."""

    recording: Recording
    known: dict[tuple[int, int], TrustedCommittee] = field(default_factory=dict)

    def committee(self, shard_id: ShardID, epoch: Epoch) -> TrustedCommittee:
        if (shard_id, epoch) not in self.known:
            self.known[shard_id, epoch] = self._find(shard_id, epoch)
        return self.known[shard_id, epoch]

    def _find(self, shard_id: ShardID, epoch: Epoch) -> TrustedCommittee:
        network = self.recording.network
        if not network.config.is_staking(epoch):
            return TrustedCommittee(network, epoch, genesis_shard_state(network).committee(shard_id))
        for shard in self.recording.shards:
            for state in self.recording.shard_states(shard):
                if state.epoch == epoch:
                    return TrustedCommittee(network, epoch, state.committee(shard_id))
            for header in headers(self.recording, shard).values():
                carried = decode_shard_state(header.shard_state) if header.shard_state else None
                if carried is not None and carried.epoch == epoch:
                    return TrustedCommittee(network, epoch, carried.committee(shard_id))
        raise MissingDataError("The committee is not recorded.", code="committee-unknown")


@cache
def committees(recording: Recording) -> RecordedCommittees:
    return RecordedCommittees(recording)


@cache
def proven_headers(recording: Recording, shard: int) -> dict[Hash32, ProvenHeader]:
    """Return the headers of a shard, proven in their chain, by their hashes."""
    chain = recording.headers(shard)
    trust = recording.trust(chain, shard)
    proofs = verify_header_chain(chain, recording.network, shard_id=ShardID(shard), now=NOW, **trust)
    return {proof.header.hash: proof for proof in proofs}


@cache
def proven(recording: Recording, shard: int) -> dict[Hash32, VerifiedHeader]:
    """Return the headers of a shard that are proven by a commit, by their hashes."""
    proofs = proven_headers(recording, shard)
    return {name: proof.verified[0] for name, proof in proofs.items() if proof.verified}


@cache
def headers(recording: Recording, shard: int) -> dict[int, Header]:
    return {signed.header.number: signed.header for signed in recording.headers(shard)}


def latest_epoch(recording: Recording) -> Epoch:
    """Return the latest epoch of any shard: a shard may lag behind the beacon chain and take receipts from its future."""
    return max(header.epoch for shard in recording.shards for header in headers(recording, shard).values())


def can_be_judged(recording: Recording, proofs: list[CXReceiptsProof]) -> bool:
    """Tell whether the recording has what proves these receipts; where one shard runs on, it may lack the other's end."""
    known = committees(recording)
    for proof in proofs:
        try:
            known.committee(proof.header.shard_id, proof.header.epoch)
        except MissingDataError:
            assert proof.header.number not in headers(recording, proof.header.shard_id)
            return False
    return not any(map(has_lost_bitmap, proofs))


@cache
def sent(recording: Recording, shard: int) -> dict[Hash32, tuple[CXReceipt, ...]]:
    """Return the cross-shard receipts of each block that has any, by its hash."""
    found: dict[Hash32, list[CXReceipt]] = {}
    for row in recording.rows(f"cx_out_shard{shard}"):
        receipts = decode_cx_receipts(bytes.fromhex(row["receiptsRlp"]))
        found.setdefault(Hash32.from_hex(row["hash"]), []).extend(receipts)
    return {block_hash: tuple(receipts) for block_hash, receipts in found.items()}


@cache
def bitmaps(recording: Recording) -> dict[bytes, bytes]:
    """Return the bitmap of each signature of a commit that the recording holds anywhere."""
    found: dict[bytes, bytes] = {}
    for shard in recording.shards:
        for signed in recording.headers(shard):
            header = signed.header
            found[bytes(header.last_commit_signature)] = header.last_commit_bitmap
            found |= {bytes(commit.signature): commit.bitmap for commit in signed.commits}
        for row in recording.rows(f"cx_out_shard{shard}"):
            for name in ("proofRlpWithNextHeaderSig", "proofRlpWithDbSig"):
                if row.get(name):
                    proof = decode_cx_receipts_proof(bytes.fromhex(row[name]))
                    found[proof.commit_signature] = proof.commit_bitmap
        for proofs in announced(recording, shard).values():
            found |= {proof.commit_signature: proof.commit_bitmap for proof in proofs}
    return found


@cache
def announced(recording: Recording, shard: int) -> dict[Hash32, tuple[CXReceiptsProof, ...]]:
    """Return the incoming receipts of every block that a leader announced, by the hash of its header."""
    found = {}
    for row in recording.rows(f"consensus_msgs_shard{shard}"):
        if row["type"] in {"ANNOUNCE", "PREPARED"}:
            for encoding in _long_fields(bytes.fromhex(row["raw"])):
                block = decode_block(encoding)
                found[block.header.hash] = block.body.incoming_receipts
    return found


def _long_fields(message: bytes, depth: int = 2) -> Iterator[bytes]:
    """Yield the byte fields of a protobuf message, two levels deep, that begin like a block."""
    position = 0
    while position < len(message):
        tag, position = _varint(message, position)
        if tag & 7 == 0:
            _, position = _varint(message, position)
            continue
        length, position = _varint(message, position)
        value = message[position : position + length]
        position += length
        if value[:1] == b"\xf9" and b"HmnyTgd" in value[:16]:
            yield value
        elif depth > 1 and length > 200:
            yield from _long_fields(value, depth - 1)


def _varint(message: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[position]
        value |= (byte & 0x7F) << shift
        position += 1
        shift += 7
        if byte < 0x80:
            return value, position


def searched_bitmap(recording: Recording, proof: CXReceiptsProof) -> bytes | None:
    """Return the bitmap under which the signature holds: the committees are small enough to try every quorum."""
    header = proof.header
    try:
        committee = committees(recording).committee(header.shard_id, header.epoch)
    except MissingDataError:
        return None
    size = len(committee)
    for absent in range(size):
        for missing in combinations(range(size), absent):
            bits = (1 << size) - 1 - sum(1 << slot for slot in missing)
            bitmap = bits.to_bytes((size + 7) // 8, "little")
            try:
                verify_commit(header, Commit.from_bytes(proof.commit_signature, bitmap), committee)
            except HarmonyError:
                continue
            return bitmap
    return None


@cache
def arrivals(recording: Recording, shard: int) -> dict[int, list[CXReceiptsProof]]:
    """Return the proofs in each block as its leader proposed it, with their bitmaps."""
    found: dict[int, list[CXReceiptsProof]] = {}
    for row in recording.rows(f"cx_in_shard{shard}"):
        proof = decode_cx_receipts_proof(bytes.fromhex(row["proofRlp"]))
        assert proof.encode().hex() == row["proofRlp"]
        found.setdefault(row["number"], []).append(restored(recording, proof))
    return found


def restored(recording: Recording, proof: CXReceiptsProof) -> CXReceiptsProof:
    """Return a proof with the bitmap that it has lost, if the recording tells it."""
    if not has_lost_bitmap(proof):
        return proof
    bitmap = bitmaps(recording).get(proof.commit_signature) or searched_bitmap(recording, proof)
    return proof if bitmap is None else with_bitmap(proof, bitmap)
