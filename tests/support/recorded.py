"""Recorded networks: the packaged excerpt and each folder named in ``HARMONY_CORE_LOCALNET``."""

import gzip
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from harmony_core.chain.header import decode_header
from harmony_core.chain.shard_state import ShardState, decode_shard_state
from harmony_core.light_client import SignedHeader
from harmony_core.params import Network, load_network
from harmony_core.primitives import Hash32
from harmony_core.quorum import Commit

__all__ = ["NOW", "Recording", "recordings"]

NOW: Final = 4_000_000_000
"""A clock past every recording."""

_PACKAGED: Final = Path(__file__).parents[1] / "data" / "localnet"


@dataclass(frozen=True)
class Recording:
    """One recorded network. Nothing is assumed of its length, of its first height or of which files it has."""

    folder: Path

    def rows(self, stem: str) -> list[dict[str, Any]]:
        """Return the rows of a file, none if the recording lacks it."""
        path = self.folder / f"{stem}.jsonl.gz"
        if not path.exists():
            return []
        with gzip.open(path, "rt") as lines:
            return [json.loads(line) for line in lines]

    @property
    def shards(self) -> list[int]:
        """Shards whose headers are recorded."""
        return [shard for shard in range(4) if (self.folder / f"headers_shard{shard}.jsonl.gz").exists()]

    @cached_property
    def network(self) -> Network:
        """Localnet with the recorded length of epochs."""
        path = self.folder / "schedule.json"
        rows = json.loads(path.read_text()) if path.exists() else []
        return load_network("localnet", blocks_per_epoch=rows[-1]["blocksPerEpoch"] if rows else None)

    def headers(self, shard: int) -> list[SignedHeader]:
        """Return the headers of a shard, each with the commit of the node's database."""
        return [_signed(row) for row in self.rows(f"headers_shard{shard}")]

    def shard_state(self, row: dict[str, Any]) -> ShardState:
        """Return the shard state of a row of ``committees_shard*``."""
        return decode_shard_state(bytes.fromhex(row["rlp"]))

    def shard_states(self, shard: int) -> list[ShardState]:
        """Return the recorded shard states of the staking era."""
        states = [
            decode_shard_state(bytes.fromhex(row["rlp"])) for row in self.rows(f"committees_shard{shard}")
        ]
        return [state for state in states if state.epoch is not None]

    def trust(self, chain: Sequence[SignedHeader], shard: int) -> dict[str, Any]:
        """Return what a verifier has to be given for a chain: nothing where it begins at genesis, or is empty."""
        if not chain or chain[0].header.number == 0:
            return {}
        first = chain[0].header
        state = [state for state in self.shard_states(shard) if state.epoch == first.epoch]
        return {"trusted_hash": first.hash, "committees": tuple(state)}


def _signed(row: dict[str, Any]) -> SignedHeader:
    header = decode_header(bytes.fromhex(row["rlp"]))
    assert header.hash == Hash32.from_hex(row["hash"])
    if not row.get("dbCommitSig"):
        return SignedHeader(header)
    commit = Commit.from_bytes(bytes.fromhex(row["dbCommitSig"]), bytes.fromhex(row["dbCommitBitmap"]))
    return SignedHeader(header, (commit,))


def recordings() -> list[Recording]:
    """Return every recorded network at hand, the named ones first."""
    named = [Path(part) for part in os.environ.get("HARMONY_CORE_LOCALNET", "").split(os.pathsep) if part]
    folders = [*named, _PACKAGED]
    folders += [folder / "view_change" for folder in folders if (folder / "view_change").is_dir()]
    return [Recording(folder) for folder in folders]
