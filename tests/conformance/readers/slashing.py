"""slashing.json: evidence verified, records encoded, and what double signing costs."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from harmony_core.chain import (
    Evidence,
    Moment,
    ShardState,
    SlashRecord,
    Vote,
    decode_header,
    decode_slash_record,
    decode_slash_records,
    encode_slash_records,
)
from harmony_core.chain.validator_wrapper import Validator
from harmony_core.crypto.bls import SecretKey
from harmony_core.errors import HarmonyError
from harmony_core.params import load_network
from harmony_core.primitives import (
    Address,
    BlockNumber,
    BLSPublicKeyBytes,
    Compatibility,
    Dec,
    Epoch,
    Hash32,
    ShardID,
    ViewID,
    address_to_bech32,
    bytes_from_hex,
)
from harmony_core.staking import (
    SlashContext,
    SlashOutcome,
    StakingState,
    records_missing_from,
    replay_block_slashes,
    replay_slashes,
    verify_slash,
)
from harmony_core.staking.slash_debts import pay_down, share_of_amount
from support.committees import committee_of
from support.conformance import Case, load_document, packaged_folder, reader
from support.sample_chain_data import SLASH
from support.sample_validators import VALIDATOR, a_wrapper
from support.staking_json import wrapper_of, wrapper_shown

PANICS: Final = {"slash-no-external-stake", "slash-self-delegation"}
"""Where the reference divides by zero, or looks for a delegation in an empty list."""


def _hex(data: bytes) -> str:
    return "0x" + data.hex()


def _vote(row: Mapping[str, Any]) -> Vote:
    return Vote(
        tuple(BLSPublicKeyBytes.from_hex(key) for key in row["keys"]),
        Hash32.from_hex(row["block_header_hash"]),
        bytes_from_hex(row["signature"]),
    )


def _record(row: Mapping[str, Any], compatibility: Compatibility) -> SlashRecord:
    """The record of a case, whose encoding and hash have to be those that the case states."""
    moment = Moment(
        Epoch(int(row["epoch"])),
        ShardID(row["shard_id"]),
        BlockNumber(row["height"]),
        ViewID(row["view_id"]),
    )
    evidence = Evidence(
        moment, _vote(row["first_vote"]), _vote(row["second_vote"]), Address.from_hex(row["offender"])
    )
    record = SlashRecord(evidence, Address.from_hex(row["reporter"]))
    assert _hex(record.encode()) == row["rlp"]
    assert record.hash.to_hex() == row["hash"]
    assert _json(record) == row["json"]
    return decode_slash_record(record.encode(), compatibility=compatibility)


def _json(record: SlashRecord) -> dict[str, object]:
    moment = record.evidence.moment
    votes = [
        {
            "bls-public-keys": [key.hex() for key in vote.signer_public_keys],
            "block-header-hash": vote.block_hash.to_hex(),
            # Go writes bytes that were never set as null.
            "bls-signature": base64.b64encode(vote.signature).decode() or None,
        }
        for vote in record.evidence.votes
    ]
    return {
        "evidence": {
            "epoch": moment.epoch,
            "shard-id": moment.shard_id,
            "height": moment.height,
            "view-id": moment.view_id,
            "first-vote": votes[0],
            "second-vote": votes[1],
        },
        "reporter": address_to_bech32(record.reporter),
        "offender": address_to_bech32(record.evidence.offender),
    }


@reader("slashing", "committee", inputs=("in",))
def committee(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    assert case["in"]["config"].startswith("localnet")
    given = case.fields["out"]  # the fixture of the other cases: its keys are what can be recomputed
    keys = [SecretKey.from_bytes(bytes_from_hex(key)).public_key().to_bytes() for key in given["secret_keys"]]
    slots = [
        [address, key.to_hex(), stake] for (address, _, stake), key in zip(given["slots"], keys, strict=False)
    ]
    return {"out": {**given, "slots": slots}}


def _committees(case: Case) -> dict[Epoch, ShardState]:
    """The committee stands in a case of its own."""
    packaged = load_document(packaged_folder() / f"{case.file}.json")["cases"]
    rows = (row["out"] for row in (*case.siblings, *packaged) if row["kind"] == "committee")
    given = next(iter(rows))
    epoch = Epoch(int(case["in"]["shard_state_epoch"]))
    return {epoch: ShardState(epoch, (committee_of(given["slots"], given["shard_id"]),))}


def _votes(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [record[name] for name in ("first_vote", "second_vote")]


def _odd_signature(records: Sequence[Mapping[str, Any]]) -> str | None:
    """The strict mode takes signatures of 96 bytes alone."""
    lengths = {len(bytes_from_hex(vote["signature"])) for record in records for vote in _votes(record)}
    return "slash-signature-length" if lengths - {96} else None


def _differs(case: Case) -> str | None:
    """The strict mode takes the votes of one key alone, in their proper length."""
    record = case["in"]["record"]
    several = any(len(vote["keys"]) > 1 for vote in _votes(record))
    reason = _odd_signature([record]) or ("slash-extra-signers" if several else None)
    if reason is None:
        return None
    try:
        _verified(case, Compatibility.reference())
    except HarmonyError:
        return None  # both refuse it
    return reason


def _verified(case: Case, compatibility: Compatibility) -> None:
    asked = case["in"]
    record = _record(asked["record"], compatibility)
    offender, status = record.evidence.offender, asked["offender_status"]
    validator = a_wrapper(offender, validator=_with_status(offender, status or 0))
    committees = _committees(case)
    verify_slash(
        record,
        StakingState(validators={} if status is None else {offender: validator}),
        SlashContext(
            network=load_network("localnet"), epoch=Epoch(asked["current_epoch"]), committees=committees
        ),
        compatibility=compatibility,
    )


def _with_status(address: Address, status: int) -> Validator:
    return replace(VALIDATOR, address=address, status=status)


@reader("slashing", "verify", inputs=("in",), strict_differs=_differs)
def verify(case: Case, compatibility: Compatibility) -> dict[str, object]:
    try:
        _verified(case, compatibility)
    except HarmonyError as error:
        return {"out": {"error": error.code}}
    return {"out": {"error": None}}


def _any_odd(case: Case) -> str | None:
    return _odd_signature(case["in"]["records"])


@reader("slashing", "records_encoding", inputs=("in",), strict_differs=_any_odd)
def encoding(case: Case, compatibility: Compatibility) -> dict[str, object]:
    records = [_record(row, compatibility) for row in case["in"]["records"]]
    data = encode_slash_records(records) or b"\xc0"  # a header without records has an empty field instead
    assert list(decode_slash_records(data, compatibility=compatibility)) == records
    return {"out": {"rlp": _hex(data), "json": [_json(record) for record in records]}}


class _Hashed(SlashRecord):
    """A record of which nothing is known but its hash."""

    __slots__ = ("_known",)
    _known: Hash32

    def __init__(self, known: str) -> None:
        object.__setattr__(self, "_known", Hash32.from_hex(known))

    @property
    def hash(self) -> Hash32:
        return self._known


@reader("slashing", "set_difference", inputs=("in",))
def difference(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    known, others = ([_Hashed(text) for text in case["in"][name]] for name in ("r", "ys"))
    return {"out": [record.hash.to_hex() for record in records_missing_from(known, others)]}


@reader("slashing", "apply_slash_rate", inputs=("in",))
def rate(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    return {"out": str(share_of_amount(int(case["in"]["amount"]), Dec.parse(case["in"]["rate"])))}


@reader("slashing", "pay_down", inputs=("in",))
def paid(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    asked = case["in"]
    balance, debt, payment = pay_down(asked["balance"], asked["debt"])
    return {"out": {"balance": str(balance), "debt": str(debt), "total": str(asked["total"] + payment)}}


def _about(offender: Address, *, epoch: int, height: int = 1, view: int = 1, shard: int = 0) -> SlashRecord:
    moment = Moment(Epoch(epoch), ShardID(shard), BlockNumber(height), ViewID(view))
    votes = SLASH.evidence.votes
    return SlashRecord(Evidence(moment, *votes, offender), SLASH.reporter)


def _gaining(case: Case) -> str | None:
    """The strict mode lets nobody gain by a slash."""
    asked = case["in"]
    if "snapshot" not in asked or "current" not in asked:
        return None
    snapshot, current = wrapper_of(asked["snapshot"]), wrapper_of(asked["current"])
    stakes = {delegation.delegator for delegation in snapshot.delegations}
    shared = [delegation for delegation in current.delegations if delegation.delegator in stakes]
    negative = snapshot.total_delegation < current.delegations[0].amount
    return "slash-external-stake" if negative and len(shared) > 1 else None


@reader("slashing", "apply", inputs=("in",), strict_differs=_gaining)
def apply(case: Case, compatibility: Compatibility) -> dict[str, object]:
    asked = case["in"]
    current, snapshot = (
        wrapper_of(asked[name]) if name in asked else None for name in ("current", "snapshot")
    )
    known = current or snapshot or a_wrapper()
    offender = Address.from_hex(asked["offender"]) if "offender" in asked else known.validator.address
    epoch = Epoch(asked.get("double_sign_epoch", 0))
    beneficiary = Address.from_hex(asked.get("beneficiary", "0x" + "77" * 20))
    try:
        outcome = replay_slashes(
            StakingState(validators={offender: current} if current else {}),
            [_about(offender, epoch=epoch)] if asked else [],
            {epoch: {offender: snapshot} if snapshot else {}},
            beneficiary,
            compatibility=compatibility,
        )
    except HarmonyError as error:
        if error.code == _gaining(case):
            raise
        field = "panic" if error.code in PANICS else "error"
        return {"out": {field: error.code}}
    return {"out": _shown(outcome, offender, beneficiary, with_all=bool(asked))}


def _shown(
    outcome: SlashOutcome, offender: Address, account: Address, *, with_all: bool
) -> dict[str, object]:
    shown: dict[str, object] = {"error": None, "total_slashed": str(outcome.total_slashed)}
    if not with_all:
        return shown
    return shown | {
        "after": wrapper_shown(outcome.state.validator(offender)),
        "total_beneficiary_reward": str(outcome.beneficiary_reward),
        "beneficiary_balance": str(outcome.state.balance(account)),
        "application_json": {
            "total-slashed": outcome.total_slashed,
            "total-beneficiary-reward": outcome.beneficiary_reward,
        },
    }


@reader("slashing", "header_with_slashes", inputs=("in",))
def header(case: Case, compatibility: Compatibility) -> dict[str, object]:
    field = bytes_from_hex(case["in"]["slashes_rlp"])
    records = decode_slash_records(field, compatibility=compatibility)
    # The other fields of the header are inputs that stand inside the output.
    given = decode_header(bytes_from_hex(case.fields["out"]["header_rlp"]), compatibility=compatibility)
    built = replace(replace(given, slashes=b""), slashes=encode_slash_records(records))
    return {"out": {"header_rlp": _hex(built.encode()), "hash": built.hash.to_hex()}}


@reader("slashing", "engine_apply_slashes", inputs=("in",))
def engine(case: Case, compatibility: Compatibility) -> dict[str, object]:
    asked = case["in"]
    wrappers = [wrapper_of(row) for row in asked.get("validators", ())]
    validators = {wrapper.validator.address: wrapper for wrapper in wrappers}
    moments = asked.get("offenders_height_view_shard", [[1, 1, 0]])
    records = [
        _about(address, epoch=5, height=height, view=view, shard=shard)
        for address, (height, view, shard) in zip(validators or [VALIDATOR.address], moments, strict=True)
    ]
    coinbase = Address.from_hex(asked.get("coinbase", "0x" + "77" * 20))
    try:
        outcome = replay_block_slashes(
            StakingState(validators=validators),
            records,
            {Epoch(5): validators},
            coinbase,
            network=load_network("localnet"),
            shard_id=ShardID(0),
            epoch=Epoch(6),
            compatibility=compatibility,
        )
    except HarmonyError as error:
        return {"out": {"error": error.code}}
    after = [wrapper_shown(outcome.state.validator(wrapper.validator.address)) for wrapper in wrappers]
    return {
        "out": {
            "error": None,
            "coinbase_balance": str(outcome.state.balance(coinbase)),
            "validators": after,
        }
    }
