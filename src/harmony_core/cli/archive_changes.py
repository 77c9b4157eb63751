"""`harmony-core archive diff`, `supply` and `proof`."""

from collections import defaultdict
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from harmony_core.archive import AccountTally, NodeDatabase, ShardDatabases
from harmony_core.archive.difference import account_changes, stake_changes
from harmony_core.archive.parts import problem_to_json
from harmony_core.archive.proofs import account_proof, cross_shard_proof, header_record, receipt_proof
from harmony_core.archive.supply import SupplyReport, audit_supply, total_of
from harmony_core.cli.archive_view import write_pairs
from harmony_core.cli.exit_codes import ExitCode
from harmony_core.cli.options import network_option
from harmony_core.cli.progress import ProgressDisplay
from harmony_core.cli.terminal import complain, write_json, write_line
from harmony_core.crypto import keccak256
from harmony_core.errors import MissingDataError
from harmony_core.params import Network, load_network
from harmony_core.primitives import BlockNumber, Hash32, ShardID, parse_address
from harmony_core.storage import write_file_atomically

__all__ = ["ProofRequest", "show_difference", "show_supply", "write_proof"]

_COLUMNS: Final = (
    "liquid",
    "active_staked_or_delegated",
    "pending_undelegation",
    "unclaimed_staking_reward",
)
_SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class ProofRequest:
    """What to prove: an account with slots, a receipt, cross-shard receipts, or nothing but the header."""

    account: str | None
    slots: tuple[str, ...]
    receipt: int | None
    to_shard: int | None


def show_difference(
    folder: Path, shard: int | None, start: int, stop: int | None, out: Path | None, *, as_json: bool
) -> ExitCode:
    """Show whose claims changed between two states, and return the exit code."""
    with _opened(folder, shard, stop) as pair:
        ((shard_id, database),) = pair.databases.items()
        after = pair.cutoffs[shard_id].header
        with _opened(folder, shard, start) as earlier:
            before = earlier.cutoffs[shard_id].header
        tally = AccountTally()
        rows: defaultdict[str, list[int]] = defaultdict(lambda: [0] * len(_COLUMNS))
        addresses: dict[str, str] = {}
        for change in account_changes((database, before.root), (database, after.root), tally):
            rows[change.key][0] += change.liquid
            known = database.preimage(Hash32(bytes.fromhex(change.key)))
            if known is not None:
                addresses[change.key] = "0x" + known.hex()
            for address, (old, new) in stake_changes(change).items():
                key = keccak256(address).hex()
                addresses[key] = "0x" + address.hex()
                row = rows[key]
                row[1] += new.active - old.active
                row[2] += new.pending - old.pending
                row[3] += new.reward - old.reward
    changed = {key: rows[key] for key in sorted(rows) if any(rows[key])}
    document = {
        "shard": int(shard_id),
        "from": {"number": int(before.number), "root": str(before.root)},
        "to": {"number": int(after.number), "root": str(after.root)},
        "nodes_read": tally.nodes,
        "accounts_changed": len(changed),
        "totals": {
            name: str(sum(row[place] for row in changed.values())) for place, name in enumerate(_COLUMNS)
        },
        "problems": [problem_to_json(problem) for problem in tally.problems],
    }
    _write_difference(document, changed, addresses, out, as_json=as_json)
    return ExitCode.BROKEN if tally.problems else ExitCode.PROVEN


def _write_difference(
    document: dict[str, Any],
    changed: dict[str, list[int]],
    addresses: dict[str, str],
    out: Path | None,
    *,
    as_json: bool,
) -> None:
    if out is not None:
        head = ",".join(["secure_key", "address", *(f"delta_{name}_atto" for name in _COLUMNS)])
        lines = [
            ",".join(["0x" + key, addresses.get(key, ""), *map(str, row)]) for key, row in changed.items()
        ]
        write_file_atomically(out, "\n".join([head, *lines, ""]).encode())
    if as_json:
        listed = [
            {"secure_key": "0x" + key, "address": addresses.get(key)}
            | {name: str(row[place]) for place, name in enumerate(_COLUMNS)}
            for key, row in changed.items()
        ]
        write_json(document if out is not None else {**document, "changes": listed})
        return
    write_pairs(f"shard {document['shard']}", document)
    for problem in document["problems"]:
        complain(f"{problem['what']} at {problem['path'] or 'the root'} is {problem['kind']}")
    if out is None:
        for key, row in list(changed.items())[:_SHOWN]:
            amounts = ", ".join(
                f"{name} {row[place]:+d}" for place, name in enumerate(_COLUMNS) if row[place]
            )
            write_line(f"{addresses.get(key, '0x' + key)}: {amounts}")
        if len(changed) > _SHOWN:
            write_line(f"and {len(changed) - _SHOWN} more; --out and --json list all")


