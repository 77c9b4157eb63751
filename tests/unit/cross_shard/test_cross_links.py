"""Crosslinks: threat D27, and what the beacon chain holds of them."""

from dataclasses import replace

import pytest

from harmony_core.chain import Header, HeaderVersion
from harmony_core.chain.crosslink import CrossLink, encode_cross_links
from harmony_core.cross_shard import (
    CrossLinkBook,
    VerifiedCrossLink,
    verify_cross_link,
    verify_cross_links,
    verify_linked_header,
)
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
from harmony_core.quorum import CommitTarget, TrustedCommittee, VerifiedHeader
from support.cross_shard import EPOCH, Known, signers_of, source_block, verified

REFERENCE = Compatibility.reference()


def link_to(
    number: int = 100, *, shard_id: int = 1, epoch: int = EPOCH, view_id: int = 7, network: str = "localnet"
) -> CrossLink:
    """Return a signed crosslink."""
    block_hash = Hash32(bytes([shard_id, view_id % 256]) * 8 + number.to_bytes(16, "big"))
    target = CommitTarget(ShardID(shard_id), Epoch(epoch), BlockNumber(number), ViewID(view_id), block_hash)
    commit = signers_of(shard_id, epoch, network_name=network).sign_target(target)
    return CrossLink(
        block_hash,
        target.number,
        target.view_id,
        commit.signature,
        commit.bitmap,
        target.shard_id,
        target.epoch,
    )


def beacon(links: list[CrossLink], *, shard_id: int = 0, epoch: int = EPOCH) -> Header:
    return Header(
        version=HeaderVersion.V3,
        shard_id=ShardID(shard_id),
        epoch=Epoch(epoch),
        cross_links=encode_cross_links(links),
    )


def check(link: CrossLink, compatibility: Compatibility = STRICT) -> VerifiedCrossLink:
    return verify_cross_link(
        link,
        Known(epochs=(1, EPOCH, EPOCH + 1)),
        latest_epoch=Epoch(EPOCH),
        compatibility=compatibility,
    )


def refused(link: CrossLink) -> str:
    with pytest.raises(HarmonyError) as info:
        check(link)
    return info.value.code


def refused_header(header: Header, known: CrossLinkBook | None = None) -> str:
    with pytest.raises(HarmonyError) as info:
        verify_cross_links(header, Known(), known or CrossLinkBook())
    return info.value.code


def test_an_honest_link_is_verified() -> None:
    link = link_to()
    result = check(link)
    assert result.link == link
    assert result.block_hash == link.block_hash
    assert result.proof.signer_count == 7


@pytest.mark.parametrize("number", [0, 1])
def test_the_first_blocks_are_never_linked(number: int) -> None:
    assert refused(link_to(number)) == "cross-link-number"


def test_a_link_to_the_beacon_itself_is_refused() -> None:
    link = link_to(shard_id=0)
    assert refused(link) == "cross-link-beacon"
    assert check(link, REFERENCE).link is link


def test_an_epoch_without_links_is_refused() -> None:
    assert refused(link_to(epoch=1)) == "cross-link-epoch"


def test_an_epoch_that_has_not_begun_is_refused() -> None:
    link = link_to(epoch=EPOCH + 1)
    assert refused(link) == "cross-link-future"
    assert check(link, REFERENCE).link is link


@pytest.mark.parametrize(
    "changes",
    [
        {"number": BlockNumber(101)},
        {"view_id": ViewID(8)},
        {"block_hash": Hash32(b"\x01" * 32)},
        {"shard_id": ShardID(2)},
        {"epoch": Epoch(EPOCH + 1)},
    ],
    ids=["number", "view", "hash", "shard", "epoch"],
)
def test_a_valid_signature_serves_for_no_other_link(changes: dict[str, object]) -> None:
    link = replace(link_to(), **changes)  # type: ignore[arg-type]
    with pytest.raises(HarmonyError) as info:
        verify_cross_link(link, Known(epochs=(EPOCH, EPOCH + 1)), latest_epoch=Epoch(EPOCH + 1))
    assert info.value.code == "bls-signature"


def test_too_few_signers_are_refused() -> None:
    link = link_to()
    target = CommitTarget(link.shard_id, link.epoch, link.number, link.view_id, link.block_hash)
    few = signers_of(1).sign_target(target, [0, 1])
    bent = replace(link, signature=few.signature, bitmap=few.bitmap)
    assert refused(bent) == "commit-quorum-stake"
    nobody = replace(link, signature=BLSSignatureBytes.zero(), bitmap=b"\x00")
    assert refused(nobody) == "commit-quorum-stake"


def test_a_committee_that_is_not_known_leaves_the_question_open() -> None:
    with pytest.raises(MissingDataError):
        verify_cross_link(link_to(), Known(epochs=()), latest_epoch=Epoch(EPOCH))


