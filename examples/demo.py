"""A tour in four steps: real Harmony headers verified without trusting anybody, and forgeries refused.

Run it with ``make demo``. It needs no network: the headers are data, in ``examples/data``; everything that is believed
about them is computed here, from the parameters packaged with harmony-core.
"""

import gzip
import json
import sys
import time
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from harmony_core.chain.header import Header, decode_header
from harmony_core.chain.shard_state import Committee, decode_shard_state
from harmony_core.committee import committee_for_epoch
from harmony_core.errors import HarmonyError
from harmony_core.genesis import genesis_header
from harmony_core.light_client import BasisKind, HeaderVerdict, SignedHeader, Verdict, audit_headers
from harmony_core.params import Network, load_network
from harmony_core.primitives import BlockNumber, Hash32, ShardID, bytes_from_hex
from harmony_core.quorum import Commit, TrustedCommittee, verify_commit

DATA = Path(__file__).parent / "data"
MAINNET_GENESIS = (
    "0xb4d158b82ac8a653c42b78697ab1cd0c6a0d9a15ab3bc34130f0b719fb174d2a",
    "0x1992bd0c90e5e905cfcd5f4ae758dbfaeda5f58da9b6fc93682788641385ffd0",
    "0xdfeff1fba1aeed89fb75ef4ee9bf9e0fca1ff9b26d78d471565bf151f965274b",
    "0xd4f2794f58c5e3a1db0a8726a391403bdd7c81e70ffe2ee61bb851edf00c2b6b",
)
"""Hashes of block 0 of shards 0 to 3 as the mainnet has them."""

LEAST_WIDTH = 120
"""A narrower terminal wraps the lines itself, so that no hash is cut."""

RECORDED_UNTIL = 1795352700
"""Time of the last block of the recording; its timestamps are held against this, not against the clock."""

console = Console(highlight=False, soft_wrap=True, width=max(Console().width, LEAST_WIDTH))
deviations: list[str] = []


def main() -> int:
    """Run the four steps and return 0 only if everything came out as it has to."""
    started = time.perf_counter()
    mainnet, localnet = load_network("mainnet"), load_network("localnet")
    genesis(mainnet)
    headers = load("mainnet_headers.jsonl")
    real_headers(headers, mainnet)
    recorded = load("localnet_shard0.jsonl.gz") + load("localnet_shard1.jsonl.gz")
    recorded_chain(recorded, localnet)
    forgeries(headers, mainnet, recorded, localnet)
    console.print()
    for deviation in deviations:
        console.print(f"DEVIATION: {deviation}", style="bold red")
    if not deviations:
        seconds = time.perf_counter() - started
        console.print(f"Everything came out as it has to, in {seconds:.1f} s.", style="bold green")
    return 1 if deviations else 0


def genesis(mainnet: Network) -> None:
    """Recompute the first block of every mainnet shard."""
    title("1. Genesis", "The first block of each mainnet shard, recomputed from the packaged parameters.")
    started = time.perf_counter()
    for shard, known in enumerate(MAINNET_GENESIS):
        block_hash = genesis_header(mainnet, ShardID(shard)).hash
        expect(block_hash == Hash32.from_hex(known), f"genesis of shard {shard} is {block_hash}, not {known}")
        console.print(f"  shard {shard}  {block_hash}")
    took(started)


def real_headers(headers: list[SignedHeader], mainnet: Network) -> None:
    """Verify real mainnet headers by the committees that the genesis data give for their epochs."""
    title(
        "2. Real mainnet headers",
        "December 2019. The 250 validators of shard 0 follow from genesis data; their signatures are checked.",
    )
    started = time.perf_counter()
    table = Table("block", "epoch", "hash", "signers", "verdict", box=None, padding=(0, 2))
    for verdict in audit_headers(headers, mainnet, now=int(time.time())):
        expect_proven(verdict)
        header = verdict.header
        signers = f"{verdict.signer_count} of {verdict.committee_size}"
        table.add_row(str(header.number), str(header.epoch), str(header.hash), signers, str(verdict.verdict))
    console.print(table)
    took(started)


def recorded_chain(headers: list[SignedHeader], localnet: Network) -> None:
    """Follow both shards of the recorded network from genesis through its elections."""
    title(
        "3. A whole chain",
        "A small network of two shards, recorded. From epoch 2 on, validators are elected by stake: each epoch's\n"
        "committee is believed because the committee before it signed the block that names it.",
    )
    started = time.perf_counter()
    groups: dict[tuple[int, int], list[HeaderVerdict]] = defaultdict(list)
    for verdict in audit_headers(headers, localnet, now=RECORDED_UNTIL):
        expect_proven(verdict)
        groups[verdict.header.shard_id, verdict.header.epoch].append(verdict)
    elected = {shard for (shard, _), group in groups.items() if by_election(group[-1])}
    expect(elected == {0, 1}, "an elected committee signs in each of the two shards")
    table = Table("shard", "epoch", "blocks", "validators' keys", "signed by the", box=None, padding=(0, 2))
    for (shard, epoch), group in groups.items():
        last = group[-1]
        span = f"{group[0].header.number} to {last.header.number}"
        table.add_row(str(shard), str(epoch), span, str(last.committee_size), str(last.basis))
    console.print(table)
    console.print(f"  {len(headers)} headers proven.")
    took(started)


