"""What people are told about a validator's chances to be elected.

Source: harmony-one/harmony, staking/effective/eligible.go.
"""

from enum import IntEnum
from typing import Final

from harmony_core.chain.validator_wrapper import ValidatorStatus

__all__ = ["BootReason", "Candidacy", "boot_text", "candidacy", "candidacy_text", "status_text"]

_BANNED: Final = "banned forever from network because was caught double-signing"


class Candidacy(IntEnum):
    """A validator's status together with its place in the committee."""

    UNKNOWN = 0
    BANNED = 1
    CANDIDATE = 2
    NOT_CANDIDATE = 3
    ELECTED = 4


class BootReason(IntEnum):
    """Why a validator left the committee."""

    BOOTED = 0
    NOT_BOOTED = 1
    LOST_AUCTION = 2
    INACTIVE = 3
    BANNED = 4


_CANDIDACY: Final[dict[int, str]] = {
    Candidacy.BANNED: _BANNED,
    Candidacy.CANDIDATE: "eligible to be elected next epoch",
    Candidacy.NOT_CANDIDATE: "not eligible to be elected next epoch",
    Candidacy.ELECTED: "currently elected",
}
_BOOT: Final[dict[int, str]] = {
    BootReason.BOOTED: "booted",
    BootReason.LOST_AUCTION: "lost epos auction",
    BootReason.INACTIVE: "manually turned inactive or insufficient uptime",
    BootReason.BANNED: _BANNED,
}
_STATUS: Final[dict[int, str]] = {
    ValidatorStatus.ACTIVE: "active",
    ValidatorStatus.INACTIVE: "inactive",
    ValidatorStatus.BANNED: _BANNED,
}


def candidacy(status: int, *, in_committee: bool) -> Candidacy:
    """Return a validator's candidacy: a ban comes first, then the seat, then whether it is active."""
    if status == ValidatorStatus.BANNED:
        return Candidacy.BANNED
    if in_committee:
        return Candidacy.ELECTED
    return Candidacy.CANDIDATE if status == ValidatorStatus.ACTIVE else Candidacy.NOT_CANDIDATE


def candidacy_text(value: int) -> str:
    """Return the reference's words for a `Candidacy`; any other number is unknown."""
    return _CANDIDACY.get(value, "unknown")


def boot_text(value: int) -> str:
    """Return the reference's words for a `BootReason`; any other number is not booted."""
    return _BOOT.get(value, "not booted")


def status_text(value: int) -> str:
    """Return the reference's words for a `ValidatorStatus`; any other number is unknown."""
    return _STATUS.get(value, "unknown")
