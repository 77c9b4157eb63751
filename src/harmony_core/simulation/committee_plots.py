"""Pictures of the safety of committees and of the spread of power. They need matplotlib, the extra ``plots``."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from io import BytesIO
from typing import Any

from harmony_core.committee.key_grinding import chance_with_ground_keys
from harmony_core.committee.safety import ONE_THIRD, TWO_THIRDS, Draw, chance_in_any_shard
from harmony_core.plotting import new_figure, png_of
from harmony_core.simulation.committee_rules import Scheme
from harmony_core.simulation.committee_safety import SafetyOutcome
from harmony_core.simulation.decentralisation import Comparison, Spread

__all__ = ["draw_safety", "draw_spreads"]

_COLOURS = 256
_SMALLEST = 1e-12
_MOST_SEATS_BESIDE = 4000
_SHARES = [Fraction(percent, 200) for percent in range(10, 141, 2)]


def draw_safety(
    shards: int, seats: int, share: Fraction, outcomes: Sequence[SafetyOutcome], *, grind: bool
) -> bytes:
    """Return a PNG: exact chances by the adversary's share, and the course of the simulated histories.

    Args:
        shards: number of shards.
        seats: seats of each; half and twice as many are drawn beside.
        share: the adversary's share in the simulation.
        outcomes: what was simulated; none for the exact chances alone.
        grind: also draw the chance with ground keys.

    Raises:
        ConfigurationError: ``plots-missing`` without matplotlib.
        VerificationError: ``safety-draw`` for too many seats.
    """
    figure = new_figure(11 if outcomes else 6, 5.2)
    axes = figure.subplots(1, 2) if outcomes else [figure.subplots(1, 1)]
    _draw_chances(axes[0], shards, seats, share, grind=grind)
    _draw_frequencies(axes[0], share, outcomes)
    axes[0].legend(fontsize="small", loc="upper center", bbox_to_anchor=(0.5, -0.15), ncols=2)
    if outcomes:
        _draw_courses(axes[1], share, outcomes)
    return _png(figure)


def draw_spreads(comparisons: Sequence[Comparison]) -> bytes:
    """Return a PNG: coefficients of each distribution, plain proof of stake beside the election.

    Raises:
        ConfigurationError: ``plots-missing`` without matplotlib.
    """
    figure = new_figure(11, 4)
    axes = figure.subplots(1, 3)
    measures: list[tuple[str, Callable[[Spread], float]]] = [
        ("validators with more than a third", lambda spread: spread.to_stop),
        ("Gini coefficient", lambda spread: float(spread.gini)),
        ("part of the largest validator", lambda spread: float(spread.largest)),
    ]
    names = [comparison.distribution.name for comparison in comparisons]
    places = range(len(names))
    for one, (title, measure) in zip(axes, measures, strict=True):
        plain = [measure(comparison.plain) for comparison in comparisons]
        elected = [measure(comparison.elected) for comparison in comparisons]
        one.bar([place - 0.2 for place in places], plain, 0.4, label="plain proof of stake")
        one.bar([place + 0.2 for place in places], elected, 0.4, label="after the election")
        one.set_xticks(list(places), names, rotation=20)
        one.set_title(title)
    axes[0].legend(fontsize="small")
    return _png(figure)


def _draw_chances(axes: Any, shards: int, seats: int, share: Fraction, *, grind: bool) -> None:
    others = (seats // 2, 2 * seats)
    sizes = sorted({seats, *(size for size in others if 0 < size * shards <= _MOST_SEATS_BESIDE)})
    for number, size in enumerate(sizes):
        draws = [Draw.of_share(shards, size, one) for one in _SHARES]
        for threshold, style in ((ONE_THIRD, "-"), (TWO_THIRDS, "--")):
            chances = [float(chance_in_any_shard(draw, threshold)) for draw in draws]
            label = f"{size} seats a shard" if threshold == ONE_THIRD else None
            axes.plot(
                [float(one) for one in _SHARES],
                [chance if chance >= _SMALLEST else None for chance in chances],
                color=f"C{number}",
                linestyle=style,
                label=label,
            )
    if grind:
        draws = [Draw.of_share(shards, seats, one) for one in _SHARES]
        chances = [float(chance_with_ground_keys(draw)) for draw in draws]
        axes.plot(
            [float(one) for one in _SHARES],
            [chance if chance >= _SMALLEST else None for chance in chances],
            color="C3",
            label=f"{seats} seats, by key, keys ground",
        )
    axes.axvline(float(share), color="grey", linestyle=":", linewidth=1)
    axes.set_yscale("log")
    axes.set_ylim(_SMALLEST, 2)
    axes.set_xlabel("adversary's share of all seats")
    axes.set_ylabel("chance in an epoch that any shard is over")
    axes.set_title(f"{shards} shards: over 1/3 (lines), over 2/3 (dashes)")


def _draw_frequencies(axes: Any, share: Fraction, outcomes: Sequence[SafetyOutcome]) -> None:
    """Draw how often it happened where every epoch is drawn anew, with twice the standard deviation."""
    for outcome in outcomes:
        frequency = outcome.epochs_seats_over_third / outcome.epochs
        if outcome.scheme is Scheme.DRAWN_ANEW and frequency:
            spread = 2 * (frequency * (1 - frequency) / outcome.epochs) ** 0.5
            low = min(spread, 0.9 * frequency)
            axes.errorbar(
                [float(share)], [frequency], yerr=[[low], [spread]], fmt="ko", markersize=4, label="simulated"
            )


def _draw_courses(axes: Any, share: Fraction, outcomes: Sequence[SafetyOutcome]) -> None:
    for number, outcome in enumerate(outcomes):
        axes.plot(
            range(1, len(outcome.course) + 1),
            outcome.course,
            color=f"C{number}",
            linewidth=1,
            label=outcome.scheme.value,
        )
    axes.axhline(1 / 3, color="black", linestyle=":", linewidth=1)
    axes.axhline(2 / 3, color="black", linestyle=":", linewidth=1)
    axes.set_ylim(0, 1)
    axes.set_xlabel("epoch of the first history")
    axes.set_ylabel("adversary's largest share of a shard's power")
    axes.set_title(f"simulated, with {float(share):.3g} of all seats")
    axes.legend(fontsize="small", loc="upper center", bbox_to_anchor=(0.5, -0.15), ncols=2)


def _png(figure: Any) -> bytes:
    """Return the picture with a palette, in less than half of the bytes."""
    from PIL import Image  # noqa: PLC0415 - comes with matplotlib

    stream = BytesIO()
    drawn = Image.open(BytesIO(png_of(figure)))
    drawn.convert("RGB").quantize(_COLOURS).save(stream, "PNG", optimize=True)
    return stream.getvalue()
