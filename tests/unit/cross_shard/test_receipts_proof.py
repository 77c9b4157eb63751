"""Proofs of cross-shard receipts: every way to forge, replay or bend one is refused by its own rule."""

from dataclasses import replace

import pytest

from harmony_core.chain.cross_shard_receipt import (
    CXReceipt,
    CXReceiptsProof,
    legacy_outgoing_receipts_root,
    outgoing_receipts_root,
    receipts_root_of_shard,
)
from harmony_core.cross_shard import (
    SpentMark,
    SpentMarks,
    VerifiedReceipts,
    verify_receipts_proof,
    verify_receipts_proof_with_commit,
)
from harmony_core.crypto import keccak256
from harmony_core.errors import DecodeError, HarmonyError, MissingDataError, VerificationError
from harmony_core.primitives import (
    STRICT,
    BlockNumber,
    BLSSignatureBytes,
    Compatibility,
    Epoch,
    Hash32,
    ShardID,
    ViewID,
)
from harmony_core.quorum import VerifiedHeader
from support.cross_shard import (
    EPOCH,
    Known,
    altered,
    proof_of,
    receipt,
    resigned,
    signers_of,
    source_block,
    verified,
)

REFERENCE = Compatibility.reference()
HERE = ShardID(1)
SENT = [receipt(1, number=0), receipt(2, number=1), receipt(1, number=2), receipt(3, number=3)]


def verify(
    proof: CXReceiptsProof, compatibility: Compatibility = STRICT, here: int = HERE
) -> VerifiedReceipts:
    """Verify a proof by the commit that it carries."""
    return verify_receipts_proof_with_commit(
        proof,
        Known(),
        to_shard_id=ShardID(here),
        latest_epoch=Epoch(EPOCH),
        compatibility=compatibility,
    )


def refused(proof: CXReceiptsProof, here: int = HERE) -> str:
    """Return the code by which a proof is refused, whoever verified its header."""
    with pytest.raises(HarmonyError) as info:
        verify(proof, here=here)
    return info.value.code


def with_receipts(proof: CXReceiptsProof, receipts: list[CXReceipt]) -> CXReceiptsProof:
    """Return a proof in which receipts, roots, header and signature all agree: nothing but the receipts is odd."""
    root = outgoing_receipts_root(receipts)
    header = replace(proof.header, outgoing_receipts_root=root)
    destinations = sorted({item.to_shard_id for item in receipts})
    bent = altered(
        proof,
        receipts_hash=root,
        shard_ids=tuple(destinations),
        shard_roots=tuple(
            receipts_root_of_shard([item for item in receipts if item.to_shard_id == shard])
            for shard in destinations
        ),
    )
    mine = tuple(item for item in receipts if item.to_shard_id == HERE)
    return resigned(replace(bent, receipts=mine), header)


def with_roots(
    proof: CXReceiptsProof, shard_ids: list[int], roots: list[Hash32], *, count: int | None = None
) -> CXReceiptsProof:
    """Return a proof whose header commits to exactly these pairs of destination and root."""
    joined = b"".join(
        shard.to_bytes(4, "big") + root for shard, root in zip(shard_ids, roots[:count], strict=False)
    )
    header = replace(proof.header, outgoing_receipts_root=keccak256(joined))
    bent = altered(
        proof,
        receipts_hash=keccak256(joined),
        shard_ids=tuple(ShardID(shard) for shard in shard_ids),
        shard_roots=tuple(roots),
    )
    return resigned(bent, header)


@pytest.fixture(name="proof")
def _proof() -> CXReceiptsProof:
    return proof_of(SENT)


def test_an_honest_proof_is_verified(proof: CXReceiptsProof) -> None:
    result = verify(proof)
    assert result.receipts == (SENT[0], SENT[2])
    assert result.to_shard_id == HERE
    assert result.total == 14
    assert result.spent_mark == SpentMark(ShardID(0), BlockNumber(100))
    assert isinstance(result.source, VerifiedHeader)
    assert verify(proof, REFERENCE).receipts == result.receipts


def test_the_commit_of_a_proof_does_not_matter_where_the_header_is_verified(proof: CXReceiptsProof) -> None:
    source = verified(proof.header)
    bare = replace(proof, commit_signature=b"", commit_bitmap=b"")
    assert verify_receipts_proof(bare, source, to_shard_id=HERE).proof is bare


