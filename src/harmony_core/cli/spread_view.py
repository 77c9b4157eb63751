"""`harmony-core security decentralisation`: the spread of power, as a table, JSON and a picture."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final

from harmony_core.cli.exit_codes import ExitCode
from harmony_core.cli.terminal import output_console, width_of, write_json
from harmony_core.errors import ConfigurationError
from harmony_core.primitives import Dec
from harmony_core.simulation.committee_plots import draw_spreads
from harmony_core.simulation.decentralisation import Comparison, Spread, compare_spreads
from harmony_core.simulation.stakes import (
    DISTRIBUTIONS,
    StakeDistribution,
    named_distribution,
    read_distribution,
)
from harmony_core.storage import write_file_atomically

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["print_table", "show_spreads", "stake_distribution"]

_LONGEST_FILE: Final = 1 << 20
_WIDE: Final = 240


def show_spreads(
    stakes: Sequence[str],
    *,
    shards: int,
    seats: int,
    bound: Fraction,
    keys_per_shard: int,
    plot: Path | None,
    as_json: bool,
) -> ExitCode:
    """Compare the spread of power of each distribution, show it, and return the exit code.

    Raises:
        HarmonyError: as `stake_distribution`; ``plots-missing``, ``storage-write``.
    """
    comparisons = [
        compare_spreads(
            stake_distribution(name, shards * seats),
            shards=shards,
            seats=seats,
            bound=Dec(int(bound * Dec.ONE.raw)),
            keys_per_shard=keys_per_shard,
        )
        for name in stakes or DISTRIBUTIONS
    ]
    if plot is not None:
        write_file_atomically(plot, draw_spreads(comparisons))
    if as_json:
        write_json(
            {
                "shards": shards,
                "seats": seats,
                "bound": float(bound),
                "keys_per_shard": keys_per_shard,
                "plot": None if plot is None else str(plot),
                "distributions": [_comparison_json(comparison) for comparison in comparisons],
            }
        )
    else:
        _write_spreads(comparisons, shards, seats)
    return ExitCode.PROVEN


def stake_distribution(name: str, seats: int) -> StakeDistribution:
    """Return a distribution by its name, or from a file of that name.

    Raises:
        ConfigurationError: ``stake-distribution-name`` if there is neither; ``stake-distribution``.
        DecodeError: ``stake-distribution-json``, ``dec-text``.
    """
    if name in DISTRIBUTIONS:
        return named_distribution(name, seats)
    path = Path(name)
    if not path.is_file():
        raise ConfigurationError(
            "No stake distribution has this name, and there is no such file.",
            code="stake-distribution-name",
            expected=", ".join(DISTRIBUTIONS),
            actual=name,
        )
    with path.open("rb") as file:
        content = file.read(_LONGEST_FILE + 1)
    return read_distribution(path.name, content[:_LONGEST_FILE].decode("utf-8", "replace"))


def print_table(table: "Table") -> None:
    """Print a table; where lines have no limit, without breaking any."""
    console = output_console()
    if width_of(console) is None:
        console.width = _WIDE
    console.print(table)


def _write_spreads(comparisons: Sequence[Comparison], shards: int, seats: int) -> None:
    from rich.table import Table  # noqa: PLC0415 - slow to import

    table = Table(
        title=f"plain proof of stake and the election for {shards} x {seats} seats; fewest validators with more than a part",
        title_justify="left",
    )
    table.add_column("stakes", overflow="fold")
    titles = ("validators", "elected", "1/3 plain", "1/3 elected", "2/3 plain", "2/3 elected")
    for title in (*titles, "Gini plain", "Gini elected", "largest plain", "largest elected"):
        table.add_column(title, justify="right", overflow="fold")
    for found in comparisons:
        plain, elected = found.plain, found.elected
        table.add_row(
            found.distribution.name,
            str(len(found.distribution.stakes)),
            str(found.validators_elected),
            *(str(number) for number in (plain.to_stop, elected.to_stop, plain.to_rule, elected.to_rule)),
            *(
                f"{float(number):.4f}"
                for number in (plain.gini, elected.gini, plain.largest, elected.largest)
            ),
        )
    print_table(table)


def _comparison_json(found: Comparison) -> dict[str, object]:
    def spread(one: Spread) -> dict[str, object]:
        return {
            "validators_with_more_than_a_third": one.to_stop,
            "validators_with_more_than_two_thirds": one.to_rule,
            "gini": float(one.gini),
            "largest_share": float(one.largest),
        }

    return {
        "name": found.distribution.name,
        "validators": len(found.distribution.stakes),
        "validators_elected": found.validators_elected,
        "seats_won": found.seats,
        "plain": spread(found.plain),
        "elected": spread(found.elected),
    }
