"""addresses.json: bech32, checksummed hexadecimal, and what the reference takes for an address."""

from collections.abc import Callable

from harmony_core.crypto import address_from_checksum_hex, checksum_hex
from harmony_core.errors import HarmonyError
from harmony_core.primitives import (
    STRICT,
    Address,
    Compatibility,
    address_from_bech32,
    address_to_bech32,
    parse_address,
)
from harmony_core.primitives.addresses import TESTNET_PREFIX, is_bech32_address
from support.conformance import ABSENT, Case, reader


@reader("addresses", "encode", inputs=("hex",))
def encode(case: Case, compatibility: Compatibility) -> dict[str, object]:
    address = Address.from_hex(case["hex"])
    texts = {
        "one": address_to_bech32(address),
        "tone": address_to_bech32(address, TESTNET_PREFIX),
        "checksumHex": checksum_hex(address),
    }
    assert address_from_bech32(texts["one"]) == address
    assert address_from_bech32(texts["tone"], TESTNET_PREFIX) == address
    assert address_from_checksum_hex(texts["checksumHex"]) == address
    assert parse_address(texts["checksumHex"], compatibility=compatibility) == address
    return dict(texts)


def _strict_reason(case: Case) -> str | None:
    text = case["input"]
    if _outcome(lambda: parse_address(text, compatibility=Compatibility.reference()))[1] is not None:
        return None
    return "address-text" if _outcome(lambda: parse_address(text, compatibility=STRICT))[1] else None


@reader("addresses", "decode", inputs=("input",), strict_differs=_strict_reason)
def decode(case: Case, compatibility: Compatibility) -> dict[str, object]:
    text = case["input"]
    by_bech32, bech32_error = _outcome(lambda: address_from_bech32(text))
    parsed, parse_error = _outcome(lambda: parse_address(text, compatibility=compatibility))
    return {
        "Bech32ToAddress": by_bech32,
        "Bech32ToAddress_error": bech32_error,
        "IsBech32Address": is_bech32_address(text),
        "ParseAddr": parsed,
        "ParseAddr_error": parse_error,
    }


def _outcome(decoder: Callable[[], Address]) -> tuple[object, str | None]:
    try:
        return decoder().to_hex(), None
    except HarmonyError as error:
        return ABSENT, error.code
