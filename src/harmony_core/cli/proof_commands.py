"""The options of `harmony-core proof verify`."""

import time
from typing import Annotated

import typer

from harmony_core.cli.exit_codes import ExitCode
from harmony_core.cli.guard import guarded
from harmony_core.cli.options import (
    CONTEXT,
    LARGEST_SHARD,
    AsJson,
    NetworkName,
    Now,
    Trust,
    TrustedCommittees,
    hash_option,
    network_option,
    readable,
)

__all__ = ["proof_app"]


proof_app = typer.Typer(
    help="Verify proofs of accounts, storage, receipts and cross-shard receipts.",
    no_args_is_help=True,
    context_settings=CONTEXT,
)
_verify_app = typer.Typer(
    help="Verify proofs, from any server, against what you trust.",
    no_args_is_help=True,
    context_settings=CONTEXT,
)
proof_app.add_typer(_verify_app, name="verify")

_Source = Annotated[
    str,
    typer.Argument(
        metavar="FILE|HEX|-", help="A JSON object, or one on each line; - for the standard input."
    ),
]
_Root = Annotated[
    str | None,
    typer.Option("--root", metavar="HASH", show_default=False, help="A root that you vouch for."),
]
_Headers = Annotated[
    list[str] | None,
    typer.Option(
        "--headers",
        metavar="FILE",
        show_default=False,
        help="Headers with their commits, in the form of `verify`, to be verified first; may be repeated.",
    ),
]
_Shard = Annotated[
    int | None,
    typer.Option(
        "--shard",
        min=0,
        max=LARGEST_SHARD,
        metavar="S",
        show_default=False,
        help="Shard of the headers meant.",
    ),
]


@_verify_app.command("account", short_help="Verify that a state holds an account, or none.")
@guarded
def _account(
    source: _Source = "-",
    *,
    network: NetworkName = "mainnet",
    root: _Root = None,
    headers: _Headers = None,
    trust: Trust = None,
    committee: TrustedCommittees = None,
    shard: _Shard = None,
    now: Now = None,
    as_json: AsJson = False,
) -> ExitCode:
    """Verify the proof of an account, as eth_getProof gives it, against a state root that you trust.

    Give the state root with --root, or headers that prove it with --headers.

    Exit code: 0 all is proven, 1 a proof does not hold, 2 usage, 4 some input is undecodable or there is none, 5 cannot
    tell: no header proves the root.
    """
    return _run(
        "account",
        source,
        network,
        root=root,
        headers=headers,
        trust=trust,
        committee=committee,
        shard=shard,
        now=now,
        as_json=as_json,
    )


@_verify_app.command("storage", short_help="Verify what slots of an account hold.")
@guarded
def _storage(
    source: _Source = "-",
    *,
    network: NetworkName = "mainnet",
    root: _Root = None,
    headers: _Headers = None,
    trust: Trust = None,
    committee: TrustedCommittees = None,
    shard: _Shard = None,
    now: Now = None,
    as_json: AsJson = False,
) -> ExitCode:
    """Verify the proofs of an account and of its slots, as eth_getProof gives them, against a state root that you trust.

    Exit code: as for account.
    """
    return _run(
        "storage",
        source,
        network,
        root=root,
        headers=headers,
        trust=trust,
        committee=committee,
        shard=shard,
        now=now,
        as_json=as_json,
    )


@_verify_app.command("receipt", short_help="Verify receipts of transactions.")
@guarded
def _receipt(
    source: _Source = "-",
    *,
    network: NetworkName = "mainnet",
    root: _Root = None,
    headers: _Headers = None,
    trust: Trust = None,
    committee: TrustedCommittees = None,
    shard: _Shard = None,
    now: Now = None,
    as_json: AsJson = False,
) -> ExitCode:
    """Verify the proof of a receipt, or all receipts of a block, against a receipts root that you trust.

    An object has index and proof (and perhaps receipt), or receipts: all of them as a node's database holds them.

    Exit code: as for account.
    """
    return _run(
        "receipt",
        source,
        network,
        root=root,
        headers=headers,
        trust=trust,
        committee=committee,
        shard=shard,
        now=now,
        as_json=as_json,
    )


@_verify_app.command("cross-shard", short_help="Verify receipts that one shard sends to another.")
@guarded
def _cross_shard(
    source: _Source = "-",
    *,
    network: NetworkName = "mainnet",
    headers: _Headers = None,
    trust: Trust = None,
    committee: TrustedCommittees = None,
    now: Now = None,
    as_json: AsJson = False,
) -> ExitCode:
    """Verify the proof of cross-shard receipts: by headers that you give, or by the commit that it carries.

    A line is hexadecimal RLP, or a JSON object with it under rlp. That the receipts were not credited yet is not shown.

    Exit code: as for account; 5 also where the committee of the source is not known.
    """
    return _run(
        "cross-shard",
        source,
        network,
        headers=headers,
        trust=trust,
        committee=committee,
        now=now,
        as_json=as_json,
    )


def _run(
    kind: str,
    source: str,
    network: str,
    *,
    root: str | None = None,
    headers: list[str] | None,
    trust: list[str] | None,
    committee: list[str] | None,
    shard: int | None = None,
    now: int | None,
    as_json: bool,
) -> ExitCode:
    from harmony_core.cli.proof_trust import trust_of  # noqa: PLC0415 - loaded when it is needed
    from harmony_core.cli.proof_view import verify_proofs  # noqa: PLC0415 - the same
    from harmony_core.cli.verification import read_committees  # noqa: PLC0415 - the same

    if kind != "cross-shard" and (root is None) == (not headers):
        raise typer.BadParameter("give either --root or --headers", param_hint="--root")
    believed = trust_of(
        network_option(network),
        root=None if root is None else hash_option(root, "--root"),
        headers=[readable(name, "--headers") for name in headers or ()],
        hashes=[hash_option(text, "--trust") for text in trust or ()],
        committees=[read_committees(readable(name, "--committee")) for name in committee or ()],
        shard=shard,
        now=int(time.time()) if now is None else now,
    )
    return verify_proofs(kind, source, believed, as_json=as_json)
