"""The recorded networks' states: every state root from recorded changes, every account and slot proof, every validator."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from harmony_core.chain.validator_rules import verify_validator_wrapper
from harmony_core.chain.validator_wrapper import ValidatorStatus, decode_validator_wrapper
from harmony_core.crypto import keccak256
from harmony_core.errors import HarmonyError
from harmony_core.light_client import verify_header_chain
from harmony_core.primitives import Address, Hash32, ShardID, rlp
from harmony_core.quorum import VerifiedHeader
from harmony_core.state import (
    Account,
    AccountProof,
    State,
    StorageProof,
    account_at_root,
    account_key,
    decode_account,
    prove_account,
    prove_slot,
    slot_at_root,
    slot_key,
    verify_account_proof,
    verify_storage_proof,
)
from harmony_core.trie import MemoryNodeStore, Trie
from support.recorded import NOW, Recording, recordings

RECORDINGS = recordings()


def chains(stem: str) -> pytest.MarkDecorator:
    """Return a mark that gives a test every shard of every recording with rows of that file."""
    found = [(r, shard) for r in RECORDINGS for shard in range(4) if r.rows(f"{stem}_shard{shard}")]
    return pytest.mark.parametrize(
        ("recording", "shard"), found, ids=[f"{r.folder.name}-{shard}" for r, shard in found]
    )


def hash_of(text: str) -> Hash32:
    return Hash32.from_hex(text)


def recorded_account(row: dict[str, Any]) -> Account:
    """Return the account of a row, from its fields and its encoding alike."""
    account = Account(
        int(row["nonce"]), int(row["balance"]), hash_of(row["storageRoot"]), hash_of(row["codeHash"])
    )
    data = bytes.fromhex(row["rlp"])
    assert account.encode() == data
    assert decode_account(data) == account
    return account


@cache
def roots(recording: Recording, shard: int) -> dict[int, Hash32]:
    return {signed.header.number: signed.header.root for signed in recording.headers(shard)}


@cache
def proven(recording: Recording, shard: int) -> dict[int, VerifiedHeader]:
    chain = recording.headers(shard)
    trust = recording.trust(chain, shard)
    proofs = verify_header_chain(chain, recording.network, shard_id=ShardID(shard), now=NOW, **trust)
    return {proof.header.number: proof.verified[0] for proof in proofs if proof.verified}


def dumped(recording: Recording, shard: int) -> Iterator[tuple[int, dict[str, Any]]]:
    for row in recording.rows(f"state_dump_shard{shard}"):
        yield row["number"], row


def slots_of(row: dict[str, Any]) -> dict[Hash32, Hash32]:
    """Return the slots of a dumped account by their preimages."""
    listed = row.get("storage") or []
    return {hash_of(item["slot"]): word(item["value"]) for item in listed if item.get("slot")}


def word(encoded: str) -> Hash32:
    """Return the 32 bytes of a recorded value, the RLP of the word without leading zeros."""
    value = rlp.decode(bytes.fromhex(encoded.removeprefix("0x")))
    assert isinstance(value, bytes)
    return Hash32(value.rjust(32, b"\x00"))


@chains("state_diff")
def test_every_state_root_follows_from_the_recorded_changes(recording: Recording, shard: int) -> None:
    """Accounts as leaves: each block's changes lead from the root before to the root in the block's header."""
    rows = sorted(recording.rows(f"state_diff_shard{shard}"), key=lambda row: int(row["number"]))
    store = MemoryNodeStore()
    trie: Trie | None = None
    tries: dict[bytes, Trie] = {}
    for row in rows:
        number = row["number"]
        if trie is None or trie.root != hash_of(row["prevRoot"] or row["root"]):
            trie = starting_trie(recording, shard, store, number)
            if trie is None:
                continue
        changes: dict[bytes, bytes] = {}
        for change in row["changed"]:
            address = Address.from_hex(change["address"])
            key = account_key(address)
            assert key.hex() == change["key"]
            changes[key] = b"" if change.get("deleted") else recorded_account(change).encode()
            check_storage(tries, change, is_whole=int(rows[0]["number"]) == 0)
        trie.update(changes)
        assert trie.root == hash_of(row["root"])
        if number in roots(recording, shard):
            assert trie.root == roots(recording, shard)[number]


def starting_trie(recording: Recording, shard: int, store: MemoryNodeStore, number: int) -> Trie | None:
    """Return the trie before a block: the empty one before genesis, else one that is dumped."""
    if number == 0:
        return Trie(store)
    for at, row in dumped(recording, shard):
        if at == number - 1:
            trie = Trie(store)
            trie.update({bytes.fromhex(item["key"]): bytes.fromhex(item["rlp"]) for item in row["accounts"]})
            return trie
    return None


def check_storage(tries: dict[bytes, Trie], change: dict[str, Any], *, is_whole: bool) -> None:
    """Apply the recorded changes of an account's slots, and hold the root that comes out against its account.

    Only where the recording is whole, from genesis on, all slots of an older account are known.
    """
    listed = change.get("storageDiff") or []
    key = bytes.fromhex(change["key"])
    if change.get("new") or (is_whole and key not in tries):
        tries[key] = Trie()
    trie = tries.get(key)
    if trie is None:
        return
    for item in listed:
        slot = bytes.fromhex(item["key"].removeprefix("0x"))
        if item.get("slot"):
            assert slot_key(hash_of(item["slot"])) == slot
        value = "" if item.get("deleted") else (item.get("value") or "")
        trie.set(slot, bytes.fromhex(value.removeprefix("0x")))
    if not change.get("deleted"):
        assert trie.root == hash_of(change["storageRoot"])


@chains("state_dump")
def test_every_dumped_state_is_built_again(recording: Recording, shard: int) -> None:
    """From balances, nonces, code and slots alone, through the same operations that an EVM host uses."""
    for number, row in dumped(recording, shard):
        state = State()
        for item in row["accounts"]:
            address = Address.from_hex(item["address"])
            state.create_account(address)
            state.set_balance(address, int(item["balance"]))
            state.set_nonce(address, int(item["nonce"]))
            if item.get("code"):
                state.set_code(address, bytes.fromhex(item["code"]))
            for slot, value in slots_of(item).items():
                state.set_storage(address, slot, value)
        root = state.commit(delete_empty=False, keep_accounts=False)
        assert root == hash_of(row["root"])
        if number in roots(recording, shard):
            assert root == roots(recording, shard)[number]
        check_reading(State(state.store, root), row)


def check_reading(state: State, row: dict[str, Any]) -> None:
    for item in row["accounts"]:
        address = Address.from_hex(item["address"])
        assert state.account(address) == recorded_account(item)
        assert state.code(address).hex() == (item.get("code") or "")
        for slot, value in slots_of(item).items():
            assert state.storage(address, slot) == value
            proof = prove_slot(state, address, slot)
            assert slot_at_root(state.account(address).storage_root, proof) == value
        assert account_at_root(state.trie.root, prove_account(state, address)) == state.account(address)


@chains("proofs")
def test_every_recorded_proof_is_verified(recording: Recording, shard: int) -> None:
    """Accounts that are there and such that are not, with their slots, against headers that a committee signed."""
    for row in recording.rows(f"proofs_shard{shard}"):
        address = Address.from_hex(row["address"])
        proof = AccountProof(address, tuple(bytes.fromhex(node) for node in row["proof"]))
        account = account_at_root(hash_of(row["root"]), proof)
        assert account_key(address).hex() == row["key"]
        assert (account is not None) == row["exists"]
        if account is not None:
            assert (account.nonce, account.balance) == (int(row["nonce"]), int(row["balance"]))
            assert account.storage_root == hash_of(row["storageRoot"])
            assert account.code_hash == hash_of(row["codeHash"])
        header = proven(recording, shard).get(row["number"])
        if header is None:
            assert account_at_root(roots(recording, shard)[row["number"]], proof) == account
            continue
        verified = verify_account_proof(header, proof)
        assert verified.account == account
        for item in row.get("storageProofs") or []:
            nodes = tuple(bytes.fromhex(node.removeprefix("0x")) for node in item["proof"])
            held = verify_storage_proof(verified, StorageProof(hash_of(item["slot"]), nodes))
            assert held.value.hex() == item["value"].removeprefix("0x").rjust(64, "0")


@chains("proofs")
def test_no_bit_of_a_recorded_proof_can_be_altered(recording: Recording, shard: int) -> None:
    rows = recording.rows(f"proofs_shard{shard}")
    longest = max(rows, key=lambda row: len(row["proof"]))
    absent = next((row for row in rows if not row["exists"]), longest)
    for row in (longest, absent):
        nodes = [bytes.fromhex(node) for node in row["proof"]]
        address = Address.from_hex(row["address"])
        for index, node in enumerate(nodes):
            for position in range(0, len(node) * 8, 7):
                bent = bytearray(node)
                bent[position // 8] ^= 1 << position % 8
                altered = (*nodes[:index], bytes(bent), *nodes[index + 1 :])
                with pytest.raises(HarmonyError):
                    account_at_root(hash_of(row["root"]), AccountProof(address, altered))
        for shape in (nodes[:-1], [*nodes, nodes[-1]], nodes[::-1]):
            if shape != nodes:
                with pytest.raises(HarmonyError):
                    account_at_root(hash_of(row["root"]), AccountProof(address, tuple(shape)))


@pytest.mark.parametrize(
    "recording", [r for r in RECORDINGS if r.rows("validator_wrappers")], ids=lambda r: r.folder.name
)
def test_every_validator_is_read_and_written_again(recording: Recording) -> None:
    for row in recording.rows("validator_wrappers"):
        data = bytes.fromhex(row["rlp"])
        wrapper = decode_validator_wrapper(data)
        assert wrapper.encode() == data
        assert keccak256(data).to_hex() == row["codeHash"]
        assert wrapper.validator.address == Address.from_hex(row["address"])
        assert wrapper.total_delegation == int(row["totalDelegation"])
        assert wrapper.block_reward == int(row["blockReward"])
        assert (wrapper.blocks_to_sign, wrapper.blocks_signed) == (
            int(row["numBlocksToSign"]),
            int(row["numBlocksSigned"]),
        )
        assert wrapper.validator.last_epoch_in_committee == int(row["lastEpochInCommittee"])
        status = ValidatorStatus(wrapper.validator.status)
        assert row["status"].startswith(status.name.lower())
        verify_validator_wrapper(wrapper)
