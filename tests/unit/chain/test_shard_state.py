import pytest

from harmony_core.chain import Committee, ShardState, Slot, decode_shard_state
from harmony_core.chain.shard_state import node_list_hash
from harmony_core.crypto import keccak256, sha3_256
from harmony_core.errors import DecodeError, HarmonyError, MissingDataError, VerificationError
from harmony_core.primitives import Address, BLSPublicKeyBytes, Compatibility, Dec, Epoch, ShardID, rlp


def slot(seed: int, stake: Dec | None = None) -> Slot:
    return Slot(Address(bytes([seed]) * 20), BLSPublicKeyBytes(bytes([seed]) * 48), stake)


HARMONY = Committee(ShardID(0), (slot(1), slot(2)))
ELECTED = Committee(ShardID(1), (slot(3), slot(4, Dec.from_int(7)), slot(4, Dec.ZERO), slot(5, Dec(1))))
LEGACY = ShardState(None, (HARMONY, Committee(ShardID(1), ())))
STAKING = ShardState(Epoch(200), (HARMONY, ELECTED))


def code_of(data: rlp.RLPItem, compatibility: Compatibility | None = None) -> str:
    encoding = data if isinstance(data, bytes) else rlp.encode(data)
    with pytest.raises(DecodeError) as info:
        decode_shard_state(encoding, compatibility=compatibility or Compatibility())
    return info.value.code


def items(state: ShardState) -> list[rlp.RLPItem]:
    return rlp.expect_list(rlp.decode(state.encode()))


@pytest.mark.parametrize("state", [LEGACY, STAKING, ShardState(None, ()), ShardState(Epoch(0), ())])
def test_a_shard_state_comes_out_as_it_went_in(state: ShardState) -> None:
    assert decode_shard_state(state.encode()) == state
    assert decode_shard_state(bytearray(state.encode())).encode() == state.encode()


def test_the_two_forms() -> None:
    assert ShardState(None, ()).encode() == b"\xc0"
    assert ShardState(None, ()).encode(staking=True) == b"\xc2\x80\xc0"
    assert STAKING.encode(staking=False) == ShardState(None, STAKING.committees).encode()
    without_stakes = decode_shard_state(STAKING.encode(staking=False))
    assert without_stakes.epoch is None
    assert {slot.effective_stake for committee in without_stakes.committees for slot in committee.slots} == {
        None
    }


def test_the_hash_ignores_epoch_stakes_and_order() -> None:
    expected = keccak256(
        keccak256(b"".join(s.node_id for s in HARMONY.slots))
        + keccak256(b"".join(s.node_id for s in ELECTED.slots))
    )
    assert STAKING.hash == expected
    assert ShardState(None, (ELECTED, HARMONY)).hash == expected
    assert node_list_hash(()) == b""
    assert ShardState(Epoch(1), (Committee(ShardID(9), ()),)).hash == keccak256(b"")


def test_a_committee_is_hashed_with_the_standard_sha3() -> None:
    assert ELECTED.hash == sha3_256(ELECTED.encode())
    assert ELECTED.encode(staking=False) != ELECTED.encode()


def test_look_ups() -> None:
    assert STAKING.committee(ShardID(1)) is ELECTED
    assert HARMONY.public_keys == (slot(1).bls_public_key, slot(2).bls_public_key)
    assert ELECTED.address_of(slot(4).bls_public_key) == slot(4).address
    assert HARMONY.staked_slots().key_count == 0
    staked = STAKING.staked_slots()
    assert (len(staked.addresses), staked.key_count, staked.total_stake) == (2, 3, Dec.from_int(7) + Dec(1))


def test_a_shard_without_a_committee_is_missing_data() -> None:
    with pytest.raises(MissingDataError) as info:
        STAKING.committee(ShardID(2))
    assert info.value.code == "shard-not-in-state"


def test_a_key_outside_the_committee_is_refused() -> None:
    with pytest.raises(VerificationError) as info:
        HARMONY.address_of(slot(3).bls_public_key)
    assert info.value.code == "key-not-in-committee"


def test_a_shard_that_is_listed_twice_is_refused() -> None:
    state = ShardState(Epoch(1), (HARMONY, HARMONY))
    assert code_of(state.encode()) == "shard-state-shard-repeated"
    assert code_of(state.encode(staking=False)) == "shard-state-shard-repeated"
    assert decode_shard_state(state.encode(), compatibility=Compatibility(repeated_shards=True)) == state


