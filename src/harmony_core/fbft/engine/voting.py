"""When a node votes: the rules on which safety rests. See docs/protocol/fbft-engine.md for the argument."""

from harmony_core.errors import VerificationError, require
from harmony_core.fbft.engine.block import BlockFacts, PreparedCertificate
from harmony_core.fbft.engine.compose import compose_commit, compose_prepare
from harmony_core.fbft.engine.events import Persist, Send
from harmony_core.fbft.engine.record import SafetyRecord
from harmony_core.fbft.engine.state import Round, State
from harmony_core.primitives import ViewID

__all__ = ["cast_commit", "cast_prepare", "check_may_prepare", "keep_certificate", "learn", "may_commit"]


def check_may_prepare(state: State, block: BlockFacts, view_id: ViewID) -> None:
    """Refuse a proposal that this node must not vote for.

    Raises:
        VerificationError: ``engine-prepared-another`` if the node has voted for another block in this view,
            ``engine-locked`` if it knows of another block that a quorum has prepared.
    """
    record = state.record
    require(
        record.prepared_view != view_id or record.prepared_hash == block.block_hash,
        VerificationError,
        "engine-prepared-another",
        "This node has voted for another block in this view.",
        expected=record.prepared_hash,
        actual=block.block_hash,
    )
    mine = record.certificate
    require(
        mine is None or mine.block.block_hash == block.block_hash,
        VerificationError,
        "engine-locked",
        "Another block of this height has been prepared by a quorum.",
        expected=mine.block.block_hash if mine else None,
        actual=block.block_hash,
    )


def cast_prepare(state: State, this: Round) -> bytes:
    """Vote PREPARE, at most once a view; a node that does not lead sends the vote. Return the signature."""
    state.record = state.record.with_prepare(state.view_id, this.block.block_hash)
    state.out.append(Persist(state.record))
    vote = compose_prepare(state, this.block)
    if not state.leads(state.view_id):
        state.out.append(Send(state.leader(state.view_id), vote))
    return vote.payload


def learn(state: State, certificate: PreparedCertificate, *, leads: bool = False) -> None:
    """Remember that a quorum has prepared a block, to show it in every later view change of this height.

    With ``compatibility.verified_blocks_forget_prepared`` a node that had verified the block when it was proposed
    does not, as the reference (consensus/validator.go, validateNewBlock).
    """
    forgets = state.settings.compatibility.verified_blocks_forget_prepared
    if forgets and not leads and state.verdicts.get(certificate.block.block_hash):
        return
    state.record = state.record.with_certificate(certificate)


def may_commit(state: State, certificate: PreparedCertificate) -> bool:
    """Return whether the node may vote to commit a prepared block: never two blocks of one height.

    A vote to commit names no view but that of the block's own header, so that it counts for ever, in whatever view
    it was cast. Nor does the node vote for a block when it knows of one that was prepared in a later view.

    With ``compatibility.commits_several_blocks`` nothing holds it back, as in the reference.
    """
    if state.settings.compatibility.commits_several_blocks:
        return True
    record = state.record
    block = certificate.block
    if record.commit_hash is not None:
        return record.commit_hash == block.block_hash
    mine = record.certificate
    return mine is None or mine.block.block_hash == block.block_hash or mine.block.view_id < block.view_id


def cast_commit(state: State, this: Round) -> None:
    """Vote COMMIT for the block of the round if the node may: at its own tally if it leads, otherwise by message."""
    certificate = this.certificate
    if certificate is None or not state.own_bits or not may_commit(state, certificate):
        return
    state.record = _with_commit(state, certificate)
    state.out.append(Persist(state.record))
    vote = compose_commit(state, this.block)
    if this.commits is not None:
        this.commits.add_own(state.own_bits, vote.payload)
    else:
        state.out.append(Send(state.leader(state.view_id), vote))


def keep_certificate(state: State, this: Round) -> None:
    """Persist a leader's certificate before it is shown. With a habit of the reference the leader also votes first.

    Otherwise it votes last, see `harmony_core.fbft.engine.finality.try_to_finish`.
    """
    habits = state.settings.compatibility
    if habits.commits_several_blocks or habits.verified_blocks_forget_prepared:
        cast_commit(state, this)
    else:
        state.out.append(Persist(state.record))


def _with_commit(state: State, certificate: PreparedCertificate) -> SafetyRecord:
    """Return the record of the vote; a node that forgets prepared blocks keeps forgetting this one."""
    if state.settings.compatibility.verified_blocks_forget_prepared and (
        state.record.certificate is None or state.record.certificate.block != certificate.block
    ):
        return state.record
    return state.record.with_commit(certificate)
