"""Carrying out any of the five directives."""

from typing import Final

from harmony_core.chain.staking_message import (
    CollectRewards,
    CreateValidator,
    Delegate,
    EditValidator,
    StakingMessage,
    Undelegate,
)
from harmony_core.chain.staking_transaction import StakingTransaction
from harmony_core.chain.transaction_rules import VerifiedTransaction
from harmony_core.errors import VerificationError, require
from harmony_core.primitives import STRICT, Compatibility
from harmony_core.staking.collecting import collect_rewards
from harmony_core.staking.context import StakingContext
from harmony_core.staking.delegating import delegate, undelegate
from harmony_core.staking.outcome import DirectiveOutcome
from harmony_core.staking.staking_state import StakingState
from harmony_core.staking.validator_directives import create_validator, edit_validator

__all__ = ["apply_directive", "staking_message_of"]

_VALIDATORS: Final = (CreateValidator, EditValidator)


def staking_message_of(
    verified: VerifiedTransaction, *, compatibility: Compatibility = STRICT
) -> StakingMessage:
    """Return the message of a staking transaction whose signature was verified: its sender acts for itself.

    Raises:
        VerificationError: ``staking-sender`` where the message names another account than the sender.
        DecodeError: as `StakingTransaction.decode_message`.

    Source: harmony-one/harmony, core/state_transition.go, StakingTransitionDb (errInvalidSigner).
    """
    transaction = verified.transaction
    if not isinstance(transaction, StakingTransaction):
        raise TypeError("only a staking transaction has a staking message")
    message = transaction.decode_message(compatibility=compatibility)
    name = "validator_address" if isinstance(message, _VALIDATORS) else "delegator_address"
    account = getattr(message, name)
    require(
        account == verified.sender,
        VerificationError,
        "staking-sender",
        "Who sends a staking transaction acts for itself.",
        expected=verified.sender,
        actual=account,
    )
    return message


def apply_directive(
    state: StakingState, message: StakingMessage, context: StakingContext
) -> DirectiveOutcome:
    """Return what a directive does to a state; an error leaves the state as it was.

    That the sender signed is for `verify_staking_transaction` and `staking_message_of`; nonce and fee are for whoever
    executes the block. A block that contains a directive which fails is invalid as a whole.

    Args:
        state: the validators, balances and delegations before it.
        message: the directive, decoded; amounts in atto.
        context: the block's height and epoch, and the network's rules.

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
