"""Blocks with cross-shard receipts, signed by committees whose keys are known, for tests."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import sha256
from typing import Any

from harmony_core.chain import Header, HeaderVersion
from harmony_core.chain.cross_shard_receipt import CXReceipt, CXReceiptsProof, outgoing_receipts_root
from harmony_core.cross_shard import prove_receipts, verify_outgoing_receipts
from harmony_core.errors import MissingDataError
from harmony_core.primitives import Address, BlockNumber, Epoch, Hash32, ShardID, ViewID
from harmony_core.quorum import TrustedCommittee, VerifiedHeader, verify_commit
from support.committees import Signers

__all__ = [
    "EPOCH",
    "Known",
    "altered",
    "proof_of",
    "receipt",
    "resigned",
    "signers_of",
    "source_block",
    "verified",
]

EPOCH = 5
"""An epoch of the local network's staking era."""

_STAKES = ("1000", "1000", "1000")


@cache
def signers_of(shard_id: int, epoch: int = EPOCH, *, network_name: str = "localnet") -> Signers:
    """Return the committee of a shard, another one in each epoch; before staking, twelve slots with one vote each."""
    signers = Signers.staked(4, _STAKES, epoch=epoch, network_name=network_name)
    if not signers.network.config.is_staking(Epoch(epoch)):
        signers = replace(Signers.uniform(12, epoch=epoch), network_name=network_name)
    first = shard_id * 20 + epoch * 80
    return replace(signers, keys=tuple(first + key for key in signers.keys), shard_id=shard_id)


@dataclass(frozen=True)
class Known:
    """A source of the committees of `signers_of` for some epochs; it counts how often it is asked."""

    epochs: Sequence[int] = (EPOCH,)
    network_name: str = "localnet"
    asked: list[tuple[int, int]] = field(default_factory=list)

    def committee(self, shard_id: ShardID, epoch: Epoch) -> TrustedCommittee:
        self.asked.append((shard_id, epoch))
        if epoch not in self.epochs:
            raise MissingDataError("This committee is not known.", code="committee-unknown")
        return signers_of(shard_id, epoch, network_name=self.network_name).trusted()


def receipt(to_shard_id: int = 1, *, source: int = 0, amount: int = 7, number: int = 0) -> CXReceipt:
    """Return a receipt that differs from others by its number."""
    digest = sha256(b"receipt %d" % number).digest()
    return CXReceipt(
        Hash32(digest),
        Address(digest[:20]),
        Address(digest[-20:]),
        ShardID(source),
        ShardID(to_shard_id),
        amount,
    )


def source_block(
    receipts: Sequence[CXReceipt], *, shard_id: int = 0, number: int = 100, epoch: int = EPOCH, **changes: Any
) -> Header:
    """Return the header of a block that sends these receipts."""
    fields: dict[str, Any] = {
        "version": HeaderVersion.V3,
        "number": BlockNumber(number),
        "view_id": ViewID(number + 1),
        "epoch": Epoch(epoch),
        "shard_id": ShardID(shard_id),
        "outgoing_receipts_root": outgoing_receipts_root(receipts),
    }
    return Header(**(fields | changes))


def verified(header: Header, *, network_name: str = "localnet") -> VerifiedHeader:
    """Return the header signed by its committee and verified."""
    signers = signers_of(header.shard_id, header.epoch, network_name=network_name)
    return verify_commit(header, signers.sign(header), signers.trusted())


def proof_of(receipts: Sequence[CXReceipt], to_shard_id: int = 1, **options: Any) -> CXReceiptsProof:
    """Return the proof for one destination of a block that sends these receipts; options as for `source_block`."""
    source = verified(source_block(receipts, **options))
    return prove_receipts(verify_outgoing_receipts(source, receipts), ShardID(to_shard_id))


def altered(proof: CXReceiptsProof, **changes: Any) -> CXReceiptsProof:
    """Return the proof with other fields in its Merkle proof."""
    return replace(proof, merkle_proof=replace(proof.merkle_proof, **changes))


def resigned(proof: CXReceiptsProof, header: Header) -> CXReceiptsProof:
    """Return the proof with another header, signed by its committee and named by its hash."""
    commit = signers_of(header.shard_id, header.epoch).sign(header)
    renamed = altered(proof, block_hash=header.hash)
    return replace(
        renamed, header=header, commit_signature=bytes(commit.signature), commit_bitmap=commit.bitmap
    )