def test_results_cannot_be_made_by_hand(proof: CXReceiptsProof) -> None:
    with pytest.raises(TypeError):
        VerifiedReceipts(object(), verified(proof.header), proof, SpentMark(ShardID(0), BlockNumber(1)))
    with pytest.raises(TypeError):
        verify_receipts_proof(proof, proof.header, to_shard_id=HERE)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        verify_receipts_proof_with_commit(
            b"",  # type: ignore[arg-type]
            Known(),
            to_shard_id=HERE,
            latest_epoch=Epoch(EPOCH),
        )


# Threat C18: the replay of August 2026.


def test_another_height_is_refused(proof: CXReceiptsProof) -> None:
    assert refused(altered(proof, block_number=BlockNumber(101))) == "cx-proof-block-number"


def test_another_source_shard_is_refused(proof: CXReceiptsProof) -> None:
    assert refused(altered(proof, shard_id=ShardID(2))) == "cx-proof-shard"


def test_the_replay_of_august_2026_passes_the_reference_only(proof: CXReceiptsProof) -> None:
    credited = SpentMarks()
    credited.spend(verify(proof, REFERENCE))
    for height in range(101, 104):
        replayed = altered(proof, block_number=BlockNumber(height))
        credited.spend(verify(replayed, REFERENCE))
        assert refused(replayed) == "cx-proof-block-number"
    assert len(credited) == 4


def test_marks_are_keyed_by_the_header_even_if_a_claim_passes(proof: CXReceiptsProof) -> None:
    credited = SpentMarks()
    credited.spend(verify(proof))
    with pytest.raises(VerificationError) as info:
        credited.spend(verify(proof))
    assert info.value.code == "cx-spent"


def test_the_sibling_of_a_credited_block_is_not_credited(proof: CXReceiptsProof) -> None:
    credited = SpentMarks()
    credited.spend(verify(proof))
    sibling = resigned(proof, replace(proof.header, view_id=ViewID(500)))
    assert sibling.header.hash != proof.header.hash
    with pytest.raises(VerificationError) as info:
        credited.spend(verify(sibling))
    assert info.value.code == "cx-spent"


# The forgery of August 2026.


def test_the_forgery_of_august_2026_passes_the_reference_only() -> None:
    """An invented header of an epoch before staking, signed by nobody at all."""
    epoch = 1
    sent = [receipt(1, amount=10**27)]
    header = source_block(sent, epoch=epoch, number=20)
    empty = signers_of(0, epoch).sign(header, [])
    assert empty.signature == BLSSignatureBytes.zero()
    honest = proof_of(sent)
    forged = replace(
        altered(honest, block_hash=header.hash, block_number=BlockNumber(20)),
        header=header,
        commit_signature=bytes(empty.signature),
        commit_bitmap=empty.bitmap,
    )
    known = Known(epochs=(epoch, EPOCH))
    accepted = verify_receipts_proof_with_commit(
        forged, known, to_shard_id=HERE, latest_epoch=Epoch(EPOCH), compatibility=REFERENCE
    )
    assert accepted.total == 10**27
    with pytest.raises(VerificationError) as info:
        verify_receipts_proof_with_commit(forged, known, to_shard_id=HERE, latest_epoch=Epoch(EPOCH))
    assert info.value.code == "commit-quorum-uniform"
    # The reference fills the place of the signature up with zeros: it takes less than a signature of nobody.
    bare = replace(forged, commit_signature=b"")
    accepted = verify_receipts_proof_with_commit(
        bare, known, to_shard_id=HERE, latest_epoch=Epoch(EPOCH), compatibility=REFERENCE
    )
    assert accepted.receipts == tuple(sent)
    with pytest.raises(DecodeError) as undecoded:
        verify_receipts_proof_with_commit(bare, known, to_shard_id=HERE, latest_epoch=Epoch(EPOCH))
    assert undecoded.value.code == "commit-signature-length"


# Threat C19.


def test_repeated_destinations_are_refused(proof: CXReceiptsProof) -> None:
    own = receipts_root_of_shard(proof.receipts)
    bent = with_roots(proof, [1, 1], [Hash32(b"\x01" * 32), own])
    assert refused(bent) == "cx-proof-order"
    assert verify(bent, REFERENCE).total == 14