def test_the_links_of_a_header_are_verified_together() -> None:
    links = [link_to(100), link_to(101), link_to(50, shard_id=2), link_to(60, shard_id=3)]
    results = verify_cross_links(beacon(links), Known(), CrossLinkBook())
    assert [result.link for result in results] == links
    assert verify_cross_links(beacon([]), Known(), CrossLinkBook()) == ()
    assert verify_cross_links(beacon([], shard_id=1), Known(), CrossLinkBook()) == ()


@pytest.mark.parametrize(
    "links",
    [
        [link_to(101), link_to(100)],
        [link_to(50, shard_id=2), link_to(100)],
        [link_to(100, view_id=8), link_to(100, view_id=7)],
    ],
    ids=["height", "shard", "view"],
)
def test_links_out_of_order_are_refused(links: list[CrossLink]) -> None:
    assert refused_header(beacon(links)) == "cross-links-order"


def test_a_height_that_is_linked_twice_is_refused() -> None:
    same = beacon([link_to(100), link_to(100)])
    siblings = beacon([link_to(100, view_id=7), link_to(100, view_id=8)])
    for header in (same, siblings):
        assert refused_header(header) == "cross-links-repeated"
        assert len(verify_cross_links(header, Known(), CrossLinkBook(), compatibility=REFERENCE)) == 2


def test_a_height_that_was_linked_before_is_refused() -> None:
    known = CrossLinkBook([check(link_to(100))])
    assert refused_header(beacon([link_to(100)]), known) == "cross-link-known"
    assert refused_header(beacon([link_to(100, view_id=9)]), known) == "cross-link-known"
    assert len(verify_cross_links(beacon([link_to(101)]), Known(), known)) == 1
    assert len(known) == 1


def test_a_header_of_another_shard_carries_none() -> None:
    assert refused_header(beacon([link_to()], shard_id=1)) == "cross-links-shard"


def test_one_bad_link_spoils_the_header() -> None:
    links = [link_to(100), replace(link_to(101), view_id=ViewID(9)), link_to(102)]
    assert refused_header(beacon(links)) == "bls-signature"


def test_a_field_that_does_not_decode_is_refused() -> None:
    header = Header(version=HeaderVersion.V3, cross_links=b"\xc1\xc0")
    with pytest.raises(DecodeError):
        verify_cross_links(header, Known(), CrossLinkBook())


def test_gaps_are_told() -> None:
    book = CrossLinkBook(check(link_to(number)) for number in (100, 101, 103))
    last = book.last_without_gap(ShardID(1), BlockNumber(100))
    assert last is not None
    assert last.link.number == 101
    assert book.last_without_gap(ShardID(1), BlockNumber(102)) is None
    book.add([check(link_to(102))])
    last = book.last_without_gap(ShardID(1), BlockNumber(100))
    assert last is not None
    assert last.link.number == 103
    assert book.find(ShardID(2), BlockNumber(100)) is None


def test_a_book_takes_all_or_none() -> None:
    book = CrossLinkBook([check(link_to(101))])
    with pytest.raises(VerificationError):
        book.add([check(link_to(100)), check(link_to(101))])
    assert len(book) == 1


def link_of(block: VerifiedHeader) -> CrossLink:
    return CrossLink(
        block.hash,
        block.number,
        block.header.view_id,
        block.commit.signature,
        block.commit.bitmap,
        block.shard_id,
        block.epoch,
    )


def test_a_link_is_for_one_block() -> None:
    block = verified(source_block([], shard_id=1))
    sibling = verified(source_block([], shard_id=1, time=5))
    linked = check(link_of(block))
    verify_linked_header(linked, block)
    with pytest.raises(VerificationError) as info:
        verify_linked_header(linked, sibling)
    assert info.value.code == "cross-link-block"


def test_a_committee_that_serves_again_does_not_move_a_block_to_its_new_epoch() -> None:
    """The signature covers neither epoch nor shard: with the same keys in both epochs it holds for either claim."""

    class SameKeys:
        def committee(self, shard_id: ShardID, epoch: Epoch) -> TrustedCommittee:
            return signers_of(shard_id, EPOCH).at(epoch=epoch).trusted()

    block = verified(source_block([], shard_id=1))
    moved = replace(link_of(block), epoch=Epoch(EPOCH + 1))
    linked = verify_cross_link(moved, SameKeys(), latest_epoch=Epoch(EPOCH + 1))
    with pytest.raises(VerificationError) as info:
        verify_linked_header(linked, block)
    assert info.value.code == "cross-link-claims"


def test_proofs_cannot_be_made_by_hand() -> None:
    link = link_to()
    with pytest.raises(TypeError):
        VerifiedCrossLink(object(), link, check(link).proof)
    with pytest.raises(TypeError):
        check(b"")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        verify_cross_links(b"", Known(), CrossLinkBook())  # type: ignore[arg-type]
