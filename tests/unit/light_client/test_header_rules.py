"""Rules that a header keeps by itself, and those of the header that ends an epoch."""

import pytest

from harmony_core.chain.header import Header, HeaderVersion
from harmony_core.chain.shard_state import ShardState
from harmony_core.committee import pre_staking
from harmony_core.errors import ConfigurationError, HarmonyError, VerificationError
from harmony_core.light_client import CommitteeBook
from harmony_core.light_client.epoch_end import epoch_end
from harmony_core.light_client.header_rules import verify_standalone
from harmony_core.params import Network, load_network
from harmony_core.primitives import BlockNumber, Epoch, Hash32, ShardID
from support.synthetic_chain import LOCALNET, NOW, committee, rebuilt, shard_state, trusted_start

MAINNET = load_network("mainnet")


def refusal_of(header: Header, network: Network = LOCALNET) -> str:
    with pytest.raises(HarmonyError) as info:
        verify_standalone(header, network, now=NOW)
    return info.value.code


def end_refusal_of(header: Header, network: Network = LOCALNET) -> str:
    with pytest.raises(HarmonyError) as info:
        epoch_end(header, network)
    return info.value.code


def mainnet_epoch_end(epoch: int, shard_id: int = 0) -> Header:
    """A header of mainnet that ends an epoch before staking and carries the right committees."""
    state = pre_staking.committee_for_epoch(MAINNET, Epoch(epoch + 1))
    return Header(
        version=HeaderVersion.V1,
        number=MAINNET.schedule.last_block_of_epoch(Epoch(epoch)),
        epoch=Epoch(epoch),
        shard_id=ShardID(shard_id),
        shard_state=state.encode(staking=False),
        shard_state_hash=state.hash,
    )


def test_a_version_of_another_era_is_refused() -> None:
    header = mainnet_epoch_end(90)
    verify_standalone(header, MAINNET, now=NOW)
    later = Header(version=HeaderVersion.V3, number=header.number, epoch=header.epoch)
    assert refusal_of(later, MAINNET) == "header-version"


def test_a_shard_that_does_not_exist_is_refused() -> None:
    assert refusal_of(rebuilt(trusted_start(), shard_id=ShardID(2))) == "header-shard"


@pytest.mark.parametrize("shard_id", [0, 1, 2, 3])
def test_before_staking_the_height_tells_the_epoch_on_every_shard(shard_id: int) -> None:
    header = mainnet_epoch_end(90, shard_id)
    verify_standalone(header, MAINNET, now=NOW)
    verify_standalone(rebuilt(header, number=BlockNumber(header.number - 1)), MAINNET, now=NOW)
    beyond = rebuilt(header, number=BlockNumber(header.number + 1))
    assert refusal_of(beyond, MAINNET) == "header-epoch"


def test_the_last_epoch_before_staking_may_last_longer_on_another_shard() -> None:
    first_staking_block = LOCALNET.schedule.first_block_of_epoch(Epoch(2))
    waiting = Header(
        version=HeaderVersion.V3,
        number=first_staking_block,
        epoch=Epoch(1),
        shard_id=ShardID(1),
        vrf=bytes(128),
    )
    verify_standalone(waiting, LOCALNET, now=NOW)
    assert refusal_of(rebuilt(waiting, shard_id=ShardID(0))) == "header-epoch"
    early = rebuilt(waiting, number=BlockNumber(LOCALNET.schedule.first_block_of_epoch(Epoch(1)) - 1))
    assert refusal_of(early) == "header-epoch"


def test_a_header_without_a_vrf_is_refused_where_the_epoch_has_one() -> None:
    header = trusted_start()
    verify_standalone(header, LOCALNET, now=NOW)
    assert refusal_of(rebuilt(header, vrf=b"")) == "header-vrf-missing"


@pytest.mark.parametrize(("epoch", "code"), [(630, "header-vrf-early"), (631, None)])
def test_a_vrf_is_refused_before_the_epoch_that_has_it(epoch: int, code: str | None) -> None:
    header = Header(
        version=HeaderVersion.V3,
        number=MAINNET.schedule.first_block_of_epoch(Epoch(epoch)),
        epoch=Epoch(epoch),
        vrf=bytes(128),
    )
    if code is None:
        verify_standalone(header, MAINNET, now=NOW)
    else:
        assert refusal_of(header, MAINNET) == code


