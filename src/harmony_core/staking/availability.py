"""Who signed which blocks, and what becomes of a validator that signed too few.

Source: harmony-one/harmony, staking/availability/measure.go.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import compress

from harmony_core.chain.shard_state import Committee, Slot
from harmony_core.chain.signing_threshold import SigningRate, signing_rate
from harmony_core.chain.validator_wrapper import ValidatorStatus, ValidatorWrapper
from harmony_core.crypto.bitmap import bit_selectors, check_bitmap
from harmony_core.errors import VerificationError, require
from harmony_core.params import ChainConfig
from harmony_core.primitives import STRICT, Address, Compatibility, Epoch, Trace, trace_step
from harmony_core.staking.staking_state import StakingState

__all__ = [
    "BlockSigners",
    "SigningCount",
    "add_signing_counts",
    "block_signers",
    "current_signing",
    "signing_counts",
    "with_signing_counts",
    "with_signing_status",
]


@dataclass(frozen=True, slots=True)
class BlockSigners:
    """The slots of a committee by whether they signed a block, each part in slot order."""

    signed: tuple[Slot, ...]
    missed: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class SigningCount:
    """Slots of one validator that were asked to sign, and those of them that did."""

    to_sign: int = 0
    signed: int = 0


def block_signers(
    bitmap: bytes, committee: Committee, *, compatibility: Compatibility = STRICT
) -> BlockSigners:
    """Return who of a committee signed, by the bitmap of a commit.

    Raises:
        VerificationError: ``bitmap-length`` or ``bitmap-padding``, see `crypto.bitmap.check_bitmap`.

    Source: staking/availability/measure.go, BlockSigners.
    """
    size = len(committee.slots)
    check_bitmap(bitmap, size, compatibility=compatibility)
    everyone = (1 << size) - 1
    bits = int.from_bytes(bitmap, "little") & everyone
    return BlockSigners(
        tuple(compress(committee.slots, bit_selectors(bits, size))),
        tuple(compress(committee.slots, bit_selectors(bits ^ everyone, size))),
    )


def signing_counts(committee: Committee, signers: BlockSigners) -> dict[Address, SigningCount]:
    """Return by how much the counters of each elected validator rise with one block: once for every slot it holds.

    A slot of Harmony's counts only where its account is an elected validator's, too.

    Source: staking/availability/measure.go, IncrementValidatorSigningCounts.
    """
    elected = set(committee.staked_slots().addresses)
    counts: dict[Address, SigningCount] = {}
    for slots, signed in ((signers.missed, 0), (signers.signed, 1)):
        for slot in slots:
            if slot.address in elected:
                count = counts.get(slot.address, _NOTHING)
                counts[slot.address] = SigningCount(count.to_sign + 1, count.signed + signed)
    return counts


def add_signing_counts(parts: Iterable[Mapping[Address, SigningCount]]) -> dict[Address, SigningCount]:
    """Return the sum of several counts, by validator."""
    total: dict[Address, SigningCount] = {}
    for part in parts:
        for address, count in part.items():
            before = total.get(address, _NOTHING)
            total[address] = SigningCount(before.to_sign + count.to_sign, before.signed + count.signed)
    return total


def with_signing_counts(state: StakingState, counts: Mapping[Address, SigningCount]) -> StakingState:
    """Return the state with the counters of these validators raised.

    Raises:
        VerificationError: ``staking-validator-unknown`` for an elected account that is no validator.
    """
    changed: list[ValidatorWrapper] = []
    for address, count in counts.items():
        wrapper = state.validator(address)
        changed.append(
            replace(
                wrapper,
                blocks_to_sign=wrapper.blocks_to_sign + count.to_sign,
                blocks_signed=wrapper.blocks_signed + count.signed,
            )
        )
    return state.with_validators(*changed)


def current_signing(
    snapshot: ValidatorWrapper,
    current: ValidatorWrapper,
    *,
    hip32: bool,
    compatibility: Compatibility = STRICT,
) -> SigningRate:
    """Return how much of what it was asked to sign a validator signed since its snapshot.

    Args:
        snapshot: the validator when the epoch began.
        current: the validator now.
        hip32: whether HIP-32 is in force in the epoch of the snapshot.
        compatibility: ``impossible_signing_counts`` takes counters that fell.

    Raises:
        VerificationError: ``signing-counts``, see `chain.signing_threshold.signing_rate`.

    Source: staking/availability/measure.go, ComputeCurrentSigning.
    """
    return signing_rate(
        current.blocks_signed - snapshot.blocks_signed,
        current.blocks_to_sign - snapshot.blocks_to_sign,
        hip32=hip32,
        compatibility=compatibility,
    )


def with_signing_status(
    state: StakingState,
    address: Address,
    config: ChainConfig,
    snapshot_epoch: Epoch,
    *,
    compatibility: Compatibility = STRICT,
) -> tuple[StakingState, Trace]:
    """Return the state with a validator made inactive if it signed too little, and why.

    The status only ever changes to inactive here; a banned validator stays banned.

    Args:
        state: the state, with the snapshots of the epoch that ends.
        address: a validator of the committee that ends.
        config: the network's switches.
        snapshot_epoch: epoch of the snapshots.
        compatibility: ``impossible_signing_counts`` takes counters that fell.

    Raises:
        VerificationError: ``staking-validator-unknown`` or ``signing-counts``.
        MissingDataError: ``staking-snapshot``.

    Source: staking/availability/measure.go, ComputeAndMutateEPOSStatus.
    """
    wrapper = state.validator(address)
    require(
        snapshot_epoch >= 0,
        VerificationError,
        "epoch-negative",
        "An epoch is not negative.",
        actual=snapshot_epoch,
    )
    if wrapper.validator.status == ValidatorStatus.BANNED:
        return state, (
            trace_step("availability-banned", "A banned validator stays banned.", validator=address),
        )
    rate = current_signing(
        state.snapshot(address), wrapper, hip32=config.is_hip32(snapshot_epoch), compatibility=compatibility
    )
    numbers = {
        "validator": address,
        "signed": rate.signed,
        "to_sign": rate.to_sign,
        "percentage": rate.percentage,
    }
    if not rate.is_below_threshold:
        return state, (trace_step("availability-kept", "The validator signed enough.", **numbers),)
    inactive = replace(wrapper, validator=replace(wrapper.validator, status=ValidatorStatus.INACTIVE))
    step = trace_step("availability-inactive", "The validator signed two thirds or less.", **numbers)
    return state.with_validators(inactive), (step,)


_NOTHING = SigningCount()
