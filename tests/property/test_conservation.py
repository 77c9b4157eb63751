"""Value between shards is neither made nor lost, whatever the network does to the proofs that carry it."""

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from harmony_core.chain import Header, HeaderVersion
from harmony_core.chain.cross_shard_receipt import CXReceipt, CXReceiptsProof, outgoing_receipts_root
from harmony_core.cross_shard import (
    SpentMarks,
    VerifiedOutgoing,
    VerifiedReceipts,
    prove_receipts,
    verify_outgoing_receipts,
    verify_receipts_proof,
)
from harmony_core.crypto import keccak256
from harmony_core.errors import HarmonyError, VerificationError
from harmony_core.primitives import Address, BlockNumber, BLSSignatureBytes, Epoch, Hash32, ShardID, ViewID
from harmony_core.quorum import Commit, CommitTarget, VerifiedCommit, VerifiedHeader
from harmony_core.quorum.verified_header import _MINT
from harmony_core.state import ShardedState, State
from support.cross_shard import EPOCH, signers_of

SHARDS = [ShardID(shard) for shard in range(5)]
ACCOUNTS = [Address(keccak256(bytes([number]))[:20]) for number in range(4)]
SUPPLY_OF_AN_ACCOUNT = 1000
SUPPLY = SUPPLY_OF_AN_ACCOUNT * len(ACCOUNTS) * len(SHARDS)

shards = st.sampled_from(SHARDS)
accounts = st.sampled_from(ACCOUNTS)
amounts = st.integers(0, 700)


def as_verified(header: Header) -> VerifiedHeader:
    """Return the header as if its committee had signed it: signatures are not what is tested here."""
    committee = signers_of(header.shard_id).trusted()
    proof = VerifiedCommit(
        _MINT,
        target=CommitTarget.of_header(header),
        commit=Commit(BLSSignatureBytes.zero(), b"\x7f"),
        committee=committee,
        signer_count=7,
        power=committee.rule.power(b"\x7f"),
    )
    return VerifiedHeader(_MINT, header, proof)


@dataclass
class Chain:
    """One shard: its state, what it sends in the block it is building, and what it has taken in."""

    shard_id: ShardID
    state: State
    root: Hash32
    number: int = 1
    sending: list[CXReceipt] = field(default_factory=list)
    taken: list[VerifiedReceipts] = field(default_factory=list)
    spent: SpentMarks = field(default_factory=SpentMarks)


