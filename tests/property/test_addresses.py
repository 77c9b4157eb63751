import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.crypto import address_from_checksum_hex, checksum_hex
from harmony_core.errors import DecodeError
from harmony_core.primitives import (
    STRICT,
    Address,
    Compatibility,
    address_from_bech32,
    address_to_bech32,
    parse_address,
)
from support.outcome import outcome

ADDRESSES = st.binary(min_size=20, max_size=20).map(Address)
BECH32_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


@given(ADDRESSES)
def test_every_form_comes_out_as_it_went_in(address: Address) -> None:
    text = address_to_bech32(address)
    for form in (text, text.upper(), address.to_hex(), checksum_hex(address)):
        assert parse_address(form) == address
    assert address_from_checksum_hex(checksum_hex(address)) == address


@given(ADDRESSES, st.integers(4, 41), st.sampled_from(BECH32_LETTERS))
def test_one_altered_letter_is_noticed(address: Address, position: int, letter: str) -> None:
    text = address_to_bech32(address)
    altered = text[:position] + letter + text[position + 1 :]
    if altered == text:
        return
    with pytest.raises(DecodeError) as info:
        address_from_bech32(altered)
    assert info.value.code == "bech32"


@given(
    st.text(max_size=60)
    | st.text("01xone" + BECH32_LETTERS, max_size=60)
    | st.text("0123456789abcdefABCDEFx", max_size=60).map("0x".__add__),
    st.sampled_from([STRICT, Compatibility.reference()]),
)
def test_any_text_is_an_address_or_refused(text: str, compatibility: Compatibility) -> None:
    address, refusal = outcome(lambda: parse_address(text, compatibility=compatibility))
    assert isinstance(refusal, DecodeError | None)
    if address is not None:
        assert len(address) == 20
        assert parse_address(address.to_hex()) == address
