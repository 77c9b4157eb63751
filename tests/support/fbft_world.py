"""A committee in one view, with its secret keys: six Harmony slots, two slots of one validator, one of another."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from harmony_core.chain import Block, Committee, Header, Slot
from harmony_core.chain.body import Body, BodyVersion
from harmony_core.crypto.bls import SecretKey
from harmony_core.fbft import KnownView, VerifiedMessage, ViewChange, verify_message
from harmony_core.fbft.build import (
    Place,
    PreparedBlock,
    build_commit_vote,
    build_new_view,
    build_prepare,
    build_view_change,
    sign_jointly,
)
from harmony_core.fbft.messages import CommitVote, NewView, Prepare
from harmony_core.fbft.view_tally import ViewTally
from harmony_core.params import load_network
from harmony_core.primitives import Address, BlockNumber, BLSPublicKeyBytes, Dec, Epoch, ShardID, ViewID
from harmony_core.quorum import Commit, CommitTarget, TrustedCommittee, commit_payload
from support.committees import bitmap_of, header_at, secret_key

__all__ = ["ALL", "HARMONY", "World"]

OWNERS = (1, 2, 3, 4, 5, 6, 7, 7, 8)
HARMONY = range(6)
ALL = range(9)


@dataclass(frozen=True)
class World:
    """One height of shard 0 of the local network in the staking era, in some view of it.

    Attributes:
        epoch: the epoch.
        number: the height.
        view_id: the view of messages, and of the block unless a test says otherwise.
        first: number of the first secret key.
        shard_id: the shard.
    """

    epoch: int = 5
    number: int = 100
    view_id: int = 101
    first: int = 0
    shard_id: int = 0

    @cached_property
    def secrets(self) -> list[SecretKey]:
        return [secret_key(self.first + at) for at in ALL]

    @cached_property
    def committee(self) -> TrustedCommittee:
        slots = tuple(
            Slot(
                Address(bytes([owner]) * 20),
                secret.public_key().to_bytes(),
                None if at in HARMONY else Dec.from_int(10000),
            )
            for at, (owner, secret) in enumerate(zip(OWNERS, self.secrets, strict=True))
        )
        committee = Committee(ShardID(self.shard_id), slots)
        return TrustedCommittee(load_network("localnet"), Epoch(self.epoch), committee)

    @property
    def keys(self) -> Sequence[BLSPublicKeyBytes]:
        return self.committee.key_set.keys

    @property
    def place(self) -> Place:
        return Place(ShardID(self.shard_id), BlockNumber(self.number), ViewID(self.view_id))

    def header(self, view_id: int | None = None, number: int | None = None) -> Header:
        return header_at(
            self.epoch,
            shard_id=self.shard_id,
            number=self.number if number is None else number,
            view_id=self.view_id if view_id is None else view_id,
        )

    @staticmethod
    def block(header: Header) -> bytes:
        return Block(header, Body(version=BodyVersion.V2)).encode()

    def target(self, header: Header | None = None) -> CommitTarget:
        return CommitTarget.of_header(header or self.header())

    def view(self, target: CommitTarget | None = None, leader: int | None = None) -> KnownView:
        key = None if leader is None else self.keys[leader]
        return KnownView(self.committee, self.place.block_number, self.place.view_id, key, target)

    def payload(self, target: CommitTarget) -> bytes:
        return commit_payload(
            self.committee.network.config,
            block_hash=target.block_hash,
            number=target.number,
            view_id=target.view_id,
            epoch=target.epoch,
        )

    def certificate(self, payload: bytes, signers: Iterable[int] = ALL) -> Commit:
        chosen = list(signers)
        signature = sign_jointly(payload, [self.secrets[at] for at in chosen])
        return Commit(signature, bitmap_of(len(self.keys), chosen))

    def prepare(self, *slots: int, header: Header | None = None) -> Prepare:
        block_hash = (header or self.header()).hash
        return build_prepare(self.place, block_hash, [self.secrets[at] for at in slots], self.keys)

    def commit(self, *slots: int, header: Header | None = None) -> CommitVote:
        target = self.target(header)
        secrets = [self.secrets[at] for at in slots]
        return build_commit_vote(self.place, target.block_hash, self.payload(target), secrets, self.keys)

    def prepared(self, header: Header, signers: Iterable[int] = HARMONY) -> PreparedBlock:
        return PreparedBlock(header.hash, self.certificate(header.hash, signers), self.block(header))

    def later(self, views: int = 1) -> "World":
        """Return the same height in a later view."""
        return replace(self, view_id=self.view_id + views)

    def ask(self, slot: int, prepared: PreparedBlock | None = None, leader: int = 2) -> ViewChange:
        """Return the vote of a slot for this view."""
        return build_view_change(self.place, self.keys[leader], self.secrets[slot], prepared)

    def asked(self, votes: Iterable[ViewChange]) -> list[VerifiedMessage]:
        return [verify_message(vote, self.view()) for vote in votes]

    def new_view(self, votes: Iterable[ViewChange], leader: int = 2) -> NewView:
        """Return what the next leader makes of some votes."""
        tally = ViewTally(self.committee, ViewID(self.view_id))
        for vote in votes:
            tally.record(vote)
        m3 = tally.m3()
        assert m3 is not None
        return build_new_view(self.place, self.secrets[leader], m3, tally.m2(), tally.prepared)
