"""Ledger files: their form, their own checks, and the comparison of two."""

from dataclasses import replace
from pathlib import Path

import pytest

from harmony_core.archive import COLUMNS, COMPONENTS, Claim, LedgerWriter, read_ledger
from harmony_core.archive.ledger_check import compare_ledgers, verify_ledger
from harmony_core.archive.plots import draw_ledger, lorenz_points
from harmony_core.crypto import keccak256
from harmony_core.errors import ConfigurationError, DecodeError, HarmonyError, VerificationError
from support.node_databases import address_of

CLAIMS = sorted(
    (
        Claim(
            bytes(keccak256(address)),
            None if number % 7 == 3 else bytes(address),
            number,
            10**18,
            number**9,
            5,
            6,
            number,
        )
        for number, address in ((number, address_of(number)) for number in range(50))
    ),
    key=lambda claim: claim.secure_key,
)


def write(path: Path, claims: list[Claim]) -> Path:
    writer = LedgerWriter(path)
    try:
        for claim in claims:
            writer.write(claim)
        writer.finish()
    finally:
        writer.abandon()
    return path


@pytest.fixture(params=["csv", "parquet"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return write(tmp_path / f"ledger.{request.param}", CLAIMS)


def test_what_is_written_is_read(path: Path) -> None:
    assert [claim for claim, _ in read_ledger(path)] == CLAIMS
    found = verify_ledger(path)
    assert found.rows == 50
    assert found.addresses == sum(claim.address is not None for claim in CLAIMS)
    assert found.total == sum(claim.total for claim in CLAIMS)
    assert found.totals["active_staked_or_delegated"] == sum(number**9 for number in range(50))


def test_the_columns_are_the_published_ones(tmp_path: Path) -> None:
    path = write(tmp_path / "ledger.csv", CLAIMS[:1])
    head, row = path.read_text().splitlines()
    assert head.split(",") == list(COLUMNS)
    assert head.startswith("secure_key,address,liquid_shard0_atto,liquid_shard0_one,liquid_shard1_atto")
    assert COMPONENTS == (
        "liquid_shard0",
        "liquid_shard1",
        "active_staked_or_delegated",
        "pending_undelegation",
        "unclaimed_staking_reward",
        "pending_cross_shard",
    )
    assert row.split(",")[4:6] == ["1000000000000000000", "1.000000000000000000"]


def test_rows_out_of_order_are_not_written(tmp_path: Path) -> None:
    for claims in ([CLAIMS[1], CLAIMS[0]], [CLAIMS[0], CLAIMS[0]]):
        with pytest.raises(VerificationError) as info:
            write(tmp_path / "ledger.csv", claims)
        assert info.value.code == "ledger-order"
        assert not (tmp_path / "ledger.csv").exists()


def test_amounts_that_parquet_has_no_room_for_are_refused(tmp_path: Path) -> None:
    with pytest.raises(VerificationError) as info:
        write(tmp_path / "ledger.parquet", [Claim(b"\1" * 32, None, 10**38, 0, 0, 0, 0, 0)])
    assert info.value.code == "ledger-range"
    write(tmp_path / "ledger.csv", [Claim(b"\1" * 32, None, 10**38, 0, 0, 0, 0, 0)])


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("secure_key", None, "ledger-order"),
        ("secure_key", "0x12", "ledger-cell"),
        ("address", "0x" + "11" * 20, "ledger-address"),
        ("address", "someone", "ledger-cell"),
        ("liquid_shard0_atto", "-1", "ledger-cell"),
        ("liquid_shard0_atto", "", "ledger-cell"),
        ("liquid_shard0_atto", "\u0663", "ledger-cell"),
        ("liquid_shard1_atto", "01000000000000000000", "ledger-number"),
        ("pending_undelegation_atto", "6", "ledger-total"),
        ("native_total_claim_atto", "7", "ledger-total"),
        ("unclaimed_staking_reward_one", "0.000000000000000007", "ledger-decimal"),
        ("native_total_claim_one", "1", "ledger-decimal"),
    ],
)
def test_a_wrong_cell_is_found(tmp_path: Path, column: str, cell: str | None, code: str) -> None:
    path = write(tmp_path / "ledger.csv", CLAIMS)
    lines = path.read_text().splitlines()
    cells = lines[20].split(",")
    cells[COLUMNS.index(column)] = lines[10].split(",")[0] if cell is None else cell
    if column == "secure_key":
        cells[1] = ""
    lines[20] = ",".join(cells)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(HarmonyError) as info:
        verify_ledger(path)
    assert info.value.code == code


@pytest.mark.parametrize("content", ["", "a,b,c\n", ",".join(COLUMNS[:-1]) + "\n"])
def test_other_tables_are_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "ledger.csv"
    path.write_text(content)
    with pytest.raises(DecodeError) as info:
        verify_ledger(path)
    assert info.value.code == "ledger-columns"
    (tmp_path / "ledger.parquet").write_text(content)
    with pytest.raises(DecodeError):
        verify_ledger(tmp_path / "ledger.parquet")
    with pytest.raises(ConfigurationError) as other:
        verify_ledger(tmp_path / "ledger.txt")
    assert other.value.code == "ledger-format"


def test_two_ledgers_are_compared(tmp_path: Path, path: Path) -> None:
    assert not list(compare_ledgers(path, write(tmp_path / "same.csv", CLAIMS)))
    changed = replace(CLAIMS[5], pending_cross_shard=CLAIMS[5].pending_cross_shard + 3)
    second = write(tmp_path / "other.csv", [*CLAIMS[1:5], changed, *CLAIMS[6:]])
    first, other = compare_ledgers(path, second)
    assert (first.secure_key, first.second) == (CLAIMS[0].secure_key, None)
    assert other.changes == {"pending_cross_shard": 3}
    assert [d.secure_key for d in compare_ledgers(second, path)] == [
        CLAIMS[0].secure_key,
        CLAIMS[5].secure_key,
    ]
    last = write(tmp_path / "last.csv", CLAIMS[:-1])
    assert [d.first for d in compare_ledgers(last, path)] == [None]


def test_a_ledger_is_drawn(path: Path) -> None:
    pytest.importorskip("matplotlib")
    assert draw_ledger(path).startswith(b"\x89PNG")


def test_the_lorenz_curve_of_known_shares() -> None:
    holders, values, gini = lorenz_points([1, 1, 1, 1])
    assert (values[-1], gini) == (1.0, 0.0)
    assert holders == values
    assert lorenz_points([0, 0, 1, 3])[2] == 0.25
    assert lorenz_points([]) == ([0.0, 1.0], [0.0, 1.0], 0.0)
