"""`harmony-core committee elect` and `explain`: the result of an election, and why it came out so."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import typer

from harmony_core.cli.election_input import read_election
from harmony_core.cli.exit_codes import ExitCode
from harmony_core.cli.terminal import write_json, write_line, write_table
from harmony_core.committee import (
    CandidateOutcome,
    Election,
    NextCommittees,
    Verdict,
    committees_for_epoch,
    explain,
    explain_election,
    shard_of_key,
)
from harmony_core.params import Network
from harmony_core.primitives import Address, Dec, Epoch, Trace, address_to_bech32

__all__ = ["amount", "elect_committees", "explain_outcome"]

_ONE: Final = Dec.from_int(10**18)
_WORDS: Final = {
    Verdict.ELECTED: "elected",
    Verdict.PARTLY_ELECTED: "elected in part",
    Verdict.OUTBID: "outbid",
    Verdict.NO_KEYS: "no keys",
    Verdict.KEY_TAKEN: "key taken",
    Verdict.BELOW_SIGNING_THRESHOLD: "signed too little",
    Verdict.NOT_ACTIVE: "not active",
}


@dataclass(frozen=True, slots=True)
class _Held:
    """An election that was held, with its committees."""

    election: Election
    committees: NextCommittees


def elect_committees(
    network: Network, name: str, epoch: int | None, *, plot: Path | None, as_json: bool
) -> ExitCode:
    """Hold the election of a file, show it, and return the exit code.

    Raises:
        HarmonyError: as `read_election` and `committees_for_epoch`; ``plots-missing`` if a plot is wanted and cannot be
            drawn; ``storage-write``.
    """
    held = _hold(network, name, epoch)
    if plot is not None:
        from harmony_core.cli.election_plot import draw_election  # noqa: PLC0415 - loaded when it is needed
        from harmony_core.storage import write_file_atomically  # noqa: PLC0415 - the same

        write_file_atomically(plot, draw_election(held.election))
    if as_json:
        write_json(_election_json(network, held))
    else:
        _write_election(network, held)
    return ExitCode.PROVEN


def explain_outcome(
    network: Network, name: str, epoch: int | None, address: Address | None, *, as_json: bool
) -> ExitCode:
    """Explain a candidate's verdict, or without an address the election, and return the exit code.

    Raises:
        HarmonyError: as `elect_committees`; ``candidate-unknown``.
    """
    election = _hold(network, name, epoch).election
    trace = explain_election(election) if address is None else explain(election, address)
    verdict = None if address is None else election.outcome(address).verdict
    if as_json:
        steps = [step.to_json() for step in trace]
        document: dict[str, object] = {"network": network.name, "epoch": election.rules.epoch}
        if address is not None and verdict is not None:
            document |= {"address": address_to_bech32(address), "verdict": verdict.value}
        write_json({**document, "trace": steps})
        return ExitCode.PROVEN
    if address is not None and verdict is not None:
        write_line(f"{address_to_bech32(address)}: {_WORDS[verdict]}")
    _write_trace(trace)
    return ExitCode.PROVEN


def amount(stake: Dec | int) -> str:
    """Return an amount in atto as text in ONE, with a separator of thousands and at most four decimals, cut off."""
    whole, _, decimals = str((stake if isinstance(stake, Dec) else Dec.from_int(stake)) / _ONE).partition(".")
    shown = decimals[:4].rstrip("0")
    return f"{int(whole):,}" + (f".{shown}" if shown else "")


def _hold(network: Network, name: str, epoch: int | None) -> _Held:
    given = read_election(name, epoch)
    wanted = given.epoch if epoch is None else Epoch(epoch)
    if wanted is None:
        raise typer.BadParameter("the file does not tell the epoch elected for", param_hint="--epoch")
    if not network.config.is_staking(wanted):
        raise typer.BadParameter(
            f"{network.name} elects committees from epoch {network.config.staking_epoch} on; earlier ones are shown"
            " by `harmony-core committee show`",
            param_hint="--epoch",
        )
    committees = committees_for_epoch(
        network,
        wanted,
        given.candidates,
        current_epoch=given.current_epoch,
        previous=given.previous,
    )
    if committees.election is None:
        raise AssertionError("an epoch with staking has an election")
    return _Held(committees.election, committees)


def _election_json(network: Network, held: _Held) -> dict[str, object]:
    election = held.election
    rules, auction = election.rules, election.auction
    return {
        "network": network.name,
        "epoch": rules.epoch,
        "current_epoch": rules.current_epoch,
        "seats": rules.seats,
        "shards": rules.num_shards,
        "slots_limit": rules.slots_limit,
        "bound": str(rules.bound),
        "total_stake": str(election.total_stake),
        "median": str(auction.median),
        "lowest_effective_stake": str(auction.lowest),
        "highest_effective_stake": str(auction.highest),
        "winners": [
            {
                "address": address_to_bech32(seat.address),
                "bls_public_key": str(seat.bls_public_key),
                "shard": shard_of_key(seat.bls_public_key, rules.num_shards),
                "raw_stake": str(seat.raw_stake),
                "effective_stake": str(seat.effective_stake),
            }
            for seat in auction.purchases
        ],
        "candidates": [_outcome_json(outcome) for outcome in election.outcomes],
        "kept_committees": held.committees.kept,
        "shard_state_hash": str(held.committees.state.hash),
        "shard_state": "0x" + held.committees.state.encode().hex(),
    }


def _outcome_json(outcome: CandidateOutcome) -> dict[str, object]:
    return {
        "address": address_to_bech32(outcome.candidate.address),
        "verdict": outcome.verdict.value,
        "stake": str(outcome.candidate.stake),
        "share": str(outcome.share),
        "keys": len(outcome.candidate.keys),
        "keys_at_auction": len(outcome.keys_at_auction),
        "stake_per_key": str(outcome.stake_per_key),
        "effective_stake": str(outcome.effective_stake),
        "rank": outcome.rank,
        "seats": outcome.seats,
    }


def _write_election(network: Network, held: _Held) -> None:
    from rich.table import Table  # noqa: PLC0415 - slow to import

    election = held.election
    auction = election.auction
    table = Table(
        title=f"{network.name}: election for epoch {election.rules.epoch}, stakes in ONE",
        title_justify="left",
    )
    table.add_column("validator", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for title in ("seats", "keys", "stake", "per key", "counts as"):
        table.add_column(title, justify="right", no_wrap=True)
    for outcome in _ranked(election):
        table.add_row(
            address_to_bech32(outcome.candidate.address),
            _WORDS[outcome.verdict],
            str(outcome.seats),
            str(len(outcome.keys_at_auction)),
            amount(outcome.candidate.stake),
            amount(outcome.stake_per_key) if outcome.keys_at_auction else "-",
            amount(outcome.effective_stake) if outcome.seats else "-",
        )
    write_table(table, gives_way="validator")
    write_line(
        f"{len(auction.purchases)} of {auction.seats} seats taken; median {amount(auction.median)}, effective stakes"
        f" between {amount(auction.lowest)} and {amount(auction.highest)}"
    )
    if held.committees.kept:
        write_line("nobody was elected: the committees of the epoch before stay")
    sizes = ", ".join(f"shard {c.shard_id}: {len(c.slots)}" for c in held.committees.state.committees)
    write_line(f"slots of {sizes}; hash {held.committees.state.hash}")


def _ranked(election: Election) -> list[CandidateOutcome]:
    """Those at the auction in its order, then the others as they stood."""
    last = len(election.outcomes) + sum(len(ranked.bid.keys) for ranked in election.auction.bids)
    return sorted(election.outcomes, key=lambda outcome: last if outcome.rank is None else outcome.rank)


def _write_trace(trace: Trace) -> None:
    for number, step in enumerate(trace, 1):
        write_line(f"{number}. {step.text} [{step.rule}]")
        for name, value in step.numbers:
            write_line(f"   {name.replace('_', ' ')}: {value}")
