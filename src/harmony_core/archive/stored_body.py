"""Bodies as a node stores them: what they have lost of the proofs of incoming receipts, found again."""

from collections.abc import Mapping
from dataclasses import replace

from harmony_core.archive.node_database import NodeDatabase
from harmony_core.chain import CXReceiptsProof
from harmony_core.chain.body import Body
from harmony_core.cross_shard import has_lost_bitmap
from harmony_core.primitives import BlockNumber, ShardID
from harmony_core.quorum import Commit

__all__ = ["restored_body"]


def restored_body(body: Body, sources: Mapping[ShardID, NodeDatabase]) -> Body:
    """Return a body with the bitmaps of its incoming proofs that a node's database has lost, where all can be found.

    A node stores the signature in the place of the bitmap. The source shard's database has the commits on the source
    block: the one the node kept, and the one in the block after; the signature tells which it was. Whether the outcome is
    right is for the root in the header to say.

    Source: harmony-one/harmony, core/types/cx_receipt.go (Copy).

    Args:
        body: the body as stored.
        sources: databases of other shards.

    Returns:
        The body with every bitmap in its place; as it is stored where one of them is nowhere.

    Raises:
        HarmonyError: as `NodeDatabase.header` and `NodeDatabase.commit`, for a source that is damaged.
    """
    if not any(has_lost_bitmap(proof) for proof in body.incoming_receipts):
        return body
    proofs = tuple(_restored(proof, sources) for proof in body.incoming_receipts)
    # The root is of all of them: with some, it could only look wrong.
    return body if any(map(has_lost_bitmap, proofs)) else replace(body, incoming_receipts=proofs)


def _restored(proof: CXReceiptsProof, sources: Mapping[ShardID, NodeDatabase]) -> CXReceiptsProof:
    source = sources.get(proof.header.shard_id)
    if source is None or not has_lost_bitmap(proof):
        return proof
    number = proof.header.number
    candidates: list[Commit] = []
    kept = source.commit(number)
    if kept is not None:
        candidates.append(kept)
    if source.canonical_hash(BlockNumber(number + 1)) is not None:
        candidates.append(Commit.of_parent(source.header(BlockNumber(number + 1))))
    for commit in candidates:
        if commit.signature == proof.commit_signature:
            return replace(proof, commit_bitmap=commit.bitmap)
    return proof
