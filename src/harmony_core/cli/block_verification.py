"""The blocks among the input of `harmony-core verify`, each against its header as proven in the same run."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harmony_core.cli.lines import Origin
from harmony_core.cli.records import BlockRecord
from harmony_core.cross_shard import CrossLinkBook, SpentMarks
from harmony_core.errors import HarmonyError, MissingDataError, require
from harmony_core.light_client import (
    CommitteeBook,
    HeaderVerdict,
    ProvenHeader,
    Verdict,
    VerifiedBlock,
    verify_block,
)
from harmony_core.params import Network
from harmony_core.primitives import Hash32, ShardID

__all__ = ["GivenBlock", "JudgedBlock", "judge_blocks"]


@dataclass(frozen=True, slots=True)
class GivenBlock:
    """A block of the input, and where it was read."""

    record: BlockRecord
    origin: Origin


@dataclass(frozen=True, slots=True)
class JudgedBlock:
    """A block's verdict.

    Attributes:
        given: the block.
        verdict: proven as far as ``verified`` says, broken, or neither because its header is not proven.
        verified: what is proven and what was not checked; None unless proven.
        error: why it is not; None if it is.
    """

    given: GivenBlock
    verdict: Verdict
    verified: VerifiedBlock | None
    error: HarmonyError | None


def judge_blocks(
    given: Sequence[GivenBlock], headers: Iterable[HeaderVerdict], network: Network, book: CommitteeBook
) -> tuple[JudgedBlock, ...]:
    """Judge every block, ascending by shard and number.

    What was credited and linked before is known where the blocks lead without a gap from the first one on; elsewhere it
    is among what was not checked.
    """
    proofs = {verdict.header.hash: verdict.proof for verdict in headers}
    followers: dict[ShardID, _Follower] = {}
    judged = []
    for item in sorted(given, key=_place):
        header = item.record.block.header
        follower = followers.setdefault(header.shard_id, _Follower(network, book))
        try:
            verified = follower.verify(item.record, proofs.get(header.hash))
        except HarmonyError as error:
            verdict = Verdict.UNKNOWN if isinstance(error, MissingDataError) else Verdict.BROKEN
            judged.append(JudgedBlock(item, verdict, None, error.with_traceback(None)))
        else:
            judged.append(JudgedBlock(item, Verdict.PROVEN, verified, None))
    return tuple(judged)


def _place(item: GivenBlock) -> tuple[int, int, Hash32]:
    header = item.record.block.header
    return header.shard_id, header.number, header.hash


class _Follower:
    """Takes the blocks of one shard in as long as they follow one another from genesis on."""

    def __init__(self, network: Network, book: CommitteeBook) -> None:
        self._network = network
        self._book = book
        self._spent = SpentMarks()
        self._links = CrossLinkBook()
        self._next_spent = self._next_linked = 0

    def verify(self, record: BlockRecord, proof: ProvenHeader | None) -> VerifiedBlock:
        header = record.block.header
        require(
            proof is not None,
            MissingDataError,
            "block-header-unproven",
            "The block cannot be judged while its header is not proven.",
            actual=header.hash,
        )
        assert proof is not None  # noqa: S101 - for the type checker
        knows_spent = header.number == self._next_spent
        knows_links = header.number == self._next_linked
        verified = verify_block(
            record.block,
            proof,
            network=self._network,
            receipts=record.receipts,
            outgoing=record.outgoing,
            committees=self._book,
            spent=self._spent if knows_spent else None,
            known_links=self._links if knows_links else None,
        )
        if knows_spent and verified.incoming is not None:
            self._next_spent += 1
            for arrived in verified.incoming.arrived:
                self._spent.spend(arrived)
        if knows_links and verified.cross_links is not None:
            self._next_linked += 1
            self._links.add(verified.cross_links)
        return verified