def test_destinations_out_of_order_are_refused(proof: CXReceiptsProof) -> None:
    own = receipts_root_of_shard(proof.receipts)
    assert refused(with_roots(proof, [3, 1], [Hash32(b"\x01" * 32), own])) == "cx-proof-order"


def test_roots_without_destination_are_refused(proof: CXReceiptsProof) -> None:
    roots = (*proof.merkle_proof.shard_roots, Hash32(b"\x01" * 32))
    longer = altered(proof, shard_roots=roots)
    assert refused(longer) == "cx-proof-lengths"
    assert verify(longer, REFERENCE).total == 14


@pytest.mark.parametrize("compatibility", [STRICT, REFERENCE])
def test_destinations_without_root_are_refused(proof: CXReceiptsProof, compatibility: Compatibility) -> None:
    shorter = altered(proof, shard_roots=proof.merkle_proof.shard_roots[:-1])
    with pytest.raises(VerificationError) as info:
        verify(shorter, compatibility)
    assert info.value.code == "cx-proof-lengths"


def test_a_proof_without_destinations_is_refused(proof: CXReceiptsProof) -> None:
    assert refused(altered(proof, shard_ids=(), shard_roots=())) == "cx-proof-no-root"


def test_a_destination_to_which_nothing_is_sent_is_refused(proof: CXReceiptsProof) -> None:
    others = [(2, Hash32(b"\x02" * 32)), (3, Hash32(b"\x03" * 32))]
    bent = with_roots(proof, [shard for shard, _ in others], [root for _, root in others])
    assert refused(bent) == "cx-proof-no-root"


# Threat C20.


def test_receipts_of_the_older_hash_cannot_be_proven(proof: CXReceiptsProof) -> None:
    legacy = replace(proof.header, outgoing_receipts_root=legacy_outgoing_receipts_root(SENT))
    assert legacy.outgoing_receipts_root != proof.header.outgoing_receipts_root
    assert refused(resigned(proof, legacy)) == "cx-proof-header-root"
    assert (
        refused(altered(resigned(proof, legacy), receipts_hash=legacy.outgoing_receipts_root))
        == "cx-proof-outgoing-root"
    )


# Threat C21.


def test_mixed_destinations_are_refused(proof: CXReceiptsProof) -> None:
    assert refused(replace(proof, receipts=tuple(SENT))) == "cx-proof-mixed"


def test_receipts_for_another_shard_are_refused() -> None:
    assert refused(proof_of(SENT, 2)) == "cx-proof-destination"


def test_receipts_of_another_source_shard_are_refused(proof: CXReceiptsProof) -> None:
    bent = with_receipts(proof, [receipt(1, source=3)])
    assert refused(bent) == "cx-receipt-source"
    assert verify(bent, REFERENCE).total == 7


def test_receipts_that_lead_back_to_their_source_are_refused() -> None:
    header = source_block([], shard_id=1)
    back = with_receipts(replace(proof_of(SENT), header=header), [receipt(1, source=1)])
    bent = altered(back, shard_id=ShardID(1))
    assert refused(bent) == "cx-receipt-destination"
    assert verify(bent, REFERENCE).total == 7


def test_no_receipts_are_refused(proof: CXReceiptsProof) -> None:
    assert refused(replace(proof, receipts=())) == "cx-proof-receipts"


# Other receipts than those that were sent.


@pytest.mark.parametrize(
    "receipts",
    [
        (SENT[2], SENT[0]),
        (SENT[0],),
        (SENT[0], SENT[2], SENT[2]),
        (replace(SENT[0], amount=8), SENT[2]),
        (SENT[0], replace(SENT[2], recipient=SENT[1].recipient)),
    ],
    ids=["swapped", "missing", "repeated", "amount", "recipient"],
)
def test_other_receipts_are_refused(proof: CXReceiptsProof, receipts: tuple[CXReceipt, ...]) -> None:
    assert refused(replace(proof, receipts=receipts)) == "cx-proof-receipts-root"


def test_another_root_for_another_shard_is_refused(proof: CXReceiptsProof) -> None:
    first, *rest = proof.merkle_proof.shard_roots
    roots = (first, Hash32(b"\x01" * 32), *rest[1:])
    assert refused(altered(proof, shard_roots=roots)) == "cx-proof-outgoing-root"


def test_a_header_that_commits_to_other_receipts_is_refused(proof: CXReceiptsProof) -> None:
    other = source_block([receipt(1, number=9)])
    assert refused(resigned(proof, other)) == "cx-proof-header-root"


