"""The auction: ranking, ties, the median and the band around it."""

import pytest

from harmony_core.committee import BOUND, EXTENDED_BOUND, Bid, hold_auction, median_stake
from harmony_core.errors import VerificationError
from harmony_core.primitives import Address, Dec
from support.elections import ONE, key_in


def bid(number: int, stake: int, keys: int = 1) -> Bid:
    return Bid(
        Address(bytes([number]) * 20), tuple(key_in(0, 100 * number + i) for i in range(keys)), stake * ONE
    )


def test_the_keys_with_the_most_stake_win() -> None:
    auction = hold_auction([bid(1, 10), bid(2, 30), bid(3, 20)], 2, BOUND)
    assert [purchase.address[0] for purchase in auction.purchases] == [2, 3]
    assert auction.median == Dec.from_int(25 * ONE)
    assert auction.last_winner == auction.purchases[-1]


def test_more_keys_are_less_stake_for_each() -> None:
    auction = hold_auction([bid(1, 30, keys=4), bid(2, 10)], 5, BOUND)
    assert [str(purchase.raw_stake) for purchase in auction.purchases] == [
        str(10 * ONE),
        *[str(Dec.parse("7.5").mul_int(ONE))] * 4,
    ]


def test_ties_stand_in_the_order_of_addresses() -> None:
    auction = hold_auction([bid(3, 20, keys=2), bid(1, 10), bid(2, 10)], 3, BOUND)
    assert [purchase.address[0] for purchase in auction.purchases] == [1, 2, 3]
    assert auction.purchases[2].bls_public_key == bid(3, 20, keys=2).keys[0]
    assert [(ranked.rank, ranked.seats) for ranked in auction.bids] == [(0, 1), (1, 1), (2, 1)]


def test_the_stake_of_a_key_is_cut_off_after_18_decimals() -> None:
    auction = hold_auction([Bid(Address.zero(), bid(1, 1, keys=3).keys, 2)], 3, BOUND)
    assert str(auction.purchases[0].raw_stake) == "0.666666666666666666"


@pytest.mark.parametrize(
    ("bound", "expected"), [(BOUND, ["23", "20", "17"]), (EXTENDED_BOUND, ["27", "20", "13"])]
)
def test_effective_stakes_lie_in_the_band_around_the_median(bound: Dec, expected: list[str]) -> None:
    auction = hold_auction([bid(1, 100), bid(2, 20), bid(3, 1)], 3, bound)
    stakes = [purchase.effective_stake for purchase in auction.purchases]
    assert [str(stake / Dec.from_int(ONE)) for stake in stakes] == expected
    assert (stakes[0], stakes[-1]) == (auction.highest, auction.lowest)


def test_many_keys_of_one_validator_move_the_median() -> None:
    """One validator that splits its stake over most of the seats sets the median, which lifts its own small keys."""
    auction = hold_auction([bid(1, 100), bid(2, 100), bid(3, 30, keys=3)], 5, BOUND)
    assert auction.median == Dec.from_int(10 * ONE)
    assert str(auction.purchases[0].effective_stake / Dec.from_int(ONE)) == "11.5"
    alone = hold_auction([bid(1, 100), bid(2, 100), bid(3, 30, keys=1)], 5, BOUND)
    assert alone.median == Dec.from_int(100 * ONE)


def test_nobody_wins_nothing() -> None:
    for auction in (hold_auction([], 3, BOUND), hold_auction([bid(1, 5)], 0, BOUND)):
        assert auction.purchases == ()
        assert auction.median == Dec.ZERO
        assert auction.last_winner is None
    assert hold_auction([bid(1, 5, keys=0)], 3, BOUND).bids == ()


def test_the_median_of_few() -> None:
    assert median_stake([]) == Dec.ZERO
    assert median_stake([Dec(7), Dec(1), Dec(5)]) == Dec(5)
    assert [median_stake([Dec(low), Dec(low + 1)]).raw for low in range(4)] == [0, 2, 2, 4]


def test_a_negative_number_of_seats_is_refused() -> None:
    with pytest.raises(VerificationError) as info:
        hold_auction([bid(1, 5)], -1, BOUND)
    assert info.value.code == "auction-seats"


def test_two_bids_of_one_validator_are_refused() -> None:
    with pytest.raises(VerificationError) as info:
        hold_auction([bid(1, 5), bid(1, 6)], 3, BOUND)
    assert info.value.code == "auction-bid-repeated"


def test_stakes_beyond_all_bounds_overflow() -> None:
    huge = Bid(Address.zero(), (key_in(0, 1),), 1 << 300)
    with pytest.raises(VerificationError) as info:
        hold_auction([huge], 1, BOUND)
    assert info.value.code == "dec-overflow"
