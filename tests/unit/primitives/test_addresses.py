from collections.abc import Callable

import pytest

from harmony_core.crypto import address_from_checksum_hex, checksum_hex
from harmony_core.errors import DecodeError
from harmony_core.primitives import (
    Address,
    Compatibility,
    address_from_bech32,
    address_to_bech32,
    parse_address,
)
from harmony_core.primitives.addresses import is_bech32_address

TEXT = "one1jwl8as8fyjdmsl933qqk68krexktxux5kvhkd0"
ADDRESS = Address.from_hex("0x93be7ec0e9249bb87cb188016d1ec3c9acb370d4")


def code_of(text: str, compatibility: Compatibility | None = None) -> str:
    with pytest.raises(DecodeError) as info:
        if compatibility is None:
            address_from_bech32(text)
        else:
            parse_address(text, compatibility=compatibility)
    return info.value.code


def test_bech32_both_ways() -> None:
    assert address_to_bech32(ADDRESS) == TEXT
    assert address_from_bech32(TEXT) == address_from_bech32(TEXT.upper()) == parse_address(TEXT) == ADDRESS


@pytest.mark.parametrize(
    "text",
    ["", "one1", TEXT[:-1], TEXT + "q", "O" + TEXT[1:], TEXT.replace("8", "9", 1), "x" * 100, "é" + TEXT],
)
def test_what_is_not_bech32_is_refused(text: str) -> None:
    assert code_of(text) == "bech32"
    assert not is_bech32_address(text)


def test_an_address_of_another_chain_is_refused() -> None:
    assert code_of(address_to_bech32(ADDRESS, "tone")) == "bech32-prefix"
    assert is_bech32_address(address_to_bech32(ADDRESS, "tone"))


@pytest.mark.parametrize(
    "text", ["", "0x0", "0xzz", ADDRESS.hex(), ADDRESS.to_hex() + "00", "0X" + ADDRESS.hex(), "one" + TEXT]
)
def test_text_that_is_not_an_address_is_refused(text: str) -> None:
    assert code_of(text, Compatibility()) == "address-text"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (ADDRESS.hex(), ADDRESS),
        ("ff" + ADDRESS.hex(), ADDRESS),
        ("0X" + ADDRESS.hex(), ADDRESS),
        ("0x1", Address(bytes(19) + b"\x01")),
        ("0x12zz", Address(bytes(19) + b"\x12")),
        ("0x" + "0" * 40, Address.zero()),
    ],
)
def test_loose_hexadecimal_is_a_quirk_of_the_reference(text: str, address: Address) -> None:
    assert parse_address(text, compatibility=Compatibility(loose_hex_addresses=True)) == address


@pytest.mark.parametrize("text", ["", "0x", "0x0", "zz", "0" * 40, "\ud800"])
def test_what_comes_out_as_zero_is_refused_by_the_reference_too(text: str) -> None:
    assert code_of(text, Compatibility.reference()) == "address-text"


def test_a_checksum_in_the_letters() -> None:
    text = checksum_hex(ADDRESS)
    assert text == "0x93Be7ec0E9249bb87cB188016d1EC3C9ACb370D4"
    assert address_from_checksum_hex(text) == ADDRESS


def test_letters_of_the_wrong_case_are_refused() -> None:
    for text in (ADDRESS.to_hex(), checksum_hex(ADDRESS).swapcase().replace("0X", "0x")):
        with pytest.raises(DecodeError) as info:
            address_from_checksum_hex(text)
        assert info.value.code == "address-checksum"


def test_other_types_are_type_errors() -> None:
    checked: list[Callable[..., object]] = [
        address_from_bech32,
        parse_address,
        address_to_bech32,
        is_bech32_address,
    ]
    for function in checked:
        with pytest.raises(TypeError):
            function(5)
