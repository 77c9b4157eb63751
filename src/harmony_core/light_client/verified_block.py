"""A whole block against its proven header: what of it is proven, and what is not looked at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from harmony_core.chain import Block, CXReceipt, Header, Receipt, VerifiedTransaction
from harmony_core.cross_shard import CrossLinkBook, SpentMarks, VerifiedCrossLink, VerifiedIncoming
from harmony_core.errors import MissingDataError, VerificationError, require
from harmony_core.light_client.block_body import check_body, check_transactions
from harmony_core.light_client.block_check import (
    BlockCheck,
    BlockContext,
    BlockPieces,
    Findings,
    NotChecked,
    ValidatorSource,
)
from harmony_core.light_client.block_cross_links import check_cross_links
from harmony_core.light_client.block_election import check_next_committees
from harmony_core.light_client.block_execution import note_unchecked
from harmony_core.light_client.block_incoming import check_incoming
from harmony_core.light_client.block_outgoing import check_outgoing
from harmony_core.light_client.block_receipts import check_receipts
from harmony_core.light_client.block_slashes import check_slashes
from harmony_core.light_client.signed_header import ProvenHeader
from harmony_core.params import Network
from harmony_core.primitives import STRICT, Compatibility, Epoch, Hash32
from harmony_core.quorum import CommitteeSource, VerifiedHeader

__all__ = ["VerifiedBlock", "verify_block"]

_MINT: Final = object()
"""Known to the verification of this module only."""

_CHECKS: Final[tuple[BlockCheck, ...]] = (
    check_body,
    check_transactions,
    check_receipts,
    check_incoming,
    check_outgoing,
    check_cross_links,
    check_slashes,
    note_unchecked,
    check_next_committees,
)
"""In this order: later checks build on the transactions that earlier ones have found."""


@dataclass(frozen=True, slots=True, init=False)
class VerifiedBlock:
    """A block that was held against its proven header; made by `verify_block` only.

    It is proven as far as ``proven`` says and no further. That its transactions were carried out as the state root
    says is never among it: that takes executing them.

    Attributes:
        block: the block.
        proof: the proof of its header.
        transactions: its transactions with their senders, staking transactions last.
        incoming: what arrives in it, or None where that is not proven.
        outgoing: the cross-shard receipts that leave it, or None where they are not proven.
        cross_links: the crosslinks of its header, or None where they are not proven.
        proven: names of the rules that were proven.
        not_checked: the rules that were not looked at, each with the reason.
    """

    block: Block
    proof: VerifiedHeader | ProvenHeader
    transactions: tuple[VerifiedTransaction, ...]
    incoming: VerifiedIncoming | None
    outgoing: tuple[CXReceipt, ...] | None
    cross_links: tuple[VerifiedCrossLink, ...] | None
    proven: tuple[str, ...]
    not_checked: tuple[NotChecked, ...]

    def __init__(
        self, mint: object, block: Block, proof: VerifiedHeader | ProvenHeader, findings: Findings
    ) -> None:
        """Refuse to be made outside verification."""
        if mint is not _MINT:
            raise TypeError("a VerifiedBlock comes from verification and cannot be made by hand")
        object.__setattr__(self, "block", block)
        object.__setattr__(self, "proof", proof)
        for name in ("transactions", "incoming", "outgoing", "cross_links", "proven", "not_checked"):
            object.__setattr__(self, name, getattr(findings, name))

    @property
    def header(self) -> Header:
        """The proven header."""
        return self.proof.header

    def __reduce__(self) -> tuple[object, ...]:
        """Keep proofs picklable, so that a worker process can hand one to its parent."""
        findings = Findings(self.transactions, self.incoming, self.outgoing, self.cross_links)
        findings.prove(*self.proven)
        for item in self.not_checked:
            findings.leave(item.rule, item.code, item.reason)
        return _restore, (self.block, self.proof, findings)


def verify_block(
    block: Block,
    proof: VerifiedHeader | ProvenHeader,
    *,
    network: Network | None = None,
    receipts: Sequence[Receipt] | None = None,
    outgoing: Sequence[CXReceipt] | None = None,
    committees: CommitteeSource | None = None,
    source_headers: Mapping[Hash32, VerifiedHeader] | None = None,
    spent: SpentMarks | None = None,
    known_links: CrossLinkBook | None = None,
    latest_epoch: Epoch | None = None,
    validators: ValidatorSource | None = None,
    further_checks: Sequence[BlockCheck] = (),
    compatibility: Compatibility = STRICT,
) -> VerifiedBlock:
    """Verify a whole block against its proven header.

    What is at hand decides how much is proven: without receipts, for example, their root stays unchecked and is
    named so. Nothing is marked as spent and no crosslink is noted: that is for whoever takes the block in.

    Args:
        block: the block, as sent between nodes or as a node stores it; a stored one has lost the bitmaps of its
            incoming proofs, and what needs them stays unchecked with the code ``incoming-proof-bitmap-lost``.
        proof: the proof of its header.
        network: the verifier's network; needed only where ``proof`` rests on a hash alone and names none.
        receipts: receipts of its transactions in order, as stored or as the header commits to them.
        outgoing: its cross-shard receipts in order. Not needed where all of them follow from its transactions.
        committees: committees that the verifier trusts, for incoming proofs and crosslinks.
        source_headers: verified headers of the sources of incoming receipts, by hash, for want of committees.
        spent: which receipts the shard has credited before this block.
        known_links: the crosslinks of the beacon chain before this block.
        latest_epoch: the latest epoch of any shard of which the verifier knows by itself; without it, the epochs of
            which ``committees`` knows a committee.
        validators: the validators in the state before a block of the beacon shard that elects committees; what a
            block of another shard carries is held against ``committees``.
        further_checks: checks that need more, such as a state; what they prove is no longer among the rules not
            checked.
        compatibility: quirks of the reference to allow.

    Raises:
        VerificationError: ``block-header`` where the block has another header than the proven one, or a code that the
            modules of the checks name: `block_body`, `block_receipts`, `block_incoming`, `block_outgoing`,
            `block_cross_links`, `block_slashes` and `block_election`.
        DecodeError: a signature, a crosslink or a record in the block does not decode.
        MissingDataError: ``block-network`` where no network is given and the proof names none.
        UnsupportedRulesError: ``rules-unknown`` for an epoch whose rules are not known.
    """
    _require_header(block, proof)
    _require_items(receipts, Receipt)
    _require_items(outgoing, CXReceipt)
    context = BlockContext(
        block,
        _network_of(proof, network),
        BlockPieces(
            receipts, outgoing, committees, source_headers or {}, spent, known_links, latest_epoch, validators
        ),
        compatibility,
    )
    return VerifiedBlock(_MINT, block, proof, _findings(context, further_checks))


def _require_header(block: Block, proof: VerifiedHeader | ProvenHeader) -> None:
    """Refuse a block that has another header than the proven one."""
    if not isinstance(block, Block):
        raise TypeError(f"a Block is needed, not {type(block).__name__}")
    if not isinstance(proof, VerifiedHeader | ProvenHeader):
        raise TypeError(f"a VerifiedHeader or ProvenHeader is needed, not {type(proof).__name__}")
    require(
        block.hash == proof.header.hash,
        VerificationError,
        "block-header",
        "The block has another header than the proven one.",
        expected=proof.header.hash,
        actual=block.hash,
    )


def _require_items(items: Sequence[object] | None, kind: type) -> None:
    for item in items or ():
        if not isinstance(item, kind):
            raise TypeError(f"a {kind.__name__} is needed, not {type(item).__name__}")


def _network_of(proof: VerifiedHeader | ProvenHeader, given: Network | None) -> Network:
    """Return the network of the committee that signed, or the given one for a header believed by its hash alone."""
    verified = proof if isinstance(proof, VerifiedHeader) else next(iter(proof.verified), None)
    network = given if verified is None else verified.committee.network
    if network is None:
        raise MissingDataError(
            "The header is believed by its hash alone: name the network whose rules hold.",
            code="block-network",
        )
    return network


def _findings(context: BlockContext, further_checks: Sequence[BlockCheck]) -> Findings:
    context.network.require_known_rules(context.block.header.epoch)
    findings = Findings()
    findings.prove("block-header")
    for check in (*_CHECKS, *further_checks):
        check(context, findings)
    return findings


def _restore(block: Block, proof: VerifiedHeader | ProvenHeader, findings: Findings) -> VerifiedBlock:
    return VerifiedBlock(_MINT, block, proof, findings)
