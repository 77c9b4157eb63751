"""The options of `harmony-core trie stats`."""

from pathlib import Path
from typing import Annotated

import typer

from harmony_core.cli.exit_codes import ExitCode
from harmony_core.cli.guard import guarded
from harmony_core.cli.options import CONTEXT, AsJson, hash_option

__all__ = ["trie_app"]


trie_app = typer.Typer(help="Look at the shape of states.", no_args_is_help=True, context_settings=CONTEXT)


@trie_app.callback()
def _options() -> None:
    """Look at the shape of states."""


@trie_app.command("stats", short_help="Show depth, kinds of nodes and bytes of a state's tries.")
@guarded
def _stats(
    source: Annotated[
        Path,
        typer.Argument(
            exists=True,
            metavar="FILE|FOLDER",
            help="A dump of a state, JSON lines, compressed or not; or the folder of a node store.",
        ),
    ],
    *,
    root: Annotated[
        str | None,
        typer.Option(metavar="HASH", show_default=False, help="Root of the state in a node store."),
    ] = None,
    number: Annotated[
        int | None,
        typer.Option(
            min=0,
            metavar="N",
            show_default=False,
            help="Height of the state in a dump; the last one without it.",
        ),
    ] = None,
    storage: Annotated[
        bool, typer.Option(help="Whether to look at the slots of the accounts in a node store.")
    ] = True,
    plot: Annotated[
        Path | None,
        typer.Option(dir_okay=False, metavar="FILE.png", show_default=False, help="Draw a picture, too."),
    ] = None,
    as_json: AsJson = False,
) -> ExitCode:
    """Show how deep the entries of a state lie, of which nodes its tries consist, and how many bytes they take.

    A dump is built again and has to give its root.

    Exit code: 0 shown, 1 the dump does not give its root, 2 usage, 4 undecodable, 5 the file or the store lacks a part.
    """
    from harmony_core.cli.trie_view import show_statistics  # noqa: PLC0415 - loaded when it is needed

    return show_statistics(
        source,
        root=None if root is None else hash_option(root, "--root"),
        number=number,
        storage=storage,
        plot=plot,
        as_json=as_json,
    )
