"""What meets a corrupt leader: consensus, evidence, slashing and resharding, one after the other over three epochs.

A leader shows two halves of its committee two blocks and votes for both. No block gets a quorum, the view changes, and
the height becomes final under the next leader. The two votes are evidence; it is verified and applied, and the offender
loses stake and seat: the committees of the next epoch are drawn from distributed randomness by the bounded Cuckoo rule.

Resharding and distributed randomness are the paper's protocols; no network runs them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from harmony_core.chain import Header, ShardState, SlashRecord, Slot
from harmony_core.chain.block import decode_block
from harmony_core.chain.validator_wrapper import (
    CommissionRates,
    Delegation,
    Description,
    Validator,
    ValidatorStatus,
    ValidatorWrapper,
)
from harmony_core.committee.resharding import Resharding, assign_randomly, reshard
from harmony_core.crypto.bls import KeySet
from harmony_core.fbft.engine import Electorate
from harmony_core.params import load_network
from harmony_core.primitives import Address, BlockNumber, Dec, Epoch, Hash32, ShardID
from harmony_core.quorum import TrustedCommittee
from harmony_core.randomness.drg import CommitLeader, CommitValidator, RandomnessRound, Session
from harmony_core.simulation.byzantine import Fault, faulty_nodes
from harmony_core.simulation.cluster import NETWORK, Cluster, Plan, simulated_secret
from harmony_core.simulation.network import Conditions
from harmony_core.staking import SlashContext, SlashOutcome, StakingState, apply_slashes, verify_slashes

__all__ = ["DefencesReport", "EpochReport", "run_defences"]

FIRST_EPOCH: Final = Epoch(1000)
SHARD: Final = ShardID(1)
_SHARDS: Final = 2
_EPOCHS: Final = 3
_BLOCKS: Final = 3
_ITERATIONS: Final = 60
_INTERVAL: Final = 200
_ONE: Final = 10**18
_PATIENCE: Final = 600_000
_MOST_NODES: Final = 64


@dataclass(frozen=True, slots=True)
class EpochReport:
    """What an epoch brought.

    Attributes:
        epoch: the epoch.
        committee: the nodes in the committee of the shard that is simulated, in slot order.
        views_lost: views that were given up in it.
        slashed: records that were verified and applied at its end.
        outcome: what they cost; None without any.
        seed: the randomness that the next committees were drawn from.
        resharding: the committees of the next epoch and who moved.
    """

    epoch: Epoch
    committee: tuple[int, ...]
    views_lost: int
    slashed: tuple[SlashRecord, ...]
    outcome: SlashOutcome | None
    seed: Hash32
    resharding: Resharding


@dataclass(frozen=True, slots=True)
class DefencesReport:
    """How the scenario went.

    Attributes:
        offender: the node that led twice at once.
        epochs: the epochs that came to their end.
        height: the last height that is final everywhere.
        violations: how many heights have two final blocks.
        banned: validators that may not come back.
    """

    offender: int
    epochs: tuple[EpochReport, ...]
    height: int
    violations: int
    banned: tuple[Address, ...]


def run_defences(*, validators: int = 10, seed: int = 0) -> DefencesReport:
    """Play the scenario with real signatures.

    Args:
        validators: nodes with one key each, in two shards, of which one is simulated.
        seed: of the network and of the first committees.
    """
    plan = Plan(validators=validators, real_signatures=True, seed=seed, conditions=Conditions(slowest=60))
    first = _first_committees(validators, seed)
    keys = first.committee(SHARD).public_keys
    numbers = {simulated_secret(index)[1]: index for index in range(validators)}
    offender = numbers[keys[2 % len(keys)]]  # leads the second view
    cluster = _EpochCluster(plan, first, offender)
    cluster.block_interval = _INTERVAL
    cluster.start()
    cluster.run(height=_EPOCHS * _BLOCKS, until=_PATIENCE)
    banned = tuple(
        address
        for address, wrapper in cluster.state.validators.items()
        if wrapper.validator.status is ValidatorStatus.BANNED
    )
    return DefencesReport(offender, tuple(cluster.reports), cluster.height, len(cluster.violations), banned)


class _EpochCluster(Cluster):
    """Nodes whose committee changes; those outside it follow."""

    def __init__(self, plan: Plan, first: ShardState, offender: int) -> None:
        self.shard_state = first
        self.committees = {FIRST_EPOCH: first}
        self.state = _staking_state(plan.validators)
        self.snapshots = {FIRST_EPOCH: dict(self.state.validators)}
        self.reports: list[EpochReport] = []
        super().__init__(plan, faulty_nodes({offender: Fault.EQUIVOCATING_LEADER}))

    def committee_after(self, epoch: Epoch) -> Electorate:
        """Return the committee that the last block of an epoch carries."""
        return _electorate_of(self.committees[Epoch(epoch + 1)])

    def finish_header(self, header: Header) -> Header:
        """Put the committees of the next epoch into the last block of an epoch."""
        if header.number % _BLOCKS:
            return header
        return replace(header, shard_state=self._close_epoch(header).encode())

    def is_valid(self, data: bytes) -> bool:
        """Hold the committees in a block against those that follow from the chain."""
        header = decode_block(data).header
        if header.number % _BLOCKS:
            return not header.shard_state
        return header.shard_state == self._close_epoch(header).encode()

    def _electorate(self) -> Electorate:
        return _electorate_of(self.shard_state)

    def _close_epoch(self, last: Header) -> ShardState:
        """Return the committees after the epoch of a block: everything that they follow from is final before it."""
        done = len(self.reports)
        epoch = Epoch(FIRST_EPOCH + last.number // _BLOCKS - 1)
        if epoch < FIRST_EPOCH + done:
            return self.reports[epoch - FIRST_EPOCH].resharding.state
        before = self.shard_state
        records = self._records()
        outcome = self._slash(records, epoch) if records else None
        seed = _draw_randomness(before, last.parent_hash, BlockNumber(last.number - 1))
        next_epoch = Epoch(epoch + 1)
        resharding = reshard(before, _members(self.state), seed=seed, epoch=next_epoch)
        keys = before.committee(SHARD).public_keys
        first = last.number - _BLOCKS + 1
        started = self.views.get(first - 1, (0, 0))[1]
        lost = last.view_id - started - _BLOCKS
        committee = tuple(self.owner_of(key) for key in keys)
        self.reports.append(EpochReport(epoch, committee, lost, records, outcome, seed, resharding))
        self.shard_state = self.committees[next_epoch] = resharding.state
        self.snapshots[next_epoch] = dict(self.state.validators)
        return resharding.state

    def _records(self) -> tuple[SlashRecord, ...]:
        """Return one record for each offender that honest nodes have evidence against and that is not banned."""
        found: dict[Address, SlashRecord] = {}
        for node in self.honest:
            for evidence in node.evidence:
                if self.state.validator(evidence.offender).validator.status is not ValidatorStatus.BANNED:
                    found.setdefault(evidence.offender, SlashRecord(evidence, account_of(node.index)))
        return tuple(found.values())

    def _slash(self, records: Sequence[SlashRecord], epoch: Epoch) -> SlashOutcome:
        context = SlashContext(network=load_network(NETWORK), epoch=epoch, committees=self.committees)
        proven = verify_slashes(records, self.state, context)
        beneficiary = Address(sha256(b"whoever includes the record").digest()[:20])
        outcome = apply_slashes(self.state, proven, self.snapshots, beneficiary)
        self.state = outcome.state
        return outcome


def account_of(index: int) -> Address:
    """Return the account of a simulated validator."""
    return Address(sha256(b"account %d" % index).digest()[:20])


def _electorate_of(state: ShardState) -> Electorate:
    epoch = state.epoch or FIRST_EPOCH
    return Electorate(TrustedCommittee(load_network(NETWORK), epoch, state.committee(SHARD)))


def _draw_randomness(state: ShardState, block_hash: Hash32, number: BlockNumber) -> Hash32:
    """Return what the committee's distributed randomness generation gives on a block's hash."""
    keys = state.committee(SHARD).public_keys
    by_key = {simulated_secret(index)[1]: simulated_secret(index)[0] for index in range(_MOST_NODES)}
    session = Session(SHARD, block_hash, KeySet(keys), keys[0])
    leader = CommitLeader(session, by_key[keys[0]])
    init = leader.start()
    for key in keys[1 : session.threshold]:
        leader.receive(CommitValidator(session, by_key[key]).receive(init))
    proposal = leader.proposal()
    drawn = RandomnessRound(delay_blocks=1, iterations=_ITERATIONS)
    if proposal is not None:
        drawn.agree(CommitValidator(session, by_key[keys[-1]]).check(proposal), number)
    return drawn.accept(drawn.compute(), BlockNumber(number + 1)).digest


def _first_committees(validators: int, seed: int) -> ShardState:
    members = _members(_staking_state(validators))
    start = sha256(b"first committees %d" % seed).digest()
    return assign_randomly(members, _SHARDS, seed=start, epoch=FIRST_EPOCH)


def _members(state: StakingState) -> list[Slot]:
    """Return a slot for each validator that may be elected."""
    return [
        Slot(address, wrapper.validator.slot_keys[0], Dec.from_int(_own_stake(wrapper)))
        for address, wrapper in state.validators.items()
        if wrapper.validator.status is ValidatorStatus.ACTIVE
    ]


def _own_stake(wrapper: ValidatorWrapper) -> int:
    return sum(delegation.amount for delegation in wrapper.delegations)


def _staking_state(validators: int) -> StakingState:
    return StakingState(validators={account_of(index): _wrapper(index) for index in range(validators)})


def _wrapper(index: int) -> ValidatorWrapper:
    address = account_of(index)
    validator = Validator(
        address=address,
        slot_keys=(simulated_secret(index)[1],),
        last_epoch_in_committee=FIRST_EPOCH,
        min_self_delegation=10_000 * _ONE,
        max_total_delegation=10**9 * _ONE,
        status=ValidatorStatus.ACTIVE,
        commission=CommissionRates(Dec.parse("0.1"), Dec.parse("0.5"), Dec.parse("0.02")),
        update_height=0,
        description=Description(b"validator %d" % index, b"", b"", b"", b""),
        creation_height=0,
    )
    others = Address(sha256(b"delegator of %d" % index).digest()[:20])
    return ValidatorWrapper(
        validator=validator,
        delegations=(Delegation(address, 40_000 * _ONE), Delegation(others, 60_000 * _ONE)),
    )
