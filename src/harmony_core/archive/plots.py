"""Pictures of a ledger: how evenly value is spread, and who holds the most."""

from collections.abc import Iterator
from heapq import nlargest
from pathlib import Path
from typing import Any, Final

from harmony_core.archive.ledger import Claim, read_ledger
from harmony_core.plotting import new_figure, png_of

__all__ = ["draw_ledger", "lorenz_points"]

_HOLDERS: Final = 15
_POINTS: Final = 1000
_ONE: Final = 10**18
_KINDS: Final = {"liquid": (0, 1), "active stake": (2,), "on its way": (3, 4, 5)}
"""Components by their place in `COMPONENTS`."""


def lorenz_points(amounts: list[int], points: int = _POINTS) -> tuple[list[float], list[float], float]:
    """Return a Lorenz curve, shares of holders and of value from the poorest on, and the Gini coefficient.

    Args:
        amounts: what each holder has; those who have nothing do not count.
        points: at most so many points.
    """
    ordered = sorted(amount for amount in amounts if amount)
    total, count = sum(ordered), len(ordered)
    if not total:
        return [0.0, 1.0], [0.0, 1.0], 0.0
    step = max(count // points, 1)
    holders, values, running, weighted = [0.0], [0.0], 0, 0
    for place, amount in enumerate(ordered, 1):
        running += amount
        weighted += place * amount
        if place % step == 0 or place == count:
            holders.append(place / count)
            values.append(running / total)
    return holders, values, (2 * weighted - (count + 1) * total) / (count * total)


def draw_ledger(ledger: Path) -> bytes:
    """Return a PNG: Lorenz curves of whole claims and of stake, and the largest holders by component.

    Raises:
        ConfigurationError: ``plots-missing`` without matplotlib.
        HarmonyError: as `read_ledger`.
    """
    figure = new_figure(12, 5)
    totals = [claim.total for claim in _claims(ledger)]
    stakes = [claim.active_staked_or_delegated for claim in _claims(ledger)]
    largest = nlargest(_HOLDERS, _claims(ledger), key=lambda claim: claim.total)
    curve, bars = figure.subplots(1, 2)
    for name, amounts in (("everything", totals), ("active stake", stakes)):
        holders, values, gini = lorenz_points(amounts)
        curve.plot(holders, values, label=f"{name}: {sum(map(bool, amounts)):,} holders, Gini {gini:.3f}")
    curve.plot([0, 1], [0, 1], color="grey", linestyle=":", label="even")
    curve.set_xlabel("share of the holders, the poorest first")
    curve.set_ylabel("share of the value")
    curve.set_title("Lorenz curves")
    curve.legend(fontsize="small")
    _draw_largest(bars, largest)
    return png_of(figure)


def _claims(ledger: Path) -> Iterator[Claim]:
    return (claim for claim, _ in read_ledger(ledger))


def _draw_largest(axes: Any, largest: list[Claim]) -> None:
    names = [_name(claim) for claim in largest]
    rows = range(len(largest))
    for label, components in _KINDS.items():
        held = [
            (sum(claim.amounts[index] for index in components) / _ONE, row)
            for row, claim in zip(rows, largest, strict=True)
        ]
        held = [point for point in held if point[0]]
        axes.plot([amount for amount, _ in held], [row for _, row in held], "o", label=label)
    axes.set_yticks(list(rows), names)
    axes.grid(axis="y", linewidth=0.3)
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.set_xlabel("ONE")
    axes.set_title("largest holders")
    axes.legend(fontsize="small")


def _name(claim: Claim) -> str:
    digits = (claim.address or claim.secure_key).hex()
    return f"{'0x' if claim.address else 'key '}{digits[:6]}…{digits[-4:]}"
