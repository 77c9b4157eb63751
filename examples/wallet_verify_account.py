"""A wallet: show a balance because it is proven, not because a server says so."""

import gzip
import json
import sys
from pathlib import Path

from harmony_core import (
    HarmonyError,
    SignedHeader,
    VerifiedHeader,
    audit_headers,
    decode_header,
    load_network,
    verify_account_proof,
)
from harmony_core.primitives import bytes_from_hex, parse_address
from harmony_core.state import AccountProof

DATA = Path(__file__).parent / "data"
NOW = 1_795_352_700  # after the recorded chain; a wallet takes its clock


def verified_header(number: int) -> VerifiedHeader:
    """Return the header of a height that is proven from genesis on: each carries the signature on the one before."""
    with gzip.open(DATA / "localnet_shard0.jsonl.gz", "rt") as lines:
        headers = [SignedHeader(decode_header(bytes_from_hex(json.loads(line)["rlp"]))) for line in lines]
    proofs = [verdict.proof for verdict in audit_headers(headers, load_network("localnet"), now=NOW)]
    return next(proof.verified[0] for proof in proofs if proof and proof.header.number == number)


def main() -> int:
    """Verify an answer of ``eth_getProof``; the exit code says whether it is true."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA / "account_proof.json"
    answer = json.loads(path.read_text())
    header = verified_header(int(answer["blockNumber"], 16))
    nodes = tuple(bytes_from_hex(node) for node in answer["accountProof"])
    try:
        account = verify_account_proof(header, AccountProof(parse_address(answer["address"]), nodes))
    except HarmonyError as error:
        print(f"the server's answer is not true: {error}")
        return 1
    print(
        f"{answer['address']} holds {account.balance} atto after block {header.number} of shard {header.shard_id}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
