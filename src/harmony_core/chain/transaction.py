"""Transactions in Harmony's format, which names two shards, and in Ethereum's, which names none.

A block holds every transaction in Harmony's format. One whose chain id is an Ethereum-compatible one was signed, and is
known to wallets, in Ethereum's format: it has two hashes.

Source: harmony-one/harmony, core/types/transaction.go, core/types/eth_transaction.go and
core/types/transaction_signing.go (deriveChainID, the Hash methods of the signers).
"""

from dataclasses import dataclass, field, replace
from typing import Final

from harmony_core.chain.fields import check_range, check_type, encoded_uint
from harmony_core.crypto.keccak import keccak256
from harmony_core.crypto.secp256k1 import AccountKey, PrivateKey
from harmony_core.errors import VerificationError, require
from harmony_core.params import is_eth_compatible_chain_id
from harmony_core.primitives import Address, Hash32, ShardID, rlp

__all__ = [
    "EthereumTransaction",
    "Transaction",
    "chain_id_of_v",
    "require_signing_chain_id",
    "signature_values",
]

_SHARD_BITS: Final = 32
_WORD_BITS: Final = 64
_UNPROTECTED_V: Final = (27, 28)
_FIRST_PROTECTED_V: Final = 35
_EMPTY: Final = b""
_LONG_LIST: Final = 0xF8  # from this first byte on the length of a list is spelled out
_FIRST_LONG_INTEGER: Final = 0x80  # smaller ones are a byte that stands for itself
_FIRST_LONG_STRING: Final = 56  # bytes
_EIP155_TAIL: Final = (rlp.EMPTY_STRING, rlp.EMPTY_STRING)  # zeros in the places of r and s
_set = object.__setattr__


