"""The rules that a header keeps by itself, and those between a header and its parent.

Source: harmony-one/harmony, internal/chain/engine.go (VerifyHeader, VerifyVRF), block/factory/factory.go (the version of
an epoch), internal/configs/sharding (the epoch of a height, the number of shards). Rejected hashes and checkpoints are
those of `harmony_core.params`.
"""

from typing import Final

from harmony_core.chain.header import Header, header_version_for_epoch
from harmony_core.errors import HarmonyError, MissingDataError, VerificationError, require
from harmony_core.light_client.basis import Basis
from harmony_core.light_client.epoch_end import EpochEnd
from harmony_core.params import Network
from harmony_core.primitives import BEACON_SHARD_ID, Epoch, ShardID
from harmony_core.randomness.vrf import verify_vrf_presence

__all__ = ["CLOCK_TOLERANCE", "located", "require_basis", "verify_link", "verify_shard", "verify_standalone"]

CLOCK_TOLERANCE: Final = 15
"""Seconds by which a block may be ahead of the verifier's clock, as in go-ethereum (allowedFutureBlockTimeSeconds)."""


def verify_standalone(header: Header, network: Network, *, now: int) -> None:
    """Check what can be said of a header without its parent or its commit.

    Args:
        header: a header other than genesis.
        network: the verifier's network.
        now: the verifier's clock, Unix seconds.

    Raises:
        VerificationError: ``block-rejected`` and ``checkpoint-mismatch`` by the network's lists; ``header-shard``;
            ``header-version``; ``header-epoch`` if the height does not lie in the epoch; ``header-time-future``;
            ``header-vrf-missing`` and ``header-vrf-early`` by the epoch from which the network has a VRF.
        UnsupportedRulesError: ``rules-unknown`` for an epoch whose rules this version does not know.
    """
    network.verify_not_rejected(header.hash)
    network.verify_not_rejected(header.parent_hash)
    network.verify_checkpoint(header.shard_id, header.number, header.hash)
    if header.shard_id == BEACON_SHARD_ID:
        # The height tells the epoch, so a header cannot hide behind the one it claims.
        network.require_known_rules(network.schedule.epoch_of_block(header.number))
    network.require_known_rules(header.epoch)
    require(
        header.shard_id < network.schedule.instance_for_epoch(header.epoch).num_shards,
        VerificationError,
        "header-shard",
        "The network has no such shard in this epoch.",
        actual=header.shard_id,
    )
    version = header_version_for_epoch(network.config, header.epoch)
    require(
        header.version is version,
        VerificationError,
        "header-version",
        "The header has another version than the headers of its epoch.",
        expected=version,
        actual=header.version,
    )
    _verify_epoch(header, network)
    require(
        header.time <= now + CLOCK_TOLERANCE,
        VerificationError,
        "header-time-future",
        "The block's time lies in the future.",
        expected=f"at most {now + CLOCK_TOLERANCE}",
        actual=header.time,
    )
    verify_vrf_presence(header, network.config)


def _verify_epoch(header: Header, network: Network) -> None:
    """Hold the epoch against the height, as far as the schedule governs it.

    The beacon follows the schedule always, every other shard before staking; only the last epoch before staking
    lasts on such a shard until it hears of the beacon's new one.
    """
    scheduled = network.schedule.epoch_of_block(header.number)
    if header.shard_id == BEACON_SHARD_ID or not network.config.is_staking(Epoch(header.epoch + 1)):
        fits = header.epoch == scheduled
    elif not network.config.is_staking(header.epoch):
        fits = header.epoch <= scheduled
    else:
        fits = True
    require(
        fits and not network.schedule.is_skipped_epoch(header.shard_id, header.epoch),
        VerificationError,
        "header-epoch",
        "A block of this height does not belong to the epoch that the header claims.",
        expected=scheduled,
        actual=header.epoch,
    )


def verify_shard(header: Header, shard_id: ShardID) -> None:
    """Check that a header is of the shard that is being followed.

    Raises:
        VerificationError: ``link-shard`` for another shard.
    """
    require(
        header.shard_id == shard_id,
        VerificationError,
        "link-shard",
        "The header is of another shard than the chain it is given for.",
        expected=shard_id,
        actual=header.shard_id,
    )


def verify_link(parent: Header, child: Header, parent_end: EpochEnd | None) -> None:
    """Check that ``child`` follows ``parent``.

    Args:
        parent: the earlier header.
        child: the next one.
        parent_end: what `epoch_end` says of the parent; None for genesis.

    Raises:
        VerificationError: ``link-shard``, ``link-number``, ``link-parent-hash``, ``link-epoch`` or ``link-time``.
    """
    verify_shard(child, parent.shard_id)
    require(
        child.number == parent.number + 1,
        VerificationError,
        "link-number",
        "The header does not follow the one before it: a height is missing, repeated or out of order.",
        expected=parent.number + 1,
        actual=child.number,
    )
    require(
        child.parent_hash == parent.hash,
        VerificationError,
        "link-parent-hash",
        "The header names another parent than the one before it.",
        expected=parent.hash,
        actual=child.parent_hash,
    )
    epoch = parent.epoch if parent_end is None else parent_end.next_epoch
    require(
        child.epoch == epoch,
        VerificationError,
        "link-epoch",
        "The header's epoch does not follow from its parent.",
        expected=epoch,
        actual=child.epoch,
    )
    require(
        child.time >= parent.time,
        VerificationError,
        "link-time",
        "The block is older than its parent.",
        expected=f"at least {parent.time}",
        actual=child.time,
    )


def require_basis(basis: Basis | None) -> Basis:
    """Return the basis of a header, and refuse to call a header proven that has none.

    Raises:
        MissingDataError: ``commit-missing``.
    """
    if basis is None:
        raise MissingDataError(
            "There is no commit on this header, neither beside it nor in a child.", code="commit-missing"
        )
    return basis


def located(error: HarmonyError, header: Header) -> HarmonyError:
    """Return the same error with the block it is about named in its sentence."""
    message = f"Block {header.number} of shard {header.shard_id}: {error.message}"
    return type(error)(message, code=error.code, expected=error.expected, actual=error.actual)
