"""Crosslinks: that a committee of another shard signed the linked block, and which links a beacon header may carry.

Source: harmony-one/harmony, internal/chain/engine.go (VerifyCrossLink); core/blockchain_impl.go (VerifyBlockCrossLinks,
LastContinuousCrossLink); core/types/crosslink.go.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from harmony_core.chain.crosslink import CrossLink, are_cross_links_sorted, decode_cross_links
from harmony_core.chain.header import Header
from harmony_core.errors import HarmonyError, VerificationError, require
from harmony_core.primitives import (
    BEACON_SHARD_ID,
    STRICT,
    BlockNumber,
    Compatibility,
    Epoch,
    Hash32,
    ShardID,
)
from harmony_core.quorum import (
    Commit,
    CommitTarget,
    CommitteeSource,
    TrustedCommittee,
    VerifiedCommit,
    VerifiedHeader,
    check_commit_targets,
)

__all__ = [
    "CrossLinkBook",
    "VerifiedCrossLink",
    "verify_cross_link",
    "verify_cross_link_places",
    "verify_cross_links",
    "verify_linked_header",
]

_MINT: Final = object()
"""Known to the verification of this module only."""

_UNLINKED_HEIGHTS: Final = 1


@dataclass(frozen=True, slots=True, init=False)
class VerifiedCrossLink:
    """A crosslink whose commit has been verified; made by verification only.

    Attributes:
        link: the crosslink.
        proof: the verified commit on the linked block.
    """

    link: CrossLink
    proof: VerifiedCommit

    def __init__(self, mint: object, link: CrossLink, proof: VerifiedCommit) -> None:
        """Refuse to be made outside verification."""
        if mint is not _MINT:
            raise TypeError("a VerifiedCrossLink comes from verification and cannot be made by hand")
        object.__setattr__(self, "link", link)
        object.__setattr__(self, "proof", proof)

    @property
    def block_hash(self) -> Hash32:
        """Hash of the linked block."""
        return self.link.block_hash


class CrossLinkBook:
    """The crosslinks that a beacon chain carries so far.

    Args:
        links: those to begin with.
    """

    __slots__ = ("_links",)

    def __init__(self, links: Iterable[VerifiedCrossLink] = ()) -> None:
        self._links: dict[tuple[ShardID, BlockNumber], VerifiedCrossLink] = {}
        self.add(links)

    def add(self, links: Iterable[VerifiedCrossLink]) -> None:
        """Note crosslinks of a beacon header, all of them or none.

        Raises:
            VerificationError: ``cross-link-known`` for a height that is linked already.
        """
        added: dict[tuple[ShardID, BlockNumber], VerifiedCrossLink] = {}
        for verified in links:
            self.verify_new(verified.link)
            added[verified.link.shard_id, verified.link.number] = verified
        self._links |= added

    def verify_new(self, link: CrossLink) -> None:
        """Refuse a crosslink for a height that is linked already, be it to the same block.

        Raises:
            VerificationError: ``cross-link-known``.
        """
        known = self.find(link.shard_id, link.number)
        require(
            known is None,
            VerificationError,
            "cross-link-known",
            "The beacon chain has a crosslink for this height of the shard already.",
            actual=link.block_hash,
        )

    def find(self, shard_id: ShardID, number: BlockNumber) -> VerifiedCrossLink | None:
        """Return the crosslink for a height of a shard, or None."""
        return self._links.get((shard_id, number))

    def last_without_gap(self, shard_id: ShardID, since: BlockNumber) -> VerifiedCrossLink | None:
        """Return the crosslink up to which no height is missing, counted from ``since``; None if that has none.

        Links may come in any order over several headers, so a later one says nothing about those before it.
        """
        last = None
        number = since
        while (found := self.find(shard_id, number)) is not None:
            last = found
            number = BlockNumber(number + 1)
        return last

    def __len__(self) -> int:
        return len(self._links)


def verify_cross_link(
    link: CrossLink,
    committees: CommitteeSource,
    *,
    latest_epoch: Epoch,
    compatibility: Compatibility = STRICT,
) -> VerifiedCrossLink:
    """Verify that a quorum of the shard's committee signed the linked block.

    Args:
        link: the crosslink.
        committees: the committees that the verifier trusts; their network says from which epoch on there are links.
        latest_epoch: epoch of the beacon chain.
        compatibility: quirks of the reference to allow.

    Raises:
        VerificationError: with one of these codes, or one of `harmony_core.quorum.verify_commit_target`.
            ``cross-link-number``: a link to block 0 or 1.
            ``cross-link-beacon``: a link to a block of the beacon shard.
            ``cross-link-future``: a block of an epoch that the beacon chain has not reached.
            ``cross-link-epoch``: a block of an epoch without crosslinks.
        DecodeError: the signature is no point of the right group.
        MissingDataError: the source knows no committee for the link's shard and epoch.
    """
    (verified,) = _verify_all([link], committees, latest_epoch, compatibility)
    return verified


def verify_cross_links(
    header: Header,
    committees: CommitteeSource,
    known: CrossLinkBook,
    *,
    compatibility: Compatibility = STRICT,
) -> tuple[VerifiedCrossLink, ...]:
    """Verify the crosslinks that a beacon header carries. Nothing is added to ``known``.

    Heights may be left out and linked by a later header; see `CrossLinkBook.last_without_gap`.

    Args:
        header: the header.
        committees: the committees that the verifier trusts.
        known: the crosslinks of the headers before.
        compatibility: quirks of the reference to allow.

    Raises:
        VerificationError: ``cross-links-shard`` for crosslinks in a header of another shard than the beacon,
            ``cross-links-order`` where they are not sorted by shard, height and view, ``cross-links-repeated`` for two of
            one height, ``cross-link-known``, or a code of `verify_cross_link`.
        DecodeError, MissingDataError: as for `verify_cross_link`, or the field does not decode.
    """
    links = verify_cross_link_places(header, known, compatibility=compatibility)
    return _verify_all(links, committees, Epoch(header.epoch), compatibility)


def verify_cross_link_places(
    header: Header, known: CrossLinkBook, *, compatibility: Compatibility = STRICT
) -> tuple[CrossLink, ...]:
    """Return the crosslinks that a header carries, their order and places verified but not their signatures.

    Args:
        header: the header.
        known: the crosslinks of the headers before.
        compatibility: quirks of the reference to allow.

    Raises:
        VerificationError: a code of `verify_cross_links`, except those of signatures and ``cross-link-epoch``.
        DecodeError: the field does not decode.
    """
    if not isinstance(header, Header):
        raise TypeError(f"a Header is needed, not {type(header).__name__}")
    require(
        header.shard_id == BEACON_SHARD_ID or not header.cross_links,
        VerificationError,
        "cross-links-shard",
        "Only the beacon chain carries crosslinks.",
        actual=header.shard_id,
    )
    links = decode_cross_links(header.cross_links, compatibility=compatibility)
    require(
        are_cross_links_sorted(links),
        VerificationError,
        "cross-links-order",
        "The crosslinks of a header are sorted by shard, height and view.",
    )
    require(
        compatibility.tied_cross_links
        or all(first.order[:2] != second.order[:2] for first, second in pairwise(links)),
        VerificationError,
        "cross-links-repeated",
        "A header links a height of a shard once.",
    )
    for link in links:
        known.verify_new(link)
        _check_place(link, Epoch(header.epoch), compatibility)
    return tuple(links)


def verify_linked_header(linked: VerifiedCrossLink, header: VerifiedHeader) -> None:
    """Verify that a crosslink is for this very block: the beacon chain holds to it, not to a sibling.

    The commit on a crosslink covers hash, height and view. Its epoch and shard are held by the committee alone, so where
    a committee serves again in the next epoch only the header itself tells.

    Raises:
        VerificationError: ``cross-link-block`` for another block, ``cross-link-claims`` where shard, epoch, height or
            view are not those of the block.
    """
    require(
        linked.link.block_hash == header.hash,
        VerificationError,
        "cross-link-block",
        "The crosslink is for another block.",
        expected=linked.link.block_hash,
        actual=header.hash,
    )
    expected, actual = CommitTarget.of_header(header.header), linked.proof.target
    require(
        expected == actual or linked.link.block_hash != header.hash,
        VerificationError,
        "cross-link-claims",
        "The crosslink states another shard, epoch, height or view than its block has.",
        expected=expected,
        actual=actual,
    )


def _verify_all(
    links: Sequence[CrossLink],
    committees: CommitteeSource,
    latest_epoch: Epoch,
    compatibility: Compatibility,
) -> tuple[VerifiedCrossLink, ...]:
    """Check everything else first, then all signatures together."""
    items: list[tuple[CommitTarget, Commit, TrustedCommittee]] = []
    for link in links:
        _check_place(link, latest_epoch, compatibility)
        committee = committees.committee(link.shard_id, link.epoch)
        require(
            committee.network.config.is_cross_link(committee.epoch),
            VerificationError,
            "cross-link-epoch",
            "There are no crosslinks in this epoch yet.",
            actual=link.epoch,
        )
        target = CommitTarget(link.shard_id, link.epoch, link.number, link.view_id, link.block_hash)
        items.append((target, Commit(link.signature, link.bitmap), committee))
    verified = []
    for link, verdict in zip(links, check_commit_targets(items, compatibility=compatibility), strict=True):
        if isinstance(verdict, HarmonyError):
            raise verdict
        verified.append(VerifiedCrossLink(_MINT, link, verdict))
    return tuple(verified)


def _check_place(link: CrossLink, latest_epoch: Epoch, compatibility: Compatibility) -> None:
    if not isinstance(link, CrossLink):
        raise TypeError(f"a CrossLink is needed, not {type(link).__name__}")
    require(
        link.number > _UNLINKED_HEIGHTS,
        VerificationError,
        "cross-link-number",
        "Blocks 0 and 1 are never linked.",
        actual=link.number,
    )
    require(
        link.shard_id != BEACON_SHARD_ID or compatibility.beacon_cross_links,
        VerificationError,
        "cross-link-beacon",
        "The beacon chain links blocks of other shards, not its own.",
    )
    require(
        link.epoch <= latest_epoch or compatibility.cross_links_of_later_epochs,
        VerificationError,
        "cross-link-future",
        "The linked block is of an epoch that the beacon chain has not reached.",
        expected=f"at most {latest_epoch}",
        actual=link.epoch,
    )
