"""Walking states: everything that a root commits to is checked, and everything that is wrong is found."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from harmony_core.archive import (
    AccountTally,
    FoundAccount,
    NodeDatabase,
    Problem,
    ProblemKind,
    walk_accounts,
    walk_trie,
)
from harmony_core.archive.accounts import _plain_account
from harmony_core.archive.walk import Tally, _plain_leaf, expand, root_of_walk, split
from harmony_core.crypto import keccak256
from harmony_core.errors import HarmonyError
from harmony_core.primitives import Address, Hash32, rlp
from harmony_core.state import Account, State, decode_account
from harmony_core.state.validators import VALIDATOR_FLAG, VALIDATOR_FLAG_SLOT
from harmony_core.trie import EMPTY_ROOT, MemoryNodeStore, Trie
from harmony_core.trie.decode import decode_node
from harmony_core.trie.node import Branch, Extension, Leaf, compact_path, encode_branch, encode_pair
from support.node_databases import SampleNetwork, make_network, wrapper


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> SampleNetwork:
    return make_network(tmp_path_factory.mktemp("network"), 300)


@pytest.fixture
def database(sample: SampleNetwork) -> Iterator[NodeDatabase]:
    with NodeDatabase(sample.folders[0]) as opened:
        yield opened


class Overlay:
    """A database some of whose values are others."""

    def __init__(self, below: NodeDatabase, changes: dict[bytes, bytes | None]) -> None:
        self._below, self._changes = below, changes

    def get(self, key: bytes) -> bytes | None:
        return self._changes[key] if key in self._changes else self._below.database.get(key)

    get_hashed = get


def altered(database: NodeDatabase, changes: dict[bytes, bytes | None]) -> NodeDatabase:
    twin = object.__new__(NodeDatabase)
    twin.database = Overlay(database, changes)  # type: ignore[assignment]
    twin._compatibility = database._compatibility
    return twin


def walk(database: NodeDatabase, root: Hash32) -> tuple[list[FoundAccount], list[Problem]]:
    tally = AccountTally()
    found = list(walk_accounts(database, root_of_walk(root), tally))
    return found, tally.problems


def test_a_whole_state_is_walked_in_order(database: NodeDatabase) -> None:
    found, problems = walk(database, database.head.root)
    assert not problems
    keys = [account.key for account in found]
    assert keys == sorted(set(keys))
    assert len(keys) == 300
    assert sum(account.wrapper is not None for account in found) == 4
    trie = Trie(database, database.head.root)
    for account, (key, value) in zip(found, trie.items(), strict=True):
        strict = decode_account(value)
        assert (account.key, account.nonce, account.balance) == (key.hex(), strict.nonce, strict.balance)
        assert (account.storage_root, account.code_hash) == (strict.storage_root, strict.code_hash)


def test_the_parts_of_a_state_are_the_whole(database: NodeDatabase) -> None:
    whole, _ = walk(database, database.head.root)
    for depth in range(5):
        tally = AccountTally()
        parts = expand(database.get, database.head.root, depth, tally, "account node")
        joined = [a for part in parts for a in walk_accounts(database, [part], tally)]
        assert joined == whole
        assert not tally.problems
        alone = AccountTally()
        list(walk_accounts(database, root_of_walk(database.head.root), alone))
        assert tally.nodes == alone.nodes
    tally = AccountTally()
    assert [part.path for part in split(database.get, database.head.root, tally, "node")] == list(
        "0123456789abcdef"
    )
    assert tally.nodes == 1
    assert not root_of_walk(EMPTY_ROOT)


def test_all_missing_nodes_are_reported_with_their_paths(database: NodeDatabase) -> None:
    root = database.head.root
    nodes = node_paths(database, root)
    source = random.Random(3)
    chosen = source.sample([path for path in nodes if len(path) == 2], 20)
    found, problems = walk(altered(database, dict.fromkeys(nodes[path] for path in chosen)), root)
    assert [problem.path for problem in problems] == sorted(chosen)
    assert {problem.kind for problem in problems} == {ProblemKind.MISSING}
    assert [problem.expected for problem in problems] == [nodes[path] for path in sorted(chosen)]
    whole, _ = walk(database, root)
    assert [a.key for a in found] == [a.key for a in whole if a.key[:2] not in chosen]
    assert str(problems[0]) == f"account node at {min(chosen)} is missing {nodes[min(chosen)]}"


def node_paths(database: NodeDatabase, root: Hash32) -> dict[str, Hash32]:
    """Return the hash of every node of a trie by its path."""
    found = {}
    stack: list[tuple[str, bytes]] = [("", b"\xa0" + root)]
    while stack:
        path, child = stack.pop()
        found[path] = Hash32(child[1:])
        node = decode_node(database.get(child[1:]) or b"")
        if isinstance(node, Branch):
            ways = [(path + f"{n:x}", way) for n, way in enumerate(node.children)]
        else:
            ways = [(path + node.path, node.child)] if isinstance(node, Extension) else []
        stack += [(path, way) for path, way in ways if isinstance(way, bytes) and len(way) == 33]
    return found


def committed(database: NodeDatabase) -> dict[str, list[bytes]]:
    """Return the keys of everything that a state's root commits to, by kind of value."""
    keys: dict[str, list[bytes]] = {
        "account node": [*map(bytes, node_paths(database, database.head.root).values())]
    }
    keys |= {"storage node": [], "code": [], "validator": []}
    for account in walk(database, database.head.root)[0]:
        if account.storage_root != EMPTY_ROOT:
            keys["storage node"] += map(bytes, node_paths(database, Hash32(account.storage_root)).values())
        if account.wrapper is not None:
            keys["validator"].append(b"vc" + account.code_hash)
        elif account.storage_root != EMPTY_ROOT:
            keys["code"].append(b"c" + account.code_hash)
    return {kind: sorted(set(found)) for kind, found in keys.items()}


