"""The ledger of claims as a file: one row an account, ascending by secure key, in CSV or Parquet.

The names of the columns are those that the Harmony community's migration documents publish; amounts stand as integers in
atto and as decimals with 18 digits. The same rows give the same bytes, and a file takes its name only when it is whole.
"""

import csv
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from harmony_core.errors import ConfigurationError, DataSourceError, DecodeError, VerificationError, require
from harmony_core.primitives import Address, Hash32

__all__ = ["COLUMNS", "COMPONENTS", "Claim", "LedgerWriter", "read_ledger"]

COMPONENTS: Final = (
    "liquid_shard0",
    "liquid_shard1",
    "active_staked_or_delegated",
    "pending_undelegation",
    "unclaimed_staking_reward",
    "pending_cross_shard",
)
"""What a claim consists of."""

_TOTAL: Final = "native_total_claim"
COLUMNS: Final = (
    "secure_key",
    "address",
    *(f"{name}_{unit}" for name in (*COMPONENTS, _TOTAL) for unit in ("atto", "one")),
)
"""The columns of a ledger, in order."""

_ONE: Final = 10**18
_ROW_GROUP: Final = 1 << 16
_PARQUET_DIGITS: Final = 38


@dataclass(frozen=True, slots=True)
class Claim:
    """What one account owns, in atto.

    Attributes:
        secure_key: keccak-256 of the address.
        address: the address, None where it is not known.
        liquid_shard0: balance on shard 0.
        liquid_shard1: balance on shard 1.
        active_staked_or_delegated: its stake with validators.
        pending_undelegation: stake on its way back.
        unclaimed_staking_reward: rewards not yet collected.
        pending_cross_shard: receipts for it that were sent and not yet received.
    """

    secure_key: bytes
    address: bytes | None
    liquid_shard0: int
    liquid_shard1: int
    active_staked_or_delegated: int
    pending_undelegation: int
    unclaimed_staking_reward: int
    pending_cross_shard: int

    @property
    def amounts(self) -> tuple[int, ...]:
        """The six components in the order of `COMPONENTS`."""
        return (
            self.liquid_shard0,
            self.liquid_shard1,
            self.active_staked_or_delegated,
            self.pending_undelegation,
            self.unclaimed_staking_reward,
            self.pending_cross_shard,
        )

    @property
    def total(self) -> int:
        """Everything together."""
        return sum(self.amounts)


def decimal(atto: int) -> str:
    """Return an amount in ONE with 18 decimals."""
    return f"{atto // _ONE}.{atto % _ONE:018d}"


