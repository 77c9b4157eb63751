"""`harmony-core simulate`: a committee decides blocks on a simulated network."""

from pathlib import Path
from typing import Annotated

import typer

from harmony_core.cli.exit_codes import ExitCode
from harmony_core.cli.guard import guarded
from harmony_core.cli.options import AsJson

__all__ = ["simulate_command"]

_LARGEST_SEED = (1 << 63) - 1
_FAULTS = (
    "crashed, silent-leader, equivocating-leader, selective-leader, withholds-votes, withholds-commits, "
    "invalid-signatures, forged-certificates, replayed-votes, stale-messages"
)

_Faults = Annotated[
    list[str] | None,
    typer.Option(
        "--faults",
        metavar="KIND[=COUNT]",
        show_default=False,
        help=f"Faulty nodes, spread over the committee; may be repeated. Kinds: {_FAULTS}.",
    ),
]
_Partitions = Annotated[
    list[str] | None,
    typer.Option(
        "--partition",
        metavar="FROM-TO:NODE,NODE",
        show_default=False,
        help="Cut these nodes off from the others between two times in seconds; may be repeated.",
    ),
]
_Crashes = Annotated[
    list[str] | None,
    typer.Option(
        "--crash",
        metavar="FROM-TO:NODE",
        show_default=False,
        help="Crash a node and start it again from its disk, times in seconds; may be repeated.",
    ),
]
_Plot = Annotated[
    Path | None,
    typer.Option(
        "--plot",
        metavar="FILE",
        show_default=False,
        help="Also draw messages per block for committees from 4 to 400 as a PNG.",
    ),
]


@guarded
def simulate_command(
    validators: Annotated[
        int, typer.Option(min=1, max=1000, help="Nodes in the committee.", metavar="N")
    ] = 10,
    *,
    blocks: Annotated[int, typer.Option(min=1, max=100_000, help="Blocks to decide.", metavar="B")] = 10,
    faults: _Faults = None,
    seed: Annotated[int, typer.Option(min=0, max=_LARGEST_SEED, help="The same seed, the same run.")] = 0,
    delay: Annotated[
        str, typer.Option(help="Least and most milliseconds of a message.", metavar="MS-MS")
    ] = "50-150",
    loss: Annotated[float, typer.Option(min=0.0, max=1.0, help="Share of the messages that get lost.")] = 0.0,
    duplication: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Share of the messages that arrive twice.")
    ] = 0.0,
    partition: _Partitions = None,
    crash: _Crashes = None,
    patience: Annotated[int, typer.Option(min=1, help="Stop after so many simulated seconds.")] = 3600,
    real_signatures: Annotated[
        bool, typer.Option("--real-signatures", help="Sign with BLS instead of a stand-in.")
    ] = False,
    reference: Annotated[
        bool, typer.Option("--reference", help="Let honest nodes have the habits of the reference client.")
    ] = False,
    plot: _Plot = None,
    as_json: AsJson = False,
) -> ExitCode:
    """Let a committee decide blocks on a simulated network, and report how it went.

    Everything follows from the seed. Signatures are a stand-in for BLS unless real ones are asked for.

    Exit code: 0 every honest node has all blocks, 1 honest nodes hold different blocks to be final, 2 usage, 5 patience
    ran out before all blocks were final.
    """
    from harmony_core.cli.simulation_view import SimulationJob, simulate  # noqa: PLC0415 - loaded when it is needed

    job = SimulationJob(
        validators=validators,
        blocks=blocks,
        faults=tuple(faults or ()),
        seed=seed,
        delay=delay,
        loss=loss,
        duplication=duplication,
        partitions=tuple(partition or ()),
        crashes=tuple(crash or ()),
        patience=patience,
        real_signatures=real_signatures,
        reference=reference,
    )
    return simulate(job, plot=plot, as_json=as_json)
