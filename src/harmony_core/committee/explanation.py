"""Why an election came out as it did: the rules that were applied, each with its numbers.

`explain` answers a validator's question "why was I not elected?", `explain_election` an auditor's "where does this
median come from?". Stakes are in atto; those with decimals are text, so that no digit is lost.

Source: the rules are those of `election` and `auction`, where theirs are named; nothing is decided here.
"""

from collections.abc import Callable, Mapping
from typing import Final

from harmony_core.chain.signing_threshold import SIGNING_THRESHOLD
from harmony_core.chain.validator_wrapper import ValidatorStatus
from harmony_core.committee.candidates import Verdict
from harmony_core.committee.election import CandidateOutcome, Election, shard_of_key
from harmony_core.primitives import STRICT, Address, Compatibility, ShardID, Trace, TraceStep, trace_step

__all__ = ["explain", "explain_election"]

_STATUS_NAMES: Final = {status.value: status.name.lower() for status in ValidatorStatus}


def explain(election: Election, address: Address, *, compatibility: Compatibility = STRICT) -> Trace:
    """Return the steps that led to a candidate's verdict; the last step decided.

    Args:
        election: what `elect` returned.
        address: the candidate's account.
        compatibility: ``impossible_signing_counts`` explains counters that fell, too.

    Raises:
        MissingDataError: code ``candidate-unknown`` if nobody with that address stood.
        VerificationError: code ``signing-counts``, where `elect` was told to allow it and this is not.
    """
    outcome = election.outcome(address)
    steps = [_signing(election, outcome, compatibility)]
    if outcome.verdict is Verdict.BELOW_SIGNING_THRESHOLD:
        return tuple(steps)
    steps.append(_status(outcome))
    if outcome.verdict is Verdict.NOT_ACTIVE:
        return tuple(steps)
    return (*steps, *_KEYS_AND_SEATS[outcome.verdict](election, outcome))


def explain_election(election: Election) -> Trace:
    """Return the steps of the election as a whole: its terms, who was admitted, the auction, the median and the band."""
    rules, auction = election.rules, election.auction
    counts = dict.fromkeys(Verdict, 0)
    for outcome in election.outcomes:
        counts[outcome.verdict] += 1
    last = auction.last_winner
    return (
        trace_step(
            "election-terms",
            f"The election is held in epoch {rules.current_epoch} for epoch {rules.epoch}.",
            epoch=rules.epoch,
            current_epoch=rules.current_epoch,
            seats=rules.seats,
            shards=rules.num_shards,
            slots_limit=rules.slots_limit,
            bound=rules.bound,
            hip32=rules.hip32,
            reserved_keys=len(rules.reserved_keys),
        ),
        trace_step(
            "election-admission",
            "Validators stand that are active, signed enough if they sit, and bring keys that nobody has.",
            candidates=len(election.outcomes),
            admitted=sum(outcome.verdict.is_admitted for outcome in election.outcomes),
            **{verdict.value.replace("-", "_"): count for verdict, count in counts.items()},
        ),
        trace_step(
            "election-auction",
            "The keys with the most stake win the seats.",
            total_stake=election.total_stake,
            keys=sum(len(ranked.bid.keys) for ranked in auction.bids),
            seats=auction.seats,
            winners=len(auction.purchases),
            least_winning_stake=last.raw_stake if last else 0,
        ),
        trace_step(
            "election-median",
            "Effective stakes lie within the bound around the median of the winning keys.",
            median=auction.median,
            lowest=auction.lowest,
            highest=auction.highest,
        ),
    )


def _signing(election: Election, outcome: CandidateOutcome, compatibility: Compatibility) -> TraceStep:
    candidate, rules = outcome.candidate, election.rules
    if candidate.last_epoch_in_committee != rules.current_epoch:
        return trace_step(
            "signing-threshold",
            f"It was not elected for epoch {rules.current_epoch}, so that its signing is not looked at.",
            last_epoch_in_committee=candidate.last_epoch_in_committee,
            current_epoch=rules.current_epoch,
        )
    rate = candidate.signing_rate(hip32=rules.hip32, compatibility=compatibility)
    if rate.to_sign == 0:
        verdict = (
            "which is too little before HIP-32."
            if rate.is_below_threshold
            else "which HIP-32 does not hold against it."
        )
        text = f"It sits in the current committee and was asked to sign no block, {verdict}"
    else:
        verdict = "two thirds or less" if rate.is_below_threshold else "more than two thirds"
        text = (
            f"It sits in the current committee and signed {rate.signed} of {rate.to_sign} blocks, {verdict}."
        )
    return trace_step(
        "signing-threshold",
        text,
        signed=rate.signed,
        to_sign=rate.to_sign,
        percentage=rate.percentage,
        threshold=SIGNING_THRESHOLD,
    )


