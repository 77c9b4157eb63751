"""Who leads next: the rules of each epoch, and where the reference would leave its list or search for ever."""

import pytest

from harmony_core.chain import Committee, Slot
from harmony_core.errors import VerificationError
from harmony_core.fbft.leader import (
    LeaderRule,
    RotationMeta,
    leader_rule,
    next_leader,
    nth_next,
    nth_next_validator,
    nth_next_validator_v2,
    rotated_leader,
)
from harmony_core.params import load_network
from harmony_core.primitives import Address, BLSPublicKeyBytes, Epoch, ShardID
from support.committees import bitmap_of


def key(index: int) -> BLSPublicKeyBytes:
    return BLSPublicKeyBytes(bytes([index]) * 48)


def committee(*owners: int) -> Committee:
    return Committee(
        ShardID(0),
        tuple(Slot(Address(bytes([owner]) * 20), key(at), None) for at, owner in enumerate(owners)),
    )


def owners_of(found: Committee) -> dict[BLSPublicKeyBytes, Address]:
    return {slot.bls_public_key: slot.address for slot in found.slots}


def test_the_rule_follows_the_epoch() -> None:
    config = load_network("mainnet").config
    rules = [leader_rule(config, Epoch(epoch)) for epoch in range(2964)]
    assert list(dict.fromkeys(rules)) == [LeaderRule.HARMONY, LeaderRule.VALIDATORS]
    assert rules.index(LeaderRule.VALIDATORS) == config.leader_rotation_external_validators_epoch
    local = load_network("localnet").config
    assert local.leader_rotation_v2_epoch is not None
    assert leader_rule(local, local.leader_rotation_v2_epoch) is LeaderRule.VALIDATORS_V2


def test_no_key_lies_outside_the_committee() -> None:
    three = committee(1, 2, 3)
    for start, steps in ((key(0), -1), (key(9), 0), (key(9), -1)):
        with pytest.raises(VerificationError) as info:
            nth_next(three.public_keys, start, steps)
        assert info.value.code == "leader-out-of-range"
    with pytest.raises(VerificationError) as info:
        nth_next([], key(0), 1)
    assert info.value.code == "leader-out-of-range"


def test_a_search_without_end_is_refused() -> None:
    one_owner = committee(1, 1, 1)
    with pytest.raises(VerificationError) as info:
        nth_next_validator(one_owner.public_keys, owners_of(one_owner), key(0), 1)
    assert info.value.code == "leader-endless"
    found = nth_next_validator_v2(one_owner.public_keys, owners_of(one_owner), key(0), 1)
    assert (found.found, found.key) == (False, key(0))


def test_the_first_version_skips_a_key_and_the_second_does_not() -> None:
    pair = committee(1, 1, 2, 3)
    arguments = (pair.public_keys, owners_of(pair), key(0), 1)
    assert nth_next_validator(*arguments).key == key(3)
    assert nth_next_validator_v2(*arguments).key == key(2)


def test_at_an_epochs_end_the_old_owners_count() -> None:
    new, old = committee(1, 2, 3), committee(5, 5, 6)
    plain = next_leader(LeaderRule.VALIDATORS_V2, new, key(0), 1, harmony_nodes=0)
    with_old = next_leader(LeaderRule.VALIDATORS_V2, new, key(0), 1, harmony_nodes=0, owners=old)
    assert (plain.key, with_old.key) == (key(1), key(2))


def rotated(meta: RotationMeta, **changes: object) -> BLSPublicKeyBytes | None:
    five = committee(1, 2, 3, 4, 5)
    arguments = {
        "blocks_per_epoch": 16,
        "harmony_nodes": 5,
        "recent_bitmaps": [bitmap_of(5, range(5))] * 4,
    } | changes
    return rotated_leader(LeaderRule.VALIDATORS_V2, five, key(0), meta, **arguments)  # type: ignore[arg-type]


def test_leaders_take_turns_after_four_blocks() -> None:
    four = RotationMeta(key(0), Epoch(7), 4)
    assert rotated(four) == key(1)
    assert rotated(RotationMeta(key(0), Epoch(7), 3)) is None
    assert rotated(RotationMeta(key(1), Epoch(7), 9)) is None
    assert rotated(four, blocks_per_epoch=100) is None
    assert rotated(four, blocks_per_epoch=0) is None


def test_who_signs_nothing_does_not_lead() -> None:
    four = RotationMeta(key(0), Epoch(7), 4)
    absent = [bitmap_of(5, (0, 2, 3, 4))] * 4
    assert rotated(four, recent_bitmaps=absent) == key(2)
    assert rotated(four, recent_bitmaps=absent[:3]) == key(1)
    assert rotated(four, recent_bitmaps=[b"\1\0"]) is None
    assert rotated(four, recent_bitmaps=[bytes(1)] * 4) is None


def test_blocks_in_a_row_are_counted_within_an_epoch() -> None:
    meta = RotationMeta()
    for epoch, leader, count in ((1, 0, 1), (1, 0, 2), (2, 0, 1), (2, 1, 1), (2, 1, 2)):
        meta = meta.after_block(Epoch(epoch), key(leader))
        assert meta.count == count
