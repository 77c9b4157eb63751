"""staking_rules.json: the five directives and the checks of validators."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from harmony_core.chain.validator_rules import verify_validator, verify_validator_wrapper
from harmony_core.chain.validator_wrapper import ValidatorWrapper, decode_validator_wrapper
from harmony_core.crypto.bls import verify_possessions
from harmony_core.crypto.bls.verification import POSSESSION_PAYLOAD
from harmony_core.errors import HarmonyError
from harmony_core.params import ChainConfig, load_network
from harmony_core.primitives import (
    STRICT,
    Address,
    BlockNumber,
    Compatibility,
    Dec,
    Epoch,
    bytes_from_hex,
    rlp,
)
from harmony_core.staking import (
    DelegationIndex,
    DirectiveOutcome,
    StakingContext,
    StakingState,
    apply_directive,
    migrate,
)
from support.conformance import Case, load_document, packaged_folder, reader
from support.outcome import code_of
from support.staking_json import message_of, message_shown, wrapper_of, wrapper_shown

_SWITCHES: Final = {
    "HIP30Epoch": "hip30_epoch",
    "MinCommissionPromoPeriod": "min_commission_promo_period",
    "MinCommissionRateEpoch": "min_commission_rate_epoch",
    "MinDelegation100Epoch": "min_delegation_100_epoch",
    "RedelegationEpoch": "redelegation_epoch",
    "MaxRateEpoch": "max_rate_epoch",
    "TopMaxRateEpoch": "top_max_rate_epoch",
    "QuickUnlockEpoch": "quick_unlock_epoch",
    "NoEarlyUnlockEpoch": "no_early_unlock_epoch",
}
_PANICS: Final = {"staking-key-proof-missing", "staking-promotion-period"}
"""Rules that are broken where the reference panics."""

_QUIRKS: Final = {
    "staking-key-taken",
    "staking-identity-taken",
    "staking-index-owner",
    "staking-index-repeated",
    "staking-delegator-repeated",
    "bls-public-key-identity",
    "bls-signature-identity",
}
"""Rules that the reference has not, each with its boolean in `Compatibility`."""


def _state(given: Mapping[str, Any]) -> StakingState:
    wrappers = {wrapper.validator.address: wrapper for wrapper in map(wrapper_of, given["validators"])}
    return StakingState(
        validators=wrappers,
        balances={Address.from_hex(a): int(balance) for a, balance in given.get("balances", {}).items()},
        delegation_indexes={
            Address.from_hex(a): tuple(
                DelegationIndex(Address.from_hex(row["validator"]), row["index"]) for row in rows
            )
            for a, rows in given["delegation_indexes"].items()
        },
        first_election_epochs={
            Address.from_hex(a): Epoch(int(epoch)) for a, epoch in given["first_election_epoch"].items()
        },
        snapshots={
            address: _with_rate(wrappers[address], Dec.parse(rate))
            for address, rate in ((Address.from_hex(a), rate) for a, rate in given["snapshot_rate"].items())
            if address in wrappers
        },
    )


def _with_rate(wrapper: ValidatorWrapper, rate: Dec) -> ValidatorWrapper:
    validator = wrapper.validator
    return replace(wrapper, validator=replace(validator, commission=replace(validator.commission, rate=rate)))


def _context(given: Mapping[str, Any], compatibility: Compatibility) -> StakingContext:
    config = dict(given["config"])
    network = load_network(config.pop("schedule"))
    switches = ChainConfig(
        chain_id=2,
        eth_compatible_chain_id=1666700000,
        eth_compatible_shard_0_chain_id=1666700000,
        **{_SWITCHES[name]: value for name, value in config.items()},
    )
    return StakingContext(
        network=replace(network, config=switches),
        epoch=Epoch(given["epoch"]),
        block_number=BlockNumber(given["block_num"]),
        compatibility=compatibility,
    )


def _shown(outcome: DirectiveOutcome, given: Mapping[str, Any]) -> dict[str, object]:
    return {
        "balances": {a: str(outcome.state.balance(Address.from_hex(a))) for a in given["balances"]},
        "logs": [
            {
                "address": log.address.to_hex(),
                "data": "0x" + log.data.hex(),
                "topics": [topic.to_hex() for topic in log.topics],
            }
            for log in outcome.logs
        ],
        "validators": [wrapper_shown(wrapper) for wrapper in outcome.state.validators.values()],
    }


def _directive(kind: str, case: Case, compatibility: Compatibility) -> dict[str, object]:
    given = case["in"]
    if "rlp_error" in given["msg"]:
        # A number below zero has no encoding: no transaction can hold the message, and the case does not name it.
        return {"out": {"error": "no encoding"}}
    state = _state(given)
    before = repr(state)
    try:
        message = message_of(kind, given["msg"])
        assert message.encode() == bytes_from_hex(given["msg"]["rlp"])
        outcome = apply_directive(state, message, _context(given, compatibility))
    except HarmonyError as error:
        assert repr(state) == before
        return {"out": {"panic" if error.code in _PANICS else "error": error.code}}
    assert repr(state) == before
    assert outcome.trace
    return {"out": _shown(outcome, given)}


def _quirk(kind: str) -> Callable[[Case], str | None]:
    """Return what names the rule by which strict refuses what the reference takes."""

    def reason(case: Case) -> str | None:
        taken = _directive(kind, case, Compatibility.reference())["out"]
        refused = _directive(kind, case, STRICT)["out"]
        assert isinstance(taken, dict)
        assert isinstance(refused, dict)
        code = refused.get("error")
        return code if code in _QUIRKS and "validators" in taken else None

    return reason


@reader("staking_rules", "create_validator", inputs=("in",), strict_differs=_quirk("CreateValidator"))
def create_validator(case: Case, compatibility: Compatibility) -> dict[str, object]:
    return _directive("CreateValidator", case, compatibility)


@reader("staking_rules", "edit_validator", inputs=("in",), strict_differs=_quirk("EditValidator"))
def edit_validator(case: Case, compatibility: Compatibility) -> dict[str, object]:
    return _directive("EditValidator", case, compatibility)


@reader("staking_rules", "delegate", inputs=("in",), strict_differs=_quirk("Delegate"))
def delegate(case: Case, compatibility: Compatibility) -> dict[str, object]:
    return _directive("Delegate", case, compatibility)


@reader("staking_rules", "undelegate", inputs=("in",), strict_differs=_quirk("Undelegate"))
def undelegate(case: Case, compatibility: Compatibility) -> dict[str, object]:
    return _directive("Undelegate", case, compatibility)


@reader("staking_rules", "collect_rewards", inputs=("in",), strict_differs=_quirk("CollectRewards"))
def collect_rewards(case: Case, compatibility: Compatibility) -> dict[str, object]:
    return _directive("CollectRewards", case, compatibility)


def _loses(case: Case) -> str | None:
    """Strict refuses to lose what is on its way back to somebody who moves to an account without a delegation."""
    given = case["in"]
    state, source = _state(given), Address.from_hex(given["from"])
    for entry in state.delegations_of(source):
        wrapper = state.validators.get(entry.validator)
        if wrapper is None or entry.index >= len(wrapper.delegations):
            return None
        held = wrapper.delegations[entry.index]
        if held.delegator != source or given["from"] == given["to"]:
            return None
        known = any(delegation.delegator.to_hex() == given["to"] for delegation in wrapper.delegations)
        if held.undelegations and not known:
            return "staking-migration-loss"
    return None


@reader("staking_rules", "migrate", inputs=("in",), strict_differs=_loses)
def migration(case: Case, compatibility: Compatibility) -> dict[str, object]:
    given = case["in"]
    state = _state(given)
    try:
        moved = migrate(
            state,
            Address.from_hex(given["from"]),
            Address.from_hex(given["to"]),
            compatibility=compatibility,
        )
    except HarmonyError as error:
        if error.code == "staking-migration-loss":
            raise
        return {"out": {"error": error.code}}
    return {
        "out": {
            "error": None,
            "wrappers": [wrapper_shown(wrapper) for wrapper in moved.wrappers],
            "delegate_msgs": [
                {key: value for key, value in message_shown(message).items() if key != "rlp"}
                for message in moved.delegations
            ],
        }
    }


@reader("staking_rules", "sanity_check", inputs=("in",))
def sanity_check(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    wrapper = wrapper_of(case["in"]["wrapper"])
    return {
        "out": {
            "validator_error": code_of(lambda: verify_validator(wrapper.validator)),
            "wrapper_error": code_of(lambda: verify_validator_wrapper(wrapper)),
        }
    }


def _possessions(case: Case, compatibility: Compatibility) -> str | None:
    given = case["in"]
    assert POSSESSION_PAYLOAD.to_hex() == given["signed_hash"]
    keys, proofs = (list(map(bytes_from_hex, given[name])) for name in ("keys", "sigs"))
    return code_of(lambda: verify_possessions(keys, proofs, compatibility=compatibility))


def _identity(case: Case) -> str | None:
    """Strict takes the identity neither as a key nor as a proof."""
    refused = _possessions(case, STRICT)
    taken = _possessions(case, Compatibility.reference()) is None
    return refused if taken and refused in _QUIRKS else None


@reader("staking_rules", "verify_bls_keys", inputs=("in",), strict_differs=_identity)
def verify_bls_keys(case: Case, compatibility: Compatibility) -> dict[str, object]:
    return {"out": {"error": _possessions(case, compatibility)}}


@reader("staking_rules", "message_rlp", inputs=("in", "name"))
def message_rlp(case: Case, compatibility: Compatibility) -> dict[str, object]:
    """Both ways: the fields encode to the bytes, and the bytes decode to the fields."""
    fields = case.fields["out"]
    message = message_of(case["name"], fields)
    assert not case["in"]
    decoded = type(message).decode(bytes_from_hex(fields["rlp"]), compatibility=compatibility)
    assert decoded.encode() == message.encode()
    return {"out": message_shown(message)}


@reader("staking_rules", "wrapper_rlp", inputs=("in",))
def wrapper_rlp(case: Case, compatibility: Compatibility) -> dict[str, object]:
    fields = case.fields["out"]
    assert not case["in"]
    wrapper = wrapper_of(fields)
    assert decode_validator_wrapper(wrapper.encode(), compatibility=compatibility) == wrapper
    shown = wrapper_shown(wrapper)
    # What was never set has the encoding of 0.
    return {"out": {key: None if fields.get(key, "") is None else value for key, value in shown.items()}}


@reader("staking_rules", "wrapper_decode", inputs=("in",))
def wrapper_decode(case: Case, compatibility: Compatibility) -> dict[str, object]:
    try:
        wrapper = decode_validator_wrapper(bytes_from_hex(case["in"]["rlp"]), compatibility=compatibility)
    except HarmonyError as error:
        return {"out": {"error": error.code}}
    return {"out": {"error": None, "wrapper": wrapper_shown(wrapper)}}


@reader("staking_rules", "validator_rlp", inputs=("in",))
def validator_rlp(case: Case, compatibility: Compatibility) -> dict[str, object]:
    """A validator decodes as part of a wrapper that has nothing else, and encodes to the same bytes."""
    assert not case["in"]
    empty = [rlp.encode(part) for part in ([], [b"", b""], b"")]
    whole = rlp.encode_list([bytes_from_hex(case.fields["out"]), *empty])
    wrapper = decode_validator_wrapper(whole, compatibility=compatibility)
    return {"out": "0x" + wrapper.validator.encode().hex()}


@reader("staking_rules", "delegation_hash", inputs=("in",))
def delegation_hash(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    """The delegation is the one with undelegations of the wrapper that the file encodes."""
    assert case["in"]["note"]
    packaged = load_document(packaged_folder() / f"{case.file}.json")["cases"]
    others = [*case.siblings, *packaged]
    wrappers = [other["out"] for other in others if other["kind"] == "wrapper_rlp"]
    wrappers += [
        other["out"]["wrapper"]
        for other in others
        if other["kind"] == "wrapper_decode" and "wrapper" in other["out"]
    ]
    hashes = [
        delegation.hash.to_hex()
        for fields in wrappers
        for delegation in wrapper_of(fields).delegations
        if delegation.undelegations
    ]
    return {"out": hashes[0]}
