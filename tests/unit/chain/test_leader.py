"""The leader behind a coinbase, and the shard of a key."""

import pytest

from harmony_core.chain import Committee, Slot
from harmony_core.chain.leader import leader_of_coinbase, shard_of_key
from harmony_core.crypto.bls import address_of_key
from harmony_core.errors import VerificationError
from harmony_core.primitives import Address, BLSPublicKeyBytes, ShardID

KEYS = [BLSPublicKeyBytes(bytes([n]) * 48) for n in (3, 4, 5)]
ACCOUNTS = [Address(bytes([n]) * 20) for n in (7, 7, 8)]
COMMITTEE = Committee(ShardID(0), tuple(Slot(a, k) for a, k in zip(ACCOUNTS, KEYS, strict=True)))


def test_before_staking_the_coinbase_is_the_account_of_the_first_such_slot() -> None:
    assert leader_of_coinbase(COMMITTEE, ACCOUNTS[0], staking=False) == KEYS[0]
    assert leader_of_coinbase(COMMITTEE, ACCOUNTS[2], staking=False) == KEYS[2]


def test_from_staking_on_the_coinbase_is_the_address_of_the_key() -> None:
    for key in KEYS:
        assert leader_of_coinbase(COMMITTEE, address_of_key(key), staking=True) == key


@pytest.mark.parametrize("staking", [False, True])
def test_a_coinbase_of_nobody_is_refused(staking: bool) -> None:
    coinbase = ACCOUNTS[0] if staking else address_of_key(KEYS[0])
    with pytest.raises(VerificationError) as info:
        leader_of_coinbase(COMMITTEE, coinbase, staking=staking)
    assert info.value.code == "leader-not-in-committee"


def test_the_shard_of_a_key_is_the_key_modulo_the_shards() -> None:
    key = BLSPublicKeyBytes(bytes(47) + b"\x07")
    assert [shard_of_key(key, n) for n in (1, 2, 4)] == [0, 1, 3]


def test_there_is_at_least_one_shard() -> None:
    with pytest.raises(VerificationError) as info:
        shard_of_key(KEYS[0], 0)
    assert info.value.code == "shard-count"
