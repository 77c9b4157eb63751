"""What no light client can check of a block, named so that nobody takes it for checked.

Source: harmony-one/harmony, core/state_processor.go (Process); internal/chain/engine.go (Finalize, VerifyShardState).
"""

from harmony_core.light_client.block_check import BlockContext, Findings

__all__ = ["note_unchecked"]


def note_unchecked(context: BlockContext, findings: Findings) -> None:
    """Note what needs the state before the block: its execution, and the committees that it elects."""
    header = context.header
    findings.leave(
        "block-state-root",
        "execution-needed",
        "First nonces, balances, the outcome of every transaction, rewards and the state root follow from executing the"
        " block on the state before it.",
    )
    if header.shard_state and header.number > 0:
        findings.leave(
            "block-next-committee",
            "state-needed",
            "The committees that the block elects follow from the validators in the state before it.",
        )
