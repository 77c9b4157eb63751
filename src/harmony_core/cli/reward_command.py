"""`harmony-core staking reward`: what a block pays to whom, recomputed from headers and committees."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from harmony_core.chain import Header, ShardState
from harmony_core.chain.validator_wrapper import ValidatorWrapper
from harmony_core.cli.exit_codes import ExitCode
from harmony_core.cli.lines import read_lines
from harmony_core.cli.records import parse_line
from harmony_core.cli.refusal import naming
from harmony_core.cli.staking_files import shard_states_by_epoch, validator_wrappers
from harmony_core.cli.terminal import write_json, write_line, write_table
from harmony_core.committee import committee_for_epoch
from harmony_core.errors import MissingDataError, require
from harmony_core.params import Network
from harmony_core.primitives import Address, Dec, Epoch, address_to_bech32
from harmony_core.staking import BlockEarnings, delegation_shares, earned_by_block, with_reward

__all__ = ["show_reward"]

_COMMITS: Final = frozenset({"reward-commit", "reward-pre-staking"})


def show_reward(
    network: Network,
    files: Sequence[str],
    number: int,
    *,
    shard: int,
    committees: Sequence[str],
    snapshots: Sequence[str],
    as_json: bool,
) -> ExitCode:
    """Show what a block pays to each key and validator, and what the delegators of given validators get of it.

    Raises:
        MissingDataError: ``reward-block-absent`` where the files do not hold the block, or a code of
            `staking.earned_by_block`.
        HarmonyError: an input does not decode, or a rule is broken.
    """
    headers = _headers(files, shard)
    header = headers.get(number)
    require(
        header is not None,
        MissingDataError,
        "reward-block-absent",
        "The files do not hold the block whose reward is asked for.",
        expected=number,
    )
    if header is None:
        return ExitCode.UNKNOWN
    states = _shard_states(network, header, committees)
    earnings = earned_by_block(
        header, _ancestors(headers, header, network), network=network, shard_states=states
    )
    wrappers = validator_wrappers(snapshots)
    distributed = {
        wrapper.validator.address: _distribution(wrapper, earnings)
        for wrapper in wrappers
        if any(address == wrapper.validator.address for address, _ in earnings.due)
    }
    if as_json:
        write_json(_json(network, header, earnings, distributed))
    else:
        _write(network, header, earnings, distributed)
    return ExitCode.PROVEN


def _headers(files: Sequence[str], shard: int) -> dict[int, Header]:
    headers: dict[int, Header] = {}
    for line in read_lines(files):
        with naming(line.origin):
            if line.error is not None:
                raise line.error
            signed, _ = parse_line(line.text)
        if signed.header.shard_id == shard:
            headers[signed.header.number] = signed.header
    return headers


def _ancestors(headers: dict[int, Header], header: Header, network: Network) -> list[Header]:
    first: int = header.number
    while first - 1 in headers and header.number - first < network.schedule.reward_frequency:
        first -= 1
    return [headers[number] for number in range(first, header.number)]


def _shard_states(network: Network, header: Header, files: Sequence[str]) -> dict[Epoch, ShardState]:
    """Return the committees of the files by epoch, but before staking those that the schedule names."""
    states = shard_states_by_epoch(files)
    for epoch in (header.epoch, Epoch(max(header.epoch - 1, 0))):
        if not network.config.is_staking(epoch):
            states[epoch] = committee_for_epoch(network, epoch)
    return states


def _distribution(snapshot: ValidatorWrapper, earnings: BlockEarnings) -> list[tuple[Address, int]]:
    """Return what each delegation of a validator gets, its own first."""
    current = snapshot
    shares = delegation_shares(snapshot)
    for address, amount in earnings.due:
        if address == snapshot.validator.address:
            current = with_reward(current, snapshot, amount, shares)
    return [
        (after.delegator, after.reward - before.reward)
        for before, after in zip(snapshot.delegations, current.delegations, strict=True)
    ]


def _summed(pairs: Iterable[tuple[Address, int]]) -> dict[Address, int]:
    total: dict[Address, int] = {}
    for address, amount in pairs:
        total[address] = total.get(address, 0) + amount
    return total


def _json(
    network: Network,
    header: Header,
    earnings: BlockEarnings,
    distributed: dict[Address, list[tuple[Address, int]]],
) -> dict[str, Any]:
    return {
        "network": network.name,
        "shard": header.shard_id,
        "number": header.number,
        "epoch": header.epoch,
        "hash": str(header.hash),
        "total": str(earnings.total),
        "recovery": str(earnings.recovery.truncate_int()),
        "keys": [
            {
                "address": address_to_bech32(payout.address),
                "bls_public_key": str(payout.bls_public_key),
                "amount": str(payout.amount),
            }
            for payout in earnings.payouts
        ],
        "accounts": {
            address_to_bech32(address): str(amount) for address, amount in _summed(earnings.due).items()
        },
        "signed": {
            address_to_bech32(address): {"to_sign": count.to_sign, "signed": count.signed}
            for address, count in earnings.counts
        },
        "delegations": {
            address_to_bech32(validator): [
                {"delegator": address_to_bech32(delegator), "amount": str(amount)}
                for delegator, amount in rows
            ]
            for validator, rows in distributed.items()
        },
        "trace": [step.to_json() for step in earnings.trace],
    }


def _write(
    network: Network,
    header: Header,
    earnings: BlockEarnings,
    distributed: dict[Address, list[tuple[Address, int]]],
) -> None:
    from rich.table import Table  # noqa: PLC0415 - slow to import

    write_line(
        f"{network.name}, shard {header.shard_id}, block {header.number} of epoch {header.epoch}:"
        f" pays {Dec(earnings.total)} ONE for {sum(step.rule in _COMMITS for step in earnings.trace)} commits"
    )
    if earnings.recovery:
        write_line(
            f"{earnings.recovery_account} gets {Dec(earnings.recovery.truncate_int())} ONE for recovery"
        )
    counts = dict(earnings.counts)
    due = _summed(earnings.due)
    if not due:
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("account", "ONE", "keys", "signed", "asked"):
        table.add_column(heading, justify="left" if heading == "account" else "right", no_wrap=True)
    for address, amount in due.items():
        keys = {payout.bls_public_key for payout in earnings.payouts if payout.address == address}
        count = counts.get(address)
        table.add_row(
            address_to_bech32(address),
            str(Dec(amount)),
            str(len(keys)),
            str(count.signed) if count else "",
            str(count.to_sign) if count else "",
        )
    write_table(table, gives_way="account")
    for validator, rows in distributed.items():
        write_line(f"{address_to_bech32(validator)} shares out:")
        for delegator, amount in rows:
            write_line(f"  {address_to_bech32(delegator)}  {Dec(amount)} ONE")
