"""Where `harmony-core trie stats` finds a state: a dump of all accounts, or a node store on disk."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from harmony_core.cli.lines import read_lines
from harmony_core.cli.strict_json import parse_object
from harmony_core.errors import DecodeError, HarmonyError, MissingDataError, VerificationError, require
from harmony_core.primitives import Hash32, bytes_from_hex
from harmony_core.state import decode_account, slot_key
from harmony_core.storage import LMDBNodeStore
from harmony_core.trie import EMPTY_ROOT, MemoryNodeStore, Trie, TrieStatistics, trie_statistics

__all__ = ["StateShape", "shape_of_dump", "shape_of_store"]

_LONGEST_LINE: Final = 1 << 28


@dataclass(frozen=True, slots=True)
class StateShape:
    """The shape of a state's trie of accounts, and of all its accounts' tries of slots together.

    Attributes:
        root: root of the state.
        number: height of the block after which it is, or None if that is not known.
        accounts: the trie of accounts.
        storage: the tries of slots, or None if they were not looked at.
    """

    root: Hash32
    number: int | None
    accounts: TrieStatistics
    storage: TrieStatistics | None


def shape_of_dump(name: str, number: int | None) -> StateShape:
    """Build the state of a dump and return its shape.

    A dump has a JSON object on each line: ``number``, ``root``, and ``accounts``, each with ``key`` and ``rlp`` (the leaf) and
    optionally ``storage``, a list of ``slot`` and ``value``.

    Args:
        name: the file, compressed by gzip or not.
        number: height of the wanted state; None for the last one of the file.

    Raises:
        VerificationError: ``dump-root`` where the accounts, or the slots of one, do not give the root.
        MissingDataError: ``dump-number`` where the file has no such state.
        DecodeError: the file is no dump.
    """
    wanted: Any = None
    for line in read_lines([name], longest=_LONGEST_LINE):
        if line.error is not None:
            raise line.error
        row = parse_object(line.text)
        require("accounts" in row, DecodeError, "dump-shape", "This is no dump of a state.")
        if number is None or row.get("number") == number:
            wanted = row
    require(
        wanted is not None,
        MissingDataError,
        "dump-number",
        "The file has no state of this height.",
        actual=number,
    )
    try:
        accounts = {bytes_from_hex(item["key"]): item for item in wanted["accounts"]}
        root = Hash32.from_hex(wanted["root"])
        leaves = {key: bytes_from_hex(item["rlp"]) for key, item in accounts.items()}
        slots = {key: _slots(item) for key, item in accounts.items() if item.get("storage")}
    except (KeyError, TypeError, AttributeError) as error:
        raise DecodeError("This is no dump of a state.", code="dump-shape", actual=str(error)[:80]) from error
    storage = TrieStatistics()
    for key, entries in slots.items():
        storage += _shape_of_entries(entries, decode_account(leaves[key]).storage_root)
    height = wanted.get("number")
    return StateShape(
        root, height if isinstance(height, int) else None, _shape_of_entries(leaves, root), storage
    )


def shape_of_store(path: Path, root: Hash32, *, storage: bool) -> StateShape:
    """Return the shape of a state in a node store on disk.

    Args:
        path: the folder of the store.
        root: root of the state.
        storage: whether to look at the slots of every account.

    Raises:
        DataSourceError: ``node-store`` where the store cannot be read.
        MissingDataError: ``trie-node-missing`` where it lacks a part of the state.
        DecodeError: what it holds is no state.
    """
    store = LMDBNodeStore(path, read_only=True)
    try:
        roots: list[Hash32] = []

        def visit(leaf: bytes) -> None:
            account_root = decode_account(leaf).storage_root
            if account_root != EMPTY_ROOT:
                roots.append(account_root)

        accounts = trie_statistics(store, root, visit=visit if storage else None)
        slots = TrieStatistics()
        for storage_root in roots:
            slots += trie_statistics(store, storage_root)
    finally:
        store.close()
    return StateShape(root, None, accounts, slots if storage else None)


def _slots(item: dict[str, Any]) -> dict[bytes, bytes]:
    """Return the leaves of an account's slots by their keys."""
    leaves = {}
    for slot in item["storage"]:
        key = bytes_from_hex(slot["key"]) if slot.get("key") else slot_key(Hash32.from_hex(slot["slot"]))
        leaves[bytes(key)] = bytes_from_hex(slot["value"])
    return leaves


def _shape_of_entries(entries: dict[bytes, bytes], root: Hash32) -> TrieStatistics:
    trie = Trie(store := MemoryNodeStore())
    try:
        trie.update(entries)
    except HarmonyError as error:
        raise DecodeError("This is no dump of a state.", code="dump-shape", actual=error.code) from error
    actual = trie.commit(keep_nodes=False)
    require(
        actual == root,
        VerificationError,
        "dump-root",
        "The accounts or slots of the dump do not give the root that it states.",
        expected=root,
        actual=actual,
    )
    return trie_statistics(store, root)
