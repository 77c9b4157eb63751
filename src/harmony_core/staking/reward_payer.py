"""One payment of rewards in the staking era: who earned what by signing, and what its delegators get of it.

Source: harmony-one/harmony, internal/chain/reward.go (processOneCrossLink and the payments after it).
"""

from collections.abc import Mapping, Sequence
from typing import Final

from harmony_core.chain.shard_state import Committee, ShardState, Slot
from harmony_core.errors import MissingDataError, require
from harmony_core.params import Network
from harmony_core.primitives import (
    STRICT,
    Address,
    Compatibility,
    Dec,
    Epoch,
    ShardID,
    TraceStep,
    trace_step,
)
from harmony_core.quorum import Roster
from harmony_core.quorum.voting_power import Voter
from harmony_core.staking.availability import (
    BlockSigners,
    SigningCount,
    add_signing_counts,
    block_signers,
    signing_counts,
    with_signing_counts,
)
from harmony_core.staking.distribution import delegation_shares, with_reward
from harmony_core.staking.reward_terms import BlockEarnings, KeyReward, RewardedCommit, RewardOutcome
from harmony_core.staking.staking_state import StakingState

__all__ = ["RewardPayer", "settle"]


class RewardPayer:
    """One block's payment: looks up each committee and each share once, and collects what the outcome is made of."""

    def __init__(
        self, network: Network, shard_states: Mapping[Epoch, ShardState], compatibility: Compatibility
    ) -> None:
        self._network = network
        self._shard_states = shard_states
        self._compatibility = compatibility
        self._rosters: dict[tuple[Epoch, ShardID], tuple[Committee, Roster]] = {}
        self._counts: list[dict[Address, SigningCount]] = []
        self.steps: list[TraceStep] = []

    def committee(self, commit: RewardedCommit) -> Committee:
        """Return the committee that signed.

        Raises:
            MissingDataError: ``reward-committees`` where those of its epoch are not given, ``shard-not-in-state`` where
                its shard is not among them.
        """
        shard_state = self._shard_states.get(commit.epoch)
        require(
            shard_state is not None,
            MissingDataError,
            "reward-committees",
            "The committees of an epoch that is paid for are not given.",
            expected=commit.epoch,
        )
        return (shard_state or _NO_COMMITTEES).committee(commit.shard_id)

    def earn(self, commit: RewardedCommit, reward: Dec, *, rounded: bool) -> list[KeyReward]:
        """Return what each elected key earned by signing, and note who signed and who did not.

        Args:
            commit: which block of which shard was signed, and by whom.
            reward: what its signers share, in atto with 18 decimals.
            rounded: whether a share is rounded to the nearest atto instead of cut off.

        Raises:
            HarmonyError: as `committee`, and as `block_signers` for its bitmap.
        """
        committee, roster = self._roster(commit)
        signers = block_signers(commit.bitmap, committee, compatibility=self._compatibility)
        self._counts.append(signing_counts(committee, signers))
        voters = _elected(signers, roster)
        total = sum((voter.power for _, voter in voters), start=Dec.ZERO)
        payouts = []
        for slot, voter in voters:
            if rounded or voter.power:
                due = reward * (voter.power / total)
                amount = due.round_int() if rounded else due.truncate_int()
                address = voter.earning_account if rounded else slot.address
                payouts.append(KeyReward(address, slot.bls_public_key, amount))
        self.steps.append(
            trace_step(
                "reward-commit",
                "Elected keys that signed share the reward by their voting power.",
                shard_id=commit.shard_id,
                number=commit.number,
                epoch=commit.epoch,
                reward=reward,
                signed=len(signers.signed),
                missed=len(signers.missed),
                paid_keys=len(payouts),
                power=total,
                paid=sum(payout.amount for payout in payouts),
            )
        )
        return payouts

    def earnings(
        self,
        payouts: Sequence[KeyReward],
        due: Sequence[tuple[Address, int]],
        *,
        recovery: Dec = Dec.ZERO,
        recovery_account: Address | None = None,
    ) -> BlockEarnings:
        """Return everything that was earned and noted."""
        return BlockEarnings(
            payouts=tuple(payouts),
            due=tuple(due),
            recovery=recovery,
            recovery_account=recovery_account,
            counts=tuple(add_signing_counts(self._counts).items()),
            trace=tuple(self.steps),
        )

    def _roster(self, commit: RewardedCommit) -> tuple[Committee, Roster]:
        key = commit.epoch, commit.shard_id
        if key not in self._rosters:
            committee = self.committee(commit)
            roster = Roster.compute(committee, self._network, commit.epoch, compatibility=self._compatibility)
            self._rosters[key] = committee, roster
        return self._rosters[key]


def settle(
    state: StakingState, earnings: BlockEarnings, *, compatibility: Compatibility = STRICT
) -> RewardOutcome:
    """Return the outcome of paying what validators earned, in order, after their counters have risen.

    Raises:
        VerificationError: ``staking-validator-unknown`` or a code of `with_reward`.
        MissingDataError: ``staking-snapshot``.
    """
    state = with_signing_counts(state, dict(earnings.counts))
    if earnings.recovery_account is not None:
        state = state.credited(earnings.recovery_account, earnings.recovery.truncate_int())
    changed = {address: state.validator(address) for address, _ in earnings.due}
    shares: dict[Address, dict[Address, Dec]] = {}
    steps = list(earnings.trace)
    for address, amount in earnings.due:
        snapshot = state.snapshot(address)
        if address not in shares:
            shares[address] = delegation_shares(snapshot)
        changed[address] = with_reward(
            changed[address], snapshot, amount, shares[address], compatibility=compatibility
        )
        steps.append(
            trace_step(
                "reward-validator",
                "The validator's delegators share what is due by their stake when the epoch began.",
                validator=address,
                due=amount,
                commission=snapshot.validator.commission.rate,
                delegations=len(snapshot.delegations),
            )
        )
    return RewardOutcome(
        state=state.with_validators(*changed.values()),
        payouts=earnings.payouts,
        total=earnings.total,
        recovery=earnings.recovery,
        trace=tuple(steps),
    )


def _elected(signers: BlockSigners, roster: Roster) -> list[tuple[Slot, Voter]]:
    voters = ((slot, roster.voter(slot.bls_public_key)) for slot in signers.signed)
    return [(slot, voter) for slot, voter in voters if voter is not None and not voter.is_harmony]


_NO_COMMITTEES: Final = ShardState(None, ())