class LedgerWriter:
    """Writes claims in ascending order into a file that appears under its name when it is whole.

    Args:
        path: the file; ``.csv`` or ``.parquet`` says how.

    Raises:
        ConfigurationError: ``ledger-format`` for another ending, ``archive-extra`` for Parquet without pyarrow.
        DataSourceError: ``storage-write``.
        VerificationError: from `write`, ``ledger-order`` for a claim out of order, ``ledger-range`` for an amount that Parquet
            has no room for.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._new = path.with_name(f".{path.name}.partial")
        self._last = b""
        self.rows = 0
        kind = path.suffix.lower()
        require(
            kind in {".csv", ".parquet"},
            ConfigurationError,
            "ledger-format",
            "A ledger is written as .csv or .parquet.",
            actual=path.name,
        )
        try:
            self._sink: _Sink = _CSV(self._new) if kind == ".csv" else _Parquet(self._new)
        except OSError as error:
            raise _write_failed(path, error) from error

    def write(self, claim: Claim) -> None:
        """Add a claim.

        Raises:
            VerificationError: ``ledger-order`` unless its secure key is above the last one.
            DataSourceError: ``storage-write`` where the disk refuses.
        """
        require(
            claim.secure_key > self._last,
            VerificationError,
            "ledger-order",
            "The rows of a ledger ascend by secure key, each once.",
            actual=claim.secure_key,
        )
        self._last = claim.secure_key
        self.rows += 1
        try:
            self._sink.write(claim)
        except OSError as error:
            raise _write_failed(self._path, error) from error

    def finish(self) -> str:
        """Give the file its name and return its SHA-256 in hexadecimal.

        Raises:
            DataSourceError: ``storage-write`` where the disk refuses.
        """
        try:
            self._sink.close()
            digest = _digest_and_sync(self._new)
            self._new.replace(self._path)
        except OSError as error:
            raise _write_failed(self._path, error) from error
        return digest

    def abandon(self) -> None:
        """Remove what was written."""
        self._sink.close()
        self._new.unlink(missing_ok=True)


class _Sink(Protocol):
    """A form of ledger, written claim by claim."""

    def write(self, claim: Claim) -> None:
        """Add a claim."""

    def close(self) -> None:
        """Write what is left and end the file."""


class _CSV:
    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="ascii", newline="")
        self._file.write(",".join(COLUMNS) + "\n")

    def write(self, claim: Claim) -> None:
        address = "" if claim.address is None else "0x" + claim.address.hex()
        cells = ["0x" + claim.secure_key.hex(), address]
        for atto in (*claim.amounts, claim.total):
            cells += [str(atto), decimal(atto)]
        self._file.write(",".join(cells) + "\n")

    def close(self) -> None:
        self._file.close()


class _Parquet:
    def __init__(self, path: Path) -> None:
        arrow, parquet = _arrow()
        number, text = arrow.decimal128(_PARQUET_DIGITS, 0), arrow.string()
        types = [text, text, *(number if name.endswith("_atto") else text for name in COLUMNS[2:])]
        self._arrow = arrow
        self._schema = arrow.schema(list(zip(COLUMNS, types, strict=True)))
        self._writer: Any = parquet.ParquetWriter(path, self._schema, compression="zstd")
        self._columns: list[list[Any]] = [[] for _ in COLUMNS]

    def write(self, claim: Claim) -> None:
        cells: list[Any] = [
            "0x" + claim.secure_key.hex(),
            None if claim.address is None else "0x" + claim.address.hex(),
        ]
        for atto in (*claim.amounts, claim.total):
            cells += [atto, decimal(atto)]
        require(
            claim.total < 10**_PARQUET_DIGITS,
            VerificationError,
            "ledger-range",
            "An amount has more than 38 digits, for which Parquet has no room; write CSV.",
            actual=claim.total,
        )
        for column, cell in zip(self._columns, cells, strict=True):
            column.append(cell)
        if len(self._columns[0]) >= _ROW_GROUP:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        if not self._columns[0]:
            return
        arrays = [
            self._arrow.array(column, type=field.type)
            for column, field in zip(self._columns, self._schema, strict=True)
        ]
        self._writer.write_table(self._arrow.Table.from_arrays(arrays, schema=self._schema))
        self._columns = [[] for _ in COLUMNS]


def read_ledger(path: Path) -> Iterator[tuple[Claim, dict[str, str]]]:
    """Yield the claims of a ledger file with the text of every cell; nothing is checked but their form.

    Raises:
        ConfigurationError: ``ledger-format``, ``archive-extra``.
        DataSourceError: ``storage-read``.
        DecodeError: ``ledger-columns`` for other columns, ``ledger-cell`` for a cell that is no key, address or amount.
    """
    kind = path.suffix.lower()
    require(
        kind in {".csv", ".parquet"},
        ConfigurationError,
        "ledger-format",
        "A ledger is a .csv or a .parquet file.",
        actual=path.name,
    )
    try:
        for number, cells in enumerate(_csv_rows(path) if kind == ".csv" else _parquet_rows(path), 1):
            yield _claim(cells, number), cells
    except OSError as error:
        raise DataSourceError(
            f"Could not read {path}: {error.strerror or error}.", code="storage-read"
        ) from error


def _csv_rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="ascii", errors="backslashreplace", newline="") as file:
        try:
            rows = csv.reader(file, strict=True)
            _require_columns(next(rows, []))
            for row in rows:
                yield dict(zip(COLUMNS, [*row, *[""] * (len(COLUMNS) - len(row))], strict=False))
        except csv.Error as error:
            raise DecodeError(
                "The ledger is no table of comma-separated values.", code="ledger-cell", actual=str(error)
            ) from error


def _parquet_rows(path: Path) -> Iterator[dict[str, str]]:
    arrow, parquet = _arrow()
    try:
        with parquet.ParquetFile(path) as file:
            _require_columns(file.schema_arrow.names)
            for batch in file.iter_batches(batch_size=_ROW_GROUP):
                for row in batch.to_pylist():
                    yield {name: "" if cell is None else str(cell) for name, cell in row.items()}
    except arrow.ArrowInvalid as error:
        raise DecodeError("The ledger is no Parquet file.", code="ledger-cell", actual=str(error)) from error


def _require_columns(names: list[str]) -> None:
    require(
        tuple(names) == COLUMNS,
        DecodeError,
        "ledger-columns",
        "The columns are not those of a ledger of claims.",
        expected=",".join(COLUMNS),
        actual=",".join(names)[:400],
    )


def _claim(cells: dict[str, str], number: int) -> Claim:
    try:
        key = Hash32.from_hex(cells["secure_key"])
        address = Address.from_hex(cells["address"]) if cells["address"] else None
        amounts = [cells[f"{name}_atto"] for name in COMPONENTS]
        if not all(amount.isascii() and amount.isdigit() for amount in amounts):
            raise ValueError("an amount is a whole number in atto")  # noqa: TRY301 - told like the other failures
        return Claim(key, address, *map(int, amounts))
    except (DecodeError, ValueError) as error:
        raise DecodeError(
            f"Row {number} of the ledger has a cell that is no key, address or amount.",
            code="ledger-cell",
            actual=str(error),
        ) from error


def _arrow() -> tuple[Any, Any]:
    try:
        import pyarrow as pa  # noqa: PLC0415 - a large library, needed for Parquet only
        from pyarrow import parquet  # noqa: PLC0415 - the same
    except ImportError as error:
        raise ConfigurationError(
            "Parquet needs pyarrow: pip install 'harmony-core[archive]'.", code="archive-extra"
        ) from error
    return pa, parquet


def _digest_and_sync(path: Path) -> str:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    return digest


def _write_failed(path: Path, error: OSError) -> DataSourceError:
    return DataSourceError(f"Could not write {path}: {error.strerror or error}.", code="storage-write")