class Shards(RuleBasedStateMachine):
    """Five shards and a network that delivers proofs late, twice, altered or not at all."""

    def __init__(self) -> None:
        super().__init__()
        self.chains: dict[ShardID, Chain] = {}
        self.sources: dict[Hash32, VerifiedHeader] = {}
        self.sealed: dict[Hash32, VerifiedOutgoing] = {}
        self.mail: list[CXReceiptsProof] = []
        self.credited: dict[tuple[Hash32, ShardID], int] = {}
        self.counter = 0

    @initialize()
    def begin(self) -> None:
        for shard_id in SHARDS:
            state = State()
            for account in ACCOUNTS:
                state.add_balance(account, SUPPLY_OF_AN_ACCOUNT)
            self.chains[shard_id] = Chain(shard_id, state, state.commit(delete_empty=True))

    @property
    def states(self) -> ShardedState:
        return ShardedState({shard_id: chain.state for shard_id, chain in self.chains.items()})

    # What shards do.

    @rule(source=shards, to=shards, sender=accounts, recipient=accounts, amount=amounts, fails=st.booleans())
    def send(
        self, *, source: ShardID, to: ShardID, sender: Address, recipient: Address, amount: int, fails: bool
    ) -> None:
        """Execute a transfer; one that fails is reverted, and leaves no receipt."""
        chain = self.chains[source]
        start = chain.state.snapshot()
        if amount > chain.state.balance(sender):
            with pytest.raises(VerificationError):
                chain.state.subtract_balance(sender, amount)
            chain.state.revert(start)
            return
        chain.state.subtract_balance(sender, amount)
        if source == to:
            chain.state.add_balance(recipient, amount)
        if fails:
            chain.state.revert(start)
        elif source != to:
            self.counter += 1
            name = Hash32(self.counter.to_bytes(32, "big"))
            chain.sending.append(CXReceipt(name, sender, recipient, source, to, amount))
        chain.state.end_transaction(delete_empty=True)

    @rule(shard=shards)
    def seal(self, shard: ShardID) -> None:
        """Finish a block: its state root and its outgoing root are in the header from now on."""
        chain = self.chains[shard]
        chain.root = chain.state.commit(delete_empty=True)
        header = Header(
            version=HeaderVersion.V3,
            shard_id=shard,
            number=BlockNumber(chain.number),
            view_id=ViewID(chain.number),
            epoch=Epoch(EPOCH),
            root=chain.root,
            outgoing_receipts_root=outgoing_receipts_root(chain.sending),
        )
        source = as_verified(header)
        outgoing = verify_outgoing_receipts(source, chain.sending)
        self.sources[header.hash] = source
        self.sealed[header.hash] = outgoing
        self.mail += [prove_receipts(outgoing, to) for to in outgoing.by_destination]
        chain.number += 1
        chain.sending = []
        chain.taken = []

    @rule(shard=shards)
    def drop_block(self, shard: ShardID) -> None:
        """Give up the block that is being built: what it sent and took in never happened."""
        chain = self.chains[shard]
        chain.state = State(chain.state.store, chain.root)
        chain.sending = []
        for receipts in chain.taken:
            chain.spent.unspend(receipts)
            self.credited[receipts.source.hash, shard] -= 1
        chain.taken = []

    # What the network does.

    @precondition(lambda self: self.mail)
    @rule(data=st.data(), keep=st.booleans())
    def deliver(self, data: st.DataObject, keep: bool) -> None:
        """Deliver any proof in any order; one that stays in the mail will be delivered again."""
        index = data.draw(st.integers(0, len(self.mail) - 1))
        proof = self.mail[index] if keep else self.mail.pop(index)
        to = proof.receipts[0].to_shard_id
        if self.credited.get((proof.header.hash, to)):
            with pytest.raises(VerificationError) as info:
                self.take_in(proof, to)
            assert info.value.code == "cx-spent"
        else:
            self.take_in(proof, to)

    @precondition(lambda self: self.mail)
    @rule(data=st.data())
    def lose(self, data: st.DataObject) -> None:
        """Lose a proof."""
        self.mail.pop(data.draw(st.integers(0, len(self.mail) - 1)))

    @precondition(lambda self: self.sealed)
    @rule(data=st.data())
    def prove_again(self, data: st.DataObject) -> None:
        """Make the proofs of an old block again, as anybody can who has the block."""
        outgoing = self.sealed[data.draw(st.sampled_from(sorted(self.sealed)))]
        self.mail += [prove_receipts(outgoing, to) for to in outgoing.by_destination]

    @precondition(lambda self: self.mail)
    @rule(data=st.data(), to=shards, number=st.integers(0, 50), shard=shards, kind=st.integers(0, 4))
    def replay(self, data: st.DataObject, to: ShardID, number: int, shard: ShardID, kind: int) -> None:
        """Deliver a proof that claims something else: refused, or honest after all."""
        honest = data.draw(st.sampled_from(self.mail))
        merkle, first = honest.merkle_proof, honest.receipts[0]
        altered = (
            replace(honest, merkle_proof=replace(merkle, block_number=BlockNumber(number))),
            replace(honest, merkle_proof=replace(merkle, shard_id=shard)),
            replace(honest, receipts=(replace(first, amount=first.amount + number), *honest.receipts[1:])),
            replace(honest, receipts=(*honest.receipts, first)),
            replace(honest, receipts=tuple(replace(item, to_shard_id=to) for item in honest.receipts)),
        )[kind]
        if altered != honest:
            with pytest.raises(HarmonyError):
                self.take_in(altered, altered.receipts[0].to_shard_id)

    def take_in(self, proof: CXReceiptsProof, to: ShardID) -> None:
        chain = self.chains[to]
        receipts = verify_receipts_proof(proof, self.sources[proof.header.hash], to_shard_id=to)
        chain.spent.spend(receipts)
        for receipt in receipts.receipts:
            self.states.credit(receipt, delete_empty=True)
        chain.taken.append(receipts)
        key = receipts.source.hash, to
        self.credited[key] = self.credited.get(key, 0) + 1

    # What never changes.

    @invariant()
    def nothing_is_made_or_lost(self) -> None:
        if not self.chains:
            return
        held = sum(chain.state.balance(account) for chain in self.chains.values() for account in ACCOUNTS)
        leaving = sum(receipt.amount for chain in self.chains.values() for receipt in chain.sending)
        in_flight = sum(
            receipt.amount
            for block_hash, outgoing in self.sealed.items()
            for receipt in outgoing.receipts
            if not self.credited.get((block_hash, receipt.to_shard_id))
        )
        assert held + leaving + in_flight == SUPPLY

    @invariant()
    def nothing_is_credited_twice(self) -> None:
        assert all(count in {0, 1} for count in self.credited.values())

    def teardown(self) -> None:
        """Deliver everything in the end: then nothing is in flight."""
        for shard in list(self.chains):
            self.seal(shard)
        self.mail = [
            prove_receipts(outgoing, to)
            for outgoing in self.sealed.values()
            for to in outgoing.by_destination
        ]
        for proof in self.mail:
            to = proof.receipts[0].to_shard_id
            if not self.credited.get((proof.header.hash, to)):
                self.take_in(proof, to)
        if self.chains:
            held = sum(c.state.balance(account) for c in self.chains.values() for account in ACCOUNTS)
            assert held == SUPPLY


def test_value_is_neither_made_nor_lost_and_nothing_is_credited_twice() -> None:
    run_state_machine_as_test(
        Shards, settings=settings(max_examples=60, stateful_step_count=40, deadline=None)
    )
