"""The change of epoch: what the last block carries, who follows, and what is refused."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from harmony_core.chain import Header, HeaderVersion, ShardState
from harmony_core.committee import (
    BeaconView,
    BlockPlace,
    VerifiedNextCommittees,
    committee_for_epoch,
    committees_for_epoch,
    committees_to_expect,
    committees_to_propose,
    epoch_of_child,
    verify_next_shard_state,
    with_next_committees,
)
from harmony_core.errors import DecodeError, HarmonyError, MissingDataError, VerificationError
from harmony_core.params import load_network
from harmony_core.primitives import STRICT, BlockNumber, Compatibility, Epoch, ShardID
from support.elections import candidate, key_in

LOCALNET = load_network("localnet")
EPOCH = Epoch(5)
LAST = LOCALNET.schedule.last_block_of_epoch(EPOCH)
VALIDATORS = (candidate(1, 10), candidate(2, 30, (key_in(0, 5), key_in(1, 6))))
ELECTED = committees_for_epoch(LOCALNET, Epoch(6), VALIDATORS).state
VIEW = BeaconView(epoch=EPOCH, validators=VALIDATORS)
REFERENCE = Compatibility.reference()


@dataclass(frozen=True)
class Records:
    by_epoch: dict[Epoch, ShardState] = field(default_factory=dict)

    def shard_state(self, epoch: Epoch) -> ShardState:
        return self.by_epoch[epoch]


FOLLOWED = Records({epoch: ShardState(epoch, ELECTED.committees) for epoch in map(Epoch, range(2, 12))})


def header(
    number: int = LAST, *, shard: int = 0, epoch: int = EPOCH, state: ShardState | None = None
) -> Header:
    bare = Header(
        version=HeaderVersion.V3, shard_id=ShardID(shard), number=BlockNumber(number), epoch=Epoch(epoch)
    )
    return bare if state is None else with_next_committees(bare, LOCALNET, state)


def code_of(action: Callable[[], object], kind: type[HarmonyError] = VerificationError) -> str:
    with pytest.raises(kind) as info:
        action()
    return info.value.code


def verdict(carrying: Header, view: BeaconView = VIEW, compatibility: Compatibility = STRICT) -> str:
    return code_of(lambda: verify_next_shard_state(carrying, LOCALNET, view, compatibility=compatibility))


def test_the_beacon_shard_elects_at_the_last_block_of_its_schedule() -> None:
    found = committees_to_propose(LOCALNET, BlockPlace(ShardID(0), LAST, EPOCH), VIEW)
    assert found is not None
    assert found.state == ELECTED
    assert found.election is not None
    before = BlockPlace(ShardID(0), BlockNumber(LAST - 1), EPOCH)
    assert committees_to_propose(LOCALNET, before, VIEW) is None


def test_the_validators_have_to_be_given() -> None:
    place = BlockPlace(ShardID(0), LAST, EPOCH)
    view = BeaconView(epoch=EPOCH)
    assert (
        code_of(lambda: committees_to_propose(LOCALNET, place, view), MissingDataError)
        == "validators-missing"
    )


def test_where_nobody_is_elected_the_records_tell_who_stays() -> None:
    place = BlockPlace(ShardID(0), LAST, EPOCH)
    found = committees_to_propose(LOCALNET, place, BeaconView(epoch=EPOCH, validators=(), records=FOLLOWED))
    assert found is not None
    assert found.kept
    assert found.state == ShardState(Epoch(6), ELECTED.committees)
    none = BeaconView(epoch=EPOCH, validators=())
    assert (
        code_of(lambda: committees_to_propose(LOCALNET, place, none), MissingDataError)
        == "beacon-committees-missing"
    )


@pytest.mark.parametrize(
    ("beacon_epoch", "ends", "expected"),
    [(4, True, None), (5, False, None), (5, True, 6), (6, False, 6), (9, False, 9), (9, True, 10)],
)
def test_other_shards_follow_the_beacon_at_any_block(
    beacon_epoch: int, ends: bool, expected: int | None
) -> None:
    for number in (70, int(LAST)):
        view = BeaconView(epoch=Epoch(beacon_epoch), ends_epoch=ends, records=FOLLOWED)
        found = committees_to_propose(LOCALNET, BlockPlace(ShardID(1), BlockNumber(number), EPOCH), view)
        assert (found and found.state.epoch) == expected


def test_before_staking_every_shard_goes_by_the_schedule() -> None:
    derived = committee_for_epoch(LOCALNET, Epoch(1))
    for shard in (0, 1):
        view = BeaconView(epoch=Epoch(0))
        place = BlockPlace(ShardID(shard), LOCALNET.schedule.last_block_of_epoch(Epoch(0)), Epoch(0))
        found = committees_to_propose(LOCALNET, place, view)
        assert found is not None
        assert found.state == derived
        before = replace(place, number=BlockNumber(place.number - 1))
        assert committees_to_propose(LOCALNET, before, view) is None


def test_a_shard_before_staking_joins_a_beacon_with_staking_at_once() -> None:
    view = BeaconView(epoch=Epoch(3), records=FOLLOWED)
    found = committees_to_propose(LOCALNET, BlockPlace(ShardID(1), BlockNumber(2), Epoch(0)), view)
    assert found is not None
    assert found.state.epoch == 3


def test_the_committees_that_were_elected_are_verified() -> None:
    carrying = header(state=ELECTED)
    found = verify_next_shard_state(carrying, LOCALNET, VIEW)
    assert found is not None
    assert found.header_hash == carrying.hash
    assert found.committees.state == ELECTED
    following = header(70, shard=1, state=FOLLOWED.by_epoch[Epoch(9)])
    assert verify_next_shard_state(following, LOCALNET, replace(VIEW, records=FOLLOWED)) is not None
    assert verify_next_shard_state(header(70), LOCALNET, VIEW) is None


def test_other_committees_are_refused() -> None:
    one_less = ShardState(Epoch(6), tuple(replace(c, slots=c.slots[:-1]) for c in ELECTED.committees))
    later = ShardState(Epoch(7), ELECTED.committees)
    for state in (one_less, later):
        assert verdict(header(state=state)) == "shard-state-election"
    altered = ShardState(Epoch(9), one_less.committees)
    view = replace(VIEW, records=FOLLOWED)
    assert verdict(header(70, shard=1, state=altered), view) == "shard-state-election"


def test_committees_in_mid_epoch_are_refused() -> None:
    view = replace(VIEW, records=FOLLOWED)
    same = header(70, shard=1, state=ShardState(EPOCH, ELECTED.committees))
    for carrying in (header(70, state=ELECTED), same, header(70, state=ShardState(None, ()))):
        assert verdict(carrying, view) == "shard-state-untimely"
    empty = header(70, state=ShardState(None, ()))
    assert verify_next_shard_state(empty, LOCALNET, view, compatibility=REFERENCE) is not None
    assert verdict(same, view, REFERENCE) == "shard-state-election"


def test_withheld_committees_are_refused() -> None:
    assert verdict(header()) == "shard-state-withheld"
    assert verify_next_shard_state(header(), LOCALNET, VIEW, compatibility=REFERENCE) is None
    assert verify_next_shard_state(header(shard=1), LOCALNET, VIEW) is None


def test_the_epoch_of_the_child() -> None:
    assert epoch_of_child(header(70), LOCALNET) == EPOCH
    assert epoch_of_child(header(state=ShardState(Epoch(9), ELECTED.committees)), LOCALNET) == 9
    before_staking = committee_for_epoch(LOCALNET, Epoch(1))
    assert epoch_of_child(header(4, epoch=0, state=before_staking), LOCALNET) == 1
    assert epoch_of_child(header(0, epoch=0, state=before_staking), LOCALNET) == 0


def test_a_shard_state_that_does_not_decode_tells_no_epoch() -> None:
    broken = replace(header(70), shard_state=b"\x01\x02")
    with pytest.raises(DecodeError):
        epoch_of_child(broken, LOCALNET)
    assert epoch_of_child(broken, LOCALNET, compatibility=REFERENCE) == 6


def test_what_carries_nothing_is_not_held_against_the_beacon() -> None:
    with pytest.raises(DecodeError):
        committees_to_expect(header(70, shard=1), LOCALNET, VIEW)
    assert committees_to_expect(header(70), LOCALNET, VIEW) is None


def test_headers_before_v3_name_the_hash_of_the_committees() -> None:
    state = committee_for_epoch(LOCALNET, Epoch(1))
    old = replace(header(), version=HeaderVersion.V1, shard_state_hash=None)
    assert with_next_committees(old, LOCALNET, state).shard_state_hash == state.hash


def test_the_proof_is_not_made_by_hand() -> None:
    found = verify_next_shard_state(header(state=ELECTED), LOCALNET, VIEW)
    assert found is not None
    with pytest.raises(TypeError):
        VerifiedNextCommittees(None, found.header_hash, found.committees)
