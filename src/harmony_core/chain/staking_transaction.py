"""Staking transactions: a directive, its message, and a signature as of a transaction.

Source: harmony-one/harmony, staking/types/transaction.go and staking/types/sign.go.
"""

from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Final

from harmony_core.chain.fields import (
    AMOUNT_BITS,
    check_range,
    check_type,
    encoded_uint,
    take_record,
    take_uint,
)
from harmony_core.chain.staking_message import (
    CollectRewards,
    CreateValidator,
    Delegate,
    EditValidator,
    StakingMessage,
    Undelegate,
)
from harmony_core.chain.transaction import (
    chain_id_of_v,
    require_signing_chain_id,
    signature_values,
)
from harmony_core.crypto.keccak import keccak256
from harmony_core.crypto.secp256k1 import AccountKey, PrivateKey
from harmony_core.errors import DecodeError
from harmony_core.primitives import STRICT, Compatibility, Hash32, rlp

__all__ = ["Directive", "StakingTransaction", "decode_staking_transaction"]

_DIRECTIVE_BITS: Final = 8
_WORD_BITS: Final = 64
_FIELDS: Final = 8
_EIP155_TAIL: Final = (rlp.EMPTY_STRING, rlp.EMPTY_STRING)
_set = object.__setattr__


class Directive(IntEnum):
    """What a staking transaction asks for."""

    CREATE_VALIDATOR = 0
    EDIT_VALIDATOR = 1
    DELEGATE = 2
    UNDELEGATE = 3
    COLLECT_REWARDS = 4


