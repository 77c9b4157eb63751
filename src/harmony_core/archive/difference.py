"""The difference of two states: only subtrees that differ are walked, and every node on the way is checked."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from harmony_core.archive.accounts import AccountTally, FoundAccount, inspect_account
from harmony_core.archive.node_database import NodeDatabase
from harmony_core.archive.walk import ProblemKind, Read, Tally, checked_node
from harmony_core.errors import HarmonyError
from harmony_core.primitives import STRICT, Compatibility, Hash32
from harmony_core.trie import EMPTY_ROOT
from harmony_core.trie.decode import decode_node
from harmony_core.trie.node import DIGITS, EMPTY_CHILD, Branch, Child, Extension, Leaf

__all__ = ["AccountChange", "Holdings", "LeafChange", "account_changes", "changed_leaves", "stake_changes"]

_KEY_DIGITS = 64


class LeafChange(NamedTuple):
    """A key whose value differs; None stands for no entry."""

    key: str
    before: bytes | None
    after: bytes | None


@dataclass(frozen=True, slots=True)
class AccountChange:
    """An account that differs; None stands for no account."""

    key: str
    before: FoundAccount | None
    after: FoundAccount | None

    @property
    def liquid(self) -> int:
        """How much more its balance is after than before, atto."""
        return (self.after.balance if self.after else 0) - (self.before.balance if self.before else 0)


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a delegator has with validators, atto: stake, stake on its way back, rewards not collected."""

    active: int = 0
    pending: int = 0
    reward: int = 0

    @property
    def total(self) -> int:
        """Everything together."""
        return self.active + self.pending + self.reward


def changed_leaves(
    read_before: Read, before: Hash32, read_after: Read, after: Hash32, tally: Tally, *, what: str = "node"
) -> Iterator[LeafChange]:
    """Yield every key whose value differs between two tries, in ascending order.

    Args:
        read_before: returns the bytes kept under a hash, for the first trie.
        before: root of the first trie.
        read_after: the same for the second.
        after: root of the second trie.
        tally: counts the nodes that were read, and takes their problems.
        what: what to call a node in a problem.
    """
    stack: list[tuple[str, Child, Child]] = [("", _child_of(before), _child_of(after))]
    while stack:
        path, old, new = stack.pop()
        if _is_same(old, new):
            continue
        if len(path) > _KEY_DIGITS:
            tally.note(ProblemKind.UNDECODABLE, what, path, None, "a key has 32 bytes")
            continue
        left = _ways(read_before, path, old, tally, what)
        right = _ways(read_after, path, new, tally, what)
        if left is None or right is None:
            continue
        if left.value != right.value:
            yield LeafChange(path, left.value, right.value)
        ways = zip(DIGITS, left.children, right.children, strict=True)
        stack.extend(reversed([(path + digit, one, two) for digit, one, two in ways]))


class _Ways(NamedTuple):
    value: bytes | None
    children: list[Any]


_NOTHING = _Ways(None, [EMPTY_CHILD] * 16)


def _child_of(root: Hash32) -> Child:
    return EMPTY_CHILD if root == EMPTY_ROOT else b"\xa0" + root


def _is_same(old: Child, new: Child) -> bool:
    if isinstance(old, bytes) and isinstance(new, bytes):
        return old == new
    return isinstance(old, Leaf) and isinstance(new, Leaf) and old.path == new.path and old.value == new.value


def _ways(read: Read, path: str, child: Child, tally: Tally, what: str) -> _Ways | None:
    """Return a node as if it were a branch, so that tries of different shape can be laid beside each other."""
    if child == EMPTY_CHILD:
        return _NOTHING
    node: Any = child
    if isinstance(child, bytes):
        encoding = checked_node(read, path, child[1:], tally, what)
        if encoding is None:
            return None
        tally.nodes += 1
        tally.size += len(encoding)
        try:
            node = decode_node(encoding)
        except HarmonyError as error:
            tally.note(ProblemKind.UNDECODABLE, what, path, child[1:], str(error))
            return None
    if isinstance(node, Branch):
        return _Ways(node.value or None, node.children)
    if not node.path:
        return _Ways(node.value, _NOTHING.children)
    children: list[Any] = [EMPTY_CHILD] * 16
    rest = node.path[1:]
    if isinstance(node, Leaf):
        children[DIGITS.index(node.path[0])] = Leaf(rest, node.value)
    else:
        children[DIGITS.index(node.path[0])] = Extension(rest, node.child) if rest else node.child
    return _Ways(None, children)


def account_changes(
    before: tuple[NodeDatabase, Hash32],
    after: tuple[NodeDatabase, Hash32],
    tally: AccountTally,
    *,
    compatibility: Compatibility = STRICT,
) -> Iterator[AccountChange]:
    """Yield every account that differs between two states, in ascending order, validators with both wrappers.

    Storages and codes of accounts are read where an account is a validator's; their own changes are not walked.

    Args:
        before: the first state's database and root.
        after: the second state's.
        tally: counts, and takes the problems.
        compatibility: quirks to allow in wrappers.
    """
    (first, old_root), (second, new_root) = before, after
    leaves = changed_leaves(
        first.database.get_hashed,
        old_root,
        second.database.get_hashed,
        new_root,
        tally,
        what="account node",
    )
    for key, old, new in leaves:
        tally.leaves += 1
        was = None if old is None else inspect_account(first, key, old, tally, compatibility)
        now = None if new is None else inspect_account(second, key, new, tally, compatibility)
        yield AccountChange(key, was, now)


def stake_changes(change: AccountChange) -> dict[bytes, tuple[Holdings, Holdings]]:
    """Return, by delegator, what it has with a validator before and after; those without a difference left out."""
    before, after = _holdings(change.before), _holdings(change.after)
    none = Holdings()
    return {
        address: (before.get(address, none), after.get(address, none))
        for address in sorted(before.keys() | after.keys())
        if before.get(address, none) != after.get(address, none)
    }


def _holdings(account: FoundAccount | None) -> dict[bytes, Holdings]:
    found: dict[bytes, Holdings] = {}
    if account is None or account.wrapper is None:
        return found
    for delegation in account.wrapper.delegations:
        held = found.get(bytes(delegation.delegator), Holdings())
        found[bytes(delegation.delegator)] = Holdings(
            held.active + delegation.amount,
            held.pending + sum(undelegation.amount for undelegation in delegation.undelegations),
            held.reward + delegation.reward,
        )
    return found
