"""Walking a trie in a node's database: every node's hash is computed, and whatever is wrong is noted with its path.

Keys come in ascending order, memory stays at one node a level, and a missing or altered node costs only what lies below
it: the walk goes on and finds the others.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from harmony_core.crypto import keccak256
from harmony_core.errors import DataSourceError, DecodeError, HarmonyError
from harmony_core.primitives import Hash32
from harmony_core.trie import EMPTY_ROOT
from harmony_core.trie.decode import decode_node
from harmony_core.trie.node import DIGITS, EMPTY_CHILD, Branch, Child, Extension, Leaf, Node

__all__ = [
    "Problem",
    "ProblemKind",
    "Read",
    "Subtree",
    "Tally",
    "checked_node",
    "expand",
    "root_of_walk",
    "split",
    "walk_trie",
]

_INLINE: Final = 32
_LARGE: Final = 256
_LONGEST_PATH: Final = 64
_ODD_LEAF: Final = 3
_EVEN_LEAF: Final = 0x20
_KEY_LENGTH: Final = "a key has 32 bytes"
Read = Callable[[bytes], bytes | None]
"""Returns the bytes kept under a hash, None where there are none."""


class ProblemKind(StrEnum):
    """What is wrong with something that a root commits to."""

    MISSING = "missing"
    ALTERED = "altered"
    UNDECODABLE = "undecodable"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is not as the root says.

    Attributes:
        kind: what is wrong.
        what: of what: ``account node``, ``storage node``, ``account``, ``slot``, ``code``, ``validator``, ``preimage``.
        path: hexadecimal digits that lead to it from the state's root; behind a slash, from the root of the storage.
        expected: the hash that it should have, or that names it; None where there is none.
        detail: what the decoder or the disk said; empty where the kind says all.
    """

    kind: ProblemKind
    what: str
    path: str
    expected: Hash32 | None
    detail: str = ""

    def __str__(self) -> str:
        named = f" {self.expected}" if self.expected else ""
        reason = f": {self.detail}" if self.detail else ""
        return f"{self.what} at {self.path or 'the root'} is {self.kind}{named}{reason}"


@dataclass(slots=True)
class Tally:
    """What a walk has seen.

    Attributes:
        nodes: nodes whose hash was right.
        leaves: entries.
        size: bytes of these nodes.
        problems: everything that is wrong.
    """

    nodes: int = 0
    leaves: int = 0
    size: int = 0
    problems: list[Problem] = field(default_factory=list)

    def note(self, kind: ProblemKind, what: str, path: str, expected: bytes | None, detail: str = "") -> None:
        """Note a problem."""
        named = Hash32(expected) if expected is not None else None
        self.problems.append(Problem(kind, what, path, named, detail))


@dataclass(frozen=True, slots=True)
class Subtree:
    """A part of a trie.

    Attributes:
        path: hexadecimal digits that lead to it.
        child: how its parent holds it: 0xa0 and the hash of its node.
    """

    path: str
    child: bytes


def root_of_walk(root: Hash32) -> list[Subtree]:
    """Return the whole trie below a root as the parts of a walk: none for the empty trie."""
    return [] if root == EMPTY_ROOT else [Subtree("", b"\xa0" + root)]


def expand(read: Read, root: Hash32, depth: int, tally: Tally, what: str) -> list[Subtree]:
    """Return parts of a trie, in ascending order, that together are all of it below the nodes walked here.

    Args:
        read: returns the bytes kept under a hash.
        root: the trie's root.
        depth: digits that the paths of the parts have; fewer where the trie ends before.
        tally: counts the nodes that are walked here, and takes their problems.
        what: what to call a node.
    """
    parts: list[Subtree] = []
    stack = [(part.path, part.child) for part in reversed(root_of_walk(root))]
    while stack:
        path, child = stack.pop()
        if len(path) >= depth:
            parts.append(Subtree(path, child))
            continue
        problems = len(tally.problems)
        below = _branches(read, path, child, tally, what)
        if below is None:
            if len(tally.problems) == problems:
                parts.append(Subtree(path, child))
            continue
        stack.extend(reversed(below))
    return parts


def split(read: Read, root: Hash32, tally: Tally, what: str) -> list[Subtree]:
    """Return the parts in which a trie is walked: 256 of a large one, 16 of a small one, whoever walks them.

    Args:
        read: returns the bytes kept under a hash.
        root: the trie's root.
        tally: counts the nodes that are walked here, and takes their problems.
        what: what to call a node.
    """
    trial = Tally()
    parts = expand(read, root, 2, trial, what)
    if len(parts) < _LARGE and not trial.problems:
        trial = Tally()
        parts = expand(read, root, 1, trial, what)
    tally.nodes += trial.nodes
    tally.size += trial.size
    tally.problems += trial.problems
    return parts


def _branches(read: Read, path: str, child: bytes, tally: Tally, what: str) -> list[tuple[str, bytes]] | None:
    """Return the children of a branch or an extension; None for what is not to be expanded."""
    trial = Tally()
    encoding = checked_node(read, path, child[1:], trial, what)
    try:
        node = decode_node(encoding) if encoding is not None else None
    except DecodeError as error:
        trial.note(ProblemKind.UNDECODABLE, what, path, child[1:], str(error))
        node = None
    tally.problems += trial.problems
    if isinstance(node, Branch) and not node.value:
        ways = [
            (path + digit, way)
            for digit, way in zip(DIGITS, node.children, strict=True)
            if way != EMPTY_CHILD
        ]
        if all(isinstance(way, bytes) for _, way in ways):
            tally.nodes += 1
            tally.size += len(encoding or b"")
            return ways  # type: ignore[return-value]
    return None


