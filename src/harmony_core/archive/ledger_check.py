"""Checking a ledger file by itself, and two ledgers against each other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from harmony_core.archive.ledger import COMPONENTS, Claim, decimal, read_ledger
from harmony_core.crypto import keccak256
from harmony_core.errors import VerificationError, require

__all__ = ["LedgerDifference", "LedgerTotals", "compare_ledgers", "verify_ledger"]


@dataclass(slots=True)
class LedgerTotals:
    """What a checked ledger sums up to.

    Attributes:
        rows: its rows.
        addresses: rows with an address.
        totals: sum of each component, atto.
    """

    rows: int = 0
    addresses: int = 0
    totals: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COMPONENTS, 0))

    @property
    def total(self) -> int:
        """Everything together, atto."""
        return sum(self.totals.values())


def verify_ledger(path: Path, *, progress: Callable[[int], None] | None = None) -> LedgerTotals:
    """Check a ledger file: order, addresses, sums and decimals of every row.

    Whether the amounts are those of a state is not checked: make the ledger from the databases and compare.

    Args:
        path: the file.
        progress: called with the number of rows read.

    Raises:
        VerificationError: ``ledger-order`` for a row that does not ascend, ``ledger-address`` for an address that is not that
            of the key, ``ledger-total`` for a total that is not the sum, ``ledger-decimal`` for a decimal that is not the
            integer, ``ledger-number`` for an integer or a hash in another spelling.
        HarmonyError: as `read_ledger`.
    """
    found = LedgerTotals()
    last = b""
    for claim, cells in read_ledger(path):
        found.rows += 1
        row = f"Row {found.rows}"
        require(
            claim.secure_key > last,
            VerificationError,
            "ledger-order",
            f"{row} does not ascend by secure key.",
            actual=claim.secure_key,
        )
        last = claim.secure_key
        require(
            claim.address is None or keccak256(claim.address) == claim.secure_key,
            VerificationError,
            "ledger-address",
            f"{row} has an address whose keccak-256 is not the secure key.",
            expected=claim.secure_key,
            actual=claim.address,
        )
        _check_amounts(claim, cells, row)
        found.addresses += claim.address is not None
        for name, amount in zip(COMPONENTS, claim.amounts, strict=True):
            found.totals[name] += amount
        if progress is not None and found.rows % 10_000 == 0:
            progress(found.rows)
    return found


def _check_amounts(claim: Claim, cells: dict[str, str], row: str) -> None:
    address = "" if claim.address is None else "0x" + claim.address.hex()
    plain = {"secure_key": "0x" + claim.secure_key.hex(), "address": address}
    plain |= {f"{name}_atto": str(amount) for name, amount in zip(COMPONENTS, claim.amounts, strict=True)}
    for name, text in plain.items():
        require(
            cells[name] == text,
            VerificationError,
            "ledger-number",
            f"{row} does not spell {name} the one way that a ledger does.",
            expected=text,
            actual=cells[name],
        )
    require(
        cells["native_total_claim_atto"] == str(claim.total),
        VerificationError,
        "ledger-total",
        f"{row} has a total that is not the sum of its components.",
        expected=claim.total,
        actual=cells["native_total_claim_atto"],
    )
    for name, amount in zip((*COMPONENTS, "native_total_claim"), (*claim.amounts, claim.total), strict=True):
        require(
            cells[f"{name}_one"] == decimal(amount),
            VerificationError,
            "ledger-decimal",
            f"{row} has a decimal {name} that is not its integer with 18 decimals.",
            expected=decimal(amount),
            actual=cells[f"{name}_one"],
        )


@dataclass(frozen=True, slots=True)
class LedgerDifference:
    """An account of which two ledgers say different things.

    Attributes:
        secure_key: its key.
        first: what the first says, None where it lacks the account.
        second: what the second says.
    """

    secure_key: bytes
    first: Claim | None
    second: Claim | None

    @property
    def changes(self) -> dict[str, int]:
        """How much more the second says, by component, atto; without those that are equal."""
        zero = (0,) * len(COMPONENTS)
        before = zero if self.first is None else self.first.amounts
        after = zero if self.second is None else self.second.amounts
        pairs = zip(COMPONENTS, before, after, strict=True)
        return {name: new - old for name, old, new in pairs if new != old}


def compare_ledgers(first: Path, second: Path) -> Iterator[LedgerDifference]:
    """Yield the accounts on which two ledgers differ, in ascending order; addresses that one lacks do not count.

    Both have to be in order; `verify_ledger` says whether they are.

    Raises:
        HarmonyError: as `read_ledger`.
    """
    left, right = (claim for claim, _ in read_ledger(first)), (claim for claim, _ in read_ledger(second))
    one, two = next(left, None), next(right, None)
    while one is not None or two is not None:
        if two is None or (one is not None and one.secure_key < two.secure_key):
            assert one is not None  # noqa: S101 - for the type checker
            yield LedgerDifference(one.secure_key, one, None)
            one = next(left, None)
        elif one is None or two.secure_key < one.secure_key:
            yield LedgerDifference(two.secure_key, None, two)
            two = next(right, None)
        else:
            if one.amounts != two.amounts:
                yield LedgerDifference(one.secure_key, one, two)
            one, two = next(left, None), next(right, None)