def test_a_byte_altered_anywhere_below_a_root_is_found(database: NodeDatabase) -> None:
    """Two hundred positions, over nodes of accounts and storages, codes and wrappers."""
    source = random.Random(8)
    root, keys = database.head.root, committed(database)
    for turn in range(200):
        kind = list(keys)[turn % 4]
        key = source.choice(keys[kind])
        value = bytearray(database.get(key) or b"")
        value[source.randrange(len(value))] ^= source.randrange(1, 256)
        _, problems = walk(altered(database, {key: bytes(value)}), root)
        assert problems, (turn, kind)
        named = {"validator": "code"}.get(kind, kind)
        assert all(problem.what == named and problem.kind == ProblemKind.ALTERED for problem in problems)
        assert {problem.expected for problem in problems} == {key[-32:]}


def test_every_missing_value_is_found(database: NodeDatabase) -> None:
    root = database.head.root
    for found in committed(database).values():
        for key in found[:10]:
            _, problems = walk(altered(database, {key: None}), root)
            assert problems
            assert {problem.kind for problem in problems} == {ProblemKind.MISSING}


def state_of(database: NodeDatabase, change: dict[str, bytes]) -> tuple[NodeDatabase, Hash32]:
    """Return a database with another state: one account with a storage, a code and the mark of a validator."""
    store: dict[bytes, bytes | None] = {}

    class Store(MemoryNodeStore):
        def put_many(self, nodes: object) -> None:
            pairs = list(nodes)  # type: ignore[call-overload]
            store.update((bytes(key), value) for key, value in pairs)
            super().put_many(pairs)

    state = State(Store())
    address = Address(change["address"])
    state.set_balance(address, 1)
    if "code" in change:
        state.set_code(address, change["code"])
        store[b"vc" + keccak256(change["code"])] = change["code"]
    if "flag" in change:
        state.set_storage(address, VALIDATOR_FLAG_SLOT, Hash32(change["flag"]))
    root = state.commit(delete_empty=False)
    return altered(database, store), root


def test_a_validator_is_one_whose_storage_says_so(database: NodeDatabase) -> None:
    one = wrapper(1, [])
    address, code = bytes(one.validator.address), one.encode()
    found, problems = walk(*state_of(database, {"address": address, "code": code, "flag": VALIDATOR_FLAG}))
    assert not problems
    assert found[0].wrapper == one
    found, problems = walk(*state_of(database, {"address": address, "code": code}))
    assert not problems
    assert found[0].wrapper is None


@pytest.mark.parametrize(
    "code", [b"\x60\x00", None, wrapper(2, []).encode()], ids=["no wrapper", "nothing", "another's"]
)
def test_a_validator_whose_wrapper_is_none_is_found(database: NodeDatabase, code: bytes | None) -> None:
    change = {"address": bytes(wrapper(1, []).validator.address), "flag": bytes(VALIDATOR_FLAG)}
    found, problems = walk(*state_of(database, change | ({} if code is None else {"code": code})))
    assert [(problem.kind, problem.what) for problem in problems] == [(ProblemKind.UNDECODABLE, "validator")]
    assert found[0].wrapper is None


