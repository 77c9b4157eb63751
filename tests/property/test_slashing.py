"""Whatever a record of double signing says: it is proven as it was signed, or refused with a typed error."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from harmony_core.chain import Evidence, Moment, SlashRecord, Vote
from harmony_core.primitives import (
    STRICT,
    Address,
    BlockNumber,
    BLSPublicKeyBytes,
    Compatibility,
    Epoch,
    Hash32,
    ShardID,
    ViewID,
)
from harmony_core.staking import verify_slash
from support.double_signing import BLOCKS, CONTEXT, KEYS, MOMENT, OFFENDER, OTHER, REPORTER, STATE, a_record
from support.outcome import outcome

TRUE = a_record()
# A verifier that knows the epoch of the block; one that does not cannot tell two epochs with one committee apart.
KNOWING = replace(
    CONTEXT,
    epoch_of_block=lambda shard_id, height: (
        MOMENT.epoch if (shard_id, height) == (MOMENT.shard_id, MOMENT.height) else None
    ),
)
KEY_BYTES = [key.public_key().to_bytes() for key in KEYS] + [
    BLSPublicKeyBytes.zero(),
    BLSPublicKeyBytes(b"\xff" * 48),
]
MOMENTS = st.builds(
    Moment,
    st.sampled_from([MOMENT.epoch, Epoch(1), Epoch(6), Epoch(1 << 70)]),
    st.sampled_from([MOMENT.shard_id, ShardID(0), ShardID((1 << 32) - 1)]),
    st.sampled_from([MOMENT.height, BlockNumber(0), BlockNumber((1 << 64) - 1)]),
    st.sampled_from([MOMENT.view_id, ViewID(0), ViewID((1 << 64) - 1)]),
)


def votes(true: Vote) -> st.SearchStrategy[Vote]:
    return st.builds(
        Vote,
        st.one_of(
            st.just(true.signer_public_keys), st.lists(st.sampled_from(KEY_BYTES), max_size=3).map(tuple)
        ),
        st.sampled_from([true.block_hash, *BLOCKS, Hash32.zero()]),
        st.one_of(st.just(true.signature), st.sampled_from([b"", bytes(96), b"\xff" * 96]), st.binary()),
    )


ADDRESSES = st.sampled_from([OFFENDER, OTHER, REPORTER, Address.zero()])
RECORDS = st.builds(
    SlashRecord,
    st.builds(
        Evidence,
        st.one_of(st.just(MOMENT), MOMENTS),
        votes(TRUE.evidence.first_vote),
        votes(TRUE.evidence.second_vote),
        ADDRESSES,
    ),
    ADDRESSES,
)


@given(record=RECORDS, compatibility=st.sampled_from([STRICT, Compatibility.reference()]))
@settings(max_examples=80, deadline=None)
def test_a_record_made_at_random_is_the_true_one_or_refused(
    record: SlashRecord, compatibility: Compatibility
) -> None:
    proof, _ = outcome(lambda: verify_slash(record, STATE, KNOWING, compatibility=compatibility))
    if proof is not None and compatibility == STRICT:
        assert record.evidence == TRUE.evidence
        assert record.reporter != OFFENDER


@given(
    part=st.sampled_from(["moment", "first_vote", "second_vote", "offender"]),
    data=st.data(),
)
@settings(max_examples=60, deadline=None)
def test_one_part_altered_is_refused(part: str, data: st.DataObject) -> None:
    strategies: dict[str, st.SearchStrategy[Any]] = {
        "moment": MOMENTS,
        "first_vote": votes(TRUE.evidence.first_vote),
        "second_vote": votes(TRUE.evidence.second_vote),
        "offender": ADDRESSES,
    }
    altered = replace(TRUE.evidence, **{part: data.draw(strategies[part])})
    proof, refusal = outcome(lambda: verify_slash(replace(TRUE, evidence=altered), STATE, KNOWING))
    assert (refusal is None) == (altered == TRUE.evidence)
    assert proof is None or proof.record.evidence == TRUE.evidence
