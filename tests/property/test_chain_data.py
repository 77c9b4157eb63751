"""Every decoder of chain data, held to its promise: typed refusal, or exactly the same bytes back."""

import pickle
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmony_core.chain import Transaction, decode_transaction, recover_sender
from harmony_core.crypto.secp256k1 import PrivateKey
from harmony_core.errors import DecodeError
from harmony_core.primitives import STRICT, Address, Compatibility, ShardID, rlp
from support.outcome import outcome
from support.sample_chain_data import DECODERS, Decoder

MODES = st.sampled_from([STRICT, Compatibility.reference()])
every_decoder = pytest.mark.parametrize("decoder", DECODERS.values(), ids=DECODERS)


def check(decoder: Decoder, data: bytes, mode: Compatibility) -> None:
    value, refusal = outcome(lambda: decoder.decode(data, compatibility=mode))
    assert isinstance(refusal, DecodeError | None)
    if refusal is None:
        assert decoder.encode(value) == data
        assert decoder.decode(memoryview(data), compatibility=mode) == value


@every_decoder
def test_a_sample_comes_out_as_it_went_in(decoder: Decoder) -> None:
    value = decoder.decode(decoder.sample)
    assert decoder.encode(value) == decoder.sample
    assert pickle.loads(pickle.dumps(value)) == value  # noqa: S301
    assert decoder.decode(bytearray(decoder.sample)) == value


@every_decoder
@given(data=st.binary(max_size=400), mode=MODES)
@settings(max_examples=40, deadline=None)
def test_any_bytes_decode_or_are_refused(decoder: Decoder, data: bytes, mode: Compatibility) -> None:
    check(decoder, data, mode)


@every_decoder
@given(random=st.data(), mode=MODES)
@settings(max_examples=60, deadline=None)
def test_altered_bytes_decode_to_themselves_or_are_refused(
    decoder: Decoder, random: st.DataObject, mode: Compatibility
) -> None:
    sample = decoder.sample
    start = random.draw(st.integers(0, len(sample)))
    stop = random.draw(st.integers(start, min(len(sample), start + 8)))
    check(decoder, sample[:start] + random.draw(st.binary(max_size=8)) + sample[stop:], mode)


ITEMS = st.recursive(st.binary(max_size=100), lambda inner: st.lists(inner, max_size=3), max_leaves=6)


def replaced(item: rlp.RLPItem, path: list[int], new: rlp.RLPItem) -> rlp.RLPItem:
    """Return the item with another in the place that the path leads to, as far as it leads."""
    if not path or isinstance(item, bytes) or not item:
        return new
    place = path[0] % len(item)
    return [*item[:place], replaced(item[place], path[1:], new), *item[place + 1 :]]


@every_decoder
@given(path=st.lists(st.integers(0, 30), min_size=1, max_size=4), new=ITEMS, mode=MODES)
@settings(max_examples=60, deadline=None)
def test_altered_fields_decode_to_themselves_or_are_refused(
    decoder: Decoder, path: list[int], new: rlp.RLPItem, mode: Compatibility
) -> None:
    check(decoder, rlp.encode(replaced(rlp.decode(decoder.sample), path, new)), mode)


@every_decoder
@given(path=st.lists(st.integers(0, 30), min_size=1, max_size=3), mode=MODES)
@settings(max_examples=20, deadline=None)
def test_fields_too_few_and_too_many_are_refused_or_items_of_a_list(
    decoder: Decoder, path: list[int], mode: Compatibility
) -> None:
    item = rlp.decode(decoder.sample)
    parent: Any = item
    for step in path[:-1]:
        child = parent[step % len(parent)]
        if isinstance(child, bytes) or not child:
            break
        parent = child
    place = path[-1] % len(parent)
    taken = parent.pop(place)
    check(decoder, rlp.encode(item), mode)
    parent[place:place] = [taken, taken]
    check(decoder, rlp.encode(item), mode)


@st.composite
def transactions(draw: st.DrawFn) -> Transaction:
    word, amount = st.integers(0, 2**64 - 1), st.integers(0, 2**256 - 1)
    shard = st.integers(0, 2**32 - 1).map(ShardID)
    return Transaction(
        nonce=draw(word),
        gas_price=draw(amount),
        gas_limit=draw(word),
        shard_id=draw(shard),
        to_shard_id=draw(shard),
        to=draw(st.none() | st.binary(min_size=20, max_size=20).map(Address)),
        value=draw(amount),
        data=draw(st.binary(max_size=100)),
    )


@given(
    transactions(),
    st.integers(1, 2**64 - 1).map(lambda number: PrivateKey(number.to_bytes(32, "big"))),
    st.none() | st.sampled_from([1, 2, 1_666_600_000, 1_666_700_001]) | st.integers(1, 2**32),
)
@settings(deadline=None)
def test_a_signed_transaction_has_its_sender(
    transaction: Transaction, key: PrivateKey, chain_id: int | None
) -> None:
    signed = transaction.sign(key, chain_id)
    assert recover_sender(signed) == key.address
    assert signed.is_protected == (chain_id is not None)
    assert signed.chain_id == (chain_id or 0)
    decoded = decode_transaction(signed.encode())
    assert decoded == signed
    assert decoded.hash == signed.hash
    assert recover_sender(decoded) == key.address
    for other in (None, 1, 1_666_600_000, 2**70):
        # Cut from the encoding or made from the fields, what is signed is the same.
        assert decoded.signing_payload(other) == transaction.signing_payload(other)
