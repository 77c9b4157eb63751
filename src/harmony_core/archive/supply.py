"""Where money came from and went: the change of all that is owned, held against rewards, receipts and what was burnt.

Only what differs between two states is walked. Where a range of blocks does not close, it is halved until the blocks are
found that do not, and these are explained, atto for atto, or named.

Source: harmony-one/harmony, internal/chain/reward.go and engine.go (applySlashes); core/state_transition.go (collectGas).
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from harmony_core.archive.accounts import AccountTally, walk_accounts
from harmony_core.archive.difference import AccountChange, account_changes, stake_changes
from harmony_core.archive.node_database import NodeDatabase
from harmony_core.archive.walk import root_of_walk
from harmony_core.chain import Header, ShardState, StakingTransaction, Transaction
from harmony_core.chain.slash import decode_slash_records
from harmony_core.chain.validator_wrapper import ValidatorStatus
from harmony_core.crypto import keccak256
from harmony_core.errors import MissingDataError, VerificationError, require
from harmony_core.params import Network
from harmony_core.primitives import STRICT, Address, BlockNumber, Compatibility, Epoch, Hash32, ShardID
from harmony_core.staking.rewards import earned_by_block
from harmony_core.trie import EMPTY_ROOT

__all__ = ["Explanation", "SupplyReport", "audit_supply", "total_of"]

_SHARDS = 8
_STEP = 1024
_ONE = 10**18


@dataclass(frozen=True, slots=True)
class Explanation:
    """A block whose state changed by something else than its rewards and receipts.

    Attributes:
        number: its height.
        difference: atto by which the state grew more than rewards and receipts say; negative for less.
        withheld: atto of rewards that banned validators earned and did not get.
        slashed: atto that slashing took from delegators of the offenders and gave to nobody.
        lost_halves: atto that were lost where fees of an odd number were halved.
        rounding: atto by which the shares of rewards, each rounded, differ from their sum.
        unexplained: what is left: 0, or money made or destroyed against the rules.
    """

    number: int
    difference: int
    withheld: int = 0
    slashed: int = 0
    lost_halves: int = 0
    rounding: int = 0

    @property
    def unexplained(self) -> int:
        """What is left when all that is known is taken away."""
        return self.difference + self.withheld + self.slashed + self.lost_halves - self.rounding


@dataclass(slots=True)
class SupplyReport:
    """How the money of a shard changed over a range of blocks, in atto.

    Attributes:
        shard_id: the shard.
        start: height of the first state.
        stop: height of the last.
        change: how much more there is in balances, stake, undelegations and rewards.
        minted: rewards that the blocks in between pay, recomputed from headers and committees.
        sent: value that left for other shards.
        received: value that came from other shards.
        recorded: rewards that the node recorded for the same blocks, None where it did not.
        explanations: every block that does not close by these alone.
    """

    shard_id: ShardID
    start: int
    stop: int
    change: int = 0
    minted: int = 0
    sent: int = 0
    received: int = 0
    recorded: int | None = None
    explanations: list[Explanation] = field(default_factory=list)

    @property
    def closes(self) -> bool:
        """Whether every atto is accounted for."""
        explained = sum(item.difference for item in self.explanations)
        return self.change == self.minted + self.received - self.sent + explained and not any(
            item.unexplained for item in self.explanations
        )


@dataclass(slots=True)
class _Flow:
    minted: int = 0
    sent: int = 0
    received: int = 0

    @property
    def net(self) -> int:
        return self.minted + self.received - self.sent


class _Committees(Mapping[Epoch, ShardState]):
    """The committees that a database keeps, by epoch."""

    def __init__(self, database: NodeDatabase) -> None:
        self._database = database

    def __getitem__(self, epoch: Epoch) -> ShardState:
        state = self._database.shard_state(epoch)
        if state is None:
            raise KeyError(epoch)
        return state

    def __iter__(self) -> Iterator[Epoch]:
        return iter(())

    def __len__(self) -> int:
        return 0


def total_of(database: NodeDatabase, root: Hash32, *, compatibility: Compatibility = STRICT) -> int:
    """Return everything that a whole state holds, atto: balances, stake, undelegations, rewards.

    Raises:
        VerificationError: ``archive-state`` where the state is not whole.
    """
    tally, total = AccountTally(), 0
    for account in walk_accounts(database, root_of_walk(root), tally, compatibility=compatibility):
        total += account.balance
        change = AccountChange(account.key, None, account)
        total += sum(after.total for _, after in stake_changes(change).values())
    _require_whole(tally)
    return total


def audit_supply(
    database: NodeDatabase,
    network: Network,
    *,
    start: int = 0,
    stop: int | None = None,
    step: int = _STEP,
    compatibility: Compatibility = STRICT,
    progress: Callable[[int], None] | None = None,
) -> SupplyReport:
    """Account for every atto by which a shard's state changed over a range of blocks.

    Two differences that cancel out are told apart only where they lie in different steps; 1 leaves no room for any.

    Args:
        database: an archive node's database, which has the states in between.
        network: the verifier's network.
        start: height of the first state.
        stop: height of the last; the newest block if None.
        step: blocks that are looked at together where they close.
        compatibility: quirks to allow.
        progress: called with the number of blocks accounted for.

    Raises:
        VerificationError: ``archive-state`` where a state on the way is not whole.
        MissingDataError: ``archive-root-missing`` for a state that the database does not have, ``archive-block-missing``,
            or a code of rewards.
    """
    end = int(database.head.number) if stop is None else stop
    report = SupplyReport(database.shard_id, start, end)
    audit = _Audit(database, network, compatibility, report)
    for low in range(start, end, step):
        high = min(low + step, end)
        audit.flow(low, high)
        report.change += audit.close(low, high)
        if progress is not None:
            progress(high - start)
    before, after = database.rewards_paid(BlockNumber(start)), database.rewards_paid(BlockNumber(end))
    report.recorded = None if before is None or after is None else after - before
    return report


class _Audit:
    """One audit: what flowed in each block, and the halving of ranges that do not close."""

    def __init__(
        self, database: NodeDatabase, network: Network, compatibility: Compatibility, report: SupplyReport
    ) -> None:
        self._database = database
        self._network = network
        self._compatibility = compatibility
        self._report = report
        self._committees = _Committees(database)
        self._flows: dict[int, _Flow] = {}
        self._ancestors: deque[Header] = deque(maxlen=network.schedule.reward_frequency + 1)

    def flow(self, low: int, high: int) -> None:
        """Note what the blocks above ``low`` up to ``high`` pay, send and receive."""
        if not self._ancestors:
            first = max(low - self._network.schedule.reward_frequency, 0)
            self._ancestors.extend(self._database.canonical_headers(first, low + 1))
        self._flows.clear()
        for header in self._database.canonical_headers(low + 1, high + 1):
            earned = earned_by_block(
                header,
                list(self._ancestors),
                network=self._network,
                shard_states=self._committees,
                compatibility=self._compatibility,
            )
            flow = _Flow(earned.total + earned.recovery.truncate_int())
            if header.outgoing_receipts_root != EMPTY_ROOT:
                shards = map(ShardID, range(_SHARDS))
                flow.sent = sum(r.amount for s in shards for r in self._database.outgoing_receipts(header, s))
            if header.incoming_receipts_root != EMPTY_ROOT:
                proofs = self._database.body(header).incoming_receipts
                flow.received = sum(receipt.amount for proof in proofs for receipt in proof.receipts)
            self._flows[int(header.number)] = flow
            self._ancestors.append(header)
            self._report.minted += flow.minted
            self._report.sent += flow.sent
            self._report.received += flow.received

    def close(self, low: int, high: int) -> int:
        """Account for a range, in parts where it does not close; return the change."""
        changes = self._changes(low, high)
        change = sum(_value(item) for item in changes)
        difference = change - sum(self._flows[number].net for number in range(low + 1, high + 1))
        if difference and high - low == 1:
            self._report.explanations.append(self._explain(high, difference, changes))
        elif difference:
            middle = (low + high) // 2
            self.close(low, middle)
            self.close(middle, high)
        return change

    def _changes(self, low: int, high: int) -> list[AccountChange]:
        roots = []
        for number in (low, high):
            root = self._database.header(BlockNumber(number)).root
            require(
                root == EMPTY_ROOT or self._database.get(root) is not None,
                MissingDataError,
                "archive-root-missing",
                f"The database has no state after block {number}: the supply needs an archive node's data.",
                expected=root,
            )
            roots.append(root)
        tally = AccountTally()
        before, after = (self._database, roots[0]), (self._database, roots[1])
        changes = list(account_changes(before, after, tally, compatibility=self._compatibility))
        _require_whole(tally)
        return changes

    def _explain(self, number: int, difference: int, changes: list[AccountChange]) -> Explanation:
        header = self._database.header(BlockNumber(number))
        by_key = {change.key: change for change in changes}
        withheld, rounding = self._withheld(header, by_key), 0
        slashed = _slashed(header, by_key)
        halves = self._lost_halves(header)
        rest = difference + withheld + slashed + halves
        delegations = sum(
            len(change.after.wrapper.delegations)
            for change in changes
            if change.after is not None and change.after.wrapper is not None
        )
        if self._flows[number].minted and abs(rest) <= delegations * (1 + self._flows[number].minted // _ONE):
            rounding = rest
        return Explanation(number, difference, withheld, slashed, halves, rounding)

    def _withheld(self, header: Header, by_key: Mapping[str, AccountChange]) -> int:
        """Return what banned validators earned with a block."""
        if not self._network.config.is_staking(header.epoch):
            return 0
        first = max(int(header.number) - self._network.schedule.reward_frequency, 0)
        ancestors = list(self._database.canonical_headers(first, int(header.number)))
        earned = earned_by_block(
            header,
            ancestors,
            network=self._network,
            shard_states=self._committees,
            compatibility=self._compatibility,
        )
        banned = 0
        for address, amount in earned.due:
            change = by_key.get(keccak256(address).hex())
            held = None if change is None else change.before
            status = _status(self._database, header, address) if held is None else _status_of(held)
            banned += amount if status == ValidatorStatus.BANNED else 0
        return banned

    def _lost_halves(self, header: Header) -> int:
        """Return how many transactions paid a fee of an odd number where each half is rounded down."""
        if not self._network.config.is_fee_collect(header.epoch):
            return 0
        body = self._database.body(header)
        transactions: list[Transaction | StakingTransaction] = [
            *body.transactions,
            *body.staking_transactions,
        ]
        receipts = self._database.receipts(header)
        return sum(
            receipt.gas_used * transaction.gas_price & 1
            for transaction, receipt in zip(transactions, receipts, strict=False)
        )


def _status(database: NodeDatabase, header: Header, address: Address) -> int | None:
    """Return the status of a validator that a block left as it was."""
    from harmony_core.state import State  # noqa: PLC0415 - rarely needed
    from harmony_core.state.validators import validator_wrapper  # noqa: PLC0415 - the same

    parent = database.header(BlockNumber(header.number - 1))
    return int(validator_wrapper(State(_Codes(database), parent.root), address).validator.status)


class _Codes:
    """A node store that finds code under the keys of a node's database."""

    def __init__(self, database: NodeDatabase) -> None:
        self._database = database

    def get(self, node_hash: bytes) -> bytes | None:
        found = self._database.get(node_hash)
        return found if found is not None else self._database.code(Hash32(node_hash), validator=True)

    def put_many(self, nodes: object) -> None:
        del nodes


def _status_of(account: object) -> int | None:
    wrapper = getattr(account, "wrapper", None)
    return None if wrapper is None else int(wrapper.validator.status)


def _slashed(header: Header, by_key: Mapping[str, AccountChange]) -> int:
    """Return what slashing took and gave to nobody: what the offenders' delegators lost, less what the coinbase got."""
    if not header.slashes:
        return 0
    offenders = {record.evidence.offender for record in decode_slash_records(header.slashes)}
    lost = 0
    for offender in offenders:
        change = by_key.get(keccak256(offender).hex())
        if change is not None:
            lost -= sum(after.total - before.total for before, after in stake_changes(change).values())
    reward = by_key.get(keccak256(header.coinbase).hex())
    return lost - (0 if reward is None else reward.liquid)


def _value(change: AccountChange) -> int:
    return change.liquid + sum(after.total - before.total for before, after in stake_changes(change).values())


def _require_whole(tally: AccountTally) -> None:
    require(
        not tally.problems,
        VerificationError,
        "archive-state",
        "A state on the way is not whole; repair or replace the database.",
        actual=str(tally.problems[0]) if tally.problems else None,
    )
