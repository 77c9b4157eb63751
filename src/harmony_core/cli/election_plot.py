"""The picture of an election: what each key has, and what it counts as. It needs matplotlib, the extra ``plots``."""

from typing import Any, Final

from harmony_core.committee import Election
from harmony_core.plotting import new_figure, png_of

__all__ = ["draw_election"]

_DOTS_PER_INCH: Final = 120
_RAW: Final = 1e36
"""Raw units of a stake in atto with 18 decimals that make one ONE; a picture needs no more digits than a float has."""


def draw_election(election: Election) -> bytes:
    """Return a PNG: the stake of each key by its rank, its effective stake, the median, the band and the last seat.

    Raises:
        ConfigurationError: ``plots-missing`` without matplotlib.
    """
    auction = election.auction
    stakes = [ranked.stake_per_key.raw / _RAW for ranked in auction.bids for _ in ranked.bid.keys]
    effective = [purchase.effective_stake.raw / _RAW for purchase in auction.purchases]
    figure = new_figure(9, 4.5, dots_per_inch=_DOTS_PER_INCH)
    axes: Any = figure.subplots()
    axes.plot(range(1, len(stakes) + 1), stakes, ".", markersize=4, color="C7", label="stake of the key")
    axes.plot(range(1, len(effective) + 1), effective, ".", markersize=5, color="C0", label="effective stake")
    if effective:
        axes.axhspan(
            auction.lowest.raw / _RAW, auction.highest.raw / _RAW, alpha=0.15, label="band around the median"
        )
        axes.axhline(auction.median.raw / _RAW, color="C1", linewidth=1, label="median of the winners")
    axes.axvline(auction.seats + 0.5, color="C3", linestyle=":", label="seats")
    if any(stakes):
        axes.set_yscale("log" if min(stakes) > 0 else "symlog")
    axes.set(
        xlabel="keys, from the most stake to the least",
        ylabel="ONE",
        title=f"Election for epoch {election.rules.epoch}",
    )
    axes.legend(fontsize="small")
    return png_of(figure)
