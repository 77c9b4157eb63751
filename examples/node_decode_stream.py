"""A node: decode headers from a file as they come, and follow the chain from genesis through its elections."""

import gzip
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from harmony_core import (
    Commit,
    HarmonyError,
    ShardID,
    SignedHeader,
    decode_header,
    load_network,
    verify_header_chain,
)
from harmony_core.primitives import bytes_from_hex

HEADERS = Path(__file__).parent / "data" / "localnet_shard0.jsonl.gz"
RECORDED_UNTIL = 1795352700  # a recording is held against its own end; a live node passes its clock


def stream(path: Path) -> Iterator[SignedHeader]:
    """Yield the headers of a file one by one; nothing is held."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = {name: bytes_from_hex(text) for name, text in json.loads(line).items()}
            commits = (
                [Commit.from_bytes(row["commit_signature"], row["commit_bitmap"])] if len(row) > 1 else []
            )
            yield SignedHeader(decode_header(row["rlp"]), tuple(commits))


def main() -> int:
    """Follow the chain and print where its committee changes."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else HEADERS
    count, basis = 0, ""
    try:
        chain = verify_header_chain(
            stream(path), load_network("localnet"), shard_id=ShardID(0), now=RECORDED_UNTIL
        )
        for proven in chain:
            count += 1
            if str(proven.basis) != basis:
                basis = str(proven.basis)
                print(f"from block {proven.header.number}, epoch {proven.header.epoch}: {basis}")
    except HarmonyError as error:
        print(f"stopped after {count} headers: {error}")
        return 1
    print(f"{count} headers proven, head 0x{proven.header.hash.hex()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
