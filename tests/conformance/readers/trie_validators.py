"""trie.json, the kinds about validators in a state: wrappers, their sanity, steps of a validator's account, rewards."""

from dataclasses import replace
from typing import Any

from harmony_core.chain.validator_rules import verify_validator_wrapper
from harmony_core.chain.validator_wrapper import (
    CommissionRates,
    Delegation,
    Description,
    Undelegation,
    Validator,
    ValidatorWrapper,
    decode_validator_wrapper,
)
from harmony_core.errors import HarmonyError
from harmony_core.primitives import (
    Address,
    BLSPublicKeyBytes,
    Compatibility,
    Dec,
    Epoch,
    bytes_from_hex,
)
from harmony_core.staking import with_reward
from harmony_core.state import State, prove_slot
from harmony_core.state.validators import (
    VALIDATOR_FLAG_SLOT,
    clear_validator_flag,
    first_election_epoch,
    is_validator,
    set_first_election_epoch,
    set_validator_flag,
    set_validator_wrapper,
    validator_wrapper,
)
from support.conformance import Case, reader

_FIRST_EPOCH = 200
_ONE = 10**18


def _wrapper(fields: dict[str, Any]) -> ValidatorWrapper:
    texts = (fields[key].encode() for key in ("name", "identity", "website", "securityContact", "details"))
    return ValidatorWrapper(
        validator=Validator(
            address=Address.from_hex(fields["address"]),
            slot_keys=tuple(BLSPublicKeyBytes.from_hex(key) for key in fields["slotPubKeys"]),
            last_epoch_in_committee=Epoch(int(fields["lastEpochInCommittee"])),
            min_self_delegation=int(fields["minSelfDelegation"]),
            max_total_delegation=int(fields["maxTotalDelegation"]),
            status=fields["status"],
            commission=CommissionRates(
                *(Dec(int(fields[key])) for key in ("rate", "maxRate", "maxChangeRate"))
            ),
            update_height=int(fields["updateHeight"]),
            description=Description(*texts),
            creation_height=int(fields["creationHeight"]),
        ),
        delegations=tuple(
            Delegation(
                Address.from_hex(delegation["delegator"]),
                int(delegation["amount"]),
                int(delegation["reward"]),
                tuple(
                    Undelegation(int(entry["amount"]), Epoch(int(entry["epoch"])))
                    for entry in delegation["undelegations"]
                ),
            )
            for delegation in fields["delegations"]
        ),
        # An integer that was never set encodes as 0.
        blocks_to_sign=int(fields["numBlocksToSign"] or 0),
        blocks_signed=int(fields["numBlocksSigned"] or 0),
        block_reward=int(fields["blockReward"] or 0),
    )


def _shown(wrapper: ValidatorWrapper) -> dict[str, object]:
    validator = wrapper.validator
    description = validator.description
    return {
        "address": validator.address.to_hex(),
        "slotPubKeys": [key.to_hex() for key in validator.slot_keys],
        "lastEpochInCommittee": str(validator.last_epoch_in_committee),
        "minSelfDelegation": str(validator.min_self_delegation),
        "maxTotalDelegation": str(validator.max_total_delegation),
        "status": int(validator.status),
        "rate": str(validator.commission.rate.raw),
        "maxRate": str(validator.commission.max_rate.raw),
        "maxChangeRate": str(validator.commission.max_change_rate.raw),
        "updateHeight": str(validator.update_height),
        "name": description.name.decode(),
        "identity": description.identity.decode(),
        "website": description.website.decode(),
        "securityContact": description.security_contact.decode(),
        "details": description.details.decode(),
        "creationHeight": str(validator.creation_height),
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
        "numBlocksToSign": str(wrapper.blocks_to_sign),
        "numBlocksSigned": str(wrapper.blocks_signed),
        "blockReward": str(wrapper.block_reward),
    }


