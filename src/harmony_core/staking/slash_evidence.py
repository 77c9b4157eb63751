"""Is it proven that a validator signed two blocks at one moment?

Source: harmony-one/harmony, staking/slash/double-sign.go, Verify; node/harmony/worker/worker.go, verifySlashes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from harmony_core.chain.shard_state import Committee, ShardState
from harmony_core.chain.slash import Evidence, SlashRecord, Vote
from harmony_core.chain.validator_wrapper import ValidatorStatus
from harmony_core.crypto import bls
from harmony_core.errors import MissingDataError, VerificationError, require
from harmony_core.params import Network
from harmony_core.primitives import (
    BEACON_SHARD_ID,
    STRICT,
    BlockNumber,
    BLSPublicKeyBytes,
    Compatibility,
    Epoch,
    ShardID,
)
from harmony_core.quorum import commit_payload
from harmony_core.staking.staking_state import StakingState

__all__ = [
    "EpochOfBlock",
    "SlashContext",
    "VerifiedSlash",
    "verify_distinct_offenders",
    "verify_evidence",
    "verify_slash",
    "verify_slashes",
]

EpochOfBlock: TypeAlias = Callable[[ShardID, BlockNumber], Epoch | None]
"""Tells the epoch of a shard's block from what the verifier trusts, or None where it does not know."""

_MINT: Final = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class SlashContext:
    """What a verifier of slash records knows by itself; nothing of it comes from a record.

    Attributes:
        network: the network.
        epoch: epoch of the beacon chain's newest block before the one that carries the records.
        committees: committees that the verifier trusts, by epoch.
        epoch_of_block: the epoch of blocks that the verifier knows. On the beacon chain the schedule tells it anyway.
    """

    network: Network
    epoch: Epoch
    committees: Mapping[Epoch, ShardState]
    epoch_of_block: EpochOfBlock | None = None


@dataclass(frozen=True, slots=True, init=False)
class VerifiedSlash:
    """A record whose evidence has been verified; made by `verify_slash` and `verify_slashes` only.

    Attributes:
        record: the record.
        public_key: the key that signed both blocks.
    """

    record: SlashRecord
    public_key: BLSPublicKeyBytes

    def __init__(self, mint: object, record: SlashRecord, public_key: BLSPublicKeyBytes) -> None:
        """Refuse to be made outside verification."""
        if mint is not _MINT:
            raise TypeError("a VerifiedSlash is made by verification only")
        object.__setattr__(self, "record", record)
        object.__setattr__(self, "public_key", public_key)


def verify_slash(
    record: SlashRecord,
    state: StakingState,
    context: SlashContext,
    *,
    compatibility: Compatibility = STRICT,
) -> VerifiedSlash:
    """Verify that the offender of a record signed two blocks at one moment, and may be slashed for it.

    Args:
        record: the record.
        state: validators after the block before the one that carries the record.
        context: what the verifier trusts.
        compatibility: ``extra_slash_signers`` takes votes of further keys, in the committee or not;
            ``slash_epochs_of_other_heights`` does not compare the epoch of the votes with their height;
            ``accept_identity_bls_points`` and ``accept_trailing_bls_bytes`` as for `crypto.bls`.

    Raises:
        VerificationError: ``staking-validator-unknown``, ``slash-before-staking``, ``slash-offender-banned``,
            ``slash-reporter``, ``slash-same-block``, ``slash-no-common-key``, ``slash-future-epoch``,
            ``slash-epoch-of-height``, ``key-not-in-committee``, ``slash-several-keys``, ``slash-offender``,
            ``slash-extra-signers``, ``slash-signature``.
        DecodeError: a key or a signature is none.
        MissingDataError: ``slash-committees`` or ``shard-not-in-state``.
        UnsupportedRulesError: ``rules-unknown`` for the context's epoch.

    Source: staking/slash/double-sign.go, Verify, whose checks come in this order; without the two on the epoch of the
    height and on further signers (harmony-one/harmony #5055, #5065).
    """
    context.network.require_known_rules(context.epoch)
    offender = state.validator(record.evidence.offender)
    _verify_era(record.evidence, context.network)
    require(
        offender.validator.status != ValidatorStatus.BANNED,
        VerificationError,
        "slash-offender-banned",
        "A banned validator is not slashed again.",
        actual=record.evidence.offender,
    )
    return VerifiedSlash(_MINT, record, verify_evidence(record, context, compatibility=compatibility))


def verify_evidence(
    record: SlashRecord, context: SlashContext, *, compatibility: Compatibility = STRICT
) -> BLSPublicKeyBytes:
    """Verify that the offender of a record signed two blocks at one moment, and return the key that did.

    Arguments as for `verify_slash`. Whether the offender is a validator, and not banned yet, is left open: that takes
    the state.

    Raises:
        HarmonyError: as for `verify_slash`, but for ``staking-validator-unknown`` and ``slash-offender-banned``.
    """
    context.network.require_known_rules(context.epoch)
    evidence = record.evidence
    _verify_era(evidence, context.network)
    require(
        evidence.offender != record.reporter,
        VerificationError,
        "slash-reporter",
        "Nobody reports an offence of its own.",
        actual=record.reporter,
    )
    require(
        evidence.first_vote.block_hash != evidence.second_vote.block_hash,
        VerificationError,
        "slash-same-block",
        "Both votes are for the same block, which is no offence.",
        actual=evidence.first_vote.block_hash,
    )
    common = _common_keys(evidence)
    require(
        common,
        VerificationError,
        "slash-no-common-key",
        "No key signed both votes.",
    )
    _verify_moment(evidence, context, compatibility)
    committee = _committee(evidence, context.committees)
    signers = [committee.address_of(key) for key in common]
    require(
        len(signers) == 1 or not signers,
        VerificationError,
        "slash-several-keys",
        "A record is about one key that signed both votes.",
        expected=1,
        actual=len(signers),
    )
    require(
        evidence.offender in signers,
        VerificationError,
        "slash-offender",
        "The key that signed both votes is not the offender's.",
        expected=evidence.offender,
        actual=signers[0] if signers else None,
    )
    for vote in evidence.votes:
        _verify_vote(vote, evidence, context.network, compatibility)
    return common[0]


