"""Validators and staking messages in the form of the reference cases on staking."""

from collections.abc import Mapping
from typing import Any

from harmony_core.chain.staking_message import (
    CollectRewards,
    CommissionRates,
    CreateValidator,
    Delegate,
    Description,
    EditValidator,
    StakingMessage,
    Undelegate,
)
from harmony_core.chain.validator_wrapper import (
    CommissionRates as Rates,
)
from harmony_core.chain.validator_wrapper import (
    Delegation,
    Undelegation,
    Validator,
    ValidatorWrapper,
)
from harmony_core.chain.validator_wrapper import (
    Description as Texts,
)
from harmony_core.primitives import Address, BLSPublicKeyBytes, BLSSignatureBytes, Dec, Epoch

__all__ = ["message_of", "message_shown", "wrapper_of", "wrapper_shown"]

_TEXTS = ("name", "identity", "website", "security_contact", "details")


def wrapper_of(fields: Mapping[str, Any]) -> ValidatorWrapper:
    """Return the wrapper of a case; an integer that was never set is 0, as in its encoding."""
    return ValidatorWrapper(
        validator=Validator(
            address=Address.from_hex(fields["address"]),
            slot_keys=tuple(BLSPublicKeyBytes.from_hex(key) for key in fields["slot_pub_keys"]),
            last_epoch_in_committee=Epoch(int(fields["last_epoch_in_committee"])),
            min_self_delegation=int(fields["min_self_delegation"] or 0),
            max_total_delegation=int(fields["max_total_delegation"] or 0),
            status=fields["status"],
            commission=Rates(*(Dec.parse(fields[key]) for key in ("rate", "max_rate", "max_change_rate"))),
            update_height=int(fields["update_height"]),
            description=Texts(*(fields[key].encode() for key in _TEXTS)),
            creation_height=int(fields["creation_height"]),
        ),
        delegations=tuple(
            Delegation(
                Address.from_hex(row["delegator"]),
                int(row["amount"]),
                int(row["reward"]),
                tuple(
                    Undelegation(int(entry["amount"]), Epoch(int(entry["epoch"])))
                    for entry in row["undelegations"]
                ),
            )
            for row in fields["delegations"]
        ),
        blocks_to_sign=int(fields["num_blocks_to_sign"] or 0),
        blocks_signed=int(fields["num_blocks_signed"] or 0),
        block_reward=int(fields["block_reward"] or 0),
    )


def wrapper_shown(wrapper: ValidatorWrapper) -> dict[str, Any]:
    """Return a wrapper in the form of a case."""
    validator, commission = wrapper.validator, wrapper.validator.commission
    return {
        "address": validator.address.to_hex(),
        "slot_pub_keys": [key.to_hex() for key in validator.slot_keys],
        "last_epoch_in_committee": str(validator.last_epoch_in_committee),
        "min_self_delegation": str(validator.min_self_delegation),
        "max_total_delegation": str(validator.max_total_delegation),
        "status": int(validator.status),
        "rate": str(commission.rate),
        "max_rate": str(commission.max_rate),
        "max_change_rate": str(commission.max_change_rate),
        "update_height": str(validator.update_height),
        "creation_height": str(validator.creation_height),
        **{key: text.decode() for key, text in zip(_TEXTS, validator.description.fields, strict=True)},
        "delegations": [
            {
                "delegator": delegation.delegator.to_hex(),
                "amount": str(delegation.amount),
                "reward": str(delegation.reward),
                "undelegations": [
                    {"amount": str(entry.amount), "epoch": str(entry.epoch)}
                    for entry in delegation.undelegations
                ],
            }
            for delegation in wrapper.delegations
        ],
        "num_blocks_to_sign": str(wrapper.blocks_to_sign),
        "num_blocks_signed": str(wrapper.blocks_signed),
        "block_reward": str(wrapper.block_reward),
        "rlp": "0x" + wrapper.encode().hex(),
    }