def test_another_block_hash_is_refused(proof: CXReceiptsProof) -> None:
    assert refused(altered(proof, block_hash=Hash32(b"\x01" * 32))) == "cx-proof-block-hash"


def test_a_proof_with_another_header_is_refused(proof: CXReceiptsProof) -> None:
    other = verified(replace(proof.header, view_id=ViewID(9)))
    with pytest.raises(VerificationError) as info:
        verify_receipts_proof(altered(proof, block_hash=other.hash), other, to_shard_id=HERE)
    assert info.value.code == "cx-proof-header"


def test_a_header_that_nobody_signed_is_refused(proof: CXReceiptsProof) -> None:
    header = replace(proof.header, view_id=ViewID(9))
    assert refused(replace(altered(proof, block_hash=header.hash), header=header)).startswith("bls-")


@pytest.mark.parametrize("length", [0, 95, 97])
def test_a_signature_that_has_not_96_bytes_is_refused(proof: CXReceiptsProof, length: int) -> None:
    signature = proof.commit_signature.ljust(length, b"\x00")[:length]
    with pytest.raises(DecodeError) as info:
        verify(replace(proof, commit_signature=signature))
    assert info.value.code == "commit-signature-length"


# Threats C23 and C25.


def test_nothing_is_accepted_in_the_epoch_that_introduces_cross_shard_fields() -> None:
    """On mainnet headers have the fields from epoch 28, and value moves from epoch 29."""
    sent = [receipt(1)]
    proof = proof_of(sent)
    for epoch, accepted in ((28, False), (29, True)):
        header = source_block(sent, epoch=epoch)
        source = verified(header, network_name="mainnet")
        renamed = replace(altered(proof, block_hash=header.hash), header=header)
        if accepted:
            assert verify_receipts_proof(renamed, source, to_shard_id=HERE).receipts == tuple(sent)
            continue
        with pytest.raises(VerificationError) as info:
            verify_receipts_proof(renamed, source, to_shard_id=HERE)
        assert info.value.code == "cx-proof-epoch"


def test_future_epochs_are_refused_before_anything_is_looked_up(proof: CXReceiptsProof) -> None:
    header = replace(proof.header, epoch=Epoch(EPOCH + 1))
    known = Known()
    with pytest.raises(VerificationError) as info:
        verify_receipts_proof_with_commit(
            replace(proof, header=header), known, to_shard_id=HERE, latest_epoch=Epoch(EPOCH)
        )
    assert info.value.code == "cx-proof-future"
    assert known.asked == []


def test_a_false_claim_is_refused_before_a_committee_is_looked_up(proof: CXReceiptsProof) -> None:
    known = Known()
    foreign = replace(proof, receipts=tuple(replace(item, shard_id=ShardID(2)) for item in proof.receipts))
    for bent in (
        altered(proof, block_number=BlockNumber(7)),
        altered(proof, block_hash=Hash32(b"\x01" * 32)),
        foreign,
    ):
        with pytest.raises(VerificationError):
            verify_receipts_proof_with_commit(bent, known, to_shard_id=HERE, latest_epoch=Epoch(EPOCH))
    assert known.asked == []


def test_a_committee_that_is_not_known_leaves_the_question_open(proof: CXReceiptsProof) -> None:
    with pytest.raises(MissingDataError):
        verify_receipts_proof_with_commit(
            proof, Known(epochs=()), to_shard_id=HERE, latest_epoch=Epoch(EPOCH)
        )


def test_the_rules_are_those_of_the_trusted_committee(proof: CXReceiptsProof) -> None:
    """A header that claims an older epoch meets the committee of that epoch, which did not sign it."""
    header = replace(proof.header, epoch=Epoch(1))
    claimed = replace(altered(proof, block_hash=header.hash), header=header)
    known = Known(epochs=(1, EPOCH))
    with pytest.raises(HarmonyError) as info:
        verify_receipts_proof_with_commit(claimed, known, to_shard_id=HERE, latest_epoch=Epoch(EPOCH))
    assert info.value.code.startswith(("bitmap-", "commit-quorum"))


def test_unknown_rules_leave_the_question_open() -> None:
    with pytest.raises(MissingDataError) as info:
        signers_of(0, 2964, network_name="mainnet").trusted()
    assert info.value.code == "rules-unknown"
