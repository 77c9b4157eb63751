"""`harmony-core committee show`: the slots of a committee."""

from harmony_core.chain.shard_state import Committee
from harmony_core.cli.exit_codes import ExitCode
from harmony_core.cli.terminal import write_json, write_line
from harmony_core.committee import committee_for_epoch
from harmony_core.errors import ConfigurationError, require
from harmony_core.params import Network
from harmony_core.primitives import Epoch, ShardID
from harmony_core.primitives.addresses import address_to_bech32

__all__ = ["show_committee"]


def show_committee(network: Network, epoch: int, shard: int, *, as_json: bool) -> ExitCode:
    """Show the committee of a shard that the genesis account lists give, and return the exit code.

    Raises:
        ConfigurationError: code ``committee-shard`` if the network has no such shard in that epoch.
        MissingDataError: committees of that epoch are elected.
    """
    network.require_known_rules(Epoch(epoch))
    state = committee_for_epoch(network, Epoch(epoch))
    require(
        any(committee.shard_id == shard for committee in state.committees),
        ConfigurationError,
        "committee-shard",
        f"The network {network.name} has no such shard in epoch {epoch}.",
        expected=f"0 to {len(state.committees) - 1}",
        actual=shard,
    )
    committee = state.committee(ShardID(shard))
    if as_json:
        write_json(
            {
                "network": network.name,
                "epoch": epoch,
                "shard": shard,
                "shard_state_hash": str(state.hash),
                "slots": [_slot(committee, index) for index in range(len(committee.slots))],
            }
        )
    else:
        _write(network, epoch, committee)
    return ExitCode.PROVEN


def _slot(committee: Committee, index: int) -> dict[str, object]:
    slot = committee.slots[index]
    stake = slot.effective_stake
    return {
        "slot": index,
        "address": address_to_bech32(slot.address),
        "address_hex": str(slot.address),
        "bls_public_key": str(slot.bls_public_key),
        "effective_stake": None if stake is None else str(stake),
    }


def _write(network: Network, epoch: int, committee: Committee) -> None:
    count = len(committee.slots)
    write_line(
        f"{network.name}, epoch {epoch}, shard {committee.shard_id}: {count} slots, derived from genesis data"
    )
    width = len(str(count - 1))
    for index, slot in enumerate(committee.slots):
        write_line(f"{index:>{width}}  {address_to_bech32(slot.address)}  {slot.bls_public_key}")
