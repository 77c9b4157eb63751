"""Nodes on disk: nothing half-written is ever seen, whenever the writer dies."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harmony_core.crypto import keccak256
from harmony_core.errors import DataSourceError
from harmony_core.primitives import Address, Hash32
from harmony_core.state import State
from harmony_core.storage import LMDBNodeStore
from harmony_core.trie import EMPTY_ROOT, NodeStore, Trie

WRITER = """
import sys
from harmony_core.primitives import Address, Hash32
from harmony_core.crypto import keccak256
from harmony_core.state import State
from harmony_core.storage import LMDBNodeStore

store = LMDBNodeStore(sys.argv[1], map_size=1 << 16)
root = store.root("head")
state = State(store) if root is None else State(store, root)
block = int(sys.argv[2])
print("ready", flush=True)
while True:
    block += 1
    for index in range(300):
        account = Address(keccak256(b"%d %d" % (block, index))[:20])
        state.add_balance(account, block)
        state.set_storage(account, Hash32(bytes(31) + b"\\x01"), Hash32(account.rjust(32, b"\\x00")))
    state.set_nonce(Address.zero(), block)
    store.set_root("head", state.commit(delete_empty=True))
    print(block, flush=True)
"""


def test_it_is_a_node_store(tmp_path: Path) -> None:
    with LMDBNodeStore(tmp_path / "nodes") as store:
        assert isinstance(store, NodeStore)
        assert store.get(keccak256(b"x")) is None
        store.put_many([(keccak256(b"x"), b"x")])
        store.put_many([])
        assert store.get(keccak256(b"x")) == b"x"
        assert len(store) == 1
        assert store.path == tmp_path / "nodes"


def test_what_was_put_is_there_after_reopening(tmp_path: Path) -> None:
    with LMDBNodeStore(tmp_path) as store:
        trie = Trie(store)
        trie.update({keccak256(bytes([i])): bytes([i]) * 40 for i in range(1, 200)})
        root = trie.commit()
        store.set_root("state of shard 0", root)
    with LMDBNodeStore(tmp_path, read_only=True) as store:
        assert store.root("state of shard 0") == root
        assert store.root("state of shard 1") is None
        again = Trie(store, root)
        assert dict(again.items()) == dict(trie.items())


def test_a_store_grows_beyond_the_space_that_it_began_with(tmp_path: Path) -> None:
    source = random.Random(1)
    with LMDBNodeStore(tmp_path, map_size=1 << 16) as store:
        for _ in range(5):
            nodes = [source.randbytes(500) for _ in range(500)]
            store.put_many((keccak256(node), node) for node in nodes)
            assert all(store.get(keccak256(node)) == node for node in nodes)
        assert len(store) == 2500


def test_growth_by_another_process_is_followed(tmp_path: Path) -> None:
    reader = LMDBNodeStore(tmp_path, map_size=1 << 16)
    grow = (
        "import sys; from harmony_core.storage import LMDBNodeStore; from harmony_core.crypto import keccak256\n"
        "store = LMDBNodeStore(sys.argv[1], map_size=1 << 16)\n"
        "store.put_many((keccak256(n), n) for n in (b'%4096d' % i for i in range(200)))"
    )
    subprocess.run([sys.executable, "-c", grow, str(tmp_path)], check=True)
    assert reader.get(keccak256(b"%4096d" % 7)) == b"%4096d" % 7
    reader.close()


def test_a_root_is_named_only_when_it_is_held(tmp_path: Path) -> None:
    with LMDBNodeStore(tmp_path) as store:
        with pytest.raises(DataSourceError) as info:
            store.set_root("head", Hash32(b"\x01" * 32))
        assert info.value.code == "node-store-root"
        assert store.root("head") is None
        store.set_root("head", EMPTY_ROOT)
        assert store.root("head") == EMPTY_ROOT


@pytest.mark.parametrize("name", ["", "x" * 257])
def test_names_are_bounded(tmp_path: Path, name: str) -> None:
    with LMDBNodeStore(tmp_path) as store:
        with pytest.raises(DataSourceError) as info:
            store.set_root(name, EMPTY_ROOT)
        assert info.value.code == "node-store-name"
        with pytest.raises(TypeError):
            store.root(b"head")  # type: ignore[arg-type]
        with pytest.raises(TypeError):
            store.set_root("head", b"")  # type: ignore[arg-type]


def test_a_batch_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with LMDBNodeStore(tmp_path) as store:
        with pytest.raises(DataSourceError) as info:
            store.put_many([(keccak256(b"x"), b"x"), (b"no hash" * 100, b"y")])
        assert info.value.code == "node-store"
        assert len(store) == 0


def test_a_place_that_cannot_be_opened_is_a_failure_of_the_source(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for place, options in ((tmp_path / "file", {}), (tmp_path / "absent", {"read_only": True})):
        with pytest.raises(DataSourceError) as info:
            LMDBNodeStore(place, **options)
        assert info.value.code == "node-store"


def test_a_file_that_is_no_store_is_a_failure_of_the_source(tmp_path: Path) -> None:
    (tmp_path / "data.mdb").write_bytes(random.Random(2).randbytes(1 << 16))
    with pytest.raises(DataSourceError) as info:
        LMDBNodeStore(tmp_path)
    assert info.value.code == "node-store"


def test_a_full_store_that_is_read_only_refuses(tmp_path: Path) -> None:
    LMDBNodeStore(tmp_path).close()
    with LMDBNodeStore(tmp_path, read_only=True) as store:
        with pytest.raises(DataSourceError) as info:
            store.put_many([(keccak256(b"x"), b"x")])
        assert info.value.code == "node-store"


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="processes cannot be killed outright here")
def test_a_killed_writer_loses_at_most_the_batch_it_was_writing(tmp_path: Path) -> None:
    """Kill a writer at random moments, again and again, and read every node of what it left."""
    source = random.Random(3)
    reached = 0
    for _ in range(4):
        command = [sys.executable, "-c", WRITER, str(tmp_path), str(reached)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "ready\n"
            time.sleep(0.1 + source.random() * 0.5)
            writer.send_signal(signal.SIGKILL)
            said = [int(line) for line in writer.stdout.read().split("\n")[:-1] if line]
        reached = _reached(tmp_path)
        # What the writer said to be done is there; one more block may be, whose message was lost.
        assert reached in {max(said, default=reached), max(said, default=reached) + 1}
    assert reached > 0


def _reached(path: Path) -> int:
    """Read the whole state of the named root, every account with its slots, and return its last block."""
    with LMDBNodeStore(path) as store:
        root = store.root("head")
        if root is None:
            return 0
        state = State(store, root)
        last = state.nonce(Address.zero())
        count = sum(1 for _ in Trie(store, root).items())
        assert count == 300 * last + 1
        for block in range(1, last + 1):
            for index in range(300):
                account = Address(keccak256(b"%d %d" % (block, index))[:20])
                assert state.balance(account) == block
                assert state.storage(account, Hash32(bytes(31) + b"\x01"))[12:] == account
        return last
