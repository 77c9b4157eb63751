import pytest

from harmony_core.chain import CXReceipt, Log, Receipt, StakingTransaction, Transaction
from harmony_core.chain.fields import check_range, check_type, take_list, take_uint
from harmony_core.errors import DecodeError, VerificationError
from harmony_core.primitives import Bloom, Compatibility, rlp
from support.sample_chain_data import (
    CX_RECEIPT,
    DECODERS,
    LINK,
    LOG,
    MERKLE_PROOF,
    RECEIPT,
    Decoder,
    a_transaction,
)

every_decoder = pytest.mark.parametrize("decoder", DECODERS.values(), ids=DECODERS)
LENIENT = Compatibility.reference()

# Where a decoder's integers and fixed byte strings are, as paths into the decoded sample.
AMOUNTS = {
    "transaction": [1, 6, 8, 9, 10],
    "ethereum_transaction": [1, 4, 6, 7, 8],
    "staking_transaction": [3, 5, 6, 7],
    "stored_receipt": [7],
    "cx_receipt": [5],
    "message_create_validator": [3, 4, 7],
    "message_edit_validator": [3, 4],
    "message_delegate": [2],
    "message_undelegate": [2],
}
HEIGHTS = {"merkle_proof": [0], "cross_link": [1, 2, 6]}
WORDS = {
    "transaction": [0, 2],
    "ethereum_transaction": [0, 2],
    "staking_transaction": [2, 4],
    "receipt": [1],
    "stored_receipt": [1, 6],
}
SHARDS = {"transaction": [3, 4], "cx_receipt": [3, 4], "merkle_proof": [2], "cross_link": [5]}
SMALL = {"staking_transaction": [0], "message_edit_validator": [8]}
FIXED = {
    "transaction": [5],
    "ethereum_transaction": [3],
    "receipt": [2],
    "stored_receipt": [2, 3, 4],
    "cx_receipt": [0, 1, 2],
    "merkle_proof": [1, 3],
    "cross_link": [0, 3],
    "message_create_validator": [0],
    "message_edit_validator": [0, 5, 6, 7],
    "message_delegate": [0, 1],
    "message_collect_rewards": [0],
}


def places(table: dict[str, list[int]]) -> pytest.MarkDecorator:
    pairs = [(name, place) for name, found in table.items() for place in found]
    return pytest.mark.parametrize(("name", "place"), pairs)


def altered(name: str, place: int, new: rlp.RLPItem) -> bytes:
    items = rlp.expect_list(rlp.decode(DECODERS[name].sample))
    items[place] = new
    return rlp.encode(items)


def code_of(name: str, data: bytes, compatibility: Compatibility | None = None) -> str:
    with pytest.raises(DecodeError) as info:
        DECODERS[name].decode(data, compatibility=compatibility or Compatibility())
    assert info.value.message.endswith(".")
    return info.value.code


@places(AMOUNTS | HEIGHTS)
def test_a_list_in_place_of_a_field_is_refused(name: str, place: int) -> None:
    assert code_of(name, altered(name, place, [])) == "field-type"


@places(AMOUNTS)
def test_leading_zeros_are_refused(name: str, place: int) -> None:
    for wrong in (b"\x00", b"\x00\x01", bytes(40)):
        assert code_of(name, altered(name, place, wrong)) == "field-integer-leading-zero"
        assert code_of(name, altered(name, place, wrong), LENIENT) == "field-integer-leading-zero"


@pytest.mark.parametrize(
    ("table", "size", "bounded"),
    [(AMOUNTS, 32, False), (HEIGHTS, 8, False), (WORDS, 8, True), (SHARDS, 4, True), (SMALL, 1, True)],
)
def test_an_integer_beyond_its_field_is_refused(
    table: dict[str, list[int]], size: int, bounded: bool
) -> None:
    for name, found in table.items():
        for place in found:
            fits = altered(name, place, b"\xff" * size)
            assert DECODERS[name].encode(DECODERS[name].decode(fits)) == fits
            wide = altered(name, place, b"\x01" + bytes(size))
            assert code_of(name, wide) == "field-integer-size"
            if bounded:
                assert code_of(name, wide, LENIENT) == "field-integer-size"
            else:
                value = DECODERS[name].decode(wide, compatibility=Compatibility(unbounded_integers=True))
                assert DECODERS[name].encode(value) == wide


