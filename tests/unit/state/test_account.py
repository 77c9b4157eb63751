"""Accounts and slots as leaves."""

import pytest

from harmony_core.crypto import keccak256
from harmony_core.errors import DecodeError, VerificationError
from harmony_core.primitives import Address, Hash32, rlp
from harmony_core.state import EMPTY_ACCOUNT, EMPTY_CODE_HASH, Account, account_key, decode_account, slot_key
from harmony_core.state.account import decode_slot_value, encode_slot_value
from harmony_core.trie import EMPTY_ROOT

SOME = Account(7, 10**18, Hash32(b"\x01" * 32), Hash32(b"\x02" * 32))


def test_an_account_is_a_list_of_four() -> None:
    assert rlp.decode(SOME.encode()) == [
        b"\x07",
        (10**18).to_bytes(8, "big"),
        b"\x01" * 32,
        b"\x02" * 32,
    ]
    assert decode_account(SOME.encode()) == SOME
    assert decode_account(EMPTY_ACCOUNT.encode()) == EMPTY_ACCOUNT


def test_emptiness_does_not_look_at_storage() -> None:
    assert EMPTY_ACCOUNT.is_empty
    assert Account(storage_root=Hash32(b"\x01" * 32)).is_empty
    assert not Account(nonce=1).is_empty
    assert not Account(balance=1).is_empty
    assert not Account(code_hash=Hash32(b"\x01" * 32)).is_empty


@pytest.mark.parametrize("nonce", [-1, 2**64])
def test_a_nonce_out_of_range_is_refused(nonce: int) -> None:
    with pytest.raises(VerificationError) as info:
        Account(nonce=nonce)
    assert info.value.code == "account-nonce-range"


@pytest.mark.parametrize("balance", [-1, 2**256])
def test_a_balance_out_of_range_is_refused(balance: int) -> None:
    with pytest.raises(VerificationError) as info:
        Account(balance=balance)
    assert info.value.code == "account-balance-range"


@pytest.mark.parametrize(
    "fields",
    [
        [b"", b"", EMPTY_ROOT],
        [b"", b"", EMPTY_ROOT, EMPTY_CODE_HASH, b""],
        [b"\x00", b"", EMPTY_ROOT, EMPTY_CODE_HASH],
        [b"\x01" * 9, b"", EMPTY_ROOT, EMPTY_CODE_HASH],
        [b"", b"\x01" * 33, EMPTY_ROOT, EMPTY_CODE_HASH],
        [b"", b"", EMPTY_ROOT[1:], EMPTY_CODE_HASH],
        [b"", b"", EMPTY_ROOT, b""],
        [b"", [], EMPTY_ROOT, EMPTY_CODE_HASH],
    ],
)
def test_what_is_no_account_is_refused(fields: list[bytes]) -> None:
    with pytest.raises(DecodeError):
        decode_account(rlp.encode(fields))


def test_keys_are_hashes() -> None:
    assert account_key(Address(b"\x03" * 20)) == keccak256(b"\x03" * 20)
    assert slot_key(Hash32(b"\x03" * 32)) == keccak256(b"\x03" * 32)
    with pytest.raises(TypeError):
        account_key(b"\x03" * 20)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        slot_key(b"\x03" * 32)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Account(balance="1")  # type: ignore[arg-type]


@pytest.mark.parametrize("number", [1, 127, 128, 2**256 - 1])
def test_slots_are_kept_without_leading_zeros(number: int) -> None:
    value = Hash32(number.to_bytes(32, "big"))
    assert encode_slot_value(value) == rlp.encode(rlp.encode_uint(number))
    assert decode_slot_value(encode_slot_value(value)) == value


def test_zero_is_no_entry() -> None:
    assert encode_slot_value(Hash32.zero()) == b""


@pytest.mark.parametrize("data", [b"\x80", b"\x00", b"\x82\x00\x01", rlp.encode(b"\x01" * 33)])
def test_other_values_of_slots_are_refused(data: bytes) -> None:
    with pytest.raises(DecodeError) as info:
        decode_slot_value(data)
    assert info.value.code == "storage-value"
