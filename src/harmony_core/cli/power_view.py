"""`harmony-core committee power`: what share of the vote each key and each account holds."""

from typing import Any

import typer

from harmony_core.chain.shard_state import ShardState, decode_shard_state
from harmony_core.cli.election_view import amount
from harmony_core.cli.exit_codes import ExitCode
from harmony_core.cli.source import lines_of
from harmony_core.cli.strict_json import parse_object
from harmony_core.cli.terminal import write_json, write_line, write_table
from harmony_core.errors import DecodeError, MissingDataError, require
from harmony_core.params import Network
from harmony_core.primitives import Dec, Epoch, ShardID, address_to_bech32, bytes_from_hex
from harmony_core.quorum import TWO_THIRDS, Roster, aggregate_rosters

__all__ = ["show_power"]

_PERCENT = Dec.from_int(100)


def show_power(
    network: Network, source: str, epoch: int | None, shard: int | None, *, as_json: bool
) -> ExitCode:
    """Show the voting powers of the committees of a shard state, and return the exit code.

    Raises:
        HarmonyError: as reading the source, `decode_shard_state` and `Roster.compute`; ``rules-unknown``.
        MissingDataError: ``shard-not-in-state``, ``power-input-epoch``.
        BadParameter: the epoch is given neither in the state nor as an option, or has no voting power.
    """
    state = _state(source, epoch)
    wanted = state.epoch if epoch is None else Epoch(epoch)
    if wanted is None:
        raise typer.BadParameter("this shard state does not tell its epoch", param_hint="--epoch")
    network.require_known_rules(wanted)
    if not network.config.is_staking(wanted):
        raise typer.BadParameter(
            f"before epoch {network.config.staking_epoch} of {network.name} every slot has one vote",
            param_hint="--epoch",
        )
    chosen = state.committees if shard is None else (state.committee(ShardID(shard)),)
    rosters = [Roster.compute(committee, network, wanted) for committee in chosen]
    if as_json:
        write_json(_json(network, wanted, rosters))
        return ExitCode.PROVEN
    for roster in rosters:
        _write(network, wanted, roster)
    return ExitCode.PROVEN


def _state(source: str, epoch: int | None) -> ShardState:
    states = []
    for line in lines_of(source):
        if line.error is not None:
            raise line.error
        text: Any = line.text
        if line.text.startswith("{"):
            document = parse_object(line.text)
            text = document.get("rlp")
        if not isinstance(text, str):
            raise DecodeError("The JSON object has no text under the key rlp.", code="power-input")
        states.append(decode_shard_state(bytes_from_hex(text)))
    epochs = ", ".join(str(state.epoch) for state in states)
    if len(states) > 1:
        states = [state for state in states if state.epoch == epoch]
    require(
        len(states) == 1,
        MissingDataError,
        "power-input-epoch",
        "Give one shard state, or several of which --epoch names one.",
        expected=f"one of the epochs {epochs or 'of a shard state'}",
        actual="none" if epoch is None else epoch,
    )
    return states[0] if states else ShardState(None, ())


def _json(network: Network, epoch: Epoch, rosters: list[Roster]) -> dict[str, object]:
    return {
        "network": network.name,
        "epoch": epoch,
        "needed": str(TWO_THIRDS),
        "committees": [
            {
                "shard": roster.shard_id,
                "harmony_slots": roster.harmony_slots,
                "harmony_power": str(roster.harmony_power),
                "staked_power": str(roster.staked_power),
                "total_effective_stake": str(roster.total_effective_stake),
                "voters": [
                    {
                        "address": address_to_bech32(voter.earning_account),
                        "bls_public_key": str(voter.bls_public_key),
                        "is_harmony": voter.is_harmony,
                        "effective_stake": str(voter.effective_stake),
                        "group_share": str(voter.group_share),
                        "power": str(voter.power),
                    }
                    for voter in roster.voters
                ],
            }
            for roster in rosters
        ],
        "accounts": [
            {
                "address": address_to_bech32(account),
                "slots": len(votes),
                "power_by_shard": {
                    str(shard): str(
                        sum((vote.voter.power for vote in votes if vote.shard_id == shard), start=Dec.ZERO)
                    )
                    for shard in sorted({vote.shard_id for vote in votes})
                },
            }
            for account, votes in aggregate_rosters(rosters).items()
        ],
    }


def _write(network: Network, epoch: Epoch, roster: Roster) -> None:
    from rich.table import Table  # noqa: PLC0415 - slow to import

    table = Table(
        title=f"{network.name}, epoch {epoch}, shard {roster.shard_id}: voting power, stakes in ONE",
        title_justify="left",
    )
    table.add_column("slot", justify="right", no_wrap=True)
    table.add_column("account", no_wrap=True)
    table.add_column("key", no_wrap=True)
    table.add_column("effective stake", justify="right", no_wrap=True)
    table.add_column("power", justify="right", no_wrap=True)
    for slot, voter in enumerate(roster.voters):
        table.add_row(
            str(slot),
            address_to_bech32(voter.earning_account),
            voter.bls_public_key.hex()[:8],
            "Harmony" if voter.is_harmony else amount(voter.effective_stake),
            _percent(voter.power),
        )
    write_table(table, gives_way="account")
    write_line(
        f"{roster.harmony_slots} slots of Harmony hold {_percent(roster.harmony_power)},"
        f" {roster.slot_count - roster.harmony_slots} elected slots {_percent(roster.staked_power)};"
        " more than two thirds have to sign"
    )


def _percent(share: Dec) -> str:
    hundredths = (share * _PERCENT * _PERCENT).round_int()
    return f"{hundredths // 100}.{hundredths % 100:02d} %"
