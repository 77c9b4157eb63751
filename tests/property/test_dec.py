from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from functools import partial

from hypothesis import assume, given
from hypothesis import strategies as st

from harmony_core.errors import DecodeError, VerificationError
from harmony_core.primitives import STRICT, Compatibility, Dec
from support.outcome import outcome

ONE = 10**18
RAW = st.integers(-(1 << 200), 1 << 200) | st.integers(-5 * ONE, 5 * ONE)
DECS = RAW.map(Dec)
EXACT = Context(prec=400, rounding=ROUND_HALF_EVEN)


def value(dec: Dec) -> Fraction:
    return Fraction(dec.raw, ONE)


def rounded(number: Fraction) -> int:
    """Return ``number`` in units of 10^-18, halves to even, by the standard library."""
    return round(number * ONE)


@given(DECS)
def test_text_comes_out_as_it_went_in(dec: Dec) -> None:
    assert Dec.parse(str(dec)) == dec
    assert Fraction(Decimal(str(dec))) == value(dec)


@given(DECS, DECS)
def test_sums_and_products_are_exact_to_the_last_place(a: Dec, b: Dec) -> None:
    assert value(a + b) == value(a) + value(b)
    assert value(a - b) == value(a) - value(b)
    assume(abs(a.raw * b.raw) < ONE << 314)
    assert (a * b).raw == rounded(value(a) * value(b))
    assert (a * b - a.mul_truncate(b)).raw in {-1, 0, 1}
    assert abs(value(a.mul_truncate(b))) <= abs(value(a) * value(b))


@given(DECS, DECS)
def test_quotients_are_within_one_unit(a: Dec, b: Dec) -> None:
    assume(b.raw != 0 and abs(a.raw) * ONE < abs(b.raw) << 314)
    exact = value(a) / value(b)
    # Truncation to 36 decimals comes first, so that ties may be made that were none.
    assert abs(value(a / b) - exact) * ONE <= Fraction(1, 2) + Fraction(1, ONE)
    assert abs(value(a.quo_truncate(b))) <= abs(exact)
    assert a.quo_round_up(b).raw - a.quo_truncate(b).raw in ({0, 1} if exact > 0 else {0})


@given(DECS)
def test_integers(dec: Dec) -> None:
    assert dec.round_int() == round(value(dec))
    assert dec.truncate_int() == int(value(dec))
    assert dec.ceil().raw == -(-value(dec) // 1) * ONE
    assert dec.is_integer() == (dec.truncate() == dec)


@given(
    st.text(max_size=40) | st.text("0123456789.+-", max_size=30),
    st.sampled_from([STRICT, Compatibility.reference()]),
)
def test_any_text_is_a_number_or_refused(text: str, compatibility: Compatibility) -> None:
    dec, refusal = outcome(lambda: Dec.parse(text, compatibility=compatibility))
    assert isinstance(refusal, DecodeError | None)
    if dec is not None:
        assert Dec.parse(str(dec)) == dec


@given(st.integers(-(1 << 4095), 1 << 4095), st.integers(-(1 << 4095), 1 << 4095))
def test_any_operation_gives_a_number_or_is_refused(a: int, b: int) -> None:
    first, second = Dec(a), Dec(b)
    for operation in (
        first.__add__,
        first.__sub__,
        first.__mul__,
        first.__truediv__,
        first.mul_truncate,
        first.quo_truncate,
        first.quo_round_up,
        first.div_raw,
    ):
        result, refusal = outcome(partial(operation, second))
        assert str(result) if refusal is None else isinstance(refusal, VerificationError)
