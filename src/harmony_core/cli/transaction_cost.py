"""`harmony-core tx cost`: what a transaction costs its sender, and where the fee goes."""

from typing import Any

from harmony_core.cli.exit_codes import ExitCode, code_of_error, strongest
from harmony_core.cli.lines import Patience
from harmony_core.cli.source import lines_of
from harmony_core.cli.terminal import complain, write_json, write_line
from harmony_core.cli.transaction_view import transaction_from_text
from harmony_core.errors import HarmonyError
from harmony_core.params import Network
from harmony_core.primitives import Dec, Epoch, address_to_bech32
from harmony_core.staking import POOL_PRICE_FLOOR, TransactionCost, transaction_cost

__all__ = ["show_costs"]


def show_costs(source: str, network: Network, epoch: int, *, as_json: bool) -> ExitCode:
    """Show the cost of the transactions of a source, and return the exit code."""
    rows: list[dict[str, Any]] = []
    codes = []
    patience = Patience()
    for line in lines_of(source):
        try:
            if line.error is not None:
                raise line.error
            transaction = transaction_from_text(line.text)
            cost = transaction_cost(transaction, network, Epoch(epoch))
        except HarmonyError as error:
            complain(f"{line.origin}: {error}")
            patience.note(error)
            codes.append(code_of_error(error))
            continue
        rows.append({"hash": str(transaction.hash), **_json(cost)})
        codes.append(ExitCode.PROVEN)
        if not as_json:
            _write(str(transaction.hash), cost)
    if not codes:
        complain("there is no transaction in the input")
    if as_json:
        write_json({"network": network.name, "epoch": epoch, "transactions": rows})
    return strongest(codes)


def _json(cost: TransactionCost) -> dict[str, Any]:
    split = cost.least_split
    return {
        "intrinsic_gas": cost.intrinsic_gas,
        "gas_limit": cost.gas_limit,
        "gas_price": str(cost.gas_price),
        "least_fee": str(cost.least_fee),
        "largest_fee": str(cost.largest_fee),
        "enough_gas": cost.enough_gas,
        "pool_takes": cost.pool_takes,
        "least_fee_to_proposer": str(split.proposer),
        "least_fee_to_collectors": {
            address_to_bech32(address): str(amount) for address, amount in split.collectors
        },
        "least_fee_burnt": str(split.burnt),
    }


def _write(name: str, cost: TransactionCost) -> None:
    write_line(name)
    gas = f"{cost.intrinsic_gas:,} gas before anything is executed, {cost.gas_limit:,} at most"
    write_line(f"  {gas}, at {Dec(cost.gas_price)} ONE each")
    write_line(f"  costs {Dec(cost.least_fee)} to {Dec(cost.largest_fee)} ONE")
    if not cost.enough_gas:
        write_line("  the gas limit does not cover the gas before execution: no block may hold it")
    if not cost.pool_takes:
        write_line(
            f"  a node's pool takes {Dec(POOL_PRICE_FLOOR)} ONE for a gas or more: it is not passed on"
        )
    write_line(f"  {_where(cost)}")


def _where(cost: TransactionCost) -> str:
    split = cost.least_split
    if split.proposer or not cost.least_fee:
        return "the fee goes to the proposer of the block"
    if not split.collectors:
        return "the fee is burnt"
    shares = ", ".join(
        f"{Dec(amount)} to {address_to_bech32(address)}" for address, amount in split.collectors
    )
    return f"of the least fee {shares}"
