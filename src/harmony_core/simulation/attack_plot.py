"""The picture of the attack simulation. It needs matplotlib, the extra ``plots``."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from harmony_core.plotting import new_figure, png_of
from harmony_core.simulation.withholding import SCHEMES, AttackModel, AttackOutcome, Scheme, simulate, theory

__all__ = ["draw_attack"]

_SIZES = 6
_SPEEDS = (0.1, 0.2, 0.5, 0.8, 0.99, 1.0, 2.0, 5.0)
_DOTS_PER_INCH = 120


def draw_attack(
    model: AttackModel, *, rounds: int, seed: int, progress: Callable[[int], None] | None = None
) -> bytes:
    """Return a PNG: bias against the size of the coalition for each scheme, and against the coalition's speed.

    Lines are the theory, points the simulation with twice its standard deviation.

    Args:
        model: the attack, of which size and speed are varied.
        rounds: rounds for each point.
        seed: of the simulation.
        progress: called with the number of points made so far.

    Raises:
        ConfigurationError: ``plots-missing`` without matplotlib.
    """
    figure = new_figure(11, 4.5)
    by_size, by_speed = figure.subplots(1, 2, sharey=True)
    made = _Counter(progress)
    _draw_sizes(by_size, model, rounds, seed, made)
    _draw_speeds(by_speed, model, rounds, seed, made)
    by_size.set_ylabel("bias: gain over fair randomness")
    return png_of(figure)


class _Counter:
    """Counts points."""

    def __init__(self, progress: Callable[[int], None] | None) -> None:
        self._progress = progress
        self._count = 0

    def point(self) -> None:
        self._count += 1
        if self._progress is not None:
            self._progress(self._count)


def _draw_sizes(axes: Any, model: AttackModel, rounds: int, seed: int, made: _Counter) -> None:
    sizes = sorted({model.members * step // (2 * _SIZES) for step in range(_SIZES + 1)} | {model.coalition})
    for number, scheme in enumerate(SCHEMES):
        models = [replace(model, coalition=size) for size in sizes]
        share = [size / model.members for size in sizes]
        colour = f"C{number}"
        style = "--" if scheme is Scheme.BLOCK_HASH else "-"
        expected = [theory(one, scheme) - one.chance for one in models]
        axes.plot(share, expected, color=colour, linestyle=style, label=scheme.value)
        _draw_points(axes, share, _simulated(models, scheme, rounds, seed, made), colour)
    axes.set_xlabel("coalition's share of the validators")
    axes.set_title(f"{model.members} validators, up to {model.tries} tries")
    axes.legend(fontsize="small")


def _draw_speeds(axes: Any, model: AttackModel, rounds: int, seed: int, made: _Counter) -> None:
    scheme = Scheme.DELAYED_VRFS
    models = [replace(model, speed=factor * model.margin) for factor in _SPEEDS]
    colour = f"C{SCHEMES.index(scheme)}"
    expected = [theory(one, scheme) - one.chance for one in models]
    axes.plot(_SPEEDS, expected, color=colour, drawstyle="steps-post", label=scheme.value)
    _draw_points(axes, _SPEEDS, _simulated(models, scheme, rounds, seed, made), colour)
    axes.axvline(1.0, color="grey", linestyle=":", label="the delay equals the time to choose")
    axes.set_xscale("log")
    axes.set_xlabel("coalition's speed as a part of the margin")
    axes.set_title(f"coalition of {model.coalition} of {model.members}")
    axes.legend(fontsize="small")


def _simulated(
    models: Sequence[AttackModel], scheme: Scheme, rounds: int, seed: int, made: _Counter
) -> list[AttackOutcome]:
    found = []
    for model in models:
        found.append(simulate(model, scheme, rounds=rounds, seed=seed))
        made.point()
    return found


def _draw_points(axes: Any, places: Sequence[float], found: Sequence[AttackOutcome], colour: str) -> None:
    spread = [2 * (one.expected * (1 - one.expected) / one.rounds) ** 0.5 for one in found]
    axes.errorbar(places, [one.bias for one in found], yerr=spread, fmt="o", markersize=4, color=colour)