def show_supply(
    folder: Path,
    shard: int | None,
    start: int,
    stop: int | None,
    *,
    network: str | None,
    step: int,
    as_json: bool,
) -> ExitCode:
    """Account for every atto between two states, and return the exit code."""
    with _opened(folder, shard, stop, network) as pair, ProgressDisplay(time_left=True) as display:
        ((shard_id, database),) = pair.databases.items()
        end = int(pair.cutoffs[shard_id].header.number)
        display.begin("accounting for blocks", max(end - start, 0))
        report = audit_supply(
            database,
            _network(pair, network),
            start=start,
            stop=end,
            step=step,
            progress=display.reach,
        )
        before = total_of(database, database.header(BlockNumber(start)).root) if start == 0 else None
    document = _supply_to_json(report, before)
    if as_json:
        write_json(document)
    else:
        write_pairs(f"supply of shard {shard_id}, blocks {start} to {end}, atto", document)
        for item in document["explanations"]:
            complain(", ".join(f"{name} {value}" for name, value in item.items() if value not in {0, "0"}))
    return ExitCode.PROVEN if report.closes else ExitCode.BROKEN


def _supply_to_json(report: SupplyReport, before: int | None) -> dict[str, Any]:
    return {
        "verdict": "every atto is accounted for" if report.closes else "does not close",
        "shard": int(report.shard_id),
        "from": report.start,
        "to": report.stop,
        "total_at_genesis": None if before is None else str(before),
        "total": None if before is None else str(before + report.change),
        "change": str(report.change),
        "rewards": str(report.minted),
        "rewards_recorded_by_node": None if report.recorded is None else str(report.recorded),
        "received_from_shards": str(report.received),
        "sent_to_shards": str(report.sent),
        "explanations": [
            {
                "block": item.number,
                "difference": str(item.difference),
                "withheld_from_banned": str(item.withheld),
                "burnt_by_slashing": str(item.slashed),
                "lost_halves_of_fees": str(item.lost_halves),
                "rounding_of_rewards": str(item.rounding),
                "unexplained": str(item.unexplained),
            }
            for item in report.explanations
        ],
    }


def write_proof(folder: Path, shard: int | None, height: int | None, request: ProofRequest) -> ExitCode:
    """Write a proof, and return the exit code."""
    with _opened(folder, shard, height, state=request.account is not None) as pair:
        ((shard_id, database),) = pair.databases.items()
        header = pair.cutoffs[shard_id].header
        if request.account is not None:
            slots = [Hash32.from_hex(text.removeprefix("0x").rjust(64, "0")) for text in request.slots]
            write_json(account_proof(database, header, parse_address(request.account), slots))
        elif request.receipt is not None:
            write_json(receipt_proof(database, header, request.receipt))
        elif request.to_shard is not None:
            network = _network(pair, None)
            write_json(cross_shard_proof(database, header, ShardID(request.to_shard), network))
        else:
            write_json(header_record(database, header))
    return ExitCode.PROVEN


def _opened(
    folder: Path, shard: int | None, height: int | None, network: str | None = None, *, state: bool = True
) -> AbstractContextManager[ShardDatabases]:
    if shard is None:
        with NodeDatabase(folder) as probe:
            shard = int(probe.shard_id)
    shard_id = ShardID(shard)
    named = None if network is None else network_option(network)
    heights = {} if height is None else {shard_id: height}
    return ShardDatabases({shard_id: folder}, heights, network=named, needs_state=state)


def _network(pair: ShardDatabases, name: str | None) -> Network:
    if name is not None:
        return network_option(name)
    if pair.network_name is None:
        raise MissingDataError(
            "The database begins with a block of no known network: name the network.",
            code="archive-network-unknown",
        )
    return load_network(pair.network_name)
