"""From an election to the committees of all shards.

Harmony's own slots come first, taken from its account list as before staking. Then follow the winners in the order of
the auction, each in the shard that its key falls into, so that the shards differ in size. Randomness has no part.

Source: harmony-one/harmony, shard/committee/assignment.go (eposStakedCommittee, Compute).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harmony_core.chain.shard_state import Committee, ShardState, Slot
from harmony_core.committee.candidates import Candidate
from harmony_core.committee.election import Election, ElectionRules, elect, shard_of_key
from harmony_core.committee.pre_staking import committee_for_epoch, slots_of_harmony
from harmony_core.errors import MissingDataError, VerificationError, require
from harmony_core.params import Network
from harmony_core.primitives import STRICT, Compatibility, Epoch, ShardID

__all__ = [
    "NextCommittees",
    "assign_seats",
    "committees_for_epoch",
    "election_for_epoch",
    "keeps_committees",
]

_TESTNET = "testnet"


@dataclass(frozen=True, slots=True)
class NextCommittees:
    """The committees of an epoch and how they came about.

    Attributes:
        state: the committees.
        election: the election that they come from; None for an epoch before staking, where the account lists decide.
        kept: whether nobody won and the committees of the epoch before stay.
    """

    state: ShardState
    election: Election | None = None
    kept: bool = False


def committees_for_epoch(
    network: Network,
    epoch: Epoch,
    candidates: Sequence[Candidate],
    *,
    current_epoch: Epoch | None = None,
    previous: ShardState | None = None,
    compatibility: Compatibility = STRICT,
) -> NextCommittees:
    """Return the committees that the beacon chain elects for an epoch.

    If nobody wins, the committees of the epoch before stay and only their epoch is set anew; on testnet, where the
    number of shards changes with the epoch, Harmony's slots alone make up the new ones.

    Args:
        network: the network.
        epoch: the epoch elected for.
        candidates: all validators in the order of the chain's list, as in the state of the block before the one that
            elects.
        current_epoch: epoch of that block; None for the one before ``epoch``. It may be ``epoch`` itself.
        previous: the committees of the epoch before ``epoch``, of use only if nobody wins.
        compatibility: ``impossible_signing_counts``.

    Raises:
        VerificationError: ``election-epoch-past`` for an epoch before the current one, and the codes of `elect`.
        MissingDataError: ``previous-committees-missing`` if nobody wins and ``previous`` is None.
        UnsupportedRulesError: code ``rules-unknown``.
    """
    if not network.config.is_staking(epoch):
        return NextCommittees(committee_for_epoch(network, epoch))
    election = election_for_epoch(
        network, epoch, candidates, current_epoch=current_epoch, compatibility=compatibility
    )
    if not keeps_committees(network, election):
        return NextCommittees(assign_seats(network, election), election)
    require(
        previous is not None,
        MissingDataError,
        "previous-committees-missing",
        "Nobody was elected, so that the committees of the epoch before stay, and those were not given.",
    )
    kept = () if previous is None else previous.committees
    return NextCommittees(ShardState(epoch, kept), election, kept=True)


def election_for_epoch(
    network: Network,
    epoch: Epoch,
    candidates: Iterable[Candidate],
    *,
    current_epoch: Epoch | None = None,
    compatibility: Compatibility = STRICT,
) -> Election:
    """Hold the election that the beacon chain holds for an epoch; arguments and errors as for `committees_for_epoch`."""
    rules = ElectionRules.of_network(network, epoch, current_epoch)
    require(
        epoch >= rules.current_epoch,
        VerificationError,
        "election-epoch-past",
        "Committees are not elected for an epoch that is over.",
        expected=rules.current_epoch,
        actual=epoch,
    )
    return elect(rules, candidates, compatibility=compatibility)


def keeps_committees(network: Network, election: Election) -> bool:
    """Tell whether the committees of the epoch before stay because nobody was elected.

    On testnet they cannot where the number of shards changes: there Harmony's slots make up the new ones.
    """
    if election.auction.purchases:
        return False
    epoch = election.rules.epoch
    before = network.schedule.instance_for_epoch(Epoch(max(epoch - 1, 0)))
    return network.name != _TESTNET or before.num_shards == election.rules.num_shards


def assign_seats(network: Network, election: Election) -> ShardState:
    """Return the committees of all shards that an election gives.

    Args:
        network: the network; its schedule says how many slots of a shard are Harmony's own.
        election: what `elect` returned; it names the epoch.

    Raises:
        ConfigurationError: ``account-list-short`` if Harmony's list has fewer accounts than it has slots.
    """
    rules = election.rules
    instance = network.schedule.instance_for_epoch(rules.epoch)
    slots = [list(slots_of_harmony(instance, ShardID(shard))) for shard in range(rules.num_shards)]
    for seat in election.auction.purchases:
        slots[shard_of_key(seat.bls_public_key, rules.num_shards)].append(
            Slot(seat.address, seat.bls_public_key, seat.effective_stake)
        )
    return ShardState(rules.epoch, tuple(_committees(slots)))


def _committees(slots: Iterable[Iterable[Slot]]) -> Iterable[Committee]:
    return (Committee(ShardID(shard), tuple(members)) for shard, members in enumerate(slots))