def chain_id_of_v(v: int) -> int:
    """Return the chain id in the v of a signature: (v - 35) / 2, or 0 for 27 and 28, which carry none.

    Any other v below 35 belongs to no signature at all; the reference's arithmetic then wraps at 64 bits, which matters
    because it decides in which format such a transaction is hashed.
    """
    if v in _UNPROTECTED_V:
        return 0
    if v < _FIRST_PROTECTED_V:
        return ((v - _FIRST_PROTECTED_V) % (1 << _WORD_BITS)) // 2
    return (v - _FIRST_PROTECTED_V) // 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Common:
    """What transactions of both formats have."""

    nonce: int
    gas_price: int
    gas_limit: int
    to: Address | None
    value: int
    data: bytes = b""
    v: int = 0
    r: int = 0
    s: int = 0
    _encoding: bytes | None = field(default=None, init=False, repr=False, compare=False)
    _hash: Hash32 | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_range("nonce", self.nonce, _WORD_BITS)
        check_range("gas_limit", self.gas_limit, _WORD_BITS)
        for name in ("gas_price", "value", "v", "r", "s"):
            check_range(name, getattr(self, name), 0)
        check_type("data", self.data, bytes)
        if self.to is not None:
            check_type("to", self.to, Address)

    @property
    def is_signed(self) -> bool:
        """Whether there is any signature; `sender` of `harmony_core.chain.signing` says whose."""
        return bool(self.v or self.r or self.s)

    @property
    def is_protected(self) -> bool:
        """Whether the signature is for one chain only (EIP-155)."""
        return self.v not in _UNPROTECTED_V

    @property
    def chain_id(self) -> int:
        """The chain id in v; see `chain_id_of_v`."""
        return chain_id_of_v(self.v)

    @property
    def creates_contract(self) -> bool:
        """Whether there is no recipient: the data is then the code that makes a contract."""
        return self.to is None

    @property
    def cost(self) -> int:
        """The most that the sender pays, in atto: value and all gas."""
        return self.gas_price * self.gas_limit + self.value

    def _encoded_signature(self) -> list[bytes]:
        return [encoded_uint(self.v), encoded_uint(self.r), encoded_uint(self.s)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction(_Common):
    """A transaction in Harmony's format, as blocks hold it.

    Attributes:
        nonce: number of transactions that the sender has sent before, 64 bits.
        gas_price: price of a unit of gas, in atto.
        gas_limit: most gas that it may use, 64 bits.
        to: recipient; None makes a contract.
        value: what is transferred, in atto.
        data: call data, or the code of a new contract.
        v: chain id and recovery id, or 27 and 28 without a chain id; 0 while unsigned.
        r: first half of the signature.
        s: second half.
        shard_id: shard that executes it, 32 bits.
        to_shard_id: shard of the recipient, 32 bits.

    Raises:
        VerificationError: code ``field-range`` for an integer that is negative or larger than its field.
    """

    shard_id: ShardID
    to_shard_id: ShardID

    def __post_init__(self) -> None:
        _Common.__post_init__(self)
        check_range("shard_id", self.shard_id, _SHARD_BITS)
        check_range("to_shard_id", self.to_shard_id, _SHARD_BITS)

    @property
    def is_cross_shard(self) -> bool:
        """Whether the recipient is on another shard."""
        return self.shard_id != self.to_shard_id

    @property
    def is_eth_compatible(self) -> bool:
        """Whether it was signed in Ethereum's format, by its chain id."""
        return self.is_protected and is_eth_compatible_chain_id(self.chain_id)

    def encode(self) -> bytes:
        """Return the RLP list of the eleven fields: the item of the transactions root."""
        if self._encoding is None:
            _set(self, "_encoding", rlp.encode_list([*self._encoded_fields(), *self._encoded_signature()]))
        assert self._encoding is not None  # noqa: S101 - for the type checker
        return self._encoding

    @property
    def hash(self) -> Hash32:
        """Keccak-256 of the encoding: what receipts and the node's database know it by."""
        if self._hash is None:
            _set(self, "_hash", keccak256(self.encode()))
        assert self._hash is not None  # noqa: S101 - for the type checker
        return self._hash

    @property
    def ethereum_hash(self) -> Hash32:
        """Keccak-256 of the encoding in Ethereum's format."""
        return self.to_ethereum().hash

    @property
    def hash_by_type(self) -> Hash32:
        """The hash that its wallet shows: the Ethereum one if it was signed in that format.

        Source: core/types/transaction.go, HashByType.
        """
        return self.ethereum_hash if self.is_eth_compatible else self.hash

    def to_ethereum(self) -> "EthereumTransaction":
        """Return it in Ethereum's format, without its shards."""
        return EthereumTransaction(
            nonce=self.nonce,
            gas_price=self.gas_price,
            gas_limit=self.gas_limit,
            to=self.to,
            value=self.value,
            data=self.data,
            v=self.v,
            r=self.r,
            s=self.s,
        )

    def signing_hash(self, chain_id: int | None) -> Hash32:
        """Return the hash that is signed for a chain; None for the rules before EIP-155.

        With an Ethereum-compatible chain id the shards are not part of it.
        """
        return keccak256(self.signing_payload(chain_id))

    def signing_payload(self, chain_id: int | None) -> bytes:
        """Return the encoding whose Keccak-256 is the signing hash."""
        fields = self._joined_fields()
        if chain_id is None:
            return rlp.encode_list((fields,))
        if is_eth_compatible_chain_id(chain_id):
            start = _size(self.nonce) + _size(self.gas_price) + _size(self.gas_limit)
            stop = start + _size(self.shard_id) + _size(self.to_shard_id)
            fields = fields[:start] + fields[stop:]
        return rlp.encode_list((fields, rlp.encode_bytes(rlp.encode_uint(chain_id)), *_EIP155_TAIL))

    def sign(self, key: PrivateKey | AccountKey | bytes, chain_id: int | None) -> "Transaction":
        """Return it signed for a chain: the network's chain id, or the Ethereum-compatible one of its shard.

        The signature is the one that RFC 6979 gives, with a low s.

        Args:
            key: the sender's key: 32 bytes, a `PrivateKey`, or an account of eth-account.
            chain_id: the chain id, positive; None signs by the rules before EIP-155, for every chain.

        Raises:
            VerificationError: code ``signing-chain-id`` for a chain id that is not positive.
        """
        require_signing_chain_id(chain_id)
        v, r, s = signature_values(PrivateKey.of(key), self.signing_hash(chain_id), chain_id)
        return replace(self, v=v, r=r, s=s)

    def _joined_fields(self) -> bytes:
        encoding = self._encoding
        if encoding is None:
            return b"".join(self._encoded_fields())
        # Cut from the known encoding: between the head of the list and the signature.
        start = 1 if encoding[0] < _LONG_LIST else encoding[0] - _LONG_LIST + 2
        return encoding[start : len(encoding) - _size(self.v) - _size(self.r) - _size(self.s)]

    def _encoded_fields(self) -> list[bytes]:
        return [
            encoded_uint(self.nonce),
            encoded_uint(self.gas_price),
            encoded_uint(self.gas_limit),
            encoded_uint(self.shard_id),
            encoded_uint(self.to_shard_id),
            rlp.encode_bytes(self.to or _EMPTY),
            encoded_uint(self.value),
            rlp.encode_bytes(self.data),
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class EthereumTransaction(_Common):
    """A transaction in Ethereum's format, as wallets make it: the attributes of `Transaction` without the shards."""

    def encode(self) -> bytes:
        """Return the RLP list of the nine fields."""
        if self._encoding is None:
            _set(self, "_encoding", rlp.encode_list([*self._encoded_fields(), *self._encoded_signature()]))
        assert self._encoding is not None  # noqa: S101 - for the type checker
        return self._encoding

    @property
    def hash(self) -> Hash32:
        """Keccak-256 of the encoding: the hash that wallets and explorers show."""
        if self._hash is None:
            _set(self, "_hash", keccak256(self.encode()))
        assert self._hash is not None  # noqa: S101 - for the type checker
        return self._hash

    def shard_id(self, shard_0_chain_id: int) -> ShardID:
        """Return the shard that its chain id names: the distance from the chain id of shard 0, in 32 bits.

        A chain id of another network gives a shard that does not exist; `verify_transaction` refuses it.

        Source: core/types/eth_transaction.go, shardID.
        """
        low_word = self.chain_id % (1 << _WORD_BITS)
        return ShardID((low_word - shard_0_chain_id) % (1 << _SHARD_BITS))

    def to_harmony(self, shard_0_chain_id: int) -> Transaction:
        """Return it in Harmony's format, executed by and sent to the shard that its chain id names.

        Source: core/types/eth_transaction.go, ConvertToHmy.

        Args:
            shard_0_chain_id: the network's Ethereum-compatible chain id of shard 0.
        """
        shard_id = self.shard_id(shard_0_chain_id)
        return Transaction(
            nonce=self.nonce,
            gas_price=self.gas_price,
            gas_limit=self.gas_limit,
            to=self.to,
            value=self.value,
            data=self.data,
            v=self.v,
            r=self.r,
            s=self.s,
            shard_id=shard_id,
            to_shard_id=shard_id,
        )

    def signing_hash(self, chain_id: int) -> Hash32:
        """Return the hash that is signed for an Ethereum-compatible chain id (EIP-155)."""
        return keccak256(
            rlp.encode_list(
                [*self._encoded_fields(), rlp.encode_bytes(rlp.encode_uint(chain_id)), *_EIP155_TAIL]
            )
        )

    def sign(self, key: PrivateKey | AccountKey | bytes, chain_id: int) -> "EthereumTransaction":
        """Return it signed for an Ethereum-compatible chain id, as `Transaction.sign` does.

        Raises:
            VerificationError: code ``signing-chain-id`` for another chain id, whose signatures cover shards.
        """
        require(
            is_eth_compatible_chain_id(chain_id),
            VerificationError,
            "signing-chain-id",
            "A transaction in Ethereum's format is signed for an Ethereum-compatible chain id.",
            actual=chain_id,
        )
        v, r, s = signature_values(PrivateKey.of(key), self.signing_hash(chain_id), chain_id)
        return replace(self, v=v, r=r, s=s)

    def _encoded_fields(self) -> list[bytes]:
        return [
            encoded_uint(self.nonce),
            encoded_uint(self.gas_price),
            encoded_uint(self.gas_limit),
            rlp.encode_bytes(self.to or _EMPTY),
            encoded_uint(self.value),
            rlp.encode_bytes(self.data),
        ]


def _size(value: int) -> int:
    """Return the length of the RLP encoding of an integer that is not negative."""
    if value < _FIRST_LONG_INTEGER:
        return 1
    size = (value.bit_length() + 7) // 8
    return 1 + size if size < _FIRST_LONG_STRING else len(encoded_uint(value))


def require_signing_chain_id(chain_id: int | None) -> None:
    """Refuse to sign for a chain id that is not positive: for 0 the hash and v would contradict each other.

    Raises:
        VerificationError: code ``signing-chain-id``.
    """
    require(
        chain_id is None or chain_id > 0,
        VerificationError,
        "signing-chain-id",
        "A transaction is signed for a positive chain id.",
        actual=chain_id,
    )


def signature_values(key: PrivateKey, digest: Hash32, chain_id: int | None) -> tuple[int, int, int]:
    """Return v, r and s of a key's signature on the signing hash of a chain."""
    signature = key.sign(digest)
    base = _UNPROTECTED_V[0] if chain_id is None else _FIRST_PROTECTED_V + 2 * chain_id
    return (
        base + signature[64],
        int.from_bytes(signature[:32], "big"),
        int.from_bytes(signature[32:64], "big"),
    )
