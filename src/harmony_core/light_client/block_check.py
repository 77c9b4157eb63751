"""What the checks of a block share: the block in its proven place, the pieces at hand, and what they find.

A check is a function of a `BlockContext` and `Findings`. It raises where a rule is broken, and otherwise says which
rules it has proven and which it could not look at. Checks that need more than a light client has, such as a state,
are given to `harmony_core.light_client.verify_block` by its caller.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from harmony_core.chain import Block, CXReceipt, Header, Receipt, VerifiedTransaction
from harmony_core.committee import Candidate
from harmony_core.cross_shard import CrossLinkBook, SpentMarks, VerifiedCrossLink, VerifiedIncoming
from harmony_core.params import Network
from harmony_core.primitives import Compatibility, Epoch, Hash32
from harmony_core.quorum import CommitteeSource, VerifiedHeader

__all__ = ["BlockCheck", "BlockContext", "BlockPieces", "Findings", "NotChecked", "ValidatorSource"]


@dataclass(frozen=True, slots=True)
class NotChecked:
    """A rule that a verification of a block has not looked at. Nothing is said of whether it holds.

    Attributes:
        rule: name of the rule.
        code: stable identifier of why, for example ``receipts-missing``.
        reason: why, in one sentence.
    """

    rule: str
    code: str
    reason: str


class ValidatorSource(Protocol):
    """The validators in the state before a block."""

    def validators(self, header: Header) -> Sequence[Candidate]:
        """Return all validators in the order of the chain's list, as the election in a header's block sees them.

        Raises:
            MissingDataError: they are not at hand.
        """


@dataclass(frozen=True, slots=True)
class BlockPieces:
    """What a verifier has besides the block; whatever is missing leaves rules unchecked.

    Attributes:
        receipts: receipts of the block's transactions in order.
        outgoing: cross-shard receipts that the block leaves, in order.
        committees: committees that the verifier trusts.
        source_headers: verified headers of blocks that incoming receipts may come from, by their hash.
        spent: which receipts the shard has credited before this block.
        known_links: the crosslinks of the beacon chain before this block.
        latest_epoch: the latest epoch of any shard of which the verifier knows by itself.
        validators: the validators in the state before the block.
    """

    receipts: Sequence[Receipt] | None = None
    outgoing: Sequence[CXReceipt] | None = None
    committees: CommitteeSource | None = None
    source_headers: Mapping[Hash32, VerifiedHeader] = field(default_factory=dict)
    spent: SpentMarks | None = None
    known_links: CrossLinkBook | None = None
    latest_epoch: Epoch | None = None
    validators: ValidatorSource | None = None


@dataclass(frozen=True, slots=True)
class BlockContext:
    """A block whose header is proven, with the rules that hold for it.

    Attributes:
        block: the block.
        network: the verifier's network.
        pieces: what else is at hand.
        compatibility: quirks of the reference to allow.
    """

    block: Block
    network: Network
    pieces: BlockPieces
    compatibility: Compatibility

    @property
    def header(self) -> Header:
        """The proven header."""
        return self.block.header

    @property
    def moves_balances(self) -> bool:
        """Whether the block may move balances of a vanishing shard in place of executing transactions.

        Source: harmony-one/harmony, core/state_processor.go (MayBalanceMigration).
        """
        epoch = self.header.epoch
        if not self.network.config.is_one_epoch_before_hip30(epoch):
            return False
        after = self.network.schedule.instance_for_epoch(Epoch(epoch + 1))
        return self.header.shard_id >= after.num_shards


@dataclass(slots=True, eq=False)
class Findings:
    """What the checks of one block have found so far.

    Attributes:
        transactions: the block's transactions with their senders, staking transactions last.
        incoming: everything that arrives, if all of it is proven.
        outgoing: the cross-shard receipts that leave, if they are proven to be all.
        cross_links: the crosslinks, if all of them are proven.
    """

    transactions: tuple[VerifiedTransaction, ...] = ()
    incoming: VerifiedIncoming | None = None
    outgoing: tuple[CXReceipt, ...] | None = None
    cross_links: tuple[VerifiedCrossLink, ...] | None = None
    _proven: dict[str, None] = field(default_factory=dict)
    _not_checked: dict[str, NotChecked] = field(default_factory=dict)

    def prove(self, *rules: str) -> None:
        """Note rules as proven; a rule that another check had to leave is left no more."""
        for rule in rules:
            self._proven[rule] = None
            self._not_checked.pop(rule, None)

    def leave(self, rule: str, code: str, reason: str) -> None:
        """Note a rule as not checked, unless it is proven already."""
        if rule not in self._proven:
            self._not_checked[rule] = NotChecked(rule, code, reason)

    @property
    def proven(self) -> tuple[str, ...]:
        """Names of the proven rules, in the order of the checks."""
        return tuple(self._proven)

    @property
    def not_checked(self) -> tuple[NotChecked, ...]:
        """The rules that were not looked at, in the order of the checks."""
        return tuple(self._not_checked.values())


class BlockCheck(Protocol):
    """A check of a block."""

    def __call__(self, context: BlockContext, findings: Findings) -> None:
        """Check the block and note what was found.

        Raises:
            HarmonyError: where a rule is broken.
        """
