"""What a node's database says, behind typed readers: each checks what its key promises.

Source: harmony-one/harmony, core/rawdb, accessors_chain.go, accessors_offchain.go, accessors_state.go.
"""

from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Final, Self

from harmony_core.archive import schema
from harmony_core.archive.database import CACHE_BYTES, Database
from harmony_core.chain.body import Body, decode_body
from harmony_core.chain.cross_shard_receipt import CXReceipt, decode_cx_receipts
from harmony_core.chain.crosslink import CrossLink, decode_cross_link
from harmony_core.chain.header import Header, decode_header
from harmony_core.chain.receipt import Receipt, decode_stored_receipts
from harmony_core.chain.shard_state import ShardState, decode_shard_state
from harmony_core.crypto import keccak256
from harmony_core.errors import ConfigurationError, DecodeError, MissingDataError, VerificationError, require
from harmony_core.primitives import STRICT, BlockNumber, Compatibility, Epoch, Hash32, ShardID
from harmony_core.quorum import Commit

__all__ = ["NodeDatabase"]

_HASH: Final = Hash32.LENGTH
_HEIGHT: Final = 8
_SIGNATURE: Final = 96
_LARGEST_HEIGHT: Final = (1 << 64) - 1


class NodeDatabase:
    """One shard's database: the chain, its states and what belongs to them. Nothing it says is proven by being there.

    It is a `harmony_core.trie.NodeStore` that cannot be written, so a `Trie` or a `State` opens on it directly.

    Args:
        path: the database's folder, or the folder around it that holds ``harmony_db_<shard>``.
        shard_id: the shard that it has to be of; None takes whatever it is.
        compatibility: quirks of the reference to allow when decoding.
        scratch: where shadows are made, see `Database`.
        cache_bytes: see `Database`.

    Raises:
        HarmonyError: as `Database`; ``archive-head`` (ConfigurationError) for a database without a chain,
            ``archive-shard`` (ConfigurationError) for one of another shard.
    """

    def __init__(
        self,
        path: Path | str,
        *,
        shard_id: ShardID | None = None,
        compatibility: Compatibility = STRICT,
        scratch: Path | None = None,
        cache_bytes: int = CACHE_BYTES,
    ) -> None:
        self.database = Database(_folder_of(Path(path), shard_id), scratch=scratch, cache_bytes=cache_bytes)
        self._compatibility = compatibility
        try:
            head = self.head
            require(
                shard_id is None or head.shard_id == shard_id,
                ConfigurationError,
                "archive-shard",
                "The database is of another shard; name that of the shard asked for.",
                expected=shard_id,
                actual=f"{head.shard_id} in {path}",
            )
        except BaseException:
            self.close()
            raise

    @property
    def path(self) -> Path:
        """The database's folder."""
        return self.database.path

    @property
    def shard_id(self) -> ShardID:
        """The shard of the newest block."""
        return self.head.shard_id

    @cached_property
    def head(self) -> Header:
        """The newest block's header.

        Raises:
            ConfigurationError: ``archive-head`` where there is none.
            HarmonyError: as `header`.
        """
        for key in (schema.HEAD_BLOCK, schema.HEAD_HEADER):
            block_hash = self.database.get(key)
            number = block_hash and self.database.get(b"H" + block_hash)
            if block_hash and number and (len(block_hash), len(number)) == (_HASH, _HEIGHT):
                return self.header(BlockNumber(int.from_bytes(number, "big")), Hash32(block_hash))
        raise ConfigurationError(
            "The database holds no chain: it is not a node's, or only half copied.",
            code="archive-head",
            actual=str(self.path),
        )

    def get(self, node_hash: bytes) -> bytes | None:
        """Return the bytes kept under a hash: a trie's node, not checked here."""
        return self.database.get(node_hash)

    def put_many(self, nodes: Iterable[tuple[bytes, bytes]]) -> None:
        """Refuse to write; DataSourceError ``archive-read-only``."""
        self.database.put_many(nodes)

    def canonical_hash(self, number: BlockNumber) -> Hash32 | None:
        """Return the hash of the canonical block at a height, or None."""
        if not 0 <= number <= _LARGEST_HEIGHT:
            return None
        value = self.database.get(schema.canonical_key(number))
        return None if value is None else Hash32(value)

    def header(self, number: BlockNumber, block_hash: Hash32 | None = None) -> Header:
        """Return a header, whose hash and height are checked.

        Args:
            number: its height.
            block_hash: its hash; None for the canonical one.

        Raises:
            MissingDataError: ``archive-block-missing``.
            VerificationError: ``archive-header`` for a header of another hash or height.
            DecodeError: as `decode_header`.
        """
        block_hash = block_hash or self.canonical_hash(number)
        data = block_hash and self.database.get(schema.header_key(number, block_hash))
        if not data:
            raise MissingDataError(
                _lacks("header", number), code="archive-block-missing", expected=number, actual=str(self.path)
            )
        header = decode_header(data, compatibility=self._compatibility)
        require(
            header.hash == block_hash and header.number == number,
            VerificationError,
            "archive-header",
            "The header that the database holds is not the one that its key names; take a fresh copy.",
            expected=block_hash,
            actual=header.hash,
        )
        return header

    def canonical_headers(self, start: int, stop: int) -> Iterator[Header]:
        """Yield the canonical headers from height ``start`` to below ``stop``; checks and errors are those of `header`."""
        for number in range(start, stop):
            yield self.header(BlockNumber(number))

    def body(self, header: Header) -> Body:
        """Return a block's body; nothing of it is checked against the header.

        Raises:
            MissingDataError: ``archive-block-missing``.
            DecodeError: as `decode_body`.
        """
        data = self.database.get(schema.body_key(header.number, header.hash))
        if data is None:
            raise MissingDataError(
                _lacks("body", header.number),
                code="archive-block-missing",
                expected=header.number,
                actual=str(self.path),
            )
        return decode_body(data, compatibility=self._compatibility)

    def receipts(self, header: Header) -> tuple[Receipt, ...]:
        """Return a block's receipts; nothing of them is checked against the header. Errors as `body`."""
        data = self.database.get(schema.receipts_key(header.number, header.hash))
        if data is None:
            raise MissingDataError(
                _lacks("receipts", header.number),
                code="archive-block-missing",
                expected=header.number,
                actual=str(self.path),
            )
        return decode_stored_receipts(data, compatibility=self._compatibility)

    def outgoing_receipts(self, header: Header, to_shard_id: ShardID) -> tuple[CXReceipt, ...]:
        """Return the cross-shard receipts of a block for one destination, none where the database has no entry."""
        data = self.database.get(schema.outgoing_key(to_shard_id, header.number, header.hash))
        return () if data is None else decode_cx_receipts(data, compatibility=self._compatibility)

    def is_marked_spent(self, shard_id: ShardID, number: BlockNumber) -> bool:
        """Whether the newest state counts the receipts of a source block as received."""
        return self.database.get(schema.spent_key(shard_id, number)) is not None

    def shard_state(self, epoch: Epoch) -> ShardState | None:
        """Return the committees of an epoch, or None; whether they are right is not checked."""
        data = self.database.get(schema.shard_state_key(epoch))
        return None if data is None else decode_shard_state(data, compatibility=self._compatibility)

    def cross_link(self, shard_id: ShardID, number: BlockNumber) -> CrossLink | None:
        """Return the crosslink to a block of another shard, or None."""
        data = self.database.get(schema.cross_link_key(shard_id, number))
        return None if data is None else decode_cross_link(data, compatibility=self._compatibility)

    def last_cross_link(self, shard_id: ShardID) -> CrossLink | None:
        """Return the last crosslink of a shard that has no gap before it, or None."""
        data = self.database.get(schema.last_cross_link_key(shard_id))
        return None if data is None else decode_cross_link(data, compatibility=self._compatibility)

    def commit(self, number: BlockNumber) -> Commit | None:
        """Return the commit that the node keeps on a canonical block, or None; it is not verified."""
        data = self.database.get(schema.commit_key(number))
        if not data:
            return None
        return Commit.from_bytes(data[:_SIGNATURE], data[_SIGNATURE:])

    def rewards_paid(self, number: BlockNumber) -> int | None:
        """Return the rewards that the node counted up to a block, in atto, or None."""
        data = self.database.get(schema.reward_key(number))
        return None if data is None else int.from_bytes(data, "big")

    def code(self, code_hash: Hash32, *, validator: bool = False) -> bytes | None:
        """Return the code, or the wrapper, that has a hash, None where it is not held.

        Old databases kept code under its bare hash, and wrappers among contracts.

        Raises:
            VerificationError: ``archive-code`` where only other bytes are held under that hash.
        """
        keys = [schema.code_key(code_hash), schema.validator_code_key(code_hash), bytes(code_hash)]
        if validator:
            keys[:2] = keys[1::-1]
        for key in keys:
            code = self.database.get_hashed(key)
            if code:
                actual = keccak256(code)
                require(
                    actual == code_hash,
                    VerificationError,
                    "archive-code",
                    "The code that the database holds is not the one that its hash names; take a fresh copy.",
                    expected=code_hash,
                    actual=actual,
                )
                return code
        return None

    def is_contract_code(self, code_hash: Hash32) -> bool:
        """Whether the node keeps bytes with this hash as a contract's code, and not as a validator's wrapper."""
        return (
            self.database.get(schema.validator_code_key(code_hash)) is None
            and self.database.get(schema.code_key(code_hash)) is not None
        )

    def preimage(self, key: Hash32) -> bytes | None:
        """Return what was hashed into a key of a trie: an address or a slot; None where it is not held.

        Raises:
            DecodeError: ``archive-preimage`` for bytes of another hash.
        """
        value = self.database.get_hashed(schema.preimage_key(key))
        if value is not None:
            require(
                keccak256(value) == key,
                DecodeError,
                "archive-preimage",
                "A preimage in the database is not that of its key; leave the preimages aside, or take a fresh copy.",
                expected=key,
                actual=value[:_HASH],
            )
        return value

    def close(self) -> None:
        """Close the database."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _lacks(what: str, number: BlockNumber) -> str:
    return f"The database has no {what} of block {number}; choose another height, or an archive node's data."


def _folder_of(path: Path, shard_id: ShardID | None) -> Path:
    """Return the database's folder: the one given, or the shard's own inside it."""
    if shard_id is not None and not (path / "CURRENT").exists():
        inner = path / f"harmony_db_{shard_id}"
        if inner.is_dir():
            return inner
    return path