def test_a_shard_id_outside_32_bits_is_refused() -> None:
    for wrong in (-1, 1 << 32):
        with pytest.raises(VerificationError) as info:
            Committee(ShardID(wrong), ())
        assert info.value.code == "shard-id-range"
    assert code_of([[b"\x01" + bytes(4), []]]) == "rlp-integer-size"


def test_a_negative_epoch_is_refused() -> None:
    with pytest.raises(VerificationError) as info:
        ShardState(Epoch(-1), ())
    assert info.value.code == "shard-state-epoch-negative"


def test_an_epoch_beyond_64_bits_is_refused() -> None:
    data = rlp.encode([b"\x01" + bytes(8), []])
    assert code_of(data) == "rlp-integer-size"
    state = decode_shard_state(data, compatibility=Compatibility(unbounded_integers=True))
    assert state.epoch == 1 << 64
    assert state.encode() == data


def test_a_stake_beyond_315_bits_is_refused() -> None:
    data = rlp.encode([b"", [[b"", [[bytes(20), bytes(48), [b"\xff" * 40]]]]]])
    assert code_of(data) == "rlp-integer-size"
    state = decode_shard_state(data, compatibility=Compatibility(dec_text_unbounded=True))
    assert state.encode() == data
    assert code_of(
        rlp.encode([b"", [[b"", [[bytes(20), bytes(48), [b"\xff" * 600]]]]]]), Compatibility.reference()
    )


@pytest.mark.parametrize(
    "item",
    [
        b"",
        [b""],
        [b"", [], []],
        [[], []],
        [b"", b""],
        [[b""]],
        [[b"", b""]],
        [[b"", [], []]],
        [[b"\x00", []]],
        [[b"", [[bytes(20), bytes(48), []]]]],
        [[b"", [[bytes(19), bytes(48)]]]],
        [[b"", [[bytes(20), bytes(47)]]]],
        [[b"", [[[], bytes(48)]]]],
        [b"", [[b"", [[bytes(20), bytes(48)]]]]],
        [b"", [[b"", [[bytes(20), bytes(48), b""]]]]],
        [b"", [[b"", [[bytes(20), bytes(48), [b"", b""]]]]]],
        [b"", [[b"", [[bytes(20), bytes(48), [[]]]]]]],
        [[[[[[[]]]]]]],
    ],
)
def test_another_structure_is_refused(item: rlp.RLPItem) -> None:
    for compatibility in (Compatibility(), Compatibility.reference()):
        assert code_of(rlp.encode(item), compatibility)


def test_bytes_after_or_missing_are_refused() -> None:
    for state in (LEGACY, STAKING):
        assert code_of(state.encode() + b"\x00") == "rlp-trailing-bytes"
        assert code_of(state.encode()[:-1]) == "rlp-truncated"
    assert code_of(b"") == "rlp-truncated"


def test_a_missing_epoch_is_not_the_form_with_stakes() -> None:
    assert code_of(rlp.encode(items(STAKING)[1])) == "rlp-list-length"


@pytest.mark.parametrize(
    "build",
    [
        lambda: Slot(bytes(20), slot(1).bls_public_key),  # type: ignore[arg-type]
        lambda: Slot(slot(1).address, bytes(48)),  # type: ignore[arg-type]
        lambda: Slot(slot(1).address, slot(1).bls_public_key, 5),  # type: ignore[arg-type]
        lambda: Committee(ShardID(0), [slot(1)]),  # type: ignore[arg-type]
        lambda: Committee("0", ()),  # type: ignore[arg-type]
        lambda: Committee(ShardID(0), (5,)),  # type: ignore[arg-type]
        lambda: ShardState(None, [HARMONY]),  # type: ignore[arg-type]
        lambda: ShardState(None, (5,)),  # type: ignore[arg-type]
        lambda: ShardState("5", ()),  # type: ignore[arg-type]
        lambda: decode_shard_state("c0"),  # type: ignore[arg-type]
    ],
)
def test_other_types_are_type_errors(build: object) -> None:
    with pytest.raises(TypeError):
        build()  # type: ignore[operator]


def test_every_refusal_is_a_harmony_error() -> None:
    assert issubclass(DecodeError, HarmonyError)
