import pytest

from harmony_core.chain import HeaderVersion, decode_header, decode_shard_state
from harmony_core.errors import VerificationError
from harmony_core.genesis import genesis_allocation, genesis_header, genesis_shard_state
from harmony_core.params import NETWORK_NAMES, load_network
from harmony_core.primitives import Address, Epoch, Hash32, ShardID
from harmony_core.trie import EMPTY_ROOT

BLOCKS = [
    (name, ShardID(shard))
    for name in NETWORK_NAMES
    for shard in range(load_network(name).schedule.instance_for_epoch(Epoch(0)).num_shards)
]
MAINNET_HASHES = (
    "0xb4d158b82ac8a653c42b78697ab1cd0c6a0d9a15ab3bc34130f0b719fb174d2a",
    "0x1992bd0c90e5e905cfcd5f4ae758dbfaeda5f58da9b6fc93682788641385ffd0",
    "0xdfeff1fba1aeed89fb75ef4ee9bf9e0fca1ff9b26d78d471565bf151f965274b",
    "0xd4f2794f58c5e3a1db0a8726a391403bdd7c81e70ffe2ee61bb851edf00c2b6b",
)


@pytest.mark.parametrize("shard", range(4))
def test_mainnet_begins_with_the_known_blocks(shard: int) -> None:
    assert genesis_header(load_network("mainnet"), ShardID(shard)).hash.to_hex() == MAINNET_HASHES[shard]


def test_seven_networks_begin_with_twenty_shards() -> None:
    assert len(BLOCKS) == 20
    assert len({genesis_header(load_network(name), shard).hash for name, shard in BLOCKS}) == 20


@pytest.mark.parametrize(("name", "shard"), BLOCKS)
def test_a_genesis_header_decodes_to_itself(name: str, shard: ShardID) -> None:
    network = load_network(name)
    header = genesis_header(network, shard)
    assert decode_header(header.encode()) == header
    assert (header.number, header.epoch, header.view_id, header.shard_id) == (0, 0, 0, shard)
    state = genesis_shard_state(network, shard)
    assert decode_shard_state(header.shard_state) == state
    expected = None if header.version is HeaderVersion.V3 else state.hash
    assert header.shard_state_hash == expected


@pytest.mark.parametrize(("name", "shard"), BLOCKS)
def test_only_the_beacon_shard_names_all_committees(name: str, shard: ShardID) -> None:
    network = load_network(name)
    shards = network.schedule.instance_for_epoch(Epoch(0)).num_shards
    named = [committee.shard_id for committee in genesis_shard_state(network, shard).committees]
    assert named == (list(range(shards)) if shard == 0 else [shard])


def test_versions_follow_the_switches_of_epoch_0() -> None:
    versions = {name: str(genesis_header(load_network(name)).version) for name in NETWORK_NAMES}
    assert versions.pop("mainnet") == "v0"
    assert versions.pop("localnet") == versions.pop("devnet") == "v3"
    assert set(versions.values()) == {"v1"}


def test_the_money_of_mainnet_begins_on_shard_0() -> None:
    mainnet = load_network("mainnet")
    foundation = Address.from_hex("0xE25ABC3f7C3d5fB7FB81EAFd421FF1621A61107c")
    assert genesis_allocation(mainnet) == {foundation: 12_600_000_000 * 10**18}
    assert genesis_allocation(mainnet, ShardID(3)) == {}
    assert genesis_header(mainnet, ShardID(3)).root == EMPTY_ROOT


def test_every_shard_of_a_test_network_begins_with_the_same_balances() -> None:
    localnet = load_network("localnet")
    assert len(genesis_allocation(localnet)) == 2
    assert genesis_allocation(localnet) == genesis_allocation(localnet, ShardID(1))
    assert genesis_header(localnet).root == genesis_header(localnet, ShardID(1)).root


def test_an_allocation_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        genesis_allocation(load_network("mainnet"))[Address.zero()] = 1  # type: ignore[index]


def test_headers_are_computed_once() -> None:
    mainnet = load_network("mainnet")
    assert genesis_header(mainnet, ShardID(1)) is genesis_header(mainnet, ShardID(1))
    assert genesis_header(mainnet) is genesis_header(mainnet, ShardID(0))


def test_the_length_of_epochs_has_no_influence() -> None:
    short = load_network("localnet", blocks_per_epoch=7)
    assert genesis_header(short).hash == genesis_header(load_network("localnet")).hash


@pytest.mark.parametrize("shard", [-1, 4, 2**32, 10**30])
def test_a_shard_that_the_network_does_not_begin_with_is_refused(shard: int) -> None:
    for function in (genesis_header, genesis_shard_state, genesis_allocation):
        with pytest.raises(VerificationError) as info:
            function(load_network("mainnet"), ShardID(shard))
        assert info.value.code == "genesis-shard"


@pytest.mark.parametrize("shard", ["0", 0.0, True, None])
def test_a_shard_id_of_another_type_is_a_type_error(shard: object) -> None:
    for function in (genesis_header, genesis_shard_state, genesis_allocation):
        with pytest.raises(TypeError):
            function(load_network("mainnet"), shard)  # type: ignore[arg-type]


def test_the_hash_is_a_hash() -> None:
    assert isinstance(genesis_header(load_network("mainnet")).hash, Hash32)
