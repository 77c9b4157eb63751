"""A whole block: what it needs, and that a failing directive fails the block."""

from dataclasses import replace

import pytest

from harmony_core.chain import Header, HeaderVersion, ShardState, encode_slash_records
from harmony_core.chain.staking_message import CollectRewards, Delegate
from harmony_core.errors import HarmonyError, MissingDataError, VerificationError
from harmony_core.params import Network, load_network
from harmony_core.primitives import BlockNumber, Epoch, ShardID
from harmony_core.staking import BlockOutcome, apply_block, verify_block_supply
from support.double_signing import a_record
from support.sample_headers import sample_header
from support.staking_sample import ALICE, CAROL, FIRST, ONE, SECOND, create_message, sample_state, switches


def _network() -> Network:
    config = switches(pre_staking_epoch=Epoch(0), staking_epoch=Epoch(0), aggregated_reward_epoch=Epoch(0))
    return replace(load_network("localnet"), config=config)


def _headers(number: int, *, shard_state: bytes = b"", shard: int = 0) -> tuple[Header, Header]:
    """Return a header and its parent; nothing is paid where the number is no multiple of 16, less 1."""
    schedule = _network().schedule

    def made(height: int, **changes: object) -> Header:
        return sample_header(
            HeaderVersion.V3,
            number=BlockNumber(height),
            epoch=schedule.epoch_of_block(BlockNumber(height)),
            shard_id=ShardID(shard),
            **changes,
        )

    parent = made(number - 1)
    return made(number, parent_hash=parent.hash, shard_state=shard_state), parent


def _applied(number: int, *messages: object, **changes: object) -> BlockOutcome:
    header, parent = _headers(number)
    given = {"network": _network(), "ancestors": [parent], "shard_states": {}, **changes}
    return apply_block(sample_state(), header, messages, **given)  # type: ignore[arg-type]


def test_a_new_delegation_is_noted_after_the_block() -> None:
    outcome = _applied(70, Delegate(CAROL, FIRST, 1_000 * ONE))
    (entry,) = outcome.state.delegation_indexes[CAROL]
    assert (entry.validator, entry.index, entry.block_number) == (FIRST, 3, 70)
    again = apply_block(
        outcome.state,
        _headers(71)[0],
        [Delegate(CAROL, FIRST, 1_000 * ONE), Delegate(CAROL, SECOND, 1_000 * ONE)],
        network=_network(),
        ancestors=[_headers(71)[1]],
        shard_states={},
    )
    assert [entry.validator for entry in again.state.delegation_indexes[CAROL]] == [FIRST, SECOND]


def test_a_new_validator_has_a_snapshot_at_once() -> None:
    outcome = _applied(70, create_message())
    assert outcome.state.snapshots[CAROL] == outcome.state.validator(CAROL)
    assert outcome.state.delegation_indexes[CAROL][0].index == 0


def test_snapshots_are_taken_before_the_last_block_and_count_from_the_second_one_on() -> None:
    schedule = _network().schedule
    last = schedule.last_block_of_epoch(Epoch(4))
    before_last = _applied(last - 1, Delegate(CAROL, FIRST, 1_000 * ONE))
    assert dict(before_last.state.coming_snapshots) == dict(before_last.state.validators)
    header, parent = _headers(last + 1)
    first = apply_block(
        before_last.state, header, [], network=_network(), ancestors=[parent], shard_states={}
    )
    assert first.state.snapshots == before_last.state.validators
    assert not first.state.coming_snapshots


def test_a_directive_that_fails_fails_the_block() -> None:
    with pytest.raises(VerificationError) as info:
        _applied(70, Delegate(ALICE, FIRST, 1_000 * ONE), CollectRewards(CAROL))
    assert info.value.code == "staking-rewards-none"


def test_a_block_that_fails_leaves_the_state_as_it_was() -> None:
    """Whatever fails last: a directive after others, or a slash after everything else."""
    state = sample_state()
    written = repr(state)
    header, parent = _headers(70)
    slashing = replace(header, slashes=encode_slash_records([a_record(offender=FIRST)]))
    delegation = Delegate(ALICE, FIRST, 1_000 * ONE)
    for block, messages in ((header, [delegation, CollectRewards(CAROL)]), (slashing, [delegation])):
        with pytest.raises(HarmonyError) as info:
            apply_block(state, block, messages, network=_network(), ancestors=[parent], shard_states={})
        assert info.value.code in {"staking-rewards-none", "slash-snapshot"}
        assert repr(state) == written


def test_money_that_no_rule_makes_shows() -> None:
    outcome = _applied(70, Delegate(CAROL, FIRST, 1_000 * ONE))
    verify_block_supply(sample_state(), outcome)
    richer = replace(outcome, state=outcome.state.credited(CAROL, 1))
    with pytest.raises(VerificationError) as info:
        verify_block_supply(sample_state(), richer)
    assert info.value.code == "staking-supply"


def test_rewards_beyond_what_was_paid_show() -> None:
    outcome = _applied(70)
    dust = sum(len(wrapper.delegations) for wrapper in outcome.state.validators.values())
    for more, refused in ((dust, False), (dust + 1, True)):
        state = outcome.state.credited(CAROL, more)
        altered = replace(outcome, state=state, rewards=replace(outcome.rewards, state=state))
        if not refused:
            verify_block_supply(sample_state(), altered)
            continue
        with pytest.raises(VerificationError) as info:
            verify_block_supply(sample_state(), altered)
        assert info.value.code == "staking-reward-dust"


def test_only_the_beacon_chain_stakes() -> None:
    header, parent = _headers(70, shard=1)
    with pytest.raises(VerificationError) as info:
        apply_block(sample_state(), header, [], network=_network(), ancestors=[parent], shard_states={})
    assert info.value.code == "staking-beacon-only"


def test_the_parent_is_needed() -> None:
    with pytest.raises(MissingDataError) as info:
        _applied(70, ancestors=[])
    assert info.value.code == "staking-parent"


def test_another_parent_is_refused() -> None:
    with pytest.raises(VerificationError) as info:
        _applied(70, ancestors=[_headers(72)[1]])
    assert info.value.code == "staking-parent-hash"


def test_the_end_of_an_epoch_needs_the_committees_that_end() -> None:
    number = _network().schedule.last_block_of_epoch(Epoch(12))
    header, parent = _headers(number, shard_state=ShardState(Epoch(13), ()).encode(staking=True))
    with pytest.raises(MissingDataError) as info:
        apply_block(sample_state(), header, [], network=_network(), ancestors=[parent], shard_states={})
    assert info.value.code == "staking-committees"
    ended = apply_block(
        sample_state(),
        header,
        [],
        network=_network(),
        ancestors=[parent],
        shard_states={Epoch(12): ShardState(Epoch(12), ())},
    )
    assert ended.epoch_end is not None
    assert ended.epoch_end.paid == 900 * ONE