_MESSAGES: Final[dict[int, type[StakingMessage]]] = {
    Directive.CREATE_VALIDATOR: CreateValidator,
    Directive.EDIT_VALIDATOR: EditValidator,
    Directive.DELEGATE: Delegate,
    Directive.UNDELEGATE: Undelegate,
    Directive.COLLECT_REWARDS: CollectRewards,
}
_DIRECTIVES: Final = {kind: Directive(number) for number, kind in _MESSAGES.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class StakingTransaction:
    """A staking transaction. Its message is kept encoded: the reference, too, reads it only when it carries it out.

    Attributes:
        directive: number of the directive, 8 bits; see `Directive`.
        message: RLP encoding of the directive's message.
        nonce: number of transactions that the sender has sent before, 64 bits.
        gas_price: price of a unit of gas, in atto.
        gas_limit: most gas that it may use, 64 bits.
        v: chain id and recovery id; 0 while unsigned.
        r: first half of the signature.
        s: second half.

    Raises:
        VerificationError: code ``field-range``.
    """

    directive: int
    message: bytes
    nonce: int
    gas_price: int
    gas_limit: int
    v: int = 0
    r: int = 0
    s: int = 0
    _encoding: bytes | None = field(default=None, init=False, repr=False, compare=False)
    _hash: Hash32 | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        check_range("directive", int(self.directive), _DIRECTIVE_BITS)
        check_type("message", self.message, bytes)
        check_range("nonce", self.nonce, _WORD_BITS)
        check_range("gas_limit", self.gas_limit, _WORD_BITS)
        for name in ("gas_price", "v", "r", "s"):
            check_range(name, getattr(self, name), 0)

    @classmethod
    def of(
        cls, message: StakingMessage, *, nonce: int, gas_price: int, gas_limit: int
    ) -> "StakingTransaction":
        """Return the unsigned staking transaction that carries a message."""
        return cls(
            directive=_DIRECTIVES[type(message)],
            message=message.encode(),
            nonce=nonce,
            gas_price=gas_price,
            gas_limit=gas_limit,
        )

    @property
    def is_protected(self) -> bool:
        """Always true: staking transactions came after EIP-155."""
        return True

    @property
    def is_eth_compatible(self) -> bool:
        """Always false: there is no Ethereum format of it."""
        return False

    @property
    def chain_id(self) -> int:
        """The chain id in v."""
        return chain_id_of_v(self.v)

    @property
    def cost(self) -> int:
        """The most that the sender pays, in atto: all gas, and the self-delegation of a new validator.

        Source: staking/types/transaction.go, Cost; what is delegated is not part of it.

        Raises:
            DecodeError: when the message that makes a validator does not decode.
        """
        total = self.gas_price * self.gas_limit
        if self.directive == Directive.CREATE_VALIDATOR:
            message = self.decode_message()
            assert isinstance(message, CreateValidator)  # noqa: S101 - for the type checker
            total += message.amount
        return total

    def decode_message(self, *, compatibility: Compatibility = STRICT) -> StakingMessage:
        """Return the message, decoded as its directive says.

        Raises:
            DecodeError: code ``staking-directive`` for a directive that does not exist, or the codes of the fields.
        """
        kind = _MESSAGES.get(self.directive)
        if kind is None:
            raise DecodeError(
                "There is no such staking directive.", code="staking-directive", actual=self.directive
            )
        return kind.decode(self.message, compatibility=compatibility)

    def encode(self) -> bytes:
        """Return the RLP list [directive, message, nonce, gas price, gas limit, v, r, s]."""
        if self._encoding is None:
            signature = [encoded_uint(self.v), encoded_uint(self.r), encoded_uint(self.s)]
            _set(self, "_encoding", rlp.encode_list([*self._encoded_fields(), *signature]))
        assert self._encoding is not None  # noqa: S101 - for the type checker
        return self._encoding

    @property
    def hash(self) -> Hash32:
        """Keccak-256 of the encoding."""
        if self._hash is None:
            _set(self, "_hash", keccak256(self.encode()))
        assert self._hash is not None  # noqa: S101 - for the type checker
        return self._hash

    def signing_hash(self, chain_id: int | None) -> Hash32:
        """Return the hash that is signed for a chain."""
        return keccak256(self.signing_payload(chain_id))

    def signing_payload(self, chain_id: int | None) -> bytes:
        """Return the encoding whose Keccak-256 is the signing hash."""
        number = rlp.encode_bytes(rlp.encode_uint(chain_id or 0))
        return rlp.encode_list([*self._encoded_fields(), number, *_EIP155_TAIL])

    def sign(self, key: PrivateKey | AccountKey | bytes, chain_id: int) -> "StakingTransaction":
        """Return it signed for a chain, with the errors of `Transaction.sign`."""
        require_signing_chain_id(chain_id)
        v, r, s = signature_values(PrivateKey.of(key), self.signing_hash(chain_id), chain_id)
        return replace(self, v=v, r=r, s=s)

    def _encoded_fields(self) -> list[bytes]:
        return [
            encoded_uint(self.directive),
            self.message,
            encoded_uint(self.nonce),
            encoded_uint(self.gas_price),
            encoded_uint(self.gas_limit),
        ]


def decode_staking_transaction(
    data: bytes | bytearray | memoryview, *, compatibility: Compatibility = STRICT
) -> StakingTransaction:
    """Decode a staking transaction; what decodes encodes back to exactly ``data``.

    The message may be any RLP item; `StakingTransaction.decode_message` reads it.

    Args:
        data: the RLP list of the eight fields.
        compatibility: ``unbounded_integers`` takes gas prices and signatures of more than 256 bits.

    Raises:
        DecodeError: code ``field-count``, ``field-type``, ``field-integer-leading-zero``, ``field-integer-size``, or a
            code of `rlp.decode`.
    """
    return staking_transaction_from_item(rlp.decode(data), compatibility)


def staking_transaction_from_item(item: rlp.RLPItem, compatibility: Compatibility) -> StakingTransaction:
    """Return the staking transaction of a decoded item."""
    items = take_record(item, _FIELDS, "staking transaction")
    amount_bits = None if compatibility.unbounded_integers else AMOUNT_BITS
    return StakingTransaction(
        directive=take_uint(items[0], _DIRECTIVE_BITS, "directive"),
        message=rlp.encode(items[1]),
        nonce=take_uint(items[2], _WORD_BITS, "nonce"),
        gas_price=take_uint(items[3], amount_bits, "gas_price"),
        gas_limit=take_uint(items[4], _WORD_BITS, "gas_limit"),
        v=take_uint(items[5], amount_bits, "v"),
        r=take_uint(items[6], amount_bits, "r"),
        s=take_uint(items[7], amount_bits, "s"),
    )
