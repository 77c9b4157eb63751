"""Elections of any candidates: the fast way against the plain one, and what holds for every result."""

from collections import Counter
from copy import deepcopy
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from harmony_core.committee import (
    BOUND,
    EXTENDED_BOUND,
    Bid,
    Candidate,
    ElectionRules,
    Verdict,
    assign_seats,
    elect,
    explain,
    hold_auction,
    shard_of_key,
)
from harmony_core.params import load_network
from harmony_core.primitives import Address, BLSPublicKeyBytes, Dec, Epoch
from support.elections import key_in
from support.outcome import outcome

KEYS = st.integers(0, 40).map(lambda number: key_in(number, number))
STAKES = st.one_of(st.integers(0, 6), st.integers(0, 10**29))


@st.composite
def bids(draw: st.DrawFn) -> list[Bid]:
    counts = draw(st.lists(st.integers(0, 5), max_size=8))
    return [
        Bid(
            Address(bytes([index * 37 % 251]) * 20),
            tuple(key_in(index, 10 * index + number) for number in range(count)),
            draw(STAKES),
        )
        for index, count in enumerate(counts)
    ]


@st.composite
def candidates(draw: st.DrawFn) -> list[Candidate]:
    addresses = draw(st.lists(st.integers(0, 9), max_size=8))
    return [
        Candidate(
            address=Address(bytes([address]) * 20),
            keys=tuple(draw(st.lists(KEYS, max_size=4))),
            stake=draw(STAKES),
            status=draw(st.sampled_from([1, 1, 1, 1, 2, 3])),
            last_epoch_in_committee=Epoch(draw(st.sampled_from([3, 4]))),
            blocks_signed=draw(st.integers(-1, 6)),
            blocks_to_sign=draw(st.integers(0, 6)),
        )
        for address in addresses
    ]


RULES = st.builds(
    ElectionRules,
    epoch=st.just(Epoch(5)),
    current_epoch=st.just(Epoch(4)),
    seats=st.integers(0, 12),
    num_shards=st.just(2),
    slots_limit=st.integers(0, 3),
    bound=st.sampled_from([BOUND, EXTENDED_BOUND]),
    hip32=st.booleans(),
    reserved_keys=st.frozensets(KEYS, max_size=2),
)


def plainly(offers: list[Bid], seats: int) -> list[tuple[Address, BLSPublicKeyBytes, Dec]]:
    """Every key on its own, as the reference sorts them."""
    keys = [
        (bid.address, key, Dec.from_int(bid.stake).quo_int(len(bid.keys)))
        for bid in sorted(offers, key=lambda bid: bid.address)
        for key in bid.keys
    ]
    return sorted(keys, key=lambda entry: entry[2], reverse=True)[:seats]


@given(bids(), st.integers(0, 12), st.sampled_from([BOUND, EXTENDED_BOUND]))
def test_sorting_bids_is_sorting_keys(offers: list[Bid], seats: int, bound: Dec) -> None:
    auction = hold_auction(offers, seats, bound)
    expected = plainly(offers, seats)
    assert [(p.address, p.bls_public_key, p.raw_stake) for p in auction.purchases] == expected
    assert hold_auction(reversed(offers), seats, bound) == auction
    for purchase in auction.purchases:
        assert auction.lowest <= purchase.effective_stake <= max(auction.highest, auction.lowest)
        if auction.lowest <= purchase.raw_stake <= auction.highest:
            assert purchase.effective_stake == purchase.raw_stake


@given(bids(), st.integers(1, 12))
def test_the_median_splits_the_winners_in_halves(offers: list[Bid], seats: int) -> None:
    auction = hold_auction(offers, seats, BOUND)
    stakes = [purchase.raw_stake for purchase in auction.purchases]
    assert sum(stake > auction.median for stake in stakes) * 2 <= len(stakes)
    assert sum(stake < auction.median for stake in stakes) * 2 <= len(stakes)


@given(RULES, candidates())
def test_whatever_stands_the_result_keeps_to_the_rules(
    rules: ElectionRules, standing: list[Candidate]
) -> None:
    before = deepcopy(standing)
    election, refusal = outcome(lambda: elect(rules, standing))
    assert standing == before
    if election is None:
        assert refusal is not None
        assert refusal.code in {"candidate-repeated", "election-total-stake", "signing-counts"}
        return
    seats = election.auction.purchases
    assert len(seats) <= rules.seats
    assert len({seat.bls_public_key for seat in seats}) == len(seats)
    assert not rules.reserved_keys & {seat.bls_public_key for seat in seats}
    if rules.slots_limit:
        places = Counter((seat.address, shard_of_key(seat.bls_public_key, 2)) for seat in seats)
        assert not places or max(places.values()) <= rules.slots_limit
    for found in election.outcomes:
        assert found.verdict.has_seat == (found.seats > 0)
        assert explain(election, found.candidate.address)
    shares = sum((found.share.raw for found in election.outcomes), start=0)
    assert abs(Fraction(shares, 10**18) - bool(election.total_stake)) < Fraction(10, 10**18)
    won = Counter(seat.address for seat in seats)
    assert won == {o.candidate.address: o.seats for o in election.outcomes if o.seats}


@given(RULES, candidates())
def test_every_seat_stands_in_the_shard_of_its_key(rules: ElectionRules, standing: list[Candidate]) -> None:
    election, _ = outcome(lambda: elect(rules, standing))
    if election is None:
        return
    state = assign_seats(load_network("localnet"), election)
    for committee in state.committees:
        elected = [slot for slot in committee.slots if slot.effective_stake is not None]
        assert all(shard_of_key(slot.bls_public_key, 2) == committee.shard_id for slot in elected)
    assert state.staked_slots().key_count == len(election.auction.purchases)


@given(bids().filter(lambda offers: sum(bool(bid.keys) for bid in offers) > 1))
def test_more_stake_never_wins_less(offers: list[Bid]) -> None:
    first = next(bid for bid in offers if bid.keys)
    richer = [Bid(bid.address, bid.keys, bid.stake * 2 + 1) if bid is first else bid for bid in offers]
    won = [
        sum(purchase.address == first.address for purchase in hold_auction(field, 3, BOUND).purchases)
        for field in (offers, richer)
    ]
    assert won[1] >= won[0]


def test_every_verdict_has_a_name_of_its_own() -> None:
    assert len({verdict.value for verdict in Verdict}) == len(Verdict)
