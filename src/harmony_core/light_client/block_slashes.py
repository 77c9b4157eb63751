"""The records of double signing that a block carries: their evidence, held against trusted committees.

Source: harmony-one/harmony, staking/slash/double-sign.go (Verify); internal/chain/engine.go (Finalize).
"""

from collections.abc import Sequence

from harmony_core.chain import ShardState, SlashRecord, decode_slash_records
from harmony_core.chain.validator_wrapper import ValidatorStatus
from harmony_core.errors import MissingDataError, VerificationError, require
from harmony_core.light_client.block_check import BlockContext, Findings
from harmony_core.primitives import BlockNumber, Epoch, ShardID
from harmony_core.quorum import CommitteeSource
from harmony_core.staking import EpochOfBlock, SlashContext, verify_evidence
from harmony_core.staking.slash_evidence import verify_distinct_offenders
from harmony_core.staking.slashing import require_slashing_chain

__all__ = ["check_slashes"]

_RULE = "block-slashes"
_OFFENDERS = "block-slash-offenders"


def check_slashes(context: BlockContext, findings: Findings) -> None:
    """Verify the evidence of the records where committees are given, and their offenders where validators are.

    What of the evidence needs no committee is judged without one, too.

    Rule ``block-slashes``: every record is evidence that its offender signed two blocks at one moment, and none is
    about the offender of another; crosslinks known before tell the epochs of other shards' blocks. Rule
    ``block-slash-offenders``: every offender is a validator that is not banned yet.

    Raises:
        VerificationError: ``slash-not-on-beacon-chain``, ``slash-offender-repeated``, ``slash-offender-unknown``,
            ``slash-offender-banned``, or a code of `staking.verify_evidence`.
        DecodeError: a record, a key or a signature is none.
    """
    header = context.header
    records = decode_slash_records(header.slashes, compatibility=context.compatibility)
    if not records:
        findings.prove(_RULE)
        return
    require_slashing_chain(records, context.network, header.shard_id, header.epoch)
    verify_distinct_offenders(records, compatibility=context.compatibility)
    _check_evidence(records, context, findings)
    _check_offenders(records, context, findings)


def _check_evidence(records: Sequence[SlashRecord], context: BlockContext, findings: Findings) -> None:
    """Judge every record: one whose committee is missing may break another rule, and hides none after it."""
    missing = [error for error in (_missing_for(record, context) for record in records) if error is not None]
    if missing:
        findings.leave(_RULE, missing[0].code, missing[0].message)
    else:
        findings.prove(_RULE)


def _missing_for(record: SlashRecord, context: BlockContext) -> MissingDataError | None:
    """Return what is missing to verify a record whose evidence breaks no rule that can be judged without it."""
    before = BlockNumber(max(context.header.number - 1, 0))
    committees: dict[Epoch, ShardState] = {}
    missing: MissingDataError | None = None
    try:
        committees = _committee(record, context.pieces.committees)
    except MissingDataError as error:
        missing = error
    known = SlashContext(
        network=context.network,
        epoch=context.network.schedule.epoch_of_block(before),
        committees=committees,
        epoch_of_block=_linked_epochs(context),
    )
    try:
        verify_evidence(record, known, compatibility=context.compatibility)
    except MissingDataError as error:
        return missing or error
    return None


def _committee(record: SlashRecord, source: CommitteeSource | None) -> dict[Epoch, ShardState]:
    if source is None:
        raise MissingDataError(
            "No committees were given to verify records of double signing with.", code="committees-missing"
        )
    moment = record.evidence.moment
    trusted = source.committee(moment.shard_id, moment.epoch)
    return {moment.epoch: ShardState(moment.epoch, (trusted.committee,))}


def _linked_epochs(context: BlockContext) -> EpochOfBlock:
    """Return what tells the epoch of another shard's block, as far as the beacon chain has linked to it."""
    book = context.pieces.known_links

    def epoch_of(shard_id: ShardID, number: BlockNumber) -> Epoch | None:
        found = None if book is None else book.find(shard_id, number)
        return None if found is None else found.link.epoch

    return epoch_of


def _check_offenders(records: Sequence[SlashRecord], context: BlockContext, findings: Findings) -> None:
    source = context.pieces.validators
    if source is None:
        reason = (
            "Whether an offender is a validator, and not banned yet, stands in the state before the block."
        )
        findings.leave(_OFFENDERS, "state-needed", reason)
        return
    try:
        statuses = {candidate.address: candidate.status for candidate in source.validators(context.header)}
    except MissingDataError as error:
        findings.leave(_OFFENDERS, error.code, error.message)
        return
    for record in records:
        offender = record.evidence.offender
        require(
            offender in statuses,
            VerificationError,
            "slash-offender-unknown",
            "The offender of a record is no validator.",
            actual=offender,
        )
        require(
            statuses.get(offender) != ValidatorStatus.BANNED,
            VerificationError,
            "slash-offender-banned",
            "A banned validator is not slashed again.",
            actual=offender,
        )
    findings.prove(_OFFENDERS)