def verify_slashes(
    records: Sequence[SlashRecord],
    state: StakingState,
    context: SlashContext,
    *,
    compatibility: Compatibility = STRICT,
) -> tuple[VerifiedSlash, ...]:
    """Verify all records of one block, each as `verify_slash` does, and that no validator is slashed twice by it.

    Once slashed a validator is banned; but both records of a block are held against the state before it. So the same
    evidence again, with its votes swapped or with another reporter, would take the stake twice.

    Args:
        records: the records in the order of the header.
        state: validators after the block before.
        context: what the verifier trusts.
        compatibility: ``repeated_slash_offenders`` takes several records about one validator.

    Raises:
        HarmonyError: as for `verify_slash`; VerificationError ``slash-offender-repeated``.

    Source: node/harmony/worker/worker.go, verifySlashes (harmony-one/harmony #2914).
    """
    verify_distinct_offenders(records, compatibility=compatibility)
    return tuple(verify_slash(record, state, context, compatibility=compatibility) for record in records)


def verify_distinct_offenders(
    records: Sequence[SlashRecord], *, compatibility: Compatibility = STRICT
) -> None:
    """Check that the records of one block name each offender once.

    Raises:
        VerificationError: ``slash-offender-repeated``, unless ``compatibility.repeated_slash_offenders``.
    """
    offenders = [record.evidence.offender for record in records]
    require(
        compatibility.repeated_slash_offenders or len(set(offenders)) == len(offenders),
        VerificationError,
        "slash-offender-repeated",
        "One block slashes a validator once.",
        actual=next((offender for offender in offenders if offenders.count(offender) > 1), None),
    )


def _verify_era(evidence: Evidence, network: Network) -> None:
    require(
        network.config.is_staking(evidence.moment.epoch),
        VerificationError,
        "slash-before-staking",
        "Nobody is slashed for what was signed before staking.",
        expected=network.config.staking_epoch,
        actual=evidence.moment.epoch,
    )


def _common_keys(evidence: Evidence) -> list[BLSPublicKeyBytes]:
    second = set(evidence.second_vote.signer_public_keys)
    return [key for key in evidence.first_vote.signer_public_keys if key in second]


def _verify_moment(evidence: Evidence, context: SlashContext, compatibility: Compatibility) -> None:
    moment = evidence.moment
    require(
        moment.epoch <= context.epoch,
        VerificationError,
        "slash-future-epoch",
        "The beacon chain has not reached the epoch of the offence.",
        expected=f"at most {context.epoch}",
        actual=moment.epoch,
    )
    known = context.epoch_of_block(moment.shard_id, moment.height) if context.epoch_of_block else None
    if known is None and moment.shard_id == BEACON_SHARD_ID:
        known = context.network.schedule.epoch_of_block(moment.height)
    require(
        compatibility.slash_epochs_of_other_heights or known is None or known == moment.epoch,
        VerificationError,
        "slash-epoch-of-height",
        "The block at that height belongs to another epoch.",
        expected=known,
        actual=moment.epoch,
    )


def _committee(evidence: Evidence, committees: Mapping[Epoch, ShardState]) -> Committee:
    shard_state = committees.get(evidence.moment.epoch)
    require(
        shard_state is not None,
        MissingDataError,
        "slash-committees",
        "The committees of the epoch of the offence are not given.",
        expected=evidence.moment.epoch,
    )
    return (shard_state or _NO_COMMITTEES).committee(evidence.moment.shard_id)


def _verify_vote(vote: Vote, evidence: Evidence, network: Network, compatibility: Compatibility) -> None:
    """Check the signature on one vote.

    Of further keys nothing is known: whoever makes one up from the offender's key (rogue key) signs for both alone.
    """
    require(
        compatibility.extra_slash_signers or len(vote.signer_public_keys) == 1,
        VerificationError,
        "slash-extra-signers",
        "A vote is that of the key that signed both, and of no other.",
        expected=1,
        actual=len(vote.signer_public_keys),
    )
    signature = bls.Signature.from_bytes(vote.signature, compatibility=compatibility)
    keys = [bls.PublicKey.from_bytes(key, compatibility=compatibility) for key in vote.signer_public_keys]
    moment = evidence.moment
    payload = commit_payload(
        network.config,
        block_hash=vote.block_hash,
        number=moment.height,
        view_id=moment.view_id,
        epoch=moment.epoch,
    )
    require(
        _holds(bls.aggregate_public_keys(keys), payload, signature, compatibility),
        VerificationError,
        "slash-signature",
        "The signature of a vote does not hold.",
        actual=vote.block_hash,
    )


def _holds(
    key: bls.PublicKey, payload: bytes, signature: bls.Signature, compatibility: Compatibility
) -> bool:
    try:
        bls.verify(key, payload, signature, compatibility=compatibility)
    except VerificationError:
        return False
    return True


_NO_COMMITTEES: Final = ShardState(None, ())