def walk_nodes(nodes: list[bytes]) -> tuple[list[tuple[str, bytes]], list[Problem]]:
    """Walk a trie whose root is the last node."""
    held = {bytes(keccak256(node)): node for node in nodes}
    tally = Tally()
    found = list(walk_trie(held.get, root_of_walk(keccak256(nodes[-1])), tally))
    return found, tally.problems


def leaf(path: str, value: bytes = b"v" * 60) -> bytes:
    return encode_pair(compact_path(path, leaf=True), rlp.encode_bytes(value))


def held(node: bytes) -> bytes:
    return b"\xa0" + keccak256(node)


@pytest.mark.parametrize(
    ("nodes", "detail"),
    [
        ([leaf("0" * 62)], "a key has 32 bytes"),
        ([leaf("0" * 66)], "a key has 32 bytes"),
        (
            [leaf("0" * 63), encode_pair(compact_path("0", leaf=False), held(leaf("0" * 63)))],
            "an extension leads to a branch",
        ),
        (
            [b"\x80\x80", encode_branch([held(b"\x80\x80"), held(leaf("1" * 63)), *[b"\x80"] * 14], b"")],
            "rlp",
        ),
        ([encode_branch([held(leaf("1" * 63)), *[b"\x80"] * 15], b"value")], "a key has 32 bytes"),
        (
            [
                b"\xc2\x80\x80",
                encode_branch([held(b"\xc2\x80\x80"), *[b"\x80"] * 14, held(leaf("1" * 63))], b""),
            ],
            "",
        ),
    ],
)
def test_nodes_of_no_honest_trie_are_found(nodes: list[bytes], detail: str) -> None:
    _, problems = walk_nodes(nodes)
    assert any(problem.kind == ProblemKind.UNDECODABLE and detail in problem.detail for problem in problems)


def test_a_trie_that_loops_ends() -> None:
    """A hash cannot be part of what it hashes; a store that says otherwise is found lying at once."""
    node = encode_branch([b"\xa0" + bytes(32)] * 16, b"")
    tally = Tally()
    assert not list(walk_trie(lambda _: node, root_of_walk(keccak256(node)), tally))
    assert len(tally.problems) == 16


def test_the_short_ways_read_what_the_strict_decoders_read() -> None:
    source = random.Random(4)
    for _ in range(3000):
        balance = source.choice([0, 1, 127, 128, 255, source.getrandbits(source.randrange(1, 257))])
        nonce = source.choice([0, 1, 127, 128, source.getrandbits(64)])
        account = Account(nonce, balance, Hash32(source.randbytes(32)), Hash32(source.randbytes(32)))
        value = account.encode()
        assert _plain_account(value) == (nonce, balance, account.storage_root, account.code_hash)
        path = f"{source.getrandbits(256):064x}"[source.randrange(0, 61) :]
        node = decode_node(leaf(path, value))
        assert isinstance(node, Leaf)
        assert _plain_leaf(leaf(path, value)) == (node.path, node.value) == (path, value)
        other = bytearray(source.choice([value, leaf(path, value)]))
        other[source.randrange(min(len(other), 50))] ^= source.randrange(1, 256)
        agree(bytes(other))


def agree(data: bytes) -> None:
    """What a short way reads, the strict decoder reads alike."""
    account = _plain_account(data)
    if account is not None:
        strict = decode_account(data)
        assert account == (strict.nonce, strict.balance, strict.storage_root, strict.code_hash)
    else:
        with pytest.raises(HarmonyError):
            decode_account(data)
    found = _plain_leaf(data)
    if found is not None:
        node = decode_node(data)
        assert isinstance(node, Leaf)
        assert found == (node.path, node.value)


def test_damage_on_the_disk_is_a_problem_and_no_end(sample: SampleNetwork, tmp_path: Path) -> None:
    network = make_network(tmp_path, 2000, tables=True)
    table = max(network.folders[0].glob("*.ldb"), key=lambda path: path.stat().st_size)
    data = bytearray(table.read_bytes())
    for position in range(5000, len(data) - 20_000, len(data) // 7):
        data[position : position + 64] = bytes(64)
    table.write_bytes(data)
    with NodeDatabase(network.folders[0]) as opened:
        found, problems = walk(opened, network.heads[0].root)
    assert problems
    assert 0 < len(found) < 2000
    assert {problem.kind for problem in problems} <= {
        ProblemKind.UNREADABLE,
        ProblemKind.ALTERED,
        ProblemKind.MISSING,
    }
    del sample
