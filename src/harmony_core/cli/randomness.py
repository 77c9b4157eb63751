"""The options of the commands on randomness: `vdf eval`, `vdf verify`, `vrf verify`, `randomness attack`."""

from pathlib import Path
from typing import Annotated

import typer

from harmony_core.cli.exit_codes import ExitCode
from harmony_core.cli.guard import guarded
from harmony_core.cli.options import CONTEXT, AsJson, Plot, Seed

__all__ = ["randomness_app", "vdf_app", "vrf_app"]

_MOST_ITERATIONS = (1 << 63) - 1

vdf_app = typer.Typer(
    help="Compute and verify the verifiable delay function.", no_args_is_help=True, context_settings=CONTEXT
)
vrf_app = typer.Typer(
    help="Verify verifiable random functions.", no_args_is_help=True, context_settings=CONTEXT
)
randomness_app = typer.Typer(
    help="Look at how randomness can be biased.", no_args_is_help=True, context_settings=CONTEXT
)

_SeedText = Annotated[
    str, typer.Option("--seed", metavar="HEX", help="The seed, hexadecimal; the chain uses 32 bytes.")
]
_Iterations = Annotated[
    int,
    typer.Option(
        "--iterations",
        min=0,
        max=_MOST_ITERATIONS,
        metavar="T",
        help="Squarings; mainnet's difficulty is 50000.",
    ),
]
_Engine = Annotated[
    str | None,
    typer.Option(
        "--engine",
        metavar="NAME",
        show_default=False,
        help="flint, gmpy2, pari or pure, where installed; the fastest by default.",
    ),
]


@vdf_app.command("eval", short_help="Evaluate the delay function and prove the result.")
@guarded
def _evaluate(
    seed: _SeedText,
    iterations: _Iterations,
    *,
    engine: _Engine = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            dir_okay=False,
            show_default=False,
            help="Write the state to this file now and then, and go on from it if it exists; removed at the end.",
        ),
    ] = None,
    checkpoint_seconds: Annotated[
        float,
        typer.Option(
            min=0.0, max=86_400.0, metavar="SECONDS", help="Seconds between two states, which a crash loses."
        ),
    ] = 10.0,
    as_json: AsJson = False,
) -> ExitCode:
    """Evaluate the delay function: T squarings, one after the other, and a proof of 516 bytes with the result.

    An interrupt, or the signal TERM, writes the state before the command ends.

    Exit code: 0 done, 2 usage (among it: a checkpoint of another evaluation), 4 the checkpoint is torn or altered,
    130 interrupted.
    """
    from harmony_core.cli.vdf_commands import EvaluationJob, evaluate  # noqa: PLC0415 - loaded when it is needed

    job = EvaluationJob(seed, iterations, engine, checkpoint, checkpoint_seconds)
    return evaluate(job, as_json=as_json)


@vdf_app.command("verify", short_help="Verify an output of the delay function.")
@guarded
def _verify_vdf(
    seed: _SeedText,
    iterations: _Iterations,
    output: Annotated[
        str,
        typer.Option(
            "--output", metavar="HEX|-", help="The output, hexadecimal, or - for the standard input."
        ),
    ],
    *,
    engine: _Engine = None,
    as_json: AsJson = False,
) -> ExitCode:
    """Verify that an output is the evaluation of the seed with T squarings.

    Exit code: 0 proven, 1 it is not, 2 usage, 4 the output is not hexadecimal or has another length.
    """
    from harmony_core.cli.vdf_commands import verify  # noqa: PLC0415 - loaded when it is needed

    return verify(seed, iterations, output, engine=engine, as_json=as_json)


