"""Changing many entries of a trie in one pass: only nodes on the way to a change are made anew.

Deletion is canonical: what is left is exactly the trie that would have been built without the deleted entries.
"""

from collections.abc import Callable
from typing import TypeAlias

from harmony_core.trie.build import Entry, build, shared_depth, ways
from harmony_core.trie.node import (
    DIGITS,
    EMPTY_CHILD,
    NIBBLES,
    Branch,
    Child,
    Extension,
    Leaf,
    Node,
    Reference,
)

__all__ = ["Loader", "merge"]

Loader: TypeAlias = Callable[[Reference], Node]
"""Reads the node that a hash reference stands for; raises `MissingDataError` where it is not held."""


def merge(child: Child, entries: list[Entry], load: Loader) -> Child:
    """Return the trie below ``child`` with changed entries.

    Args:
        child: the root node or ``EMPTY_CHILD``; it keeps its meaning, with loaded nodes in place of references.
        entries: the changes, sorted by key, without doubles; an empty value deletes.
        load: reads nodes that are not in memory.

    Returns:
        The new root node, ``child`` itself where nothing changes, or ``EMPTY_CHILD`` where nothing is left.

    Raises:
        MissingDataError: a node on the way is not in the store.
    """
    return _merge(child, entries, 0, load) if entries else child


def _merge(child: Child, entries: list[Entry], depth: int, load: Loader) -> Child:
    if isinstance(child, bytes):
        return _build(entries, depth)
    if isinstance(child, Branch):
        return _merge_branch(child, entries, depth, load)
    if isinstance(child, Leaf):
        return _merge_leaf(child, entries, depth)
    return _merge_extension(child, entries, depth, load)


def _build(entries: list[Entry], depth: int) -> Child:
    """Make a node of the entries that are no deletions."""
    entries = [entry for entry in entries if entry[1]]
    return build(entries, 0, len(entries), depth) if entries else EMPTY_CHILD


def _merge_leaf(leaf: Leaf, entries: list[Entry], depth: int) -> Child:
    if len(entries) == 1 and entries[0][0][depth:] == leaf.path:
        value = entries[0][1]
        if value == leaf.value:
            return leaf
        return Leaf(leaf.path, value) if value else EMPTY_CHILD
    prefix = entries[0][0][:depth]
    changes = dict(entries)
    key = prefix + leaf.path
    kept = changes.setdefault(key, leaf.value)
    if kept == leaf.value and not any(value for other, value in entries if other != key):
        return leaf
    return _build(sorted(changes.items()), depth)


def _merge_extension(extension: Extension, entries: list[Entry], depth: int, load: Loader) -> Child:
    path = extension.path
    stop = depth + len(path)
    # A deletion beside the extension's path is of a key that is not there.
    entries = [entry for entry in entries if entry[1] or entry[0].startswith(path, depth)]
    if not entries:
        return extension
    if all(entry[0].startswith(path, depth) for entry in (entries[0], entries[-1])):
        if isinstance(extension.child, bytes):
            extension.child = load(extension.child)
        child = _merge(extension.child, entries, stop, load)
        return extension if child is extension.child else _extend(path, child, load)
    whole = entries[0][0][:depth] + path
    fork = min(shared_depth(whole, entries[0][0], depth), shared_depth(whole, entries[-1][0], depth))
    rest = path[fork - depth + 1 :]
    children: list[Child] = [EMPTY_CHILD] * 16
    children[NIBBLES[path[fork - depth]]] = Extension(rest, extension.child) if rest else extension.child
    branch = _merge_branch(Branch(children, b""), entries, fork, load)
    return _extend(path[: fork - depth], branch, load)


def _merge_branch(branch: Branch, entries: list[Entry], depth: int, load: Loader) -> Child:
    old = branch.children
    value = branch.value
    ends_here = len(entries[0][0]) == depth
    if ends_here:
        value = entries[0][1]
    children: list[Child] | None = None
    for nibble, start, stop in ways(entries, ends_here, len(entries), depth):
        before = old[nibble]
        if before.__class__ is bytes and before != EMPTY_CHILD:
            before = old[nibble] = load(before)
        child = _merge(before, entries[start:stop], depth + 1, load)
        if child is not before:
            if children is None:
                children = old.copy()
            children[nibble] = child
    if children is None:
        if value == branch.value:
            return branch
        children = old.copy()
    return _collapse(children, value, load)


def _collapse(children: list[Child], value: bytes, load: Loader) -> Child:
    """Return a branch, or what stands for it where fewer than two ways are left."""
    occupied = 16 - children.count(EMPTY_CHILD)
    if occupied + bool(value) > 1:
        return Branch(children, value)
    if not occupied:
        return Leaf("", value) if value else EMPTY_CHILD
    nibble, child = next((at, child) for at, child in enumerate(children) if child != EMPTY_CHILD)
    return _extend(DIGITS[nibble], child, load)


def _extend(path: str, child: Child, load: Loader) -> Child:
    """Return the node for ``child`` behind a path, joined with the child's own path."""
    if not path or child == EMPTY_CHILD:
        return child
    node = load(child) if isinstance(child, bytes) else child
    if isinstance(node, Leaf):
        return Leaf(path + node.path, node.value)
    if isinstance(node, Extension):
        return Extension(path + node.path, node.child)
    return Extension(path, node)
