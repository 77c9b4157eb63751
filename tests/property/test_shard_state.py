from hypothesis import given
from hypothesis import strategies as st

from harmony_core.chain import Committee, ShardState, Slot, decode_shard_state
from harmony_core.errors import DecodeError
from harmony_core.primitives import (
    STRICT,
    Address,
    BLSPublicKeyBytes,
    Compatibility,
    Dec,
    Epoch,
    ShardID,
    rlp,
)
from support.outcome import outcome

MODES = st.sampled_from([STRICT, Compatibility.reference()])
STAKES = st.none() | st.integers(0, (1 << 315) - 1).map(Dec)


def slots(stakes: st.SearchStrategy[Dec | None]) -> st.SearchStrategy[Slot]:
    return st.builds(
        Slot,
        st.binary(min_size=20, max_size=20).map(Address),
        st.binary(min_size=48, max_size=48).map(BLSPublicKeyBytes),
        stakes,
    )


def committees(stakes: st.SearchStrategy[Dec | None]) -> st.SearchStrategy[tuple[Committee, ...]]:
    one = st.builds(
        Committee,
        st.integers(0, (1 << 32) - 1).map(ShardID),
        st.lists(slots(stakes), max_size=4).map(tuple),
    )
    return st.lists(one, max_size=4, unique_by=lambda committee: committee.shard_id).map(tuple)


STATES = st.builds(ShardState, st.none(), committees(st.none())) | st.builds(
    ShardState, st.integers(0, (1 << 64) - 1).map(Epoch), committees(STAKES)
)


def check(data: bytes, compatibility: Compatibility) -> None:
    state, refusal = outcome(lambda: decode_shard_state(data, compatibility=compatibility))
    assert isinstance(refusal, DecodeError | None)
    if state is not None:
        assert state.encode() == data
        assert len(state.hash) == 32


@given(STATES)
def test_a_shard_state_comes_out_as_it_went_in(state: ShardState) -> None:
    assert decode_shard_state(state.encode()) == state


@given(STATES)
def test_without_stakes_the_hash_stays(state: ShardState) -> None:
    assert decode_shard_state(state.encode(staking=False)).hash == state.hash


@given(st.binary(max_size=300), MODES)
def test_any_bytes_are_a_shard_state_or_refused(data: bytes, compatibility: Compatibility) -> None:
    check(data, compatibility)


@given(STATES, st.data(), MODES)
def test_altered_states_encode_back_or_are_refused(
    state: ShardState, data: st.DataObject, mode: Compatibility
) -> None:
    encoding = state.encode()
    start = data.draw(st.integers(0, len(encoding)))
    stop = data.draw(st.integers(start, min(len(encoding), start + 8)))
    check(encoding[:start] + data.draw(st.binary(max_size=8)) + encoding[stop:], mode)


@given(
    st.recursive(
        st.sampled_from([b"", b"\x00", b"\x01", bytes(20), bytes(48)]) | st.binary(max_size=4),
        lambda inner: st.lists(inner, max_size=4),
        max_leaves=20,
    ),
    MODES,
)
def test_any_structure_is_a_shard_state_or_refused(item: rlp.RLPItem, mode: Compatibility) -> None:
    check(rlp.encode(item, max_depth=64), mode)
