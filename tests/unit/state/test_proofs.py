"""Proofs of accounts and slots against verified headers."""

from dataclasses import replace

import pytest

from harmony_core.crypto import keccak256
from harmony_core.errors import DecodeError, HarmonyError, VerificationError
from harmony_core.primitives import Address, Hash32
from harmony_core.quorum import VerifiedHeader
from harmony_core.state import (
    AccountProof,
    State,
    StorageProof,
    VerifiedAccount,
    VerifiedSlot,
    account_key,
    prove_account,
    prove_slot,
    verify_account_proof,
    verify_code,
    verify_storage_proof,
)
from harmony_core.trie import Trie
from support.cross_shard import source_block, verified

SLOT = Hash32(b"\x05" * 32)
VALUE = Hash32(b"\x00" * 31 + b"\x09")


def address(number: int) -> Address:
    return Address(keccak256(b"%d" % number)[:20])


def filled() -> tuple[State, VerifiedHeader]:
    state = State()
    for number in range(100):
        state.add_balance(address(number), number + 1)
    state.set_nonce(address(7), 3)
    state.set_code(address(7), b"code")
    state.set_storage(address(7), SLOT, VALUE)
    root = state.commit(delete_empty=True)
    return state, verified(source_block([], root=root))


STATE, HEADER = filled()


def test_an_account_is_proven() -> None:
    result = verify_account_proof(HEADER, prove_account(STATE, address(7)))
    assert (result.balance, result.nonce) == (8, 3)
    assert result.account == STATE.account(address(7))
    assert result.header is HEADER
    verify_code(result, b"code")
    held = verify_storage_proof(result, prove_slot(STATE, address(7), SLOT))
    assert (held.value, held.slot, held.owner) == (VALUE, SLOT, result)


def test_absence_is_proven() -> None:
    result = verify_account_proof(HEADER, prove_account(STATE, address(1000)))
    assert result.account is None
    assert (result.balance, result.nonce) == (0, 0)
    verify_code(result, b"")
    nothing = verify_storage_proof(result, prove_slot(STATE, address(1000), SLOT))
    assert nothing.value == Hash32.zero()
    unset = prove_slot(STATE, address(7), Hash32.zero())
    assert (
        verify_storage_proof(verify_account_proof(HEADER, prove_account(STATE, address(7))), unset).value
        == Hash32.zero()
    )


def test_a_trie_can_prove_as_well() -> None:
    assert prove_account(STATE.trie, address(7)) == prove_account(STATE, address(7))
    slots = STATE.storage_trie(address(7))
    assert prove_slot(slots, address(7), SLOT) == prove_slot(STATE, address(7), SLOT)


def test_the_proof_of_another_account_is_refused() -> None:
    proof = prove_account(STATE, address(7))
    with pytest.raises(VerificationError):
        verify_account_proof(HEADER, replace(proof, address=address(8)))


def test_the_proof_of_another_state_is_refused() -> None:
    other = State()
    other.add_balance(address(7), 10**30)
    other.root(delete_empty=True)
    with pytest.raises(VerificationError) as info:
        verify_account_proof(HEADER, prove_account(other, address(7)))
    assert info.value.code == "trie-proof-hash"


def test_no_proof_is_refused() -> None:
    with pytest.raises(VerificationError) as info:
        verify_account_proof(HEADER, AccountProof(address(7), ()))
    assert info.value.code == "trie-proof-incomplete"


def test_a_leaf_that_is_no_account_is_refused() -> None:
    trie = Trie()
    trie.set(account_key(address(7)), b"\xc0" * 40)
    header = verified(source_block([], root=trie.root))
    with pytest.raises(DecodeError):
        verify_account_proof(header, prove_account(trie, address(7)))


def test_slots_of_another_account_are_refused() -> None:
    owner = verify_account_proof(HEADER, prove_account(STATE, address(8)))
    with pytest.raises(VerificationError):
        verify_storage_proof(owner, prove_slot(STATE, address(7), SLOT))


def test_other_code_is_refused() -> None:
    owner = verify_account_proof(HEADER, prove_account(STATE, address(7)))
    with pytest.raises(VerificationError) as info:
        verify_code(owner, b"other")
    assert info.value.code == "account-code-hash"


def test_only_proof_values_are_taken() -> None:
    proof = prove_account(STATE, address(7))
    with pytest.raises(TypeError):
        verify_account_proof(HEADER.header, proof)  # type: ignore[arg-type]
    for make in (
        lambda: verify_storage_proof(STATE.account(address(7)), StorageProof(SLOT, ())),  # type: ignore[arg-type]
        lambda: verify_code(STATE.account(address(7)), b""),  # type: ignore[arg-type]
        lambda: VerifiedAccount(object(), HEADER, address(7), None),
        lambda: VerifiedSlot(object(), verify_account_proof(HEADER, proof), SLOT, VALUE),
    ):
        with pytest.raises(TypeError):
            make()


@pytest.mark.parametrize("nodes", [(b"",), (b"\x80",), (b"\xc0",) * 70, (bytes(1 << 16),)])
def test_anything_else_is_refused_with_a_typed_error(nodes: tuple[bytes, ...]) -> None:
    with pytest.raises(HarmonyError):
        verify_account_proof(HEADER, AccountProof(address(7), nodes))
