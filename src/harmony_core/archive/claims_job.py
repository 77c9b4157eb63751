"""What to make a ledger of, and the refusal where a state is not whole."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Self

from harmony_core.archive.walk import Problem
from harmony_core.errors import DataSourceError, DecodeError, HarmonyError, VerificationError
from harmony_core.params import Network
from harmony_core.primitives import STRICT, Compatibility, ShardID
from harmony_core.primitives.addresses import parse_address

__all__ = ["BrokenStateError", "ClaimsJob", "read_addresses"]

_LONGEST_LINE: Final = 1 << 10


class BrokenStateError(VerificationError):
    """A state is not whole: code ``archive-state``.

    Attributes:
        problems: all of them, by shard, in ascending order of paths.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str,
        expected: object = None,
        actual: object = None,
        problems: tuple[tuple[ShardID, Problem], ...] = (),
    ) -> None:
        super().__init__(message, code=code, expected=expected, actual=actual)
        self.problems = problems


@dataclass(frozen=True, slots=True)
class ClaimsJob:
    """What to make a ledger of.

    Attributes:
        folders: database folders of shards 0 and 1.
        heights: cutoffs; the newest block where none is given.
        output: the ledger, ``.csv`` or ``.parquet``; a summary appears beside it as ``.summary.json``.
        network: the network that the databases have to be of; None takes any that both are of.
        preimages: whether the databases' own preimages tell addresses.
        more_preimages: folders of further databases whose preimages do.
        address_lists: files with an address on each line, of either form.
        compatibility: quirks to allow when decoding.
    """

    folders: Mapping[ShardID, Path]
    heights: Mapping[ShardID, int]
    output: Path
    network: Network | None = None
    preimages: bool = True
    more_preimages: tuple[Path, ...] = ()
    address_lists: tuple[Path, ...] = ()
    compatibility: Compatibility = STRICT

    @property
    def work_folder(self) -> Path:
        """Where parts and the checkpoint are kept until the ledger is whole."""
        return self.output.with_name(f"{self.output.name}.work")

    def absolute(self) -> Self:
        """Return the same job with paths that mean the same in every process of a cluster."""
        return replace(
            self,
            folders={shard_id: path.absolute() for shard_id, path in self.folders.items()},
            output=self.output.absolute(),
            more_preimages=tuple(path.absolute() for path in self.more_preimages),
            address_lists=tuple(path.absolute() for path in self.address_lists),
        )


def read_addresses(path: Path) -> Iterator[bytes]:
    """Yield the addresses of a file with one on each line, hexadecimal or bech32; empty lines are passed over.

    Raises:
        DataSourceError: ``storage-read``.
        DecodeError: ``address-list`` for a line that is no address.
    """
    try:
        with path.open(encoding="ascii", errors="backslashreplace") as file:
            lines = iter(lambda: file.readline(_LONGEST_LINE), "")
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _address_of(line.strip(), number, path)
    except OSError as error:
        raise DataSourceError(f"Could not read {path}: {error.strerror}.", code="storage-read") from error


def _address_of(text: str, number: int, path: Path) -> bytes:
    try:
        return bytes(parse_address(text))
    except HarmonyError as error:
        raise DecodeError(
            f"Line {number} of {path} is no address.", code="address-list", actual=str(error)
        ) from error
