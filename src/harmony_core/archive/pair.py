"""The databases of one network's shards, opened together: their networks and heights, agreed before any long work."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from harmony_core.archive.node_database import NodeDatabase
from harmony_core.chain.header import Header
from harmony_core.errors import (
    ConfigurationError,
    HarmonyError,
    MissingDataError,
    VerificationError,
    require,
)
from harmony_core.genesis import genesis_header
from harmony_core.params import NETWORK_NAMES, Network, load_network
from harmony_core.primitives import STRICT, BlockNumber, Compatibility, Hash32, ShardID
from harmony_core.trie import EMPTY_ROOT

__all__ = ["Cutoff", "ShardDatabases", "network_of"]


@dataclass(frozen=True, slots=True)
class Cutoff:
    """The block after which a shard is looked at.

    Attributes:
        header: its header.
        genesis: hash of the canonical block 0, or None where the database lacks it.
    """

    header: Header
    genesis: Hash32 | None

    @property
    def root(self) -> Hash32:
        """The state's root."""
        return self.header.root


def network_of(genesis: Hash32 | None, shard_id: ShardID) -> str | None:
    """Return the name of the network whose shard begins with that block, None for one that is not known."""
    for name in NETWORK_NAMES:
        try:
            if genesis is not None and genesis_header(load_network(name), shard_id).hash == genesis:
                return name
        except HarmonyError:
            continue
    return None


class ShardDatabases:
    """The databases of several shards of one network, each at one height.

    Args:
        folders: each shard's database folder.
        heights: cutoff of each shard; the newest block where none is given.
        network: the network that they have to be of; None takes any that all belong to.
        compatibility: quirks to allow.
        scratch: where shadows are made.
        needs_state: whether the states after the cutoffs have to be there.

    Raises:
        HarmonyError: as `NodeDatabase`; MissingDataError ``archive-block-missing`` for a height that a database does not
            reach, ``archive-root-missing`` for a state that it no longer has or never had; ConfigurationError
            ``archive-network`` for another network than asked for; VerificationError ``archive-networks`` for databases
            of different networks.
    """

    def __init__(
        self,
        folders: Mapping[ShardID, Path],
        heights: Mapping[ShardID, int] | None = None,
        *,
        network: Network | None = None,
        compatibility: Compatibility = STRICT,
        scratch: Path | None = None,
        needs_state: bool = True,
    ) -> None:
        self.databases: dict[ShardID, NodeDatabase] = {}
        self.cutoffs: dict[ShardID, Cutoff] = {}
        self.network_name: str | None = None
        try:
            for shard_id, folder in sorted(folders.items()):
                database = NodeDatabase(
                    folder, shard_id=shard_id, compatibility=compatibility, scratch=scratch
                )
                self.databases[shard_id] = database
                self.cutoffs[shard_id] = _cutoff(database, (heights or {}).get(shard_id), needs_state)
            self._agree(network)
        except BaseException:
            self.close()
            raise

    def _agree(self, network: Network | None) -> None:
        names = {
            shard_id: network_of(cutoff.genesis, shard_id)
            for shard_id, cutoff in self.cutoffs.items()
            if cutoff.genesis is not None
        }
        for shard_id, cutoff in self.cutoffs.items():
            if network is not None:
                expected = genesis_header(network, shard_id).hash
                require(
                    cutoff.genesis in {None, expected},
                    ConfigurationError,
                    "archive-network",
                    f"The database of shard {shard_id} is of another network than {network.name}.",
                    expected=expected,
                    actual=cutoff.genesis,
                )
        self.network_name = next(iter(names.values()), None)
        require(
            len(set(names.values())) <= 1,
            VerificationError,
            "archive-networks",
            "The databases are of different networks; take those of one network.",
            actual=", ".join(f"shard {shard}: {name or 'unknown'}" for shard, name in names.items()),
        )

    def require_unchanged(self) -> None:
        """Check that nobody wrote to any of them since they were opened; DataSourceError ``archive-changed``."""
        for database in self.databases.values():
            database.database.require_unchanged()

    def close(self) -> None:
        """Close them all."""
        for database in self.databases.values():
            database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _cutoff(database: NodeDatabase, height: int | None, needs_state: bool) -> Cutoff:
    head = database.head
    require(
        height is None or 0 <= height <= head.number,
        MissingDataError,
        "archive-height",
        "The database does not reach that height; choose a lower one, or a newer copy.",
        expected=f"at most {head.number}",
        actual=height,
    )
    header = head if height is None else database.header(BlockNumber(height))
    require(
        not needs_state or header.root == EMPTY_ROOT or database.get(header.root) is not None,
        MissingDataError,
        "archive-root-missing",
        f"The database has no state after block {header.number}: a node that prunes keeps only the newest. Choose another height, or an archive node's data.",
        expected=header.root,
    )
    return Cutoff(header, database.canonical_hash(BlockNumber(0)))
