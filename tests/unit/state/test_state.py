"""The state of a shard: accounts, journal, snapshots and roots."""

import pytest

from harmony_core.crypto import keccak256
from harmony_core.errors import MissingDataError, VerificationError
from harmony_core.primitives import Address, Hash32
from harmony_core.state import EMPTY_CODE_HASH, State, StateHost, account_key
from harmony_core.trie import EMPTY_ROOT, MemoryNodeStore, Trie

A, B, C = (Address(bytes([i]) * 20) for i in (1, 2, 4))
RIPEMD = Address(bytes(19) + b"\x03")
ZERO = Hash32.zero()
SLOT, OTHER = Hash32(b"\x05" * 32), Hash32(b"\x06" * 32)


def word(number: int) -> Hash32:
    return Hash32(number.to_bytes(32, "big"))


def test_it_serves_an_evm_host() -> None:
    assert isinstance(State(), StateHost)


def test_what_does_not_exist_reads_as_nothing() -> None:
    state = State()
    assert not state.exists(A)
    assert state.is_empty(A)
    assert (state.balance(A), state.nonce(A), state.code(A)) == (0, 0, b"")
    assert state.code_hash(A) == ZERO
    assert state.storage(A, SLOT) == state.committed_storage(A, SLOT) == ZERO
    assert not state.is_destructed(A)
    assert not state.destruct(A)
    assert state.root(delete_empty=True) == EMPTY_ROOT


def test_everything_survives_a_commit() -> None:
    state = State()
    state.add_balance(A, 10)
    state.set_nonce(A, 3)
    state.set_code(B, b"\x60\x00")
    state.set_storage(B, SLOT, word(7))
    root = state.commit(delete_empty=True)
    again = State(state.store, root)
    assert (again.balance(A), again.nonce(A)) == (10, 3)
    assert again.code_hash(A) == EMPTY_CODE_HASH
    assert again.code(B) == b"\x60\x00"
    assert again.storage(B, SLOT) == word(7)
    assert again.commit(delete_empty=True) == root


def test_a_commit_is_one_batch_with_the_root_last() -> None:
    class Watched(MemoryNodeStore):
        batches: list[list[bytes]] = []  # noqa: RUF012 - of this test only

        def put_many(self, nodes):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            listed = list(nodes)
            self.batches.append([node_hash for node_hash, _ in listed])
            super().put_many(listed)

    store = Watched()
    state = State(store)
    for number in range(20):
        address = Address(keccak256(bytes([number]))[:20])
        state.set_code(address, bytes([number + 1]) * 40)
        state.set_storage(address, SLOT, word(number + 1))
    root = state.commit(delete_empty=True)
    assert len(store.batches) == 1
    assert store.batches[0][-1] == root
    state.commit(delete_empty=True)
    assert len(store.batches) == 1


def test_a_commit_that_fails_can_be_repeated() -> None:
    class Failing(MemoryNodeStore):
        fails = True

        def put_many(self, nodes):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            if self.fails:
                raise OSError("disk full")
            super().put_many(nodes)

    store = Failing()
    state = State(store)
    state.set_storage(A, SLOT, word(1))
    state.set_code(A, b"code")
    with pytest.raises(OSError, match="disk full"):
        state.commit(delete_empty=True)
    store.fails = False
    root = state.commit(delete_empty=True)
    again = State(store, root)
    assert (again.storage(A, SLOT), again.code(A)) == (word(1), b"code")


def test_accounts_need_not_stay_in_memory() -> None:
    state = State()
    state.set_storage(A, SLOT, word(1))
    root = state.commit(delete_empty=False, keep_accounts=False)
    assert state._accounts == {}
    assert state.storage(A, SLOT) == word(1)
    state.set_storage(A, SLOT, ZERO)
    state.set_storage(A, OTHER, word(2))
    state.set_storage(A, OTHER, ZERO)
    state.set_storage(A, SLOT, word(1))
    assert state.commit(delete_empty=False, keep_accounts=False) == root


# Snapshots.


def test_snapshots_nest() -> None:
    state = State()
    state.add_balance(A, 1)
    outer = state.snapshot()
    state.add_balance(A, 10)
    inner = state.snapshot()
    state.add_balance(A, 100)
    state.set_code(A, b"x")
    state.set_nonce(B, 4)
    state.set_storage(C, SLOT, word(1))
    state.destruct(A)
    state.revert(inner)
    assert (state.balance(A), state.code(A), state.nonce(B)) == (11, b"", 0)
    assert state.storage(C, SLOT) == ZERO
    assert not state.exists(B)
    assert not state.is_destructed(A)
    state.revert(outer)
    assert state.balance(A) == 1
    plain = State()
    plain.add_balance(A, 1)
    assert state.root(delete_empty=True) == plain.root(delete_empty=True)


def test_a_snapshot_serves_once_and_only_in_its_transaction() -> None:
    state = State()
    first, second = state.snapshot(), state.snapshot()
    state.revert(first)
    for gone in (first, second, 99):
        with pytest.raises(VerificationError) as info:
            state.revert(gone)
        assert info.value.code == "state-snapshot"
    third = state.snapshot()
    state.end_transaction(delete_empty=True)
    with pytest.raises(VerificationError) as info:
        state.revert(third)
    assert info.value.code == "state-snapshot"


