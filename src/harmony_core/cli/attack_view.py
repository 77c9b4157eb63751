"""`harmony-core randomness attack`: simulated bias beside the theory, as a table, JSON and a picture."""

from pathlib import Path
from typing import Final

from harmony_core.cli.exit_codes import ExitCode
from harmony_core.cli.progress import ProgressDisplay
from harmony_core.cli.terminal import complain, output_console, write_json, write_line
from harmony_core.simulation.attack_plot import draw_attack
from harmony_core.simulation.withholding import SCHEMES, AttackModel, AttackOutcome, simulate
from harmony_core.storage import write_file_atomically

__all__ = ["show_attack"]

_ALARM: Final = 5.0
"""Standard deviations from the theory at which a simulation counts as refuting it."""

_PLOT_ROUNDS: Final = 2000


def show_attack(model: AttackModel, *, rounds: int, seed: int, plot: Path | None, as_json: bool) -> ExitCode:
    """Simulate all schemes, show what came of it, and return the exit code.

    Raises:
        ConfigurationError: ``plots-missing`` if a plot is wanted and cannot be drawn.
        DataSourceError: ``storage-write``.
    """
    outcomes = []
    with ProgressDisplay(time_left=True) as display:
        for scheme in SCHEMES:
            display.begin(scheme.value, rounds)
            outcomes.append(simulate(model, scheme, rounds=rounds, seed=seed, progress=display.reach))
        if plot is not None:
            display.begin("drawing", None)
            picture = draw_attack(model, rounds=min(rounds, _PLOT_ROUNDS), seed=seed, progress=display.reach)
            write_file_atomically(plot, picture)
    if as_json:
        write_json(_as_json(model, outcomes, rounds, seed, plot))
    else:
        _write_table(model, outcomes)
    if any(abs(outcome.deviations) > _ALARM for outcome in outcomes):
        complain("a simulation departs from its theory")
        return ExitCode.BROKEN
    return ExitCode.PROVEN


def _as_json(
    model: AttackModel, outcomes: list[AttackOutcome], rounds: int, seed: int, plot: Path | None
) -> dict[str, object]:
    return {
        "rounds": rounds,
        "seed": seed,
        "members": model.members,
        "coalition": model.coalition,
        "chance": model.chance,
        "tries": model.tries,
        "speed": model.speed,
        "margin": model.margin,
        "plot": None if plot is None else str(plot),
        "baselines": [
            {
                "scheme": outcome.scheme.name.lower(),
                "description": outcome.scheme.value,
                "known_outcomes": model.choices(outcome.scheme),
                "favourable": outcome.favourable,
                "frequency": outcome.frequency,
                "bias": outcome.bias,
                "expected_bias": outcome.expected_bias,
                "deviations": outcome.deviations,
            }
            for outcome in outcomes
        ],
    }


def _write_table(model: AttackModel, outcomes: list[AttackOutcome]) -> None:
    from rich.table import Table  # noqa: PLC0415 - slow to import

    table = Table(
        title=f"{model.coalition} of {model.members} validators attack; fair randomness favours them with {model.chance:g}",
        title_justify="left",
    )
    table.add_column("randomness")
    for title in ("outcomes known in time", "favourable", "bias", "theory", "deviations"):
        table.add_column(title, justify="right")
    for outcome in outcomes:
        table.add_row(
            outcome.scheme.value,
            str(model.choices(outcome.scheme)),
            f"{outcome.frequency:.4f}",
            f"{outcome.bias:+.4f}",
            f"{outcome.expected_bias:+.4f}",
            f"{outcome.deviations:+.1f}",
        )
    output_console().print(table)
    write_line(_sentence(model))


def _sentence(model: AttackModel) -> str:
    if not model.speed:
        return "The coalition never finishes the delay: it protects."
    times = (
        f"The delay takes the coalition {model.margin / model.speed:.3g} times as long as it has to choose"
    )
    return f"{times}: it protects." if model.speed < model.margin else f"{times}: it protects no more."