def test_an_epoch_that_the_shard_never_had_is_refused() -> None:
    skipped = Header(
        version=HeaderVersion.V1,
        number=MAINNET.schedule.first_block_of_epoch(Epoch(182)),
        epoch=Epoch(182),
        shard_id=ShardID(1),
    )
    assert refusal_of(skipped, MAINNET) == "header-epoch"
    verify_standalone(rebuilt(skipped, shard_id=ShardID(0)), MAINNET, now=NOW)


def test_a_block_that_differs_from_the_checkpoint_is_refused() -> None:
    known = next(c for c in MAINNET.checkpoints if c.verified and c.number > 1)
    other = Header(version=HeaderVersion.V1, number=known.number, epoch=Epoch(86))
    assert refusal_of(other, MAINNET) == "checkpoint-mismatch"


def test_committees_before_staking_are_those_of_the_account_lists() -> None:
    header = mainnet_epoch_end(90)
    end = epoch_end(header, MAINNET)
    assert end is not None
    assert end.next_epoch == 91
    swapped = ShardState(None, (end.state.committees[1], end.state.committees[0], *end.state.committees[2:]))
    encoded = rebuilt(header, shard_state=swapped.encode(staking=False), shard_state_hash=swapped.hash)
    assert end_refusal_of(encoded, MAINNET) == "shard-state-derived"


def test_the_shard_state_hash_is_that_of_the_shard_state() -> None:
    header = rebuilt(mainnet_epoch_end(90), shard_state_hash=Hash32(b"\x22" * 32))
    assert end_refusal_of(header, MAINNET) == "shard-state-hash"


def test_a_shard_state_in_the_form_of_the_other_era_is_refused() -> None:
    legacy = ShardState(None, shard_state(3).committees)
    assert (
        end_refusal_of(rebuilt(trusted_start(), shard_state=legacy.encode(staking=False)))
        == "shard-state-form"
    )
    state = shard_state(3)
    early = rebuilt(
        mainnet_epoch_end(90), shard_state=state.encode(staking=True), shard_state_hash=state.hash
    )
    assert end_refusal_of(early, MAINNET) == "shard-state-form"


def test_before_staking_no_shard_changes_its_committee_in_mid_epoch() -> None:
    header = mainnet_epoch_end(90, shard_id=1)
    assert epoch_end(header, MAINNET) is not None
    early = rebuilt(header, number=BlockNumber(header.number - 1))
    assert end_refusal_of(early, MAINNET) == "shard-state-unexpected"
    bare = rebuilt(header, shard_state=b"", shard_state_hash=Hash32.zero())
    assert end_refusal_of(bare, MAINNET) == "shard-state-missing"


def test_before_staking_another_shard_may_jump_into_the_staking_era() -> None:
    state = shard_state(186)
    jump = rebuilt(
        mainnet_epoch_end(180, shard_id=1),
        number=BlockNumber(MAINNET.schedule.last_block_of_epoch(Epoch(180)) - 5),
        shard_state=state.encode(staking=True),
        shard_state_hash=state.hash,
    )
    end = epoch_end(jump, MAINNET)
    assert end is not None
    assert end.next_epoch == 186


def test_a_shard_speaks_for_itself_only_and_the_beacon_for_all() -> None:
    book = CommitteeBook(LOCALNET)
    book.record(trusted_start(1), Epoch(3), shard_state(3))
    assert book.committee(ShardID(1), Epoch(3)).committee == committee(3, 1)
    with pytest.raises(HarmonyError) as info:
        book.committee(ShardID(0), Epoch(3))
    assert info.value.code == "committee-unknown"
    book.record(trusted_start(0), Epoch(3), shard_state(3))
    assert book.committee(ShardID(0), Epoch(3)).committee == committee(3, 0)


def test_a_shard_cannot_name_another_committee_than_the_beacon() -> None:
    book = CommitteeBook(LOCALNET)
    book.record(trusted_start(0), Epoch(3), shard_state(3))
    with pytest.raises(VerificationError) as info:
        book.record(trusted_start(1), Epoch(3), shard_state(4))
    assert info.value.code == "shard-state-conflict"


def test_a_given_shard_state_belongs_to_the_era_of_its_form() -> None:
    with pytest.raises(ConfigurationError) as info:
        CommitteeBook(LOCALNET, (shard_state(1),))
    assert info.value.code == "given-committee-form"


def test_old_committees_are_forgotten() -> None:
    book = CommitteeBook(LOCALNET, epochs_kept=2)
    for epoch in range(3, 9):
        book.record(trusted_start(0), Epoch(epoch), shard_state(epoch))
    assert book.committee(ShardID(1), Epoch(8))
    with pytest.raises(HarmonyError) as info:
        book.committee(ShardID(1), Epoch(5))
    assert info.value.code == "committee-unknown"
