"""The crosslinks that a header carries.

Source: harmony-one/harmony, core/blockchain_impl.go (VerifyBlockCrossLinks).
"""

from contextlib import suppress
from typing import Final

from harmony_core.cross_shard import (
    CrossLinkBook,
    verify_cross_link,
    verify_cross_link_places,
    verify_cross_links,
)
from harmony_core.errors import MissingDataError
from harmony_core.light_client.block_check import BlockContext, Findings
from harmony_core.primitives import Epoch

__all__ = ["check_cross_links"]

_PLACES: Final = "block-cross-links"
_SIGNATURES: Final = "block-cross-link-signatures"
_KNOWN: Final = "block-cross-links-known"


def check_cross_links(context: BlockContext, findings: Findings) -> None:
    """Check order, places and signatures of the crosslinks, and that none is for a height that was linked before.

    A height may be left out and linked by a later header, so a gap is no fault of a block; which links leave none is
    told by `harmony_core.cross_shard.CrossLinkBook.last_without_gap`.

    Raises:
        VerificationError: a code of `harmony_core.cross_shard.verify_cross_links`.
        DecodeError: as for that function.
    """
    pieces, header = context.pieces, context.header
    book = CrossLinkBook() if pieces.known_links is None else pieces.known_links
    links = verify_cross_link_places(header, book, compatibility=context.compatibility)
    findings.prove(_PLACES)
    if pieces.known_links is not None or not links:
        findings.prove(_KNOWN)
    else:
        findings.leave(
            _KNOWN,
            "cross-links-missing",
            "The crosslinks of the beacon chain before this block were not given.",
        )
    if not links:
        findings.cross_links = ()
        findings.prove(_SIGNATURES)
        return
    if pieces.committees is None:
        findings.leave(
            _SIGNATURES, "committees-missing", "No committees were given to verify the crosslinks with."
        )
        return
    try:
        findings.cross_links = verify_cross_links(
            header, pieces.committees, book, compatibility=context.compatibility
        )
    except MissingDataError as error:
        for link in links:
            # What cannot be told of one link does not hide what is wrong with another.
            with suppress(MissingDataError):
                verify_cross_link(
                    link,
                    pieces.committees,
                    latest_epoch=Epoch(header.epoch),
                    compatibility=context.compatibility,
                )
        findings.leave(_SIGNATURES, error.code, error.message)
    else:
        findings.prove(_SIGNATURES)
