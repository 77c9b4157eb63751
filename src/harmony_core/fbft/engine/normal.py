"""A round without trouble: ANNOUNCE, PREPARE, PREPARED, COMMIT; how it ends stands in `finality`.

Source: harmony-one/harmony, consensus/leader.go (announce, onPrepare, onCommit), consensus/validator.go (onAnnounce,
onPrepared).
"""

from dataclasses import replace

from harmony_core.errors import MissingDataError, VerificationError, require
from harmony_core.fbft.engine.block import BlockFacts, PreparedCertificate
from harmony_core.fbft.engine.compose import compose_announce, compose_prepared
from harmony_core.fbft.engine.events import (
    Broadcast,
    LeaderEquivocated,
    ProposalReady,
    ReportEvidence,
    VerdictReached,
)
from harmony_core.fbft.engine.finality import try_to_finish
from harmony_core.fbft.engine.rounds import judge, vote
from harmony_core.fbft.engine.state import Round, State
from harmony_core.fbft.engine.verify import check_claims, check_parent, examine_repeated, verify_in
from harmony_core.fbft.engine.view_change import start_view_change
from harmony_core.fbft.engine.votes import Votes
from harmony_core.fbft.engine.voting import cast_prepare, check_may_prepare, keep_certificate, learn
from harmony_core.fbft.messages import Announce, CommitVote, Prepare, Prepared
from harmony_core.fbft.verification import examine_message
from harmony_core.quorum import CommitTarget

__all__ = ["on_announce", "on_commit_vote", "on_prepare", "on_prepared", "on_proposal", "on_verdict"]


def on_proposal(state: State, event: ProposalReady) -> None:
    """Propose the block that the host has made, and vote for it.

    Raises:
        MissingDataError: code ``engine-proposal-unasked`` if no proposal is wanted (any more).
        VerificationError: code ``engine-proposal-place`` for a block of another height or view, ``engine-parent``.
    """
    wanted = state.changing_to is None and state.round is None and state.leads(state.view_id)
    require(
        wanted and state.record.prepared_view != state.view_id,
        MissingDataError,
        "engine-proposal-unasked",
        "No proposal is wanted of this node now.",
    )
    block = BlockFacts.of_block(event.data)
    require(
        (block.number, block.view_id) == (state.number, state.view_id),
        VerificationError,
        "engine-proposal-place",
        "The proposal is of another height or view.",
        expected=(state.number, state.view_id),
        actual=(block.number, block.view_id),
    )
    check_parent(state, block)
    check_may_prepare(state, block, state.view_id)
    announce = compose_announce(state, block, event.data)
    this = state.round = Round(block, event.data, announce)
    this.prepares = Votes(state.electorate, block.block_hash)
    state.verdicts[block.block_hash] = True
    this.prepares.add_own(state.own_bits, cast_prepare(state, this))
    state.out.append(Broadcast(announce))
    _try_to_prepare(state, this)


def on_announce(state: State, message: Announce) -> None:
    """Look at the leader's proposal; the vote follows the host's verdict.

    Raises:
        HarmonyError: as `verify_in`; ``engine-changing-view`` while the node asks for another view,
            ``engine-repeated`` for the same proposal again, ``engine-parent``, and the codes of `check_may_prepare`.
    """
    _require_normal(state)
    header = verify_in(state, message, state.known_view(state.view_id)).header
    this = state.round
    if this is not None and this.announce is not None and this.block.block_hash != message.block_hash:
        state.out.append(LeaderEquivocated(this.announce, message))
        start_view_change(state)
        return
    require(this is None, VerificationError, "engine-repeated", "This block has been proposed already.")
    block = BlockFacts.of_header(header) if header else BlockFacts.of_block(message.block)
    check_parent(state, block)
    check_may_prepare(state, block, state.view_id)
    state.round = Round(block, message.block, message)
    judge(state, state.round)


def on_prepare(state: State, message: Prepare) -> None:
    """Count a PREPARE vote, at the leader.

    Raises:
        HarmonyError: as `examine_message`; ``engine-not-collecting`` at a node that collects no such votes now.
    """
    this = state.round
    require(
        this is not None and this.prepares is not None and state.changing_to is None,
        VerificationError,
        "engine-not-collecting",
        "This node collects no such votes now.",
    )
    if this is None or this.prepares is None:
        return
    view = state.known_view(state.view_id, this.block)
    examined = examine_message(message, view, compatibility=state.settings.compatibility)
    this.prepares.add(
        state.settings.signing, int.from_bytes(examined.sender_bitmap, "little"), message.payload
    )
    _try_to_prepare(state, this)


