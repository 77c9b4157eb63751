"""Candidates of an election: what of a validator its chances depend on.

Source: harmony-one/harmony, shard/committee/assignment.go (prepareOrders, IsEligibleForEPoSAuction).
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final, Self

from harmony_core.chain.fields import check_type
from harmony_core.chain.signing_threshold import SigningRate, signing_rate
from harmony_core.chain.validator_wrapper import ValidatorStatus, ValidatorWrapper
from harmony_core.errors import VerificationError, require
from harmony_core.primitives import STRICT, Address, BLSPublicKeyBytes, Compatibility, Epoch

__all__ = ["Candidate", "Verdict", "is_eligible", "verdict_before_auction"]


_NEVER: Final = Epoch(0)


class Verdict(Enum):
    """What became of a candidate."""

    ELECTED = "elected"
    """Every key that it brought to the auction won a seat."""

    PARTLY_ELECTED = "partly-elected"
    """The seats ran out between its keys."""

    OUTBID = "outbid"
    """All seats went to keys with more stake each, or with as much and a lower address."""

    NO_KEYS = "no-keys"
    """It has no key to bring to the auction."""

    KEY_TAKEN = "key-taken"
    """One of its keys is Harmony's, an earlier candidate's, or stands twice among its own."""

    BELOW_SIGNING_THRESHOLD = "below-signing-threshold"
    """It sits in the current committee and signed two thirds of its blocks or less."""

    NOT_ACTIVE = "not-active"
    """Its status is another than active."""

    @property
    def has_seat(self) -> bool:
        """Whether the candidate sits in the next committee."""
        return self in {Verdict.ELECTED, Verdict.PARTLY_ELECTED}

    @property
    def is_admitted(self) -> bool:
        """Whether the candidate took part in the auction, with keys or without."""
        return self in {Verdict.ELECTED, Verdict.PARTLY_ELECTED, Verdict.OUTBID, Verdict.NO_KEYS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A validator as an election sees it.

    Attributes:
        address: its account.
        keys: its BLS keys, in the order in which it declared them.
        stake: sum of all its delegations, its own among them, in atto.
        status: its status; only `ValidatorStatus.ACTIVE` takes part.
        last_epoch_in_committee: the last epoch for which it was elected, 0 for none.
        blocks_signed: how far its counter of signed blocks rose since the snapshot of the current epoch.
        blocks_to_sign: the same for the blocks that it was asked to sign.

    Raises:
        VerificationError: code ``candidate-stake`` for a negative stake.
    """

    address: Address
    keys: tuple[BLSPublicKeyBytes, ...]
    stake: int
    status: int = ValidatorStatus.ACTIVE
    last_epoch_in_committee: Epoch = _NEVER
    blocks_signed: int = 0
    blocks_to_sign: int = 0

    def __post_init__(self) -> None:
        """Check the types; a wrong one is a `TypeError`."""
        check_type("address", self.address, Address)
        check_type("keys", self.keys, tuple)
        for key in self.keys:
            check_type("keys", key, BLSPublicKeyBytes)
        for name in ("stake", "status", "last_epoch_in_committee", "blocks_signed", "blocks_to_sign"):
            check_type(name, getattr(self, name), int)
        require(
            self.stake >= 0,
            VerificationError,
            "candidate-stake",
            "The stake of a candidate is not negative.",
            actual=self.stake,
        )

    @classmethod
    def from_wrapper(cls, wrapper: ValidatorWrapper, snapshot: ValidatorWrapper) -> Self:
        """Return the candidate that a validator is.

        Args:
            wrapper: the validator in the state of the block before the one that elects.
            snapshot: the validator as it was when the current epoch began.

        Raises:
            VerificationError: code ``candidate-snapshot`` for the snapshot of another validator.
        """
        validator = wrapper.validator
        require(
            snapshot.validator.address == validator.address,
            VerificationError,
            "candidate-snapshot",
            "A validator is compared with its own snapshot.",
            expected=validator.address,
            actual=snapshot.validator.address,
        )
        return cls(
            address=validator.address,
            keys=validator.slot_keys,
            stake=wrapper.total_delegation,
            status=validator.status,
            last_epoch_in_committee=validator.last_epoch_in_committee,
            blocks_signed=wrapper.blocks_signed - snapshot.blocks_signed,
            blocks_to_sign=wrapper.blocks_to_sign - snapshot.blocks_to_sign,
        )

    def signing_rate(self, *, hip32: bool, compatibility: Compatibility = STRICT) -> SigningRate:
        """Return how much it signed since the snapshot; errors as for `chain.signing_threshold.signing_rate`."""
        return signing_rate(self.blocks_signed, self.blocks_to_sign, hip32=hip32, compatibility=compatibility)


def verdict_before_auction(
    candidate: Candidate, current_epoch: Epoch, *, hip32: bool, compatibility: Compatibility = STRICT
) -> Verdict | None:
    """Return why a candidate is not admitted to the auction, or None if it is.

    Args:
        candidate: the candidate.
        current_epoch: the epoch that ends, whose snapshots the candidate's counts of blocks start from. Signing counts
            only for a candidate that was elected for it.
        hip32: whether HIP-32 is in force in the current epoch.
        compatibility: ``impossible_signing_counts``.

    Raises:
        VerificationError: code ``signing-counts``.
    """
    if candidate.last_epoch_in_committee == current_epoch:
        rate = candidate.signing_rate(hip32=hip32, compatibility=compatibility)
        if rate.is_below_threshold:
            return Verdict.BELOW_SIGNING_THRESHOLD
    return None if candidate.status == ValidatorStatus.ACTIVE else Verdict.NOT_ACTIVE


def is_eligible(
    candidate: Candidate, current_epoch: Epoch, *, hip32: bool, compatibility: Compatibility = STRICT
) -> bool:
    """Return whether a candidate is admitted to the auction; arguments as for `verdict_before_auction`.

    The reference does not ask for the self delegation that a validator promised: falling short of it makes the
    validator inactive when it happens, and only the status counts here.
    """
    return verdict_before_auction(candidate, current_epoch, hip32=hip32, compatibility=compatibility) is None
