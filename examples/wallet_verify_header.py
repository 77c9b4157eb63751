"""A wallet: believe a header because of who signed it, not because of who sent it."""

import json
import sys
import time
from pathlib import Path

from harmony_core import (
    Commit,
    HarmonyError,
    SignedHeader,
    Verdict,
    audit_headers,
    decode_header,
    load_network,
)
from harmony_core.primitives import bytes_from_hex

HEADERS = Path(__file__).parent / "data" / "mainnet_headers.jsonl"


def read(line: str) -> SignedHeader:
    """Return the header of a line, with the commit that came beside it."""
    row = {name: bytes_from_hex(text) for name, text in json.loads(line).items()}
    commit = Commit.from_bytes(row["commit_signature"], row["commit_bitmap"])
    return SignedHeader(decode_header(row["rlp"]), (commit,))


def main() -> int:
    """Judge the headers of a file; the exit code says whether all of them are proven."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else HEADERS
    try:
        headers = [read(line) for line in path.read_text().splitlines()]
    except HarmonyError as error:
        print(f"this is no list of headers: {error}")
        return 1
    verdicts = audit_headers(headers, load_network("mainnet"), now=int(time.time()))
    for verdict in verdicts:
        reason = verdict.error or verdict.basis
        print(
            f"block {verdict.header.number} of shard {verdict.header.shard_id}: {verdict.verdict}, {reason}"
        )
    return 0 if all(verdict.verdict is Verdict.PROVEN for verdict in verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