def message_of(kind: str, fields: Mapping[str, Any]) -> StakingMessage:
    """Return the message of a case; ``kind`` is the name of its class."""
    if kind in {"Delegate", "Undelegate"}:
        build = Delegate if kind == "Delegate" else Undelegate
        return build(
            Address.from_hex(fields["delegator"]),
            Address.from_hex(fields["validator"]),
            int(fields["amount"]),
        )
    if kind == "CollectRewards":
        return CollectRewards(Address.from_hex(fields["delegator"]))
    return _create(fields) if kind == "CreateValidator" else _edit(fields)


def _create(fields: Mapping[str, Any]) -> CreateValidator:
    return CreateValidator(
        Address.from_hex(fields["validator"]),
        Description(*(fields[key] for key in _TEXTS)),
        CommissionRates(*(Dec.parse(fields[key]) for key in ("rate", "max_rate", "max_change_rate"))),
        int(fields["min_self_delegation"] or 0),
        int(fields["max_total_delegation"] or 0),
        tuple(BLSPublicKeyBytes.from_hex(key) for key in fields["keys"]),
        tuple(BLSSignatureBytes.from_hex(proof) for proof in fields["sigs"]),
        int(fields["amount"]),
    )


def _edit(fields: Mapping[str, Any]) -> EditValidator:
    def integer(name: str) -> int | None:
        return None if fields[name] is None else int(fields[name])

    removed, added = fields.get("slot_key_to_remove"), fields.get("slot_key_to_add")
    proof = fields.get("slot_key_to_add_sig")
    return EditValidator(
        Address.from_hex(fields["validator"]),
        Description(*(fields[key] for key in _TEXTS)),
        None if fields.get("rate") is None else Dec.parse(fields["rate"]),
        integer("min_self_delegation"),
        integer("max_total_delegation"),
        None if removed is None else BLSPublicKeyBytes.from_hex(removed),
        None if added is None else BLSPublicKeyBytes.from_hex(added),
        None if proof is None else BLSSignatureBytes.from_hex(proof),
        fields["epos_status"],
    )


def message_shown(message: StakingMessage) -> dict[str, Any]:
    """Return a message in the form of a case; an edit leaves out what it does not change."""
    shown: dict[str, Any] = {"rlp": "0x" + message.encode().hex()}
    if isinstance(message, CollectRewards):
        return {**shown, "delegator": message.delegator_address.to_hex()}
    if isinstance(message, Delegate | Undelegate):
        return {
            **shown,
            "delegator": message.delegator_address.to_hex(),
            "validator": message.validator_address.to_hex(),
            "amount": str(message.amount),
        }
    assert isinstance(message, CreateValidator | EditValidator)
    shown["validator"] = message.validator_address.to_hex()
    shown |= {key: getattr(message.description, key) for key in _TEXTS}
    return shown | (_create_shown(message) if isinstance(message, CreateValidator) else _edit_shown(message))


def _create_shown(message: CreateValidator) -> dict[str, Any]:
    rates = message.commission_rates
    return {
        "rate": str(rates.rate),
        "max_rate": str(rates.max_rate),
        "max_change_rate": str(rates.max_change_rate),
        "min_self_delegation": str(message.min_self_delegation),
        "max_total_delegation": str(message.max_total_delegation),
        "keys": [key.to_hex() for key in message.slot_public_keys],
        "sigs": [proof.to_hex() for proof in message.slot_key_signatures],
        "amount": str(message.amount),
    }


def _edit_shown(message: EditValidator) -> dict[str, Any]:
    shown: dict[str, Any] = {"epos_status": message.status}
    for key in ("min_self_delegation", "max_total_delegation"):
        value = getattr(message, key)
        shown[key] = None if value is None else str(value)
    if message.commission_rate is not None:
        shown["rate"] = str(message.commission_rate)
    for key, bytes_ in (
        ("slot_key_to_remove", message.slot_key_to_remove),
        ("slot_key_to_add", message.slot_key_to_add),
        ("slot_key_to_add_sig", message.slot_key_to_add_signature),
    ):
        if bytes_ is not None:
            shown[key] = bytes_.to_hex()
    return shown
