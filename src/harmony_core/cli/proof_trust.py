"""What the proofs of `harmony-core proof verify` are held against: a root that the user vouches for, or proven headers."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from harmony_core.chain import Header, ShardState
from harmony_core.cli.lines import read_lines
from harmony_core.cli.proof_records import Place
from harmony_core.cli.verification import collect
from harmony_core.errors import MissingDataError, VerificationError, require
from harmony_core.light_client import CommitteeBook, HeaderVerdict, audit_headers
from harmony_core.params import Network
from harmony_core.primitives import Hash32

__all__ = ["Trust", "trust_of"]


@dataclass(frozen=True, slots=True)
class Trust:
    """What is believed.

    Attributes:
        network: the network.
        root: the root that the user vouches for, or None.
        hashes: hashes of blocks that the user vouches for.
        verdicts: the headers that were given, judged.
        book: the committees that they prove.
        shard: the shard whose headers are meant, or None for any.
    """

    network: Network
    root: Hash32 | None
    hashes: tuple[Hash32, ...]
    book: CommitteeBook
    verdicts: tuple[HeaderVerdict, ...] = ()
    shard: int | None = None
    _by_hash: dict[Hash32, HeaderVerdict] = field(default_factory=dict, repr=False)

    def verdict_of(self, block_hash: Hash32) -> HeaderVerdict | None:
        """Return the judgement of a header among those given, or None."""
        return self._by_hash.get(block_hash)

    def header_for(self, place: Place, kind: str) -> HeaderVerdict:
        """Return the proven header that a proof speaks of.

        Args:
            place: what the proof says of its block.
            kind: name of the root in the header that the proof leads to.

        Raises:
            MissingDataError: ``proof-header-missing`` where no header, or more than one, is meant.
            VerificationError: ``proof-header-root`` where the proof names another root than the header.
            HarmonyError: why the header is not proven.
        """
        found = [
            item
            for item in self.verdicts
            if (self.shard is None or item.header.shard_id == self.shard)
            and place.block_hash in {None, item.header.hash}
            and (place.number is None or place.number == item.header.number)
        ]
        if len(found) > 1 and place.root is not None:
            found = [item for item in found if getattr(item.header, kind) == place.root] or found
        require(
            len(found) == 1,
            MissingDataError,
            "proof-header-missing",
            "Of which block the proof speaks is not clear, or its header was not given.",
            expected="one header",
            actual=f"{len(found)} headers",
        )
        (verdict,) = found[:1]
        if verdict.error is not None:
            raise verdict.error
        actual = getattr(verdict.header, kind)
        require(
            place.root in {None, actual},
            VerificationError,
            "proof-header-root",
            "The proof names another root than the header of its block.",
            expected=actual,
            actual=place.root,
        )
        return verdict


def trust_of(
    network: Network,
    *,
    root: Hash32 | None,
    headers: Sequence[str],
    hashes: Sequence[Hash32],
    committees: Sequence[ShardState],
    shard: int | None,
    now: int,
) -> Trust:
    """Judge the headers of files and return what is believed then.

    Raises:
        HarmonyError: a line of the files is no header.
    """
    book = CommitteeBook(network, tuple(committees), epochs_kept=None)
    collected = collect(read_lines(headers))
    for problem in collected.problems:
        raise problem.error
    verdicts = tuple(
        audit_headers(
            [found.signed for found in collected.headers.values()],
            network,
            now=now,
            trusted_hashes=hashes,
            book=book,
        )
    )
    by_hash: dict[Hash32, HeaderVerdict] = {verdict.header.hash: verdict for verdict in verdicts}
    return Trust(network, root, tuple(hashes), book, verdicts, shard, by_hash)


def said_of(header: Header, verdict: HeaderVerdict) -> str:
    """Return in words on what a header is believed."""
    return f"header of block {header.number} of shard {header.shard_id}: {verdict.basis}"