@vrf_app.command("verify", short_help="Verify a BLS VRF, alone or in a header.")
@guarded
def _verify_vrf(
    *,
    public_key: Annotated[
        str | None,
        typer.Option(
            metavar="HEX", show_default=False, help="The BLS key, 48 bytes, of whoever made the proof."
        ),
    ] = None,
    alpha: Annotated[
        str | None,
        typer.Option(
            metavar="HEX", show_default=False, help="The input; for a block, the hash of its parent."
        ),
    ] = None,
    proof: Annotated[
        str | None,
        typer.Option(
            metavar="HEX",
            show_default=False,
            help="The proof, 96 bytes, or a header's VRF field of 128, value first.",
        ),
    ] = None,
    network: Annotated[
        str | None,
        typer.Option(metavar="NAME", show_default=False, help="The network of --header."),
    ] = None,
    header: Annotated[
        str | None,
        typer.Option(
            metavar="HEX", show_default=False, help="A header, hexadecimal RLP, whose VRF to verify."
        ),
    ] = None,
    committee: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            readable=True,
            show_default=False,
            help="File with the shard state, as hexadecimal RLP, that holds the header's committee.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> ExitCode:
    """Verify a VRF: either --public-key, --alpha and --proof, or --network and --header.

    A header's committee follows from the genesis account lists before staking; from then on give it. That the header
    itself is on the chain is not verified here: that is `harmony-core verify`.

    Exit code: 0 proven, 1 a rule is broken, 2 usage, 4 undecodable, 5 cannot tell: the committee is not known.
    """
    from harmony_core.cli.vrf_commands import verify_header, verify_proof  # noqa: PLC0415 - loaded when it is needed

    alone, in_header = (public_key, alpha, proof), (network, header)
    if all(value is not None for value in alone) and header is None and network is None and committee is None:
        return verify_proof(str(public_key), str(alpha), str(proof), as_json=as_json)
    if all(value is not None for value in in_header) and not any(value is not None for value in alone):
        return verify_header(str(network), str(header), committee, as_json=as_json)
    raise typer.BadParameter("give either --public-key, --alpha and --proof, or --network and --header")


_Chance = Annotated[
    float,
    typer.Option(
        "--chance",
        min=0.001,
        max=0.999,
        metavar="P",
        help="How often fair randomness favours the coalition.",
    ),
]
_Tries = Annotated[
    int,
    typer.Option(
        "--tries",
        min=1,
        max=4096,
        metavar="N",
        help="Most outcomes that the coalition can compute before it has to choose.",
    ),
]
_Speed = Annotated[
    float,
    typer.Option(
        "--speed",
        min=0.0,
        max=1_000_000.0,
        metavar="X",
        help="How much faster than the honest ones the coalition computes the delay.",
    ),
]
_Margin = Annotated[
    float,
    typer.Option(
        "--margin",
        min=0.001,
        max=1_000_000.0,
        metavar="X",
        help="How many times the time in which the coalition has to choose the delay takes the honest ones.",
    ),
]


@randomness_app.command("attack", short_help="Simulate a coalition that biases randomness.")
@guarded
def _attack(
    *,
    rounds: Annotated[
        int, typer.Option(min=1, max=10_000_000, metavar="N", help="Rounds of each protocol.")
    ] = 5000,
    seed: Seed = 1,
    members: Annotated[
        int, typer.Option(min=4, max=1000, metavar="N", help="Validators of the committee.")
    ] = 16,
    coalition: Annotated[
        int, typer.Option(min=0, max=1000, metavar="N", help="How many of them attack together.")
    ] = 5,
    chance: _Chance = 0.1,
    tries: _Tries = 64,
    speed: _Speed = 2.0,
    margin: _Margin = 10.0,
    plot: Plot = None,
    as_json: AsJson = False,
) -> ExitCode:
    """Let a coalition bias the outcome of four ways of making randomness, and hold the result against the theory.

    A block hash that its proposer grinds; commit and reveal; VRFs without delay; VRFs with a delay. The delay protects as
    long as it takes the coalition, too, longer than it has to choose: as long as --speed is below --margin.

    Exit code: 0 done, 2 usage, 1 if a simulation departs from its theory.
    """
    from harmony_core.cli.attack_view import show_attack  # noqa: PLC0415 - loaded when it is needed
    from harmony_core.simulation.withholding import AttackModel  # noqa: PLC0415 - the same

    if coalition > members:
        raise typer.BadParameter("the coalition is a part of the members", param_hint="--coalition")
    model = AttackModel(
        members=members, coalition=coalition, chance=chance, tries=tries, speed=speed, margin=margin
    )
    return show_attack(model, rounds=rounds, seed=seed, plot=plot, as_json=as_json)
