"""The election of validators for an epoch: who may stand, which keys they may bring, and who wins.

Source: harmony-one/harmony, shard/committee/assignment.go (NewEPoSRound, prepareOrders).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Self

from harmony_core.committee.auction import BOUND, EXTENDED_BOUND, Auction, Bid, RankedBid, hold_auction
from harmony_core.committee.candidates import Candidate, Verdict, verdict_before_auction
from harmony_core.errors import MissingDataError, VerificationError, require
from harmony_core.params import Network, ShardingInstance
from harmony_core.primitives import STRICT, Address, BLSPublicKeyBytes, Compatibility, Dec, Epoch, ShardID

__all__ = ["CandidateOutcome", "Election", "ElectionRules", "elect", "shard_of_key"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ElectionRules:
    """The numbers that an election goes by.

    Attributes:
        epoch: the epoch elected for.
        current_epoch: the epoch in which the election is held, which is that of the validators' snapshots.
        seats: seats for external validators over all shards.
        num_shards: number of shards in ``epoch``.
        slots_limit: most keys of one validator in a shard (HIP-16); 0 for no limit.
        bound: how far from the median an effective stake may lie, as a share of it.
        hip32: whether HIP-32 is in force in ``current_epoch``.
        reserved_keys: keys that no validator may bring: Harmony's in ``current_epoch``.
    """

    epoch: Epoch
    current_epoch: Epoch
    seats: int
    num_shards: int
    slots_limit: int = 0
    bound: Dec = BOUND
    hip32: bool = False
    reserved_keys: frozenset[BLSPublicKeyBytes] = field(default=frozenset(), repr=False)

    def __post_init__(self) -> None:
        """Refuse an election without shards."""
        require(
            self.num_shards >= 1 and self.slots_limit >= 0,
            VerificationError,
            "election-rules",
            "An election is for at least one shard, and a limit of keys is not negative.",
        )

    @classmethod
    def of_network(cls, network: Network, epoch: Epoch, current_epoch: Epoch | None = None) -> Self:
        """Return the rules of a network for the election of an epoch's validators.

        Args:
            network: the network.
            epoch: the epoch elected for.
            current_epoch: the epoch in which the election is held; None for the one before ``epoch``.

        Raises:
            UnsupportedRulesError: code ``rules-unknown`` past the last epoch whose rules are known.
            VerificationError: code ``epoch-negative``.
        """
        current = Epoch(max(epoch - 1, 0)) if current_epoch is None else current_epoch
        network.require_known_rules(epoch)
        network.require_known_rules(current)
        instance = network.schedule.instance_for_epoch(epoch)
        return cls(
            epoch=epoch,
            current_epoch=current,
            seats=instance.num_external_slots,
            num_shards=instance.num_shards,
            slots_limit=instance.slots_limit,
            bound=EXTENDED_BOUND if network.config.is_epos_bound_35(epoch) else BOUND,
            hip32=network.config.is_hip32(current),
            reserved_keys=_keys_of_harmony(network.schedule.instance_for_epoch(current)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateOutcome:
    """What became of one candidate.

    Attributes:
        candidate: the candidate.
        verdict: whether it is elected, or else why not.
        keys_at_auction: the keys that it brought; those past the limit of a shard stay behind.
        share: its part of all stake at the auction, between 0 and 1.
        stake_per_key: stake of each of these keys in atto.
        effective_stake: what each of its seats votes and earns with, in atto; zero without a seat.
        rank: how many keys of others came before its first one; None if it was not admitted.
        seats: how many of its keys won a seat.
        taken_key: the key that was taken already, if that is the verdict.
        taken_by: whose it is: another validator's, or its own if the key stands twice; None if it is Harmony's.
    """

    candidate: Candidate
    verdict: Verdict
    keys_at_auction: tuple[BLSPublicKeyBytes, ...] = ()
    share: Dec = Dec.ZERO
    stake_per_key: Dec = Dec.ZERO
    effective_stake: Dec = Dec.ZERO
    rank: int | None = None
    seats: int = 0
    taken_key: BLSPublicKeyBytes | None = None
    taken_by: Address | None = None


@dataclass(frozen=True, slots=True)
class Election:
    """The result of an election.

    Attributes:
        rules: the numbers that it went by.
        auction: the auction among those admitted.
        outcomes: every candidate with its verdict, in the order in which they stood.
        total_stake: stake of all that were admitted, in atto.
    """

    rules: ElectionRules
    auction: Auction
    outcomes: tuple[CandidateOutcome, ...]
    total_stake: int
    _by_address: Mapping[Address, CandidateOutcome] = field(repr=False, compare=False)

    def outcome(self, address: Address) -> CandidateOutcome:
        """Return what became of a candidate.

        Raises:
            MissingDataError: code ``candidate-unknown`` if nobody with that address stood.
        """
        found = self._by_address.get(address)
        if found is None:
            raise MissingDataError(
                "Nobody with this address stood for election.", code="candidate-unknown", actual=address
            )
        return found


@dataclass(slots=True)
class _Admission:
    """What was found about a candidate before the auction."""

    candidate: Candidate
    verdict: Verdict | None
    keys: tuple[BLSPublicKeyBytes, ...] = ()
    taken_key: BLSPublicKeyBytes | None = None
    taken_by: Address | None = None


def elect(
    rules: ElectionRules, candidates: Iterable[Candidate], *, compatibility: Compatibility = STRICT
) -> Election:
    """Hold the election.

    A candidate one of whose keys is taken is out, but the keys that it has besides stay taken: the order of the
    candidates matters, and is that of the chain's list of validators, which is the order of their creation.

    Args:
        rules: the numbers to go by.
        candidates: all validators in the order of the chain's list.
        compatibility: ``impossible_signing_counts``.

    Raises:
        VerificationError: ``candidate-repeated`` if a validator stands twice; ``election-total-stake`` if those
            admitted have no stake at all, where the reference divides by zero; ``signing-counts``; ``dec-overflow``.
    """
    admissions = _admit(rules, list(candidates), compatibility)
    admitted = [found for found in admissions if found.verdict is None]
    total = sum(found.candidate.stake for found in admitted)
    require(
        not admitted or total > 0,
        VerificationError,
        "election-total-stake",
        "Those who stand for election have some stake between them.",
    )
    auction = hold_auction(
        (Bid(found.candidate.address, found.keys, found.candidate.stake) for found in admitted),
        rules.seats,
        rules.bound,
    )
    ranked = {ranked.bid.address: ranked for ranked in auction.bids}
    effective = {purchase.address: purchase.effective_stake for purchase in auction.purchases}
    whole = Dec.from_int(total)
    outcomes = tuple(
        _outcome(found, ranked.get(found.candidate.address), effective, whole) for found in admissions
    )
    return Election(
        rules, auction, outcomes, total, {outcome.candidate.address: outcome for outcome in outcomes}
    )


def shard_of_key(key: BLSPublicKeyBytes, num_shards: int) -> ShardID:
    """Return the shard that a key votes in: its 48 bytes as a big-endian integer, modulo the number of shards.

    Source: harmony-one/harmony, crypto/bls/bls.go, SerializedPublicKey.Big.
    """
    return ShardID(int.from_bytes(key, "big") % num_shards)


def _admit(
    rules: ElectionRules, candidates: list[Candidate], compatibility: Compatibility
) -> list[_Admission]:
    require(
        len({candidate.address for candidate in candidates}) == len(candidates),
        VerificationError,
        "candidate-repeated",
        "A validator stands for election once.",
        expected=len(candidates),
    )
    taken: dict[BLSPublicKeyBytes, Address | None] = dict.fromkeys(rules.reserved_keys)
    admissions = []
    for candidate in candidates:
        verdict = verdict_before_auction(
            candidate, rules.current_epoch, hip32=rules.hip32, compatibility=compatibility
        )
        if verdict is None:
            admissions.append(_bring_keys(candidate, rules, taken))
        else:
            admissions.append(_Admission(candidate, verdict))
    return admissions


def _bring_keys(
    candidate: Candidate, rules: ElectionRules, taken: dict[BLSPublicKeyBytes, Address | None]
) -> _Admission:
    """Take the candidate's keys, and find those within the limit of their shards."""
    brought: list[BLSPublicKeyBytes] = []
    clash: BLSPublicKeyBytes | None = None
    clash_owner: Address | None = None
    in_shard = [0] * rules.num_shards
    limit = rules.slots_limit
    for key in candidate.keys:
        if key in taken:
            if clash is None:
                clash, clash_owner = key, taken[key]
            continue
        taken[key] = candidate.address
        shard = int.from_bytes(key, "big") % rules.num_shards
        if limit == 0 or in_shard[shard] < limit:
            brought.append(key)
        in_shard[shard] += 1
    if clash is not None:
        return _Admission(candidate, Verdict.KEY_TAKEN, (), clash, clash_owner)
    return _Admission(candidate, None, tuple(brought))