@reader("trie", "validatorWrapper", inputs=("wrapper", "balance", "nonce", "firstElectionEpoch"))
def wrapper_in_state(case: Case, compatibility: Compatibility) -> dict[str, object]:
    wrapper = _wrapper(case["wrapper"])
    assert decode_validator_wrapper(wrapper.encode(), compatibility=compatibility) == wrapper
    address = wrapper.validator.address
    state = State()
    balance, nonce = int(case["balance"]), int(case["nonce"])
    if nonce:
        state.add_balance(address, balance)
        state.set_nonce(address, nonce)
    set_validator_wrapper(state, address, wrapper)
    steps = [_step(state, address)]
    set_validator_flag(state, address)
    steps.append(_step(state, address))
    for epoch in (int(case["firstElectionEpoch"]), 999):
        set_first_election_epoch(state, address, Epoch(epoch))
        steps.append(_step(state, address))
    assert str(first_election_epoch(state, address)) == case["firstElectionEpoch"]
    root = state.commit(delete_empty=True)
    account = state.account(address)
    later = _later_roots(State(state.store, root), address)
    named = zip(case.fields["steps"], steps, strict=True)
    return {
        "accountRlp": _hex(account.encode()),
        "codeHash": account.code_hash.to_hex(),
        "root": root.to_hex(),
        "steps": [{"step": label["step"], **step} for label, step in named],
        "updateError": None,
        "isValidatorStorageProof": [
            _hex(node) for node in prove_slot(state, address, VALIDATOR_FLAG_SLOT).nodes
        ],
        "isValidatorStorageProofError": None,
        "validatorRlp": _hex(wrapper.validator.encode()),
        "wrapperRlp": _hex(wrapper.encode()),
        "addReward": _rewarded(state, wrapper, case.fields["addReward"]),
        **later,
    }


def _step(state: State, address: Address) -> dict[str, object]:
    return {"isValidator": is_validator(state, address), "root": state.root(delete_empty=True).to_hex()}


def _later_roots(state: State, address: Address) -> dict[str, object]:
    wrapper = validator_wrapper(state, address)
    set_validator_wrapper(state, address, replace(wrapper, block_reward=wrapper.block_reward + 77))
    in_place = state.root(delete_empty=True)
    clear_validator_flag(state, address)
    return {
        "rootAfterInPlaceBlockReward+77": in_place.to_hex(),
        "rootAfterUnsetFlag": state.root(delete_empty=True).to_hex(),
    }


def _rewarded(state: State, snapshot: ValidatorWrapper, asked: dict[str, Any]) -> dict[str, object]:
    """The reward and the shares are inputs that stand inside the outputs."""
    shares = {Address.from_hex(text): Dec.parse(share) for text, share in asked["shares"].items()}
    address = snapshot.validator.address
    after = with_reward(snapshot, snapshot, int(asked["reward"]), shares)
    state = State(state.store, state.trie.root)
    set_validator_wrapper(state, address, after)
    return {
        "reward": asked["reward"],
        "shares": asked["shares"],
        "error": None,
        "wrapperAfter": _shown(after),
        "wrapperRlpAfter": _hex(after.encode()),
        "rootAfter": state.root(delete_empty=True).to_hex(),
    }


@reader("trie", "validatorWrapperSanity", inputs=("wrapper",))
def sanity(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    try:
        verify_validator_wrapper(_wrapper(case["wrapper"]))
    except HarmonyError as error:
        return {"error": error.code}
    return {"error": None}


@reader("trie", "validatorWrapperRead", inputs=("addr", "note"))
def read_from_state(case: Case, compatibility: Compatibility) -> dict[str, object]:
    state = State()
    address = Address.from_hex(case.get("addr") or "0x" + "77" * 20)
    # The code of the account, where there is one, is named by the note only.
    code = case["note"].split()[-1]
    if code.startswith("0x"):
        state.set_code(address, bytes_from_hex(code))
    try:
        validator_wrapper(state, address, compatibility=compatibility)
    except HarmonyError as error:
        return {"error": error.code}
    return {"error": None}


def _hex(data: bytes) -> str:
    return "0x" + data.hex()
