"""The tables of the page on the safety of committees; run as a script, this writes them into the page."""

import sys
from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "src"))

from harmony_core.committee.key_grinding import (  # noqa: E402 - as a script, needs the path above
    chance_with_ground_keys,
    share_to_take_a_shard,
)
from harmony_core.committee.safety import (  # noqa: E402 - the same
    ONE_THIRD,
    TWO_THIRDS,
    Draw,
    chance_in_any_shard,
    chance_over_epochs,
    chance_text,
)
from harmony_core.simulation.committee_rules import SCHEMES, SafetyModel, Scheme  # noqa: E402 - the same
from harmony_core.simulation.committee_safety import (  # noqa: E402 - the same
    corrupt_seats,
    exact_chances,
    simulate_safety,
)
from harmony_core.simulation.decentralisation import compare_spreads  # noqa: E402 - the same
from harmony_core.simulation.stakes import DISTRIBUTIONS, named_distribution, seats_of  # noqa: E402 - the same

__all__ = ["EXACT", "PAGE", "SIMULATED", "written"]

PAGE: Final = ROOT / "docs" / "protocol" / "committee-safety.md"

YEAR: Final = 481
EPOCHS: Final = 1000
NETWORKS: Final = ((2, 200), (4, 100), (4, 250), (4, 500))
SHARES: Final = tuple(map(Fraction, ("1/10", "3/20", "1/5", "1/4", "3/10")))
EVICTED: Final = tuple(map(Fraction, ("1/10", "1/4", "1/2")))
REJOIN: Final = tuple(map(Fraction, ("0", "1/20", "1/4", "1")))


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [head, ["---:" if number else "---" for number in range(len(head))], *rows]
    return ["| " + " | ".join(line) + " |" for line in lines]


def percent(share: Fraction) -> str:
    return f"{float(100 * share):g} %"


def chances(epochs: int) -> list[str]:
    rows = [
        [
            percent(share),
            *(
                chance_text(chance_over_epochs(chance_in_any_shard(Draw.of_share(*network, share)), epochs))
                for network in NETWORKS
            ),
        ]
        for share in SHARES
    ]
    return table(["adversary", *(f"{shards} x {seats}" for shards, seats in NETWORKS)], rows)


def an_epoch() -> list[str]:
    return chances(1)


def a_year() -> list[str]:
    return chances(YEAR)


def ground_keys() -> list[str]:
    rows = []
    for shards in (1, 2, 4, 8):
        tenth = Draw.of_share(shards, 250, Fraction(1, 10))
        rows.append(
            [
                str(shards),
                str(share_to_take_a_shard(shards, ONE_THIRD)),
                str(share_to_take_a_shard(shards, TWO_THIRDS)),
                chance_text(chance_with_ground_keys(tenth)),
                chance_text(chance_in_any_shard(tenth)),
            ]
        )
    head = ["shards", "for over 1/3", "for over 2/3", "10 % over 1/3, keys ground", "10 % over 1/3, drawn"]
    return table(head, rows)


@cache
def model(share: Fraction, evicted: Fraction, rejoin: Fraction) -> SafetyModel:
    seats = seats_of(named_distribution("zipf", 1000), shards=4, seats=250)
    return SafetyModel(
        shards=4,
        powers=tuple(seat.effective_stake for seat in seats),
        malicious=corrupt_seats([seat.owner for seat in seats], share, seed=1),
        evicted=evicted,
        rejoin=rejoin,
    )


def schemes_at(share: Fraction) -> list[str]:
    rows = []
    for scheme in SCHEMES:
        played = model(share, Fraction(1, 10), Fraction(1, 20))
        found = simulate_safety(played, scheme, epochs=EPOCHS, seed=1)
        exact = exact_chances(played, Scheme.DRAWN_ANEW, ONE_THIRD) if scheme is Scheme.DRAWN_ANEW else None
        rows.append(
            [
                scheme.value,
                str(found.epochs_over_third),
                "" if exact is None else f"{float(exact[1]) * EPOCHS:.1f}",
                f"{found.failed_histories} of {found.histories}",
                f"{found.largest_share:.3f}",
                f"{found.moved_per_epoch:.0f}",
                f"{found.smallest}-{found.largest}",
            ]
        )
    head = ["seats are", "epochs over 1/3", "exact", "histories over", "largest share", "moved", "sizes"]
    return table(head, rows)


def schemes_at_a_quarter() -> list[str]:
    return schemes_at(Fraction(1, 4))


def schemes_at_a_sixth() -> list[str]:
    return schemes_at(Fraction(1, 6))


def cuckoo() -> list[str]:
    rows = []
    for evicted in EVICTED:
        found = [
            simulate_safety(model(Fraction(1, 5), evicted, rejoin), Scheme.CUCKOO, epochs=EPOCHS, seed=1)
            for rejoin in REJOIN
        ]
        moved = f"{found[1].moved_per_epoch:.0f}"
        cells = (f"{one.epochs_over_third} ({one.largest_share:.2f})" for one in found)
        rows.append([percent(evicted), moved, *cells])
    head = ["evicted", "moved", *(f"joins again: {percent(rejoin)}" for rejoin in REJOIN)]
    return table(head, rows)


def spread() -> list[str]:
    rows = []
    for name in DISTRIBUTIONS:
        for limit in (0, 14):
            found = compare_spreads(named_distribution(name, 1000), shards=4, seats=250, keys_per_shard=limit)
            plain, elected = found.plain, found.elected
            rows.append(
                [
                    name + (f", {limit} keys a shard" if limit else ""),
                    f"{plain.to_stop} / {elected.to_stop}",
                    f"{plain.to_rule} / {elected.to_rule}",
                    f"{float(plain.gini):.3f} / {float(elected.gini):.3f}",
                    f"{float(plain.largest):.3f} / {float(elected.largest):.3f}",
                ]
            )
    return table(["stakes", "over 1/3", "over 2/3", "Gini", "largest"], rows)


EXACT: Final = {"an epoch": an_epoch, "a year": a_year, "ground keys": ground_keys, "spread": spread}
"""Tables that are quick to compute."""

SIMULATED: Final = {
    "schemes at a quarter": schemes_at_a_quarter,
    "schemes at a sixth": schemes_at_a_sixth,
    "cuckoo": cuckoo,
}
"""Tables of simulations."""


def written(name: str) -> list[str]:
    """Return the lines of a table as the page has them."""
    lines = PAGE.read_text().splitlines()
    start = lines.index(f"<!-- table: {name} -->") + 1
    while not lines[start].startswith("|"):
        start += 1
    end = start
    while end < len(lines) and lines[end].startswith("|"):
        end += 1
    return lines[start:end]


def main() -> None:
    """Write all tables into the page."""
    text = PAGE.read_text()
    for name, compute in {**EXACT, **SIMULATED}.items():
        head, mark, rest = text.partition(f"<!-- table: {name} -->\n")
        assert mark, name
        below = rest.lstrip("\n").splitlines()
        while below and below[0].startswith("|"):
            below.pop(0)
        while below and not below[0]:
            below.pop(0)
        text = "\n".join([head + mark, *compute(), "", *below, ""])
    PAGE.write_text(text)


if __name__ == "__main__":
    main()