def checked_node(read: Read, path: str, node_hash: bytes, tally: Tally, what: str) -> bytes | None:
    """Return the encoding of the node with a hash, or None after noting why not."""
    try:
        encoding = read(node_hash)
    except DataSourceError as error:
        tally.note(ProblemKind.UNREADABLE, what, path, node_hash, error.message)
        return None
    if encoding is None:
        tally.note(ProblemKind.MISSING, what, path, node_hash)
        return None
    if keccak256(encoding) != node_hash:
        tally.note(ProblemKind.ALTERED, what, path, node_hash)
        return None
    return encoding


def walk_trie(
    read: Read, parts: list[Subtree], tally: Tally, *, what: str = "node", owner: str = ""
) -> Iterator[tuple[str, bytes]]:
    """Yield (key, value) of every entry in ascending order, having checked every node on the way.

    Args:
        read: returns the bytes kept under a hash.
        parts: where to begin, in ascending order: `root_of_walk`, or parts that `expand` returned.
        tally: counts, and takes the problems.
        what: what to call a node in a problem.
        owner: path of the account whose storage this is, with a slash; goes before paths in problems.

    Yields:
        Keys as 64 hexadecimal digits: the tries of a state have keys of 32 bytes; other lengths are problems.
    """
    stack: list[tuple[str, Child]] = [(part.path, part.child) for part in reversed(parts)]
    walker = _Walker(tally, what, owner, stack)
    while stack:
        path, child = stack.pop()
        encoding: bytes | None = None
        if isinstance(child, bytes):
            encoding = checked_node(read, owner + path, child[1:], tally, what)
            if encoding is None:
                continue
            tally.nodes += 1
            tally.size += len(encoding)
            leaf = _plain_leaf(encoding)
        else:
            leaf = None
        if leaf is None or path in walker.forks:
            leaf = walker.enter(path, child, encoding)
            if leaf is None:
                continue
        key = path + leaf[0]
        if len(key) == _LONGEST_PATH:
            tally.leaves += 1
            yield key, leaf[1]
        else:
            walker.refuse(key, child, _KEY_LENGTH)


class _Walker:
    """What a walk does with the nodes that are no plain leaves."""

    __slots__ = ("_owner", "_stack", "_tally", "_what", "forks")

    def __init__(self, tally: Tally, what: str, owner: str, stack: list[tuple[str, Child]]) -> None:
        self._tally = tally
        self._what = what
        self._owner = owner
        self._stack = stack
        self.forks: set[str] = set()
        """Paths at the end of an extension, where there has to be a branch."""

    def enter(self, path: str, child: Child, encoding: bytes | None) -> tuple[str, bytes] | None:
        """Put what lies below a node onto the stack; return the rest of the key and the value of a leaf."""
        try:
            node = decode_node(encoding) if encoding is not None else child
        except HarmonyError as error:
            self.refuse(path, child, str(error))
            return None
        assert not isinstance(node, bytes)  # noqa: S101 - for the type checker
        misplaced = self._misplaced(path, node, encoding)
        if misplaced:
            self.refuse(path, child, misplaced)
        if isinstance(node, Leaf):
            return None if misplaced else (node.path, node.value)
        if len(path) < _LONGEST_PATH:
            self._stack.extend(self._below(path, node))
        return None

    def _misplaced(self, path: str, node: Node, encoding: bytes | None) -> str | None:
        """Return why a node cannot stand where it does, or None."""
        if path in self.forks:
            self.forks.discard(path)
            if not isinstance(node, Branch):
                return "an extension leads to a branch"
        if encoding is not None and path and len(encoding) < _INLINE:
            return "a node of fewer than 32 bytes is part of its parent"
        if isinstance(node, Branch) and (node.value or len(path) >= _LONGEST_PATH):
            return _KEY_LENGTH
        return None

    def _below(self, path: str, node: Branch | Extension) -> list[tuple[str, Child]]:
        """Return what lies below a node, the last first."""
        if isinstance(node, Extension):
            below = path + node.path
            self.forks.add(below)
            return [(below, node.child)]
        ways = zip(reversed(DIGITS), reversed(node.children), strict=True)
        return [(path + digit, way) for digit, way in ways if way != EMPTY_CHILD]

    def refuse(self, path: str, child: Child, detail: str) -> None:
        """Note that a node is not one that an honest trie has in its place."""
        named = child[1:] if isinstance(child, bytes) else None
        self._tally.note(ProblemKind.UNDECODABLE, self._what, self._owner + path, named, detail)


def _plain_leaf(encoding: bytes) -> tuple[str, bytes] | None:
    """Read a leaf with a path of at least two bytes and a value of 56 to 255: nearly every leaf is one.

    Returns:
        The digits and the value, or None for every other encoding, canonical or not.
    """
    size = len(encoding)
    if size < 60 or encoding[0] != 0xF8 or encoding[1] != size - 2:  # noqa: PLR2004 - the shortest such leaf
        return None
    end = encoding[2] - 0x80 + 3
    if not 5 <= end <= 36 or encoding[end] != 0xB8:  # noqa: PLR2004 - a path of 2 to 33 bytes
        return None
    if encoding[end + 1] != size - end - 2 or size - end - 2 < 56:  # noqa: PLR2004 - the long form
        return None
    digits = encoding[3:end].hex()
    flag = encoding[3]
    if flag >> 4 == _ODD_LEAF:
        return digits[1:], encoding[end + 2 :]
    if flag == _EVEN_LEAF:
        return digits[2:], encoding[end + 2 :]
    return None
