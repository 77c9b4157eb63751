"""What the end of an epoch writes into validators: that they are elected, and the least commission.

Source: harmony-one/harmony, internal/chain/engine.go, setElectionEpochAndMinFee; core/state/statedb.go,
SetValidatorFirstElectionEpoch.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from harmony_core.chain.validator_wrapper import ValidatorWrapper
from harmony_core.params import ChainConfig
from harmony_core.primitives import Address, Epoch, Trace, TraceStep, trace_step
from harmony_core.staking.commission import (
    minimum_commission_rate,
    promotion_period,
    with_maximum_commission,
    with_minimum_commission,
)
from harmony_core.staking.staking_state import StakingState

__all__ = ["mark_election"]

_TEXTS: Final = {
    "staking-election-epoch": "The validator is elected for the next epoch.",
    "staking-commission-floor": "The commission is raised to the floor.",
    "staking-commission-ceiling": "The largest commission is raised, to leave room for the floor and one change.",
}


def mark_election(
    state: StakingState,
    elected: Iterable[Address],
    next_epoch: Epoch,
    config: ChainConfig,
    *,
    candidates: Iterable[Address] | None = None,
) -> tuple[StakingState, Trace]:
    """Mark who was elected for the next epoch, and bring commissions to the floor.

    The floor binds those elected; from HIP-30 on everybody. The largest rates are raised before and after that where
    the rule of ``is_max_rate`` is in force. Wrappers are not checked here: before that rule some did not keep to
    their own limits afterwards.

    Args:
        state: the state at the end of the epoch, after undelegations were paid.
        elected: validators with a slot in the next epoch, in the order of the shard state.
        next_epoch: the epoch of the new shard state, by which the rules go.
        config: the network's switches.
        candidates: every validator that the chain knew before the block, by default all.

    Returns:
        The state with the changed wrappers and first election epochs, and what was done.

    Raises:
        VerificationError: ``staking-validator-unknown`` for an elected account that is no validator.
        ConfigurationError: ``staking-promotion-period``.
    """
    chosen = list(dict.fromkeys(elected))
    every = list(state.validators if candidates is None else candidates)
    marks = _Marks(state, next_epoch, config)
    marks.elect(chosen)
    if marks.floor:
        marks.note_first_election(chosen)
        marks.raise_rates(chosen)
    if config.is_max_rate(next_epoch):
        marks.raise_largest_rates(every)
    if config.is_hip30(next_epoch) and marks.floor:
        elsewhere = set(chosen)
        marks.raise_rates(address for address in every if address not in elsewhere)
    if config.is_max_rate(next_epoch) and marks.floor:
        marks.raise_largest_rates(every)
    after = state.with_validators(*marks.changed.values())
    return replace(after, first_election_epochs=marks.first_elections), tuple(marks.steps)


class _Marks:
    """The changes so far, on the way from one state to the next."""

    def __init__(self, state: StakingState, next_epoch: Epoch, config: ChainConfig) -> None:
        self._state = state
        self._epoch = next_epoch
        self._config = config
        self.floor = minimum_commission_rate(config, next_epoch)
        self.changed: dict[Address, ValidatorWrapper] = {}
        self.first_elections = dict(state.first_election_epochs)
        self.steps: list[TraceStep] = []

    def elect(self, addresses: Iterable[Address]) -> None:
        for address in addresses:
            before = self._wrapper(address)
            elected = replace(before.validator, last_epoch_in_committee=self._epoch)
            self._change(before, replace(before, validator=elected), "staking-election-epoch")

    def note_first_election(self, addresses: Iterable[Address]) -> None:
        for address in addresses:
            self.first_elections[address] = self.first_elections.get(address) or self._epoch

    def raise_rates(self, addresses: Iterable[Address]) -> None:
        promotion = promotion_period(self._config)
        for address in addresses:
            before = self._wrapper(address)
            after = with_minimum_commission(
                before,
                first_election=self.first_elections.get(address, Epoch(0)),
                election=self._epoch,
                floor=self.floor,
                promotion=promotion,
            )
            self._change(before, after, "staking-commission-floor")

    def raise_largest_rates(self, addresses: Iterable[Address]) -> None:
        capped = self._config.is_top_max_rate(self._epoch)
        for address in addresses:
            before = self._wrapper(address)
            after = with_maximum_commission(before, floor=self.floor, capped=capped)
            self._change(before, after, "staking-commission-ceiling")

    def _wrapper(self, address: Address) -> ValidatorWrapper:
        return self.changed.get(address) or self._state.validator(address)

    def _change(self, before: ValidatorWrapper, after: ValidatorWrapper, rule: str) -> None:
        if after is before:
            return
        old, new = before.validator, after.validator
        self.changed[new.address] = after
        self.steps.append(
            trace_step(
                rule,
                _TEXTS[rule],
                validator=new.address,
                elected_for=new.last_epoch_in_committee,
                rate_before=old.commission.rate,
                rate=new.commission.rate,
                max_rate=new.commission.max_rate,
            )
        )
