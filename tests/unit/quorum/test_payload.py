"""What a commit signs."""

from typing import Any

import pytest

from harmony_core.errors import DecodeError, VerificationError
from harmony_core.params import load_chain_config
from harmony_core.primitives import STRICT, Compatibility, Epoch, Hash32
from harmony_core.quorum import Commit, CommitTarget, commit_payload
from support.committees import header_at

CONFIG = load_chain_config("mainnet")
HASH = Hash32(bytes(range(32)))


def payload(number: int, view_id: int, epoch: int, compatibility: Compatibility = STRICT) -> bytes:
    return commit_payload(
        CONFIG,
        block_hash=HASH,
        number=number,
        view_id=view_id,
        epoch=Epoch(epoch),
        compatibility=compatibility,
    )


def test_the_view_id_joins_the_payload_with_staking() -> None:
    number, view = (258).to_bytes(8, "little"), (77).to_bytes(8, "little")
    assert payload(258, 77, 185) == number + HASH
    assert payload(258, 77, 186) == number + HASH + view


def test_all_64_bits_are_used() -> None:
    assert payload(2**64 - 1, 2**64 - 1, 186) == b"\xff" * 8 + HASH + b"\xff" * 8


@pytest.mark.parametrize("number", [-1, 2**64, 2**64 + 5, 2**200])
def test_a_number_over_64_bits_is_refused(number: int) -> None:
    with pytest.raises(VerificationError) as info:
        payload(number, 0, 186)
    assert info.value.code == "commit-payload-number"


@pytest.mark.parametrize("view_id", [-1, 2**64, 2**64 + 5, 2**200])
def test_a_view_id_over_64_bits_is_refused(view_id: int) -> None:
    for epoch in (185, 186):
        with pytest.raises(VerificationError) as info:
            payload(0, view_id, epoch)
        assert info.value.code == "commit-payload-view-id"


def test_a_block_hash_is_a_hash() -> None:
    short: Any = b"short"
    with pytest.raises(TypeError):
        commit_payload(CONFIG, block_hash=short, number=0, view_id=0, epoch=Epoch(0))


def test_the_reference_drops_the_higher_bits() -> None:
    lenient = Compatibility(truncated_block_numbers=True)
    assert payload(2**64 + 5, 2**70 + 6, 186, lenient) == payload(5, 6, 186)


@pytest.mark.parametrize("length", [0, 48, 95, 97, 192])
def test_a_signature_that_has_not_96_bytes_is_refused(length: int) -> None:
    with pytest.raises(DecodeError) as info:
        Commit.from_bytes(bytes(length), b"\x01")
    assert info.value.code == "commit-signature-length"


def test_a_commit_is_made_of_bytes() -> None:
    text: Any = "0x00"
    with pytest.raises(TypeError):
        Commit.from_bytes(text, b"")
    with pytest.raises(TypeError):
        Commit.from_bytes(bytes(96), text)


def test_a_commit_is_read_from_signature_and_bitmap_joined() -> None:
    assert Commit.from_payload(bytes(range(96)) + b"\xff\x01") == Commit.from_bytes(
        bytes(range(96)), b"\xff\x01"
    )
    with pytest.raises(DecodeError) as info:
        Commit.from_payload(bytes(95))
    assert info.value.code == "commit-proof-length"


def test_a_header_carries_the_commit_on_its_parent() -> None:
    header = header_at(5)
    assert Commit.of_parent(header) == Commit(header.last_commit_signature, header.last_commit_bitmap)


def test_the_target_of_a_header_is_its_identity() -> None:
    header = header_at(5, shard_id=1)
    target = CommitTarget.of_header(header)
    assert (target.shard_id, target.epoch, target.number, target.view_id) == (1, 5, 100, 101)
    assert target.block_hash == header.hash
