"""trie.json, the kinds above raw tries: accounts, operations on a state with roots and proofs, validators, shard states."""

from typing import Any

from harmony_core.chain import Committee, ShardState, Slot, decode_shard_state
from harmony_core.crypto import keccak256
from harmony_core.errors import HarmonyError
from harmony_core.primitives import (
    Address,
    BLSPublicKeyBytes,
    Compatibility,
    Dec,
    Epoch,
    Hash32,
    ShardID,
    bytes_from_hex,
)
from harmony_core.state import Account, State, account_key, decode_account, slot_key
from harmony_core.state.proofs import account_at_root, prove_account, prove_slot, slot_at_root
from harmony_core.state.validators import FIRST_ELECTION_EPOCH_SLOT, VALIDATOR_FLAG, VALIDATOR_FLAG_SLOT
from support.conformance import Case, reader


@reader("trie", "accountRlp", inputs=("nonce", "balance", "root", "codeHash"))
def account_rlp(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    account = Account(
        int(case["nonce"]),
        int(case["balance"]),
        Hash32.from_hex(case["root"]),
        Hash32.from_hex(case["codeHash"]),
    )
    assert decode_account(account.encode()) == account
    return {"rlp": _hex(account.encode())}


@reader("trie", "stateOps", inputs=("deleteEmpty",))
def state_ops(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    # Operations hold the roots that they give, and the list of what is asked for at the end stands inside the answers.
    state = State()
    run = _Run(state)
    operations = [run.apply(operation) for operation in case.fields["ops"]]
    root = state.root(delete_empty=case["deleteEmpty"])
    assert State(state.store, root).trie.root == root
    return {
        "ops": operations,
        "root": root.to_hex(),
        "final": [_shown_account(State(state.store, root), wanted) for wanted in case.fields["final"]],
    }


class _Run:
    """Applies operations to a state."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._snapshots: dict[int, int] = {}

    def apply(self, operation: dict[str, Any]) -> dict[str, object]:  # noqa: C901 - one arm for each operation
        state = self._state
        fields = operation
        address = Address.from_hex(fields["addr"]) if "addr" in fields else Address.zero()
        match fields["op"]:
            case "intermediateRoot":
                return fields | {"root": state.root(delete_empty=fields["deleteEmpty"]).to_hex()}
            case "commit":
                return fields | {"root": state.commit(delete_empty=fields["deleteEmpty"]).to_hex()}
            case "snapshot":
                self._snapshots[fields["id"]] = state.snapshot()
            case "revert":
                state.revert(self._snapshots[fields["id"]])
            case "setState":
                state.set_storage(address, Hash32.from_hex(fields["slot"]), Hash32.from_hex(fields["value"]))
            case "setCode":
                state.set_code(address, bytes_from_hex(fields["value"]))
            case "setNonce":
                state.set_nonce(address, int(fields["value"]))
            case "addBalance":
                state.add_balance(address, int(fields["value"]))
            case "subBalance":
                state.subtract_balance(address, int(fields["value"]))
            case "createContract":
                state.create_account(address)
                state.set_nonce(address, 1)
            case "suicide":
                state.destruct(address)
            case other:
                raise AssertionError(other)
        return fields


def _shown_account(state: State, wanted: dict[str, Any]) -> dict[str, object]:
    address = Address.from_hex(wanted["addr"])
    account = state.account(address)
    exists = state.exists(address)
    proof = prove_account(state, address)
    assert account_at_root(state.trie.root, proof) == (account if exists else None)
    return {
        "accountRlp": _hex(account.encode()) if exists else None,
        "addr": address.to_hex(),
        "balance": str(state.balance(address)),
        "code": _hex(state.code(address)),
        "codeHash": state.code_hash(address).to_hex(),
        "empty": state.is_empty(address),
        "exists": exists,
        "key": account_key(address).to_hex(),
        "nonce": str(state.nonce(address)),
        "proof": [_hex(node) for node in proof.nodes],
        "storage": [_shown_slot(state, address, asked) for asked in wanted["storage"]],
    }


def _shown_slot(state: State, address: Address, wanted: dict[str, Any]) -> dict[str, object]:
    slot = Hash32.from_hex(wanted["slot"])
    proof = prove_slot(state, address, slot)
    value = state.storage(address, slot)
    assert slot_at_root(state.account(address).storage_root, proof) == value
    shown: dict[str, object] = {
        "key": slot_key(slot).to_hex(),
        "slot": slot.to_hex(),
        "value": value.to_hex(),
    }
    if "proof" in wanted:
        shown["proof"] = [_hex(node) for node in proof.nodes]
        # The reference has no proof to give for the slots of an account that does not exist.
        shown["proofError"] = None if state.exists(address) else "no account"
    return shown


@reader("trie", "constants", inputs=("strings",))
def constants(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    names = (
        "IsValidatorKey",
        "IsValidator",
        "FirstElectionEpochKey",
        "CollectRewardsTopic",
        "DelegateTopic",
        "UnDelegateTopic",
    )
    hashes = [keccak256(text.encode()).to_hex() for text in case["strings"]]
    assert hashes[:3] == [
        value.to_hex() for value in (VALIDATOR_FLAG_SLOT, VALIDATOR_FLAG, FIRST_ELECTION_EPOCH_SLOT)
    ]
    return dict(zip(names, hashes, strict=True))


@reader("trie", "shardState", inputs=("epoch", "shards"))
def shard_state(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    state = ShardState(
        Epoch(int(case["epoch"])),
        tuple(
            Committee(ShardID(shard["shardID"]), tuple(_slot(slot) for slot in shard["slots"]))
            for shard in case["shards"]
        ),
    )
    staked, legacy = state.encode(staking=True), state.encode(staking=False)
    assert decode_shard_state(staked) == state
    return {
        "stakingRlp": _hex(staked),
        "legacyRlp": _hex(legacy),
        "hash": state.hash.to_hex(),
        "decodeStakingError": None,
        "decodeLegacyError": None,
        "legacyDecodedEpochIsNil": decode_shard_state(legacy).epoch is None,
    }


def _slot(fields: dict[str, Any]) -> Slot:
    stake = fields["effectiveStakeInt"]
    return Slot(
        Address.from_hex(fields["addr"]),
        BLSPublicKeyBytes.from_hex(fields["bls"]),
        None if stake is None else Dec(int(stake)),
    )


@reader("trie", "shardStateDecode", inputs=("input",))
def shard_state_decode(case: Case, compatibility: Compatibility) -> dict[str, object]:
    try:
        state = decode_shard_state(bytes_from_hex(case["input"]), compatibility=compatibility)
    except HarmonyError as error:
        return {"error": error.code}
    return {"error": None, "epochNil": state.epoch is None, "numShards": len(state.committees)}


def _hex(data: bytes) -> str:
    return "0x" + data.hex()
