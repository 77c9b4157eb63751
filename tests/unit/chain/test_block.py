from dataclasses import replace

import pytest

from harmony_core.chain import (
    Block,
    Body,
    BodyVersion,
    HeaderVersion,
    decode_block,
    decode_body,
    incoming_receipts_root,
    transactions_root,
)
from harmony_core.errors import DecodeError, VerificationError
from harmony_core.primitives import Compatibility, rlp
from harmony_core.trie import EMPTY_ROOT, derive_sha
from support.sample_chain_data import BODY, PROOF, SIGNED, STAKING
from support.sample_headers import sample_header

BODIES = {
    HeaderVersion.V0: Body(version=BodyVersion.V0, transactions=(SIGNED,)),
    HeaderVersion.V1: Body(version=BodyVersion.V1, transactions=(SIGNED,), incoming_receipts=(PROOF,)),
    HeaderVersion.V2: Body(version=BodyVersion.V1, transactions=(SIGNED, SIGNED)),
    HeaderVersion.V3: BODY,
}
every_version = pytest.mark.parametrize("version", list(HeaderVersion))


def block_of(version: HeaderVersion) -> Block:
    return Block(sample_header(version), BODIES[version])


@every_version
def test_a_block_and_its_body_come_out_as_they_went_in(version: HeaderVersion) -> None:
    block = block_of(version)
    data = block.encode()
    decoded = decode_block(data)
    assert decoded == block
    assert decoded.encode() == data
    assert decoded.hash == block.header.hash
    assert decode_body(block.body.encode()) == block.body
    empty = Block(block.header, Body(version=block.body.version))
    assert decode_block(empty.encode()) == empty


@every_version
def test_the_header_inside_has_its_own_envelope(version: HeaderVersion) -> None:
    block = block_of(version)
    assert block.header.encode() in block.encode()


def test_the_roots_are_those_of_the_body() -> None:
    block = block_of(HeaderVersion.V3)
    assert block.transactions_root == derive_sha([SIGNED.encode(), STAKING.encode()])
    assert block.incoming_receipts_root == incoming_receipts_root([PROOF]) == derive_sha([PROOF.encode()])
    assert transactions_root(()) == EMPTY_ROOT
    lost = replace(PROOF, commit_bitmap=PROOF.commit_signature)
    assert incoming_receipts_root([lost]) != block.incoming_receipts_root


@pytest.mark.parametrize("tag", [b"v0", b"v3", b"V1", b"\x00"])
def test_another_version_is_refused(tag: bytes) -> None:
    for decode, data in ((decode_block, block_of(HeaderVersion.V3).encode()), (decode_body, BODY.encode())):
        items = rlp.expect_list(rlp.decode(data))
        items[1] = tag
        with pytest.raises(DecodeError) as info:
            decode(rlp.encode(items))
        assert info.value.code == "block-tag"


def test_a_body_of_another_version_is_no_part_of_the_block() -> None:
    with pytest.raises(VerificationError) as info:
        Block(sample_header(HeaderVersion.V3), BODIES[HeaderVersion.V1])
    assert info.value.code == "block-version"


def test_a_block_in_the_envelope_of_another_version_is_refused() -> None:
    header = sample_header(HeaderVersion.V3).encode()
    body = Body(version=BodyVersion.V1)
    fields = rlp.encode_list([header, *body.encoded_lists()])
    data = rlp.encode_list([rlp.encode_bytes(b"HmnyTgd"), rlp.encode_bytes(b"v1"), fields])
    with pytest.raises(DecodeError) as info:
        decode_block(data)
    assert info.value.code == "block-body-version"


@pytest.mark.parametrize(
    ("version", "lists"),
    [
        (BodyVersion.V0, {"incoming_receipts": (PROOF,)}),
        (BodyVersion.V0, {"staking_transactions": (STAKING,)}),
        (BodyVersion.V1, {"staking_transactions": (STAKING,)}),
    ],
)
def test_a_body_has_the_lists_of_its_version_only(version: BodyVersion, lists: dict[str, object]) -> None:
    with pytest.raises(VerificationError) as info:
        Body(version=version, **lists)  # type: ignore[arg-type]
    assert info.value.code == "body-version"


@every_version
def test_uncles_are_refused(version: HeaderVersion) -> None:
    block = block_of(version)
    with_uncle = Block(block.header, replace(block.body, uncles=(sample_header(version),)))
    assert with_uncle.hash == block.hash
    for decode, data in ((decode_block, with_uncle.encode()), (decode_body, with_uncle.body.encode())):
        with pytest.raises(DecodeError) as info:
            decode(data)
        assert info.value.code == "body-uncles"
        lenient = Compatibility(blocks_with_uncles=True)
        assert decode(data, compatibility=lenient).encode() == data


def test_lists_of_something_else_are_type_errors() -> None:
    for wrong in ({"transactions": [SIGNED]}, {"transactions": (STAKING,)}, {"version": 2}):
        with pytest.raises(TypeError):
            Body(**({"version": BodyVersion.V2} | wrong))
    with pytest.raises(TypeError):
        Block(BODY, BODY)  # type: ignore[arg-type]
