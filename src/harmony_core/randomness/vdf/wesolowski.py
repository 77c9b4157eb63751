"""Wesolowski's proof: one group element that lets anybody check y = x^(2^T) with two short powers.

For the challenge B, a prime that hashing x and y gives, the proof is pi = x^(2^T div B). Who knows B computes
r = 2^T mod B and checks pi^B x^r = y, because 2^T = B (2^T div B) + r.

The exponent of the proof has T bits. With its digits d_i in base 2^k, and x^(2^(k l m)) kept for m = 0, 1, 2, ... while x
was being squared,

    pi = prod over j < l of ( prod over m of x^(2^(k l m)) ^ d_(m l + j) ) ^ (2^(k j)),

and each inner product takes one multiplication for each digit and two for each possible value of a digit. Digits are
balanced, from -2^(k-1) to 2^(k-1), since an inverse costs nothing here: half as many values.

Source: Benjamin Wesolowski, "Efficient verifiable delay functions", sections 3.1 and 4.1, algorithm 5,
https://eprint.iacr.org/2018/623; harmony-one/vdf src/vdf_go/proof_wesolowski.go, evalOptimized and verifyProof.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from harmony_core.randomness.vdf.engine import Element, Group

__all__ = ["MOST_SAVED", "ProofPlan", "balanced_digits", "double_power", "plan_proof", "prove_block"]

MOST_SAVED: Final = 8192
"""The number of powers that an evaluation keeps for its proof at most: about 2 MiB for 2048 bits, encoded."""

_MOST_DIGIT_BITS: Final = 16
_WINDOW: Final = 4


@dataclass(frozen=True, slots=True)
class ProofPlan:
    """How a proof is computed; it changes the work, never the result.

    Attributes:
        digit_bits: k, the bits of a digit.
        blocks: l, the number of inner products.
    """

    digit_bits: int
    blocks: int

    @property
    def interval(self) -> int:
        """After every k l squarings a power is kept."""
        return self.digit_bits * self.blocks


def plan_proof(iterations: int) -> ProofPlan:
    """Return the plan with the fewest multiplications that keeps at most `MOST_SAVED` powers."""

    def blocks(digit_bits: int) -> int:
        return max(1, -(-iterations // (digit_bits * (MOST_SAVED - 1))))

    def cost(digit_bits: int) -> int:
        return iterations // digit_bits + blocks(digit_bits) * ((1 << digit_bits) + digit_bits)

    digit_bits = min(range(1, _MOST_DIGIT_BITS + 1), key=cost)
    return ProofPlan(digit_bits, blocks(digit_bits))


def balanced_digits(
    iterations: int, challenge: int, plan: ProofPlan, block: int
) -> Iterator[tuple[int, int]]:
    """Yield (m, d_(m l + block)) for every digit of one block that is not zero, m descending.

    With n_i = 2^(T - k i) / B, rounded to the nearest integer and only for i = 0 downwards, d_i = n_i - 2^k n_(i+1):
    no digit needs to know the others.
    """
    k = plan.digit_bits
    step = pow(2, plan.interval, challenge)
    residue: int | None = None
    for m in range((iterations // k - block) // plan.blocks, -1, -1):
        index = m * plan.blocks + block
        above = iterations - k * (index + 1)
        if above < 0:
            numerator = 1 << (above + k)
        else:
            residue = pow(2, above, challenge) if residue is None else residue * step % challenge
            numerator = (residue if 2 * residue < challenge else residue - challenge) << k
        rounded = numerator if index == 0 else numerator + challenge // 2
        digit = rounded // challenge
        if digit:
            yield m, digit


def prove_block(
    group: Group,
    saved: Sequence[Element],
    digits: Iterator[tuple[int, int]],
    pause: Callable[[], None],
) -> Element | None:
    """Return the product of saved[m]^d over the digits of one block, None for the neutral element.

    Args:
        group: the group.
        saved: the powers x^(2^(k l m)).
        digits: pairs (m, d).
        pause: called before every multiplication; it may raise.
    """
    buckets: dict[int, Element] = {}
    for m, digit in digits:
        pause()
        factor = saved[m] if digit > 0 else group.inverse(saved[m])
        held = buckets.get(abs(digit))
        buckets[abs(digit)] = factor if held is None else group.product(held, factor)
    running: Element | None = None
    total: Element | None = None
    for digit in range(max(buckets, default=0), 0, -1):
        pause()
        held = buckets.get(digit)
        if held is not None:
            running = held if running is None else group.product(running, held)
        if running is not None:
            total = running if total is None else group.product(total, running)
    return total


def double_power(group: Group, first: Element, m: int, second: Element, n: int) -> Element | None:
    """Return first^m second^n for m, n >= 0, squaring once for both; None for the neutral element."""
    tables = [_odd_powers(group, first), _odd_powers(group, second)]
    columns = [_sparse_digits(m), _sparse_digits(n)]
    result: Element | None = None
    for position in range(max(map(len, columns)) - 1, -1, -1):
        if result is not None:
            result = group.squared(result, 1)
        for table, column in zip(tables, columns, strict=True):
            digit = column[position] if position < len(column) else 0
            if digit:
                factor = table[abs(digit) // 2]
                factor = factor if digit > 0 else group.inverse(factor)
                result = factor if result is None else group.product(result, factor)
    return result


def _odd_powers(group: Group, element: Element) -> list[Element]:
    twice = group.squared(element, 1)
    powers = [element]
    while len(powers) < 1 << (_WINDOW - 2):
        powers.append(group.product(powers[-1], twice))
    return powers


def _sparse_digits(number: int) -> list[int]:
    """Return odd or zero signed digits, lowest first, of which at most one in `_WINDOW` in a row is not zero (wNAF)."""
    digits = []
    while number:
        digit = 0
        if number % 2:
            digit = number % (1 << _WINDOW)
            digit -= (digit >> (_WINDOW - 1)) << _WINDOW
            number -= digit
        digits.append(digit)
        number >>= 1
    return digits
