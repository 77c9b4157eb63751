"""What is trusted about a chain: known rules, rejected blocks, checkpoints."""

import pytest

from harmony_core.errors import MissingDataError, UnsupportedRulesError, VerificationError
from harmony_core.params import NETWORK_NAMES, Evidence, load_network
from harmony_core.primitives import BlockNumber, Epoch, Hash32, ShardID

MAINNET = load_network("mainnet")
GENESIS = Hash32.from_hex("0xb4d158b82ac8a653c42b78697ab1cd0c6a0d9a15ab3bc34130f0b719fb174d2a")
REJECTED = (
    "0x5de06979a333f20afb8b245a8cf44472dc5bfc7383a57ddee48e1809bcee7c5d",
    "0x890473cdb9aa8dc5c0bbd54cf20b6d8d84bda60d3dcb2273443d34432d8539e8",
    "0xc936581d391b74a620bf6636519834b14a9a2d4e9a5154867c8407f219d8a878",
)


def test_rules_past_the_last_known_epoch_are_unknown() -> None:
    MAINNET.require_known_rules(Epoch(2963))
    for epoch in (2964, 3000, 10**9):
        with pytest.raises(UnsupportedRulesError) as info:
            MAINNET.require_known_rules(Epoch(epoch))
        assert info.value.code == "rules-unknown"
        assert isinstance(info.value, MissingDataError)


def test_the_schedule_answers_past_the_last_known_epoch() -> None:
    assert MAINNET.schedule.instance_for_epoch(Epoch(3000)).num_shards == 2


def test_other_networks_have_no_last_known_epoch() -> None:
    for name in NETWORK_NAMES[1:]:
        load_network(name).require_known_rules(Epoch(10**6))


def test_a_negative_epoch_has_no_rules() -> None:
    with pytest.raises(VerificationError) as info:
        MAINNET.require_known_rules(Epoch(-1))
    assert info.value.code == "epoch-negative"


def test_rejected_blocks_are_refused() -> None:
    assert {h.to_hex() for h in MAINNET.rejected_hashes} == set(REJECTED)
    for text in REJECTED:
        with pytest.raises(VerificationError) as info:
            MAINNET.verify_not_rejected(Hash32.from_hex(text))
        assert info.value.code == "block-rejected"
    MAINNET.verify_not_rejected(GENESIS)
    load_network("testnet").verify_not_rejected(Hash32.from_hex(REJECTED[0]))


def test_another_block_at_a_checkpoint_is_refused() -> None:
    MAINNET.verify_checkpoint(ShardID(0), BlockNumber(0), GENESIS)
    with pytest.raises(VerificationError) as info:
        MAINNET.verify_checkpoint(ShardID(0), BlockNumber(0), Hash32.zero())
    assert info.value.code == "checkpoint-mismatch"


def test_a_checkpoint_binds_only_its_shard_and_height() -> None:
    MAINNET.verify_checkpoint(ShardID(1), BlockNumber(0), Hash32.zero())
    MAINNET.verify_checkpoint(ShardID(0), BlockNumber(3), Hash32.zero())


def test_what_is_only_reported_is_not_enforced() -> None:
    reported = [c for c in MAINNET.checkpoints if c.evidence is Evidence.REPORTED]
    assert reported
    for checkpoint in reported:
        assert not checkpoint.verified
        MAINNET.verify_checkpoint(checkpoint.shard_id, checkpoint.number, Hash32.zero())


def test_verified_checkpoints_are_those_recomputed() -> None:
    verified = {(c.shard_id, c.number) for c in MAINNET.checkpoints if c.verified}
    heights = {0, 1, 1753085, 1753086, 1753087, 1769469, 1769470, 1769471}
    assert verified == {(ShardID(0), BlockNumber(number)) for number in heights}


def test_checkpoints_never_name_a_rejected_block() -> None:
    assert MAINNET.rejected_hashes.isdisjoint(c.block_hash for c in MAINNET.checkpoints)


def test_view_ids_restart_high_on_mainnet_only() -> None:
    assert MAINNET.recovery_view_id_floor == 10**9
    assert all(load_network(name).recovery_view_id_floor is None for name in NETWORK_NAMES[1:])
