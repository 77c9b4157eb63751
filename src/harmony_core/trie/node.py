"""The three kinds of trie node, their encoding and the references by which parents hold them.

Paths are text of lower-case hexadecimal digits, one for each nibble: slicing, comparing and packing them are then
single operations of the interpreter, and their order is the order of the keys.

Nodes are never changed once they are part of a trie (a branch may replace the reference to a child by the child
that it stands for, which means the same), so tries can share them and a copy of a trie costs nothing.

Source: Ethereum yellow paper, appendix D; harmony-one/harmony takes its trie from ethereum/go-ethereum, trie/node.go
and trie/hasher.go.
"""

from typing import Final, TypeAlias

from harmony_core.crypto import keccak256
from harmony_core.primitives import Hash32
from harmony_core.primitives.rlp import EMPTY_STRING, encode_bytes, encode_list

__all__ = [
    "DIGITS",
    "EMPTY_CHILD",
    "EMPTY_ROOT",
    "NIBBLES",
    "Branch",
    "Child",
    "Extension",
    "Leaf",
    "Node",
    "Reference",
    "compact_path",
    "encode_branch",
    "encode_node",
    "encode_pair",
    "reference_of",
    "reference_to_encoding",
]

Reference: TypeAlias = bytes
"""How a parent's encoding holds a child: the child's own encoding if that has fewer than 32 bytes, else 0xa0 and
its keccak-256 (33 bytes); ``EMPTY_CHILD`` where there is none."""

EMPTY_CHILD: Final[Reference] = EMPTY_STRING
"""No child here, or no value."""

EMPTY_ROOT: Final = Hash32.from_hex("0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421")
"""Root of the trie without entries: keccak-256 of the empty string's RLP encoding."""

DIGITS: Final = "0123456789abcdef"
"""The sixteen digits of which paths are made, in order."""

NIBBLES: Final = {digit: index for index, digit in enumerate(DIGITS)}
"""The value of each hexadecimal digit."""


class Leaf:
    """The end of a key: the rest of its path, and its value.

    Attributes:
        path: the nibbles that are left of the key, as hexadecimal digits.
        value: the value, never empty.
        reference: how a parent holds this node, or None until it is computed.
        stored: whether the node store holds this node and everything below it.
    """

    __slots__ = ("path", "reference", "stored", "value")

    def __init__(self, path: str, value: bytes) -> None:
        self.path = path
        self.value = value
        self.reference: Reference | None = None
        self.stored = False


class Extension:
    """A stretch of path that all keys below share, and the branch at its end.

    Attributes:
        path: the shared nibbles as hexadecimal digits, at least one.
        child: the branch, or the reference to it while it is not loaded.
        reference: as in `Leaf`.
        stored: as in `Leaf`.
    """

    __slots__ = ("child", "path", "reference", "stored")

    def __init__(self, path: str, child: "Child") -> None:
        self.path = path
        self.child = child
        self.reference: Reference | None = None
        self.stored = False


class Branch:
    """A fork of up to sixteen ways, with the value of the key that ends here, if one does.

    Attributes:
        children: sixteen entries: a node, the reference to one that is not loaded, or ``EMPTY_CHILD``.
        value: the value of the key that ends at this node, or empty.
        reference: as in `Leaf`.
        stored: as in `Leaf`.
    """

    __slots__ = ("children", "reference", "stored", "value")

    def __init__(self, children: "list[Child]", value: bytes) -> None:
        self.children = children
        self.value = value
        self.reference: Reference | None = None
        self.stored = False


Node: TypeAlias = Leaf | Extension | Branch
Child: TypeAlias = Leaf | Extension | Branch | Reference


def compact_path(path: str, *, leaf: bool) -> bytes:
    """Return a path packed two nibbles a byte, behind a flag for the kind of node and for an odd number of nibbles."""
    if len(path) & 1:
        return bytes.fromhex(("3" if leaf else "1") + path)
    return bytes.fromhex(("20" if leaf else "00") + path)


def encode_pair(path: bytes, encoded_item: bytes) -> bytes:
    """Return the encoding of a leaf or an extension from its compact path and its second item, already encoded."""
    return encode_list((encode_bytes(path), encoded_item))


def encode_branch(references: list[Reference], value: bytes) -> bytes:
    """Return the encoding of a branch from its sixteen references, to which the value is appended."""
    references.append(encode_bytes(value) if value else EMPTY_CHILD)
    return encode_list(references)


def encode_node(node: Node) -> bytes:
    """Return the RLP encoding of a node, computing what is missing of the references below it."""
    if isinstance(node, Leaf):
        return encode_pair(compact_path(node.path, leaf=True), encode_bytes(node.value))
    if isinstance(node, Branch):
        references = [
            child if child.__class__ is bytes else child.reference or reference_of(child)  # type: ignore[union-attr, arg-type]
            for child in node.children
        ]
        return encode_branch(references, node.value)
    child = node.child
    reference = child if isinstance(child, bytes) else reference_of(child)
    return encode_pair(compact_path(node.path, leaf=False), reference)


def reference_to_encoding(encoding: bytes) -> Reference:
    """Return the reference of the node that has this encoding."""
    return encoding if len(encoding) < 32 else b"\xa0" + keccak256(encoding)  # noqa: PLR2004 - a hash has 32 bytes


def reference_of(node: Node) -> Reference:
    """Return a node's reference, computed at most once."""
    reference = node.reference
    if reference is None:
        reference = node.reference = reference_to_encoding(encode_node(node))
    return reference
