from dataclasses import replace

import pytest

from harmony_core.chain import Directive, StakingTransaction, decode_staking_transaction
from harmony_core.chain.staking_message import (
    CreateValidator,
    Delegate,
    EditValidator,
    StakingMessage,
    Undelegate,
)
from harmony_core.crypto import keccak256
from harmony_core.errors import DecodeError
from harmony_core.primitives import Compatibility, rlp
from support.sample_chain_data import ALICE, BOB, CREATE, DESCRIPTION, EDIT, KEY, MESSAGES, STAKING


@pytest.mark.parametrize("directive", list(Directive))
def test_a_message_comes_out_as_it_went_in(directive: Directive) -> None:
    message = MESSAGES[directive]
    transaction = StakingTransaction.of(message, nonce=3, gas_price=1, gas_limit=2).sign(KEY, 2)
    assert transaction.directive == directive
    decoded = decode_staking_transaction(transaction.encode())
    assert decoded == transaction
    assert decoded.hash == transaction.hash == keccak256(transaction.encode())
    assert decoded.decode_message() == message
    assert type(decoded.decode_message()) is type(message)


def test_a_directive_that_does_not_exist_decodes_but_has_no_message() -> None:
    unknown = replace(STAKING, directive=5)
    assert decode_staking_transaction(unknown.encode()) == unknown
    with pytest.raises(DecodeError) as info:
        unknown.decode_message()
    assert info.value.code == "staking-directive"


def test_a_message_of_another_directive_is_refused_when_it_is_read() -> None:
    other = replace(STAKING, directive=Directive.DELEGATE)
    assert decode_staking_transaction(other.encode()) == other
    with pytest.raises(DecodeError):
        other.decode_message()
    with pytest.raises(DecodeError):
        replace(other, directive=Directive.CREATE_VALIDATOR, message=b"\xc0").cost  # noqa: B018


def test_the_cost_of_a_new_validator_includes_its_stake() -> None:
    assert STAKING.cost == 10**11 * 6_000_000 + 10**22
    delegate = StakingTransaction.of(Delegate(ALICE, BOB, 10**20), nonce=0, gas_price=2, gas_limit=3)
    assert delegate.cost == 6


def test_delegating_is_not_undelegating() -> None:
    assert Delegate(ALICE, BOB, 1) != Undelegate(ALICE, BOB, 1)  # type: ignore[comparison-overlap]
    assert not isinstance(Undelegate(ALICE, BOB, 1), Delegate)


def test_what_is_left_out_of_a_change_stays_as_it_is() -> None:
    nothing = EditValidator(ALICE, DESCRIPTION)
    items = rlp.expect_list(rlp.decode(nothing.encode()))
    assert items[2] == []
    assert items[3:] == [b""] * 6
    assert EditValidator.decode(nothing.encode()) == nothing
    zeros = replace(nothing, min_self_delegation=0, max_total_delegation=0)
    assert EditValidator.decode(zeros.encode()) == nothing


def test_texts_that_are_no_utf8_are_kept() -> None:
    read = CreateValidator.decode(CREATE.encode())
    assert isinstance(read, CreateValidator)
    assert read.description.details == "d\udcff\u00e9tails"
    assert read.encode() == CREATE.encode()


def test_rates_are_one_integer_each_and_bounded() -> None:
    items = rlp.expect_list(rlp.decode(EDIT.encode()))
    wrongs: list[rlp.RLPItem] = [[b"\x01", b"\x02"], b"\x01", [[]]]
    for wrong in wrongs:
        with pytest.raises(DecodeError):
            EditValidator.decode(rlp.encode([*items[:2], wrong, *items[3:]]))
    wide = rlp.encode([*items[:2], [b"\x01" * 41], *items[3:]])
    with pytest.raises(DecodeError):
        EditValidator.decode(wide)
    lenient = Compatibility(dec_text_unbounded=True)
    assert EditValidator.decode(wide, compatibility=lenient).encode() == wide


def test_a_message_is_one_of_the_five() -> None:
    with pytest.raises(TypeError):
        StakingMessage()  # type: ignore[abstract]
    assert not STAKING.is_eth_compatible
    assert STAKING.is_protected
