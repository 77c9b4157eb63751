"""An auditor: recompute a committee and compare it with the chain, then work out who holds which voting power."""

import gzip
import json
import sys
from pathlib import Path

from harmony_core import Epoch, Header, ShardID, decode_header, load_network
from harmony_core.chain import decode_shard_state
from harmony_core.committee import committee_for_epoch
from harmony_core.primitives import address_to_bech32, bytes_from_hex
from harmony_core.quorum import TWO_THIRDS, Roster

DATA = Path(__file__).parent / "data"


def epoch_ends(text: str) -> list[Header]:
    """Return the headers that carry the committees of the next epoch."""
    headers = (decode_header(bytes_from_hex(json.loads(line)["rlp"])) for line in text.splitlines())
    return [header for header in headers if header.ends_epoch and header.number]


def main() -> int:
    """Audit a committee from before staking on mainnet, and an elected one on the recorded network."""
    mainnet = load_network("mainnet")
    for header in epoch_ends((DATA / "mainnet_headers.jsonl").read_text()):
        derived = committee_for_epoch(mainnet, Epoch(header.epoch + 1))
        same = derived.encode(staking=False) == header.shard_state
        print(
            f"mainnet epoch {header.epoch + 1}, derived: 0x{derived.hash.hex()}, {'as' if same else 'NOT as'} in block {header.number}"
        )
        if not same:
            return 1
    last = epoch_ends(gzip.decompress((DATA / "localnet_shard0.jsonl.gz").read_bytes()).decode())[-1]
    elected = decode_shard_state(last.shard_state)
    epoch = elected.epoch or Epoch(0)
    roster = Roster.compute(elected.committee(ShardID(0)), load_network("localnet"), epoch)
    print(f"localnet epoch {epoch}: {roster.slot_count} slots, a quorum needs more than {TWO_THIRDS}")
    for voter in roster.voters:
        print(
            f"  {address_to_bech32(voter.earning_account)}  {'Harmony' if voter.is_harmony else 'staked'}  {voter.power}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