def _status(outcome: CandidateOutcome) -> TraceStep:
    status = outcome.candidate.status
    name = _STATUS_NAMES.get(status, str(status))
    takes_part = status == ValidatorStatus.ACTIVE
    return trace_step(
        "validator-status",
        f"Its status is {name}." + ("" if takes_part else " Only the active take part."),
        status=name,
    )


def _taken(_election: Election, outcome: CandidateOutcome) -> Trace:
    owner = outcome.taken_by
    if owner is None:
        whose = "is one of Harmony's"
    elif owner == outcome.candidate.address:
        whose = "stands twice among its own"
    else:
        whose = "was brought by a validator before it in the list"
    step = trace_step(
        "key-taken",
        f"One of its keys {whose}; that puts the whole validator out, and its other keys stay taken.",
        key=outcome.taken_key,
        taken_by="harmony" if owner is None else owner,
        keys=len(outcome.candidate.keys),
    )
    return (step,)


def _no_keys(_election: Election, _outcome: CandidateOutcome) -> Trace:
    return (trace_step("keys-brought", "It has no key to bring to the auction.", keys=0),)


def _brought(election: Election, outcome: CandidateOutcome) -> TraceStep:
    rules = election.rules
    brought = outcome.keys_at_auction
    left = len(outcome.candidate.keys) - len(brought)
    text = "All of its keys take part in the auction."
    if left:
        text = (
            f"A validator brings at most {rules.slots_limit} keys in each shard, so that {left} of its keys stay"
            " behind; the stake is split among the others."
        )
    shards = [shard_of_key(key, rules.num_shards) for key in brought]
    return trace_step(
        "keys-brought",
        text,
        keys=len(outcome.candidate.keys),
        brought=len(brought),
        slots_limit=rules.slots_limit,
        by_shard=[shards.count(ShardID(shard)) for shard in range(rules.num_shards)],
    )


def _stake(outcome: CandidateOutcome) -> TraceStep:
    return trace_step(
        "stake-per-key",
        "The stake of all its delegations is split evenly among the keys that it brings.",
        stake=outcome.candidate.stake,
        keys=len(outcome.keys_at_auction),
        stake_per_key=outcome.stake_per_key,
        share_of_all_stake=outcome.share,
    )


def _seats(election: Election, outcome: CandidateOutcome) -> TraceStep:
    auction = election.auction
    last = auction.last_winner
    count = len(outcome.keys_at_auction)
    if outcome.verdict is Verdict.OUTBID:
        text = "There are no seats."
        if last is not None:
            tied = outcome.stake_per_key == last.raw_stake
            how = "as much stake each and a lower address" if tied else "more stake each"
            text = f"All {auction.seats} seats went to keys with {how}; a key with more than the least winner wins."
    elif outcome.verdict is Verdict.PARTLY_ELECTED:
        text = f"The seats ran out after {outcome.seats} of its {count} keys."
    else:
        text = "Every key that it brought won a seat."
    return trace_step(
        "auction-seats",
        text,
        keys_before=outcome.rank,
        seats=auction.seats,
        seats_won=outcome.seats,
        stake_per_key=outcome.stake_per_key,
        least_winning_stake=last.raw_stake if last else 0,
        least_winner=last.address if last else "nobody",
    )


def _auctioned(election: Election, outcome: CandidateOutcome) -> Trace:
    steps = (_brought(election, outcome), _stake(outcome), _seats(election, outcome))
    if not outcome.seats:
        return steps
    auction, raw = election.auction, outcome.stake_per_key
    if raw > auction.highest:
        text = "The stake of each key lies above the band around the median and counts as its upper end."
    elif raw < auction.lowest:
        text = "The stake of each key lies below the band around the median and counts as its lower end."
    else:
        text = "The stake of each key lies within the band around the median and counts in full."
    effective = trace_step(
        "effective-stake",
        text,
        stake_per_key=raw,
        median=auction.median,
        lowest=auction.lowest,
        highest=auction.highest,
        effective_stake=outcome.effective_stake,
    )
    return (*steps, effective)


_KEYS_AND_SEATS: Final[Mapping[Verdict, Callable[[Election, CandidateOutcome], Trace]]] = {
    Verdict.KEY_TAKEN: _taken,
    Verdict.NO_KEYS: _no_keys,
    Verdict.OUTBID: _auctioned,
    Verdict.PARTLY_ELECTED: _auctioned,
    Verdict.ELECTED: _auctioned,
}
