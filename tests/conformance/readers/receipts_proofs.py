"""receipts.json, the kinds that take a committee: outgoing roots, proofs of cross-shard receipts, incoming receipts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from harmony_core.chain import Committee, Header, HeaderVersion
from harmony_core.chain.cross_shard_receipt import (
    CXReceiptsProof,
    MerkleProof,
    decode_cx_receipt,
    decode_cx_receipts_proof,
    incoming_receipts_root,
    legacy_outgoing_receipts_root,
    outgoing_receipts_root,
)
from harmony_core.cross_shard import SpentMarks, verify_incoming_receipts, verify_receipts_proof_with_commit
from harmony_core.crypto import keccak256
from harmony_core.errors import HarmonyError
from harmony_core.params import load_network
from harmony_core.primitives import (
    Compatibility,
    Epoch,
    Hash32,
    ShardID,
    bytes_from_hex,
    rlp,
)
from harmony_core.quorum import TrustedCommittee, commit_payload
from support.case_values import committee_in
from support.conformance import Case, load_document, packaged_folder, reader
from support.widths import refused_for_width

MAINNET: Final = load_network("mainnet")
LATEST: Final = Epoch(2963)
REFERENCE: Final = Compatibility.reference()


@dataclass(frozen=True)
class Everywhere:
    """The stub of the reference run: one committee for its shard in every epoch."""

    stub: Committee

    def committee(self, shard_id: ShardID, epoch: Epoch) -> TrustedCommittee:
        return _trusted(Committee(shard_id, self.stub.slots), epoch)


@cache
def _trusted(committee: Committee, epoch: Epoch) -> TrustedCommittee:
    return TrustedCommittee(MAINNET, epoch, committee)


def _others(case: Case, kind: str) -> Iterator[Mapping[str, Any]]:
    """Yield the cases of a kind, those of the same file first: another part of the file may not hold them."""
    packaged = load_document(packaged_folder() / "receipts.json")["cases"]
    return (other for other in (*case.siblings, *packaged) if other["type"] == kind)


def _committees(case: Case) -> Everywhere:
    return Everywhere(committee_in(next(_others(case, "committeeForProofs"))))


@reader("receipts", "committeeForProofs", inputs=("epoch", "network", "shardID", "slots"))
def committee_for_proofs(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    fields = {name: case[name] for name in case.inputs}
    committee = _trusted(committee_in(fields), Epoch(fields["epoch"]))
    assert committee.network.name == fields["network"]
    return {}


@reader("receipts", "cxAllOutgoing", inputs=("itemRlps",))
def all_outgoing(case: Case, compatibility: Compatibility) -> dict[str, object]:
    receipts = [
        decode_cx_receipt(bytes_from_hex(item), compatibility=compatibility) for item in case["itemRlps"]
    ]
    return {
        "computeMerkleRoot": outgoing_receipts_root(receipts).to_hex(),
        "legacy": legacy_outgoing_receipts_root(receipts).to_hex(),
    }


def _refusal(proof: CXReceiptsProof, committees: Everywhere, compatibility: Compatibility) -> str | None:
    """Verify a proof for the shard that it is meant for, as the reference's validator does."""
    to_shard_id = proof.receipts[0].to_shard_id if proof.receipts else ShardID(0)
    try:
        verify_receipts_proof_with_commit(
            proof, committees, to_shard_id=to_shard_id, latest_epoch=LATEST, compatibility=compatibility
        )
    except HarmonyError as error:
        return error.code
    return None


def _proof_differs(case: Case) -> str | None:
    """Name what strict refuses in a proof that the reference takes."""
    data = bytes_from_hex(case["rlp"])
    too_wide = refused_for_width(lambda mode: decode_cx_receipts_proof(data, compatibility=mode))
    if too_wide is not None:
        return too_wide
    proof = decode_cx_receipts_proof(data, compatibility=REFERENCE)
    if _refusal(proof, _committees(case), REFERENCE) is not None:
        return None
    merkle, header = proof.merkle_proof, proof.header
    size = len(_committees(case).stub.slots)
    bits = int.from_bytes(proof.commit_bitmap, "little")
    reasons = {
        "cx-proof-block-number": merkle.block_number != header.number,
        "cx-proof-shard": merkle.shard_id != header.shard_id,
        "cx-proof-lengths": len(merkle.shard_roots) != len(merkle.shard_ids),
        "cx-proof-order": list(merkle.shard_ids) != sorted(set(merkle.shard_ids)),
        "commit-signature-length": len(proof.commit_signature) != 96,
        "bitmap-padding": bits >> size != 0,
        "bls-signature-identity": not any(proof.commit_signature),
        "commit-quorum-uniform": not MAINNET.config.is_staking(header.epoch)
        and bits.bit_count() <= size * 2 // 3,
        "cx-receipt-source": any(receipt.shard_id != header.shard_id for receipt in proof.receipts),
        "cx-receipt-destination": any(receipt.to_shard_id == header.shard_id for receipt in proof.receipts),
    }
    return next((code for code, applies in reasons.items() if applies), None)