def test_a_host_reverts_its_own_changes_in_order() -> None:
    state = State()
    log: list[str] = []
    start = state.snapshot()
    for entry in ("first", "second"):
        log.append(entry)
        state.on_revert(lambda: log.append(f"undo {log.pop()}"))
        state.add_balance(A, 1)
    state.revert(start)
    assert log[-1].startswith("undo")
    assert state.balance(A) == 0


def test_recreating_an_account_can_be_reverted() -> None:
    state = State()
    state.set_storage(A, SLOT, word(1))
    state.add_balance(A, 5)
    state.set_code(A, b"old")
    root = state.commit(delete_empty=True)
    start = state.snapshot()
    state.create_account(A)
    state.set_nonce(A, 1)
    assert (state.balance(A), state.code(A), state.storage(A, SLOT)) == (5, b"", ZERO)
    state.revert(start)
    assert (state.code(A), state.storage(A, SLOT)) == (b"old", word(1))
    assert state.root(delete_empty=True) == root


# Deletion.


def test_touched_accounts_that_are_empty_go_where_the_epoch_says_so() -> None:
    for delete_empty, remains in ((True, False), (False, True)):
        state = State()
        state.add_balance(A, 0)
        state.root(delete_empty=delete_empty)
        assert state.exists(A) == remains


def test_only_touched_accounts_are_deleted() -> None:
    state = State()
    state.add_balance(A, 0)
    before = state.root(delete_empty=False)
    state.balance(A)
    state.subtract_balance(A, 0)
    assert state.root(delete_empty=True) == before
    state.add_balance(A, 0)
    assert state.root(delete_empty=True) == EMPTY_ROOT


def test_a_reverted_touch_does_not_delete_but_for_one_account() -> None:
    for address, remains in ((A, True), (RIPEMD, False)):
        state = State()
        state.add_balance(address, 0)
        state.root(delete_empty=False)
        start = state.snapshot()
        state.add_balance(address, 0)
        state.revert(start)
        state.root(delete_empty=True)
        assert state.exists(address) == remains


def test_a_destructed_account_lives_until_the_transaction_ends() -> None:
    state = State()
    state.set_storage(A, SLOT, word(1))
    state.add_balance(A, 9)
    state.commit(delete_empty=True)
    assert state.destruct(A)
    assert state.is_destructed(A)
    assert (state.balance(A), state.storage(A, SLOT)) == (0, word(1))
    state.end_transaction(delete_empty=True)
    assert not state.exists(A)
    state.add_balance(A, 1)
    assert state.storage(A, SLOT) == ZERO
    root = state.commit(delete_empty=True)
    plain = State()
    plain.add_balance(A, 1)
    assert root == plain.root(delete_empty=True)


def test_storage_of_a_transaction_and_before_it() -> None:
    state = State()
    state.set_storage(A, SLOT, word(1))
    assert (state.storage(A, SLOT), state.committed_storage(A, SLOT)) == (word(1), ZERO)
    state.end_transaction(delete_empty=False)
    assert state.committed_storage(A, SLOT) == word(1)
    state.set_storage(A, SLOT, word(2))
    assert state.committed_storage(A, SLOT) == word(1)


def test_slots_are_entries_of_the_accounts_own_trie() -> None:
    state = State()
    for number in range(1, 50):
        state.set_storage(A, word(number), word(number * number))
    state.root(delete_empty=False)
    trie = Trie()
    trie.update({keccak256(word(n)): b"" if n == 0 else rlp_of(n * n) for n in range(1, 50)})
    assert state.account(A).storage_root == trie.root == state.storage_trie(A).root
    assert state.trie.get(account_key(A)) == state.account(A).encode()
    assert state.storage_trie(B).root == EMPTY_ROOT


def rlp_of(number: int) -> bytes:
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return raw if len(raw) == 1 and raw[0] < 0x80 else bytes([0x80 + len(raw)]) + raw


# Bad arguments.


def test_negative_amounts_are_refused() -> None:
    state = State()
    for move in (state.add_balance, state.subtract_balance):
        with pytest.raises(VerificationError) as info:
            move(A, -1)
        assert info.value.code == "state-amount"
    with pytest.raises(TypeError):
        state.add_balance(A, "1")  # type: ignore[arg-type]


def test_more_than_there_is_cannot_be_taken() -> None:
    state = State()
    state.add_balance(A, 5)
    with pytest.raises(VerificationError) as info:
        state.subtract_balance(A, 6)
    assert info.value.code == "account-balance-range"
    assert state.balance(A) == 5
    state.set_balance(A, 2**256 - 1)
    with pytest.raises(VerificationError):
        state.add_balance(A, 1)


def test_wrong_types_are_named() -> None:
    state = State()
    with pytest.raises(TypeError):
        state.set_code(A, "00")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        state.set_storage(A, SLOT, b"\x01")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        state.balance(b"\x01" * 20)  # type: ignore[arg-type]


def test_code_that_the_store_lacks_is_missing_data() -> None:
    state = State()
    state.set_code(A, b"code")
    root = state.commit(delete_empty=True)
    store = MemoryNodeStore()
    store.put_many((node, state.store.get(node) or b"") for node in [bytes(root)])
    with pytest.raises(MissingDataError) as info:
        State(store, root).code(A)
    assert info.value.code == "state-code-missing"