def forgeries(
    headers: list[SignedHeader], mainnet: Network, recorded: list[SignedHeader], localnet: Network
) -> None:
    """Build three forgeries and see each refused."""
    title("4. Forgeries", "What an attacker might send, and why it is refused.")
    real = headers[0]
    nobody = Commit.from_bytes(bytes(96), bytes(len(real.commits[0].bitmap)))
    invented = replace(real.header, number=BlockNumber(real.header.number - 1000), root=Hash32(b"\x66" * 32))
    refused(
        "An invented block, signed by nobody: an empty bitmap with the identity signature",
        audit(SignedHeader(invented, (nobody,)), mainnet),
        "commit-quorum-uniform",
    )
    flipped = bytearray(real.header.root)
    flipped[0] ^= 1
    altered = replace(real.header, root=Hash32(bytes(flipped)))
    refused(
        f"Block {real.header.number} with one bit of its state root altered",
        attempt(SignedHeader(altered, real.commits), genesis_committee(real.header, mainnet)),
        "bls-signature",
    )
    block, wrong = committee_of_next_epoch(recorded, localnet)
    refused(
        f"A valid signature of epoch {block.header.epoch}, held against the committee of epoch {wrong.epoch}",
        attempt(block, wrong),
        "commit-committee-epoch",
    )
    relabelled = TrustedCommittee(localnet, block.header.epoch, wrong.committee)
    refused(
        "The same, with that committee passed off as the right epoch's",
        attempt(block, relabelled),
        "bls-signature",
    )


def genesis_committee(header: Header, network: Network) -> TrustedCommittee:
    """Return the committee that the genesis data give for the header's shard and epoch."""
    state = committee_for_epoch(network, header.epoch)
    return TrustedCommittee(network, header.epoch, state.committee(header.shard_id))


def committee_of_next_epoch(
    recorded: list[SignedHeader], localnet: Network
) -> tuple[SignedHeader, TrustedCommittee]:
    """Return the last block of an epoch and the committee, of other keys, that it names for the next."""
    committee: Committee | None = None
    for signed in recorded:
        if not signed.header.shard_state or not localnet.config.is_staking(signed.header.epoch):
            continue
        state = decode_shard_state(signed.header.shard_state)
        named = state.committee(signed.header.shard_id)
        if committee is not None and state.epoch is not None and differ(committee, named):
            return signed, TrustedCommittee(localnet, state.epoch, named)
        committee = named
    raise SystemExit("the recording holds no change of committee")


def differ(one: Committee, other: Committee) -> bool:
    """Tell whether two committees of the same size consist of different keys."""
    return len(one.slots) == len(other.slots) and set(one.public_keys) != set(other.public_keys)


def load(name: str) -> list[SignedHeader]:
    """Read headers, and the commit beside each, from a file of JSON lines."""
    path = DATA / name
    text = gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else path.read_text()
    return [signed_header(json.loads(line)) for line in text.splitlines()]


def signed_header(record: dict[str, str]) -> SignedHeader:
    """Decode one record."""
    header = decode_header(bytes_from_hex(record["rlp"]))
    if "commit_signature" not in record:
        return SignedHeader(header)
    signature, bitmap = (bytes_from_hex(record[name]) for name in ("commit_signature", "commit_bitmap"))
    return SignedHeader(header, (Commit.from_bytes(signature, bitmap),))


def by_election(verdict: HeaderVerdict) -> bool:
    """Tell whether an elected committee signed."""
    return verdict.basis is not None and verdict.basis.kind is BasisKind.ELECTED_COMMITTEE


def audit(signed: SignedHeader, network: Network) -> HarmonyError | None:
    """Return why a single header is not proven, None if it is."""
    (verdict,) = audit_headers([signed], network, now=int(time.time()))
    return verdict.error


def attempt(signed: SignedHeader, committee: TrustedCommittee) -> HarmonyError | None:
    """Return why a commit does not hold under a committee, None if it does."""
    try:
        verify_commit(signed.header, signed.commits[0], committee)
    except HarmonyError as error:
        return error
    return None


def title(heading: str, explanation: str) -> None:
    """Print the heading of a step."""
    console.print(f"\n{heading}", style="bold cyan")
    console.print(explanation + "\n", style="dim")


def took(started: float) -> None:
    """Print how long a step took."""
    console.print(f"  {time.perf_counter() - started:.2f} s", style="dim")


def refused(what: str, error: HarmonyError | None, code: str) -> None:
    """Print why a forgery is refused; it has to be refused by the rule ``code``."""
    expect(error is not None and error.code == code, f"{what}: expected a refusal by {code}, got {error}")
    console.print(f"  {what}")
    outcome = "ACCEPTED" if error is None else f"refused: {error}"
    console.print(f"    {outcome}", style="yellow", markup=False)


def expect_proven(verdict: HeaderVerdict) -> None:
    """Note a deviation unless the header is proven."""
    header = verdict.header
    expect(
        verdict.verdict is Verdict.PROVEN,
        f"block {header.number} of shard {header.shard_id}: {verdict.verdict}: {verdict.error}",
    )


def expect(condition: bool, deviation: str) -> None:
    """Note a deviation unless ``condition`` holds."""
    if not condition:
        deviations.append(deviation)


if __name__ == "__main__":
    sys.exit(main())
