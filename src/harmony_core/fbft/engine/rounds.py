"""How a node takes up the block of a view: the host's verdict first, then the vote."""

from harmony_core.fbft.engine.block import PreparedCertificate
from harmony_core.fbft.engine.events import AskProposal, ValidateBlock
from harmony_core.fbft.engine.state import Round, State
from harmony_core.fbft.engine.voting import cast_commit, cast_prepare

__all__ = ["ask_proposal", "follow_prepared", "judge", "vote"]


def ask_proposal(state: State) -> None:
    """Ask the host for a block if this node leads the view and has not proposed in it, perhaps before a crash."""
    if state.leads(state.view_id) and state.record.prepared_view != state.view_id:
        state.out.append(AskProposal(state.number, state.view_id, state.head.block.block_hash))


def follow_prepared(state: State, certificate: PreparedCertificate) -> None:
    """Go on with a prepared block that a NEWVIEW has brought: it stands for ANNOUNCE and PREPARED."""
    state.round = Round(certificate.block, certificate.data, certificate=certificate)
    judge(state, state.round)


def judge(state: State, this: Round) -> None:
    """Vote on the round's block if the host has found it valid, or ask for its verdict."""
    verdict = state.verdicts.get(this.block.block_hash)
    if verdict is None:
        state.out.append(ValidateBlock(this.block, this.data))
    elif verdict:
        vote(state, this)


def vote(state: State, this: Round) -> None:
    """Cast the vote that the round is ready for."""
    if not state.own_bits:
        return
    if this.certificate is not None:
        cast_commit(state, this)
    else:
        cast_prepare(state, this)
