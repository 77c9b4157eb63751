"""An auditor: hold an election again, compare it with what the chain carries, and recompute what a block pays."""

import gzip
import json
import sys
from pathlib import Path

from harmony_core import Commit, Epoch, Header, SignedHeader, audit_headers, decode_header, load_network
from harmony_core.chain import decode_shard_state
from harmony_core.chain.validator_wrapper import decode_validator_wrapper
from harmony_core.committee import Candidate, ElectionRules, assign_seats, elect, explain
from harmony_core.primitives import address_to_bech32, bytes_from_hex
from harmony_core.staking import earned_by_block

DATA = Path(__file__).parent / "data"
NOW = 1_795_352_700  # after the recorded chain; an auditor takes the clock


def candidate(row: dict[str, str]) -> Candidate:
    """Return a validator as the election saw it: in the state before, and when the epoch began."""
    wrapper, snapshot = (decode_validator_wrapper(bytes_from_hex(row[k])) for k in ("wrapper", "snapshot"))
    return Candidate.from_wrapper(wrapper, snapshot)


def signed(line: str) -> SignedHeader:
    """Return the header of a line with its commit, which genesis has not."""
    row = {name: bytes_from_hex(text) for name, text in json.loads(line).items() if text}
    commits = [Commit.from_bytes(row["commit_signature"], row["commit_bitmap"])] if len(row) > 1 else []
    return SignedHeader(decode_header(row["rlp"]), tuple(commits))


def proven_headers() -> dict[int, Header]:
    """Return the headers that are proven from genesis on, by height."""
    with gzip.open(DATA / "localnet_shard0.jsonl.gz", "rt") as lines:
        verdicts = audit_headers(map(signed, lines), load_network("localnet"), now=NOW)
    return {verdict.header.number: verdict.header for verdict in verdicts if verdict.proof}


def main() -> int:
    """Recompute both; the exit code says whether the election is the one of block 132."""
    network, headers = load_network("localnet"), proven_headers()
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA / "audit" / "election.json"
    candidates = [candidate(row) for row in json.loads(path.read_text())["candidates"]]
    election = elect(ElectionRules.of_network(network, Epoch(9)), candidates)
    for outcome in election.outcomes:
        account = outcome.candidate.address
        print(f"{address_to_bech32(account)} {outcome.verdict.value}: {explain(election, account)[-1].text}")
    same = assign_seats(network, election) == decode_shard_state(headers[132].shard_state)
    print(f"block 132 carries {'these' if same else 'other'} committees for epoch 9")
    committees = {Epoch(headers[n].epoch + 1): decode_shard_state(headers[n].shard_state) for n in (20, 36)}
    before = [headers[number] for number in range(31, 47)]
    for account, amount in earned_by_block(headers[47], before, network=network, shard_states=committees).due:
        print(f"{address_to_bech32(account)} earned {amount} atto by block 47")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