@places(FIXED)
def test_a_field_of_another_length_is_refused(name: str, place: int) -> None:
    for wrong in (b"\x01", b"\x01" * 19, b"\x01" * 21, b"\x01" * 97):
        assert code_of(name, altered(name, place, wrong)) == "field-length"


@every_decoder
def test_another_number_of_fields_is_refused(decoder: Decoder) -> None:
    name = next(name for name, other in DECODERS.items() if other is decoder)
    items = rlp.expect_list(rlp.decode(decoder.sample))
    if name in {"cross_links", "cx_receipts", "stored_receipts"}:
        items = rlp.expect_list(items[0])
        for wrong in (items[:-2], [*items, b""]):
            assert code_of(name, rlp.encode([wrong])) == "field-count"
        return
    if name in {"body", "block"}:
        items = rlp.expect_list(items[2])
    for wrong in (items[:-1] if name != "stored_receipt" else items[:-2], [*items, b""], []):
        assert code_of(name, rlp.encode(wrong)) == "field-count"
    assert code_of(name, b"\x80") == "field-type"
    assert code_of(name, b"").startswith("rlp-")
    assert code_of(name, decoder.sample + b"\x00") == "rlp-trailing-bytes"


def test_the_error_names_the_field() -> None:
    with pytest.raises(DecodeError, match="gas_limit"):
        DECODERS["transaction"].decode(altered("transaction", 2, b"\x01" * 9))
    with pytest.raises(DecodeError) as info:
        take_list(b"", "logs")
    assert info.value.code == "field-type"
    assert take_uint(b"", None, "nothing") == 0


@pytest.mark.parametrize(
    "build",
    [
        lambda: a_transaction(nonce=-1),
        lambda: a_transaction(nonce=1 << 64),
        lambda: a_transaction(gas_limit=1 << 64),
        lambda: a_transaction(value=-1),
        lambda: a_transaction(shard_id=1 << 32),
        lambda: a_transaction(to_shard_id=-1),
        lambda: StakingTransaction(directive=256, message=b"", nonce=0, gas_price=0, gas_limit=0),
        lambda: StakingTransaction(directive=0, message=b"", nonce=0, gas_price=-1, gas_limit=0),
        lambda: Receipt(cumulative_gas_used=-1, bloom=Bloom.zero(), logs=()),
        lambda: check_range("wide", 1 << 5000, 64),
    ],
)
def test_an_integer_that_has_no_place_in_its_field_is_refused(build: object) -> None:
    with pytest.raises(VerificationError) as info:
        build()  # type: ignore[operator]
    assert info.value.code == "field-range"


def test_another_type_is_a_type_error() -> None:
    for wrong in (1.5, "1", None, True):
        with pytest.raises(TypeError):
            check_range("amount", wrong, 0)
    with pytest.raises(TypeError):
        check_type("index", True, int)
    for changes in ({"to": b"\x01" * 20}, {"data": "text"}, {"value": 1.0}, {"gas_price": None}):
        with pytest.raises(TypeError):
            a_transaction(**changes)
    with pytest.raises(TypeError):
        CXReceipt(b"", CX_RECEIPT.sender, None, CX_RECEIPT.shard_id, CX_RECEIPT.to_shard_id, 1)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Log(LOG.address, [*LOG.topics], b"")  # type: ignore[arg-type]
    for decoder in DECODERS.values():
        for nothing in (5, "text", None):
            with pytest.raises(TypeError):
                decoder.decode(nothing)


def test_values_cannot_be_changed() -> None:
    for value in (a_transaction(), RECEIPT, LOG, CX_RECEIPT, MERKLE_PROOF, LINK):
        name = next(iter(value.__dataclass_fields__))
        with pytest.raises(AttributeError):
            setattr(value, name, 1)
    assert isinstance(hash(a_transaction()), int)
    assert isinstance(a_transaction(), Transaction)
