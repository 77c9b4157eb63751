"""`harmony-core staking undelegation`: when an undelegation is paid, and by which rule."""

from dataclasses import replace
from itertools import islice
from typing import Any, Final

import typer

from harmony_core.chain.validator_wrapper import ValidatorWrapper, decode_validator_wrapper
from harmony_core.cli.exit_codes import ExitCode
from harmony_core.cli.source import lines_of
from harmony_core.cli.terminal import write_json, write_line, write_table
from harmony_core.errors import DecodeError, HarmonyError, UnsupportedRulesError, require
from harmony_core.params import Network
from harmony_core.primitives import (
    Address,
    Dec,
    Epoch,
    TraceStep,
    address_to_bech32,
    bytes_from_hex,
    parse_address,
)
from harmony_core.staking import UnlockForecast, forecast_unlock, minimum_commission_rate

__all__ = ["show_epoch", "show_wrapper"]

_RULES: Final = {
    "lock-period": "the lock is over",
    "early-unlock": "the validator has been out of committees for long enough",
}
_REPEATED: Final = (
    "A validator whose largest commission lay below the floor could not be stored at the end of that epoch: what it paid"
    " was paid again at the end of each one, until that was found in December 2023."
)


def show_epoch(network: Network, epoch: int, last_elected: int | None, *, as_json: bool) -> ExitCode:
    """Show when an undelegation of an epoch is paid, with each end of an epoch on the way; return the exit code.

    Raises:
        HarmonyError: as `forecast_unlock`.
    """
    elected = Epoch(epoch if last_elected is None else last_elected)
    found = forecast_unlock(network, Epoch(epoch), last_epoch_in_committee=elected)
    if as_json:
        write_json({"network": network.name, "last_elected": elected, **_forecast_json(found)})
        return ExitCode.PROVEN
    write_line(
        f"{network.name}: what was taken back in epoch {epoch} is paid at the end of epoch {found.paid_at_end_of},"
        f" in block {found.block_number} of shard 0: {_RULES[found.rule]}"
    )
    _write_steps(found.trace)
    if found.may_repeat:
        write_line(_REPEATED)
    return ExitCode.PROVEN


def show_wrapper(network: Network, source: str, delegator: str | None, *, as_json: bool) -> ExitCode:
    """Show when each undelegation of a validator is paid; return the exit code.

    Raises:
        DecodeError: ``staking-wrapper-input`` for no line or several, ``hex-text``, or a code of
            `decode_validator_wrapper` or `parse_address`.
    """
    lines = list(islice(lines_of(source), 2))
    require(
        len(lines) == 1,
        DecodeError,
        "staking-wrapper-input",
        "One line with a validator's wrapper is expected.",
        actual=len(lines),
    )
    text, unreadable = (lines[0].text, lines[0].error) if lines else ("", None)
    if unreadable is not None:
        raise unreadable
    wrapper = decode_validator_wrapper(bytes_from_hex(text))
    try:
        account = None if delegator is None else parse_address(delegator)
    except DecodeError as error:
        raise typer.BadParameter(str(error), param_hint="--delegator") from error
    rows = list(_rows(network, wrapper, account))
    if as_json:
        write_json(
            {
                "network": network.name,
                "validator": address_to_bech32(wrapper.validator.address),
                "last_elected": wrapper.validator.last_epoch_in_committee,
                "undelegations": [row for row, _ in rows],
            }
        )
    else:
        _write_table(wrapper, rows)
    return ExitCode.UNKNOWN if any(found is None for _, found in rows) else ExitCode.PROVEN


def _rows(
    network: Network, wrapper: ValidatorWrapper, account: Address | None
) -> list[tuple[dict[str, Any], UnlockForecast | None]]:
    rows: list[tuple[dict[str, Any], UnlockForecast | None]] = []
    for delegation in wrapper.delegations:
        if account not in {None, delegation.delegator}:
            continue
        for entry in delegation.undelegations:
            row: dict[str, Any] = {
                "delegator": address_to_bech32(delegation.delegator),
                "amount": str(entry.amount),
                "undelegated_in": entry.epoch,
            }
            found, problem = _forecast(network, wrapper, entry.epoch)
            rows.append(({**row, **(problem if found is None else _forecast_json(found))}, found))
    return rows


def _forecast(
    network: Network, wrapper: ValidatorWrapper, epoch: Epoch
) -> tuple[UnlockForecast | None, dict[str, Any]]:
    last_elected = wrapper.validator.last_epoch_in_committee
    try:
        found = forecast_unlock(network, epoch, last_epoch_in_committee=last_elected)
        floor = minimum_commission_rate(network.config, Epoch(found.paid_at_end_of + 1))
        repeats = found.may_repeat and wrapper.validator.commission.max_rate < floor
        return replace(found, may_repeat=repeats), {}
    except UnsupportedRulesError as error:
        return None, {"paid_at_end_of": None, "error": _error_json(error)}


def _error_json(error: HarmonyError) -> dict[str, str]:
    return {"code": error.code, "message": error.message}


def _forecast_json(found: UnlockForecast) -> dict[str, Any]:
    return {
        "undelegated_in": found.undelegated_in,
        "paid_at_end_of": found.paid_at_end_of,
        "block_number": found.block_number,
        "rule": found.rule,
        "may_repeat": found.may_repeat,
        "trace": [step.to_json() for step in found.trace],
    }


def _write_steps(steps: tuple[TraceStep, ...]) -> None:
    for step in steps:
        numbers = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in step.numbers)
        write_line(f"  {step.text} {numbers}")


def _write_table(wrapper: ValidatorWrapper, rows: list[tuple[dict[str, Any], UnlockForecast | None]]) -> None:
    from rich.table import Table  # noqa: PLC0415 - slow to import

    validator = wrapper.validator
    write_line(
        f"{address_to_bech32(validator.address)}: last elected for epoch {validator.last_epoch_in_committee},"
        f" {len(rows)} undelegations"
    )
    if not rows:
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("delegator", "ONE", "since epoch", "paid at the end of", "block", "rule"):
        table.add_column(
            heading, justify="left" if heading in {"delegator", "rule"} else "right", no_wrap=True
        )
    for row, found in rows:
        paid = ("cannot tell", "", "") if found is None else _cells(found)
        table.add_row(row["delegator"], str(Dec(int(row["amount"]))), str(row["undelegated_in"]), *paid)
    write_table(table, gives_way="delegator")
    if any(found is not None and found.may_repeat for _, found in rows):
        write_line(_REPEATED)


def _cells(found: UnlockForecast) -> tuple[str, str, str]:
    return str(found.paid_at_end_of), str(found.block_number), found.rule