def _outcome(
    found: _Admission, ranked: RankedBid | None, effective: Mapping[Address, Dec], whole: Dec
) -> CandidateOutcome:
    candidate = found.candidate
    if found.verdict is not None:
        return CandidateOutcome(
            candidate=candidate,
            verdict=found.verdict,
            taken_key=found.taken_key,
            taken_by=found.taken_by,
        )
    share = Dec.from_int(candidate.stake) / whole
    if ranked is None:
        return CandidateOutcome(candidate=candidate, verdict=Verdict.NO_KEYS, share=share)
    verdict = Verdict.OUTBID
    if ranked.seats:
        verdict = Verdict.ELECTED if ranked.seats == len(found.keys) else Verdict.PARTLY_ELECTED
    return CandidateOutcome(
        candidate=candidate,
        verdict=verdict,
        keys_at_auction=found.keys,
        share=share,
        stake_per_key=ranked.stake_per_key,
        effective_stake=effective.get(candidate.address, Dec.ZERO),
        rank=ranked.rank,
        seats=ranked.seats,
    )


@lru_cache(maxsize=16)
def _keys_of_harmony(instance: ShardingInstance) -> frozenset[BLSPublicKeyBytes]:
    return frozenset(account.bls_public_key for account in instance.harmony_accounts)