def on_prepared(state: State, message: Prepared) -> None:
    """Learn of a prepared block, and vote to commit it.

    A certificate of an earlier view of this height is learnt too, without a vote: whatever view it comes from, it has
    to be shown in the next view change.

    Raises:
        HarmonyError: as `verify_in`; ``engine-parent``, ``engine-prepared-known`` for a certificate that is there.
    """
    is_earlier = state.head.view_id < message.view_id < state.view_id
    view_id = message.view_id if is_earlier else state.view_id
    this = state.round
    require(
        this is None or this.certificate is None or this.block.block_hash != message.block_hash,
        VerificationError,
        "engine-prepared-known",
        "The certificate of this block is known.",
    )
    view = state.known_view(view_id)
    if this is not None and this.data == message.block and this.block.block_hash == message.block_hash:
        check_claims(state, examine_repeated(state, message, view))
        block = this.block
    else:
        header = verify_in(state, message, view).header
        block = BlockFacts.of_header(header) if header else BlockFacts.of_block(message.block)
    check_parent(state, block)
    certificate = PreparedCertificate(block, message.block, message.payload)
    learn(state, certificate)
    if is_earlier or state.changing_to is not None:
        return
    announce = this.announce if this is not None and this.block.block_hash == message.block_hash else None
    state.round = Round(block, message.block, announce, certificate=certificate)
    judge(state, state.round)


def on_commit_vote(state: State, message: CommitVote) -> None:
    """Count a COMMIT vote, at the leader; at any node, notice who votes for two blocks.

    Raises:
        HarmonyError: as `examine_message`; ``engine-commit-view`` for a view that the node has not reached,
            ``engine-vote-repeated``.
    """
    latest = max(state.view_id, state.changing_to or state.view_id)
    require(
        state.head.view_id < message.view_id <= latest,
        VerificationError,
        "engine-commit-view",
        "The vote is of a view that this node is not in.",
        expected=latest,
        actual=message.view_id,
    )
    view = state.known_view(message.view_id)
    known = state.known_block(message.block_hash)
    committee = state.electorate.committee
    target = (
        known[0].target
        if known
        else CommitTarget(
            committee.shard_id, committee.epoch, state.number, message.view_id, message.block_hash
        )
    )
    view = replace(view, target=target)
    examined = examine_message(message, view, compatibility=state.settings.compatibility)
    bits = int.from_bytes(examined.sender_bitmap, "little")
    signing = state.settings.signing
    evidence = state.commit_votes.note(state.electorate, signing, bits, message)
    if evidence is not None:
        state.out.append(ReportEvidence(evidence))
    this = state.round
    if this is None or this.commits is None or state.changing_to is not None:
        return
    if (message.view_id, message.block_hash) == (state.view_id, this.block.block_hash):
        this.commits.add(signing, bits, message.payload)
        try_to_finish(state, this)


def on_verdict(state: State, event: VerdictReached) -> None:
    """Take the host's verdict on a block and vote accordingly; a verdict on another block than the round's is kept.

    Raises:
        VerificationError: code ``engine-block-invalid`` when the host finds the block of the round invalid.
    """
    this = state.round
    if this is None or this.block.block_hash != event.block_hash or state.changing_to is not None:
        return
    if event.block_hash in state.verdicts:
        return
    state.verdicts[event.block_hash] = event.is_valid
    if event.is_valid:
        vote(state, this)


def _try_to_prepare(state: State, this: Round) -> None:
    signing = state.settings.signing
    if this.certificate is not None or this.prepares is None or not this.prepares.has_quorum(signing):
        return
    this.certificate = PreparedCertificate(this.block, this.data, this.prepares.certificate(signing))
    this.commits = Votes(state.electorate, state.electorate.commit_payload(this.block.target))
    learn(state, this.certificate, leads=True)
    keep_certificate(state, this)
    state.out.append(Broadcast(compose_prepared(state, this.certificate)))
    try_to_finish(state, this)


def _require_normal(state: State) -> None:
    require(
        state.changing_to is None,
        VerificationError,
        "engine-changing-view",
        "This node has given up the view and asks for another.",
    )
