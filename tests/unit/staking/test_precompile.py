"""What contracts and accounts stake: everybody for itself."""

import pytest

from harmony_core.chain.staking_message import CollectRewards, Delegate, Undelegate
from harmony_core.chain.staking_transaction import StakingTransaction
from harmony_core.chain.transaction_rules import VerifiedTransaction
from harmony_core.errors import DecodeError, VerificationError
from harmony_core.primitives import Address
from harmony_core.staking import staking_message_of, staking_message_of_call
from support.staking_sample import ALICE, BOB, FIRST, edit_message

_DELEGATE = bytes.fromhex("510b11bb")
_UNDELEGATE = bytes.fromhex("bda8c0e9")
_COLLECT = bytes.fromhex("6d6b2f77")


def _word(value: Address | int) -> bytes:
    return value.to_bytes(32, "big") if isinstance(value, int) else bytes(value).rjust(32, b"\0")


def test_the_three_calls_are_read() -> None:
    arguments = _word(ALICE) + _word(FIRST) + _word(5)
    assert staking_message_of_call(ALICE, _DELEGATE + arguments) == Delegate(ALICE, FIRST, 5)
    assert staking_message_of_call(ALICE, _UNDELEGATE + arguments) == Undelegate(ALICE, FIRST, 5)
    assert staking_message_of_call(ALICE, _COLLECT + _word(ALICE)) == CollectRewards(ALICE)


def test_what_the_reference_does_not_look_at_is_not_looked_at() -> None:
    dirty = b"\xff" * 12 + bytes(ALICE)
    assert staking_message_of_call(ALICE, _COLLECT + dirty + b"more") == CollectRewards(ALICE)


@pytest.mark.parametrize("data", [b"", b"\x51", b"\0" * 100])
def test_another_function_is_refused(data: bytes) -> None:
    with pytest.raises(DecodeError) as info:
        staking_message_of_call(ALICE, data)
    assert info.value.code == "staking-call-selector"


def test_missing_arguments_are_refused() -> None:
    with pytest.raises(DecodeError) as info:
        staking_message_of_call(ALICE, _DELEGATE + _word(ALICE) + _word(FIRST) + bytes(31))
    assert info.value.code == "staking-call-length"


def test_nobody_stakes_for_another() -> None:
    with pytest.raises(VerificationError) as info:
        staking_message_of_call(BOB, _COLLECT + _word(ALICE))
    assert info.value.code == "staking-call-caller"


def test_text_is_no_input() -> None:
    with pytest.raises(TypeError):
        staking_message_of_call(ALICE, "0x")  # type: ignore[arg-type]


def test_a_sender_acts_for_itself() -> None:
    for message in (CollectRewards(ALICE), Delegate(ALICE, FIRST, 5), Undelegate(ALICE, FIRST, 5)):
        transaction = StakingTransaction.of(message, nonce=0, gas_price=1, gas_limit=1)
        assert staking_message_of(VerifiedTransaction(transaction, ALICE, leaves_shard=False)) == message
        with pytest.raises(VerificationError) as info:
            staking_message_of(VerifiedTransaction(transaction, BOB, leaves_shard=False))
        assert info.value.code == "staking-sender"


def test_a_validator_is_edited_by_itself() -> None:
    transaction = StakingTransaction.of(edit_message(), nonce=0, gas_price=1, gas_limit=1)
    assert staking_message_of(VerifiedTransaction(transaction, FIRST, leaves_shard=False)) == edit_message()
    with pytest.raises(VerificationError) as info:
        staking_message_of(VerifiedTransaction(transaction, ALICE, leaves_shard=False))
    assert info.value.code == "staking-sender"
