"""The state of a shard, with journal and snapshots; proofs of accounts and slots; the states of all shards."""

from harmony_core.state.account import (
    EMPTY_ACCOUNT,
    EMPTY_CODE_HASH,
    Account,
    account_key,
    decode_account,
    slot_key,
)
from harmony_core.state.host import StateHost
from harmony_core.state.proofs import (
    AccountProof,
    StorageProof,
    VerifiedAccount,
    VerifiedSlot,
    account_at_root,
    prove_account,
    prove_slot,
    slot_at_root,
    verify_account_proof,
    verify_code,
    verify_storage_proof,
)
from harmony_core.state.sharded_state import ShardedState, credit_receipt
from harmony_core.state.state import State
from harmony_core.state.validators import (
    first_election_epoch,
    is_validator,
    set_validator_wrapper,
    validator_wrapper,
)

__all__ = [
    "EMPTY_ACCOUNT",
    "EMPTY_CODE_HASH",
    "Account",
    "AccountProof",
    "ShardedState",
    "State",
    "StateHost",
    "StorageProof",
    "VerifiedAccount",
    "VerifiedSlot",
    "account_at_root",
    "account_key",
    "credit_receipt",
    "decode_account",
    "first_election_epoch",
    "is_validator",
    "prove_account",
    "prove_slot",
    "set_validator_wrapper",
    "slot_at_root",
    "slot_key",
    "validator_wrapper",
    "verify_account_proof",
    "verify_code",
    "verify_storage_proof",
]
