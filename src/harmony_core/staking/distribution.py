"""Sharing out a validator's reward among its delegations, to the last atto.

Source: harmony-one/harmony, core/state/statedb.go (AddReward); internal/chain/reward.go (lookupDelegatorShares).
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from harmony_core.chain.validator_wrapper import Delegation, ValidatorStatus, ValidatorWrapper
from harmony_core.errors import VerificationError, require
from harmony_core.primitives import STRICT, Address, Compatibility, Dec

__all__ = ["delegation_shares", "with_reward"]

_ONE: Final = Dec.ONE.raw
_HALF: Final = _ONE // 2
_SQUARE: Final = _ONE * _ONE
_SAFE_BITS: Final = 128
_new = object.__new__
_set = object.__setattr__


def delegation_shares(snapshot: ValidatorWrapper) -> dict[Address, Dec]:
    """Return each delegator's share of a validator's stake; of an account that stands twice the last one counts.

    Nobody has a share where the validator has no stake at all.

    Source: internal/chain/reward.go, lookupDelegatorShares.
    """
    total = snapshot.total_delegation
    if not total:
        return {}
    shares = {}
    for delegation in snapshot.delegations:
        # What dividing two `Dec` gives: 36 decimals, cut off, then rounded half to even to 18.
        part, rest = divmod(delegation.amount * _SQUARE // total, _ONE)
        share = _new(Dec)
        _set(share, "raw", part + 1 if rest > _HALF or (rest == _HALF and part & 1) else part)
        shares[delegation.delegator] = share
    return shares


def with_reward(
    current: ValidatorWrapper,
    snapshot: ValidatorWrapper,
    reward: int,
    shares: Mapping[Address, Dec],
    *,
    compatibility: Compatibility = STRICT,
) -> ValidatorWrapper:
    """Return a validator after a reward: commission first, the rest by shares, what rounding leaves to itself.

    Commission and delegations are those of the snapshot, taken when the epoch began. A share is found by the
    delegator's account, but paid to the delegation at the same place in the list. Parts of an atto round half to even,
    so that the parts together can exceed the reward by a few atto. A banned validator gets nothing. Where the
    snapshot has no stake and so nobody a share, the commission alone is paid and the rest of the reward is paid to
    nobody.

    Args:
        current: the validator now.
        snapshot: the validator when the epoch began.
        reward: atto, at least 0.
        shares: what `delegation_shares` says of the snapshot.
        compatibility: ``rewards_up_to_missing_share`` pays the commission and the delegations before one that has no
            share, and then stops.

    Raises:
        VerificationError: ``reward-amount`` for a negative reward, ``reward-share`` where a delegator of a snapshot
            with stake has no share, ``reward-delegations`` where the validator has lost delegations since the
            snapshot, on which the reference panics.

    Source: core/state/statedb.go, AddReward.
    """
    require(reward >= 0, VerificationError, "reward-amount", "A reward is not negative.", actual=reward)
    if not reward or current.validator.status == ValidatorStatus.BANNED:
        return current
    require(
        len(current.delegations) >= max(len(snapshot.delegations), 1),
        VerificationError,
        "reward-delegations",
        "A validator never has fewer delegations than its snapshot.",
        expected=len(snapshot.delegations),
        actual=len(current.delegations),
    )
    commission = max(snapshot.validator.commission.rate.mul_int(reward).round_int(), 0)
    to_share = reward - commission
    parts, complete = _parts(snapshot, to_share, shares)
    require(
        complete or compatibility.rewards_up_to_missing_share or not snapshot.total_delegation,
        VerificationError,
        "reward-share",
        "Every delegator of the snapshot has a share of the reward.",
        actual=None if complete else snapshot.delegations[len(parts)].delegator,
    )
    own = commission + (max(to_share - sum(parts), 0) if complete else 0)
    delegations = [
        _with_more(delegation, part) if part else delegation
        for delegation, part in zip(current.delegations, parts, strict=False)
    ]
    delegations += current.delegations[len(parts) :]
    delegations[0] = _with_more(delegations[0], own)
    return replace(current, block_reward=current.block_reward + reward, delegations=tuple(delegations))


def _parts(
    snapshot: ValidatorWrapper, to_share: int, shares: Mapping[Address, Dec]
) -> tuple[list[int], bool]:
    """Return what each delegation gets, up to the first without a share, and whether there is none such."""
    found = [shares.get(delegation.delegator) for delegation in snapshot.delegations]
    complete = None not in found
    known = [share for share in (found if complete else found[: found.index(None)]) if share is not None]
    raw = [share.raw for share in known]
    if min(raw, default=0) < 0 or to_share < 0 or max(to_share, *raw, 0).bit_length() > _SAFE_BITS:
        return [share.mul_int(to_share).round_int() for share in known], complete
    parts = []
    for share_raw in raw:
        # What `Dec` does, without a number for each step: this loop runs once for every delegation on the network.
        part, rest = divmod(share_raw * to_share, _ONE)
        parts.append(part + 1 if rest > _HALF or (rest == _HALF and part & 1) else part)
    return parts, complete


def _with_more(delegation: Delegation, amount: int) -> Delegation:
    """Return a delegation with a larger reward; made without checks, as nothing else of it changes."""
    if amount <= 0:
        return replace(delegation, reward=delegation.reward + amount)
    more = _new(Delegation)
    _set(more, "delegator", delegation.delegator)
    _set(more, "amount", delegation.amount)
    _set(more, "reward", delegation.reward + amount)
    _set(more, "undelegations", delegation.undelegations)
    return more