@reader("receipts", "cxReceiptsProof", inputs=("rlp",), strict_differs=_proof_differs)
def receipts_proof(case: Case, compatibility: Compatibility) -> dict[str, object]:
    data = bytes_from_hex(case["rlp"])
    proof = decode_cx_receipts_proof(data, compatibility=compatibility)
    header = proof.header
    destinations = [receipt.to_shard_id for receipt in proof.receipts]
    single = len(set(destinations)) == 1
    return {
        "decodeError": None,
        "rlpError": None if proof.encode() == data else "re-encoded otherwise",
        "commitSig": _hex(proof.commit_signature),
        "commitBitmap": _hex(proof.commit_bitmap),
        "containsEmptyField": not proof.has_commit,
        "headerHash": header.hash.to_hex(),
        "headerNumber": str(header.number),
        "headerEpoch": str(header.epoch),
        "headerViewID": str(header.view_id),
        "commitPayload": _hex(
            commit_payload(
                MAINNET.config,
                block_hash=header.hash,
                number=header.number,
                view_id=header.view_id,
                epoch=header.epoch,
            )
        ),
        "merkleProof": _shown(proof.merkle_proof),
        "toShardID": destinations[0] if destinations else 0,
        "toShardIDError": None if single else "not one destination",
        "validateError": _refusal(proof, _committees(case), compatibility),
    }


def _shown(merkle: MerkleProof) -> dict[str, object]:
    return {
        "blockNum": str(merkle.block_number),
        "blockHash": merkle.block_hash.to_hex(),
        "shardID": merkle.shard_id,
        "cxReceiptHash": merkle.receipts_hash.to_hex(),
        "shardIDs": list(merkle.shard_ids),
        "cxShardHashes": [root.to_hex() for root in merkle.shard_roots],
        "rlp": _hex(merkle.encode()),
    }


@reader("receipts", "incomingReceiptHash", inputs=("proofRlps",))
def incoming_hash(case: Case, compatibility: Compatibility) -> dict[str, object]:
    encodings = [bytes_from_hex(text) for text in case["proofRlps"]]
    proofs = [decode_cx_receipts_proof(data, compatibility=compatibility) for data in encodings]
    encoded = [proof.encode() for proof in proofs]
    return {
        "count": len(proofs),
        "listRlp_keccak": keccak256(rlp.encode_list(encoded)).to_hex(),
        "root": incoming_receipts_root(proofs).to_hex(),
    }


@reader(
    "receipts",
    "verifyIncomingReceipts",
    inputs=("headerIncomingReceiptHash", "myShardID", "proofRlpsKeccak", "note"),
)
def incoming(case: Case, compatibility: Compatibility) -> dict[str, object]:
    committees = _committees(case)
    known = {
        keccak256(bytes_from_hex(text)).to_hex(): bytes_from_hex(text)
        for other in _others(case, "incomingReceiptHash")
        for text in other["proofRlps"]
    }
    proofs = [
        decode_cx_receipts_proof(known[name], compatibility=compatibility) for name in case["proofRlpsKeccak"]
    ]
    header = Header(
        version=HeaderVersion.V3,
        epoch=LATEST,
        shard_id=ShardID(case["myShardID"]),
        incoming_receipts_root=Hash32.from_hex(case["headerIncomingReceiptHash"]),
    )
    # Whether the receipts were credited before is told by the note only.
    credited = proofs if "spent" in case["note"] else []
    spent = SpentMarks(
        verify_receipts_proof_with_commit(
            proof,
            committees,
            to_shard_id=header.shard_id,
            latest_epoch=LATEST,
            compatibility=compatibility,
        ).spent_mark
        for proof in credited
    )
    error = None
    try:
        verify_incoming_receipts(
            header, proofs, committees, spent, latest_epoch=LATEST, compatibility=compatibility
        )
    except HarmonyError as refusal:
        error = refusal.code
    return {"error": error, "incomingBlocks": len(proofs), "numProofs": len(proofs)}


def _hex(data: bytes) -> str:
    return "0x" + data.hex()
