"""Carrying out any of the five directives."""

from harmony_core.chain.staking_message import (
    CollectRewards,
    CreateValidator,
    Delegate,
    EditValidator,
    StakingMessage,
    Undelegate,
)
from harmony_core.staking.collecting import collect_rewards
from harmony_core.staking.context import StakingContext
from harmony_core.staking.delegating import delegate, undelegate
from harmony_core.staking.outcome import DirectiveOutcome
from harmony_core.staking.staking_state import StakingState
from harmony_core.staking.validator_directives import create_validator, edit_validator

__all__ = ["apply_directive"]


def apply_directive(
    state: StakingState, message: StakingMessage, context: StakingContext
) -> DirectiveOutcome:
    """Return what a directive does to a state; an error leaves the state as it was.

    That the sender signed, has the nonce and pays the fee is for `verify_staking_transaction` and for whoever executes
    the block; a block that contains a directive which fails is invalid as a whole.

    Raises:
        VerificationError: the codes of `create_validator`, `edit_validator`, `delegate`, `undelegate` or
            `collect_rewards`.
        DecodeError: for BLS keys and proofs that are no points.
        MissingDataError: ``staking-snapshot``.

    Source: harmony-one/harmony, core/state_transition.go, StakingTransitionDb.
    """
    match message:
        case CreateValidator():
            return create_validator(state, message, context)
        case EditValidator():
            return edit_validator(state, message, context)
        case Delegate():
            return delegate(state, message, context)
        case Undelegate():
            return undelegate(state, message, context)
        case CollectRewards():
            return collect_rewards(state, message, context)
        case _:
            raise TypeError(f"no directive has a message of the type {type(message).__name__}")
