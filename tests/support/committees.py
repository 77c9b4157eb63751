"""Committees of reference cases, and committees with their secret keys that sign for tests."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256

from harmony_core.chain import Committee, Header, HeaderVersion, Slot
from harmony_core.crypto.bls import SecretKey, aggregate_signatures
from harmony_core.params import Network, load_network
from harmony_core.primitives import (
    Address,
    BlockNumber,
    BLSPublicKeyBytes,
    BLSSignatureBytes,
    Dec,
    Epoch,
    Hash32,
    ShardID,
    ViewID,
    bytes_from_hex,
)
from harmony_core.quorum import Commit, CommitTarget, TrustedCommittee, commit_payload

__all__ = ["Signers", "bitmap_of", "committee_of", "header_at", "secret_key"]


def committee_of(slots: Sequence[Sequence[str | None]], shard_id: int = 0) -> Committee:
    """Return the committee of slots written as ``[address, BLS public key, effective stake or None]``."""
    return Committee(
        ShardID(shard_id),
        tuple(
            Slot(
                Address(bytes_from_hex(str(address))),
                BLSPublicKeyBytes(bytes_from_hex(str(key))),
                None if stake is None else Dec.parse(stake),
            )
            for address, key, stake in slots
        ),
    )


def bitmap_of(size: int, chosen: Iterable[int]) -> bytes:
    """Return the bitmap over ``size`` slots in which the bits of ``chosen`` are set."""
    return sum(1 << index for index in set(chosen)).to_bytes((size + 7) // 8, "little")


@cache
def secret_key(index: int) -> SecretKey:
    """Return a secret key that is always the same for ``index``."""
    return SecretKey(int.from_bytes(sha256(b"test key %d" % index).digest(), "big") >> 2)


@cache
def public_key(index: int) -> BLSPublicKeyBytes:
    return secret_key(index).public_key().to_bytes()


def header_at(epoch: int, *, shard_id: int = 0, number: int = 100, view_id: int = 101) -> Header:
    """Return a header of the newest version with some content of its own."""
    return Header(
        version=HeaderVersion.V3,
        parent_hash=Hash32(sha256(b"parent of %d" % number).digest()),
        number=BlockNumber(number),
        view_id=ViewID(view_id),
        epoch=Epoch(epoch),
        shard_id=ShardID(shard_id),
    )


@dataclass(frozen=True)
class Signers:
    """A committee whose secret keys are known.

    Attributes:
        keys: number of the key in each slot.
        stakes: effective stake of each slot, None for Harmony's.
        network_name: the network.
        epoch: the epoch that it serves.
        shard_id: its shard.
    """

    keys: tuple[int, ...]
    stakes: tuple[str | None, ...]
    network_name: str = "localnet"
    epoch: int = 5
    shard_id: int = 0

    @classmethod
    def uniform(cls, size: int, *, epoch: int = 1, shard_id: int = 0, first: int = 0) -> "Signers":
        """Return a committee of the local network before staking."""
        keys = tuple(range(first, first + size))
        return cls(keys, (None,) * size, epoch=epoch, shard_id=shard_id)

    @classmethod
    def staked(
        cls, harmony: int, stakes: Sequence[str], *, epoch: int = 5, network_name: str = "localnet"
    ) -> "Signers":
        """Return a committee of the staking era, Harmony's slots first."""
        size = harmony + len(stakes)
        return cls(
            tuple(range(size)), (None,) * harmony + tuple(stakes), epoch=epoch, network_name=network_name
        )

    @property
    def network(self) -> Network:
        return load_network(self.network_name)

    @property
    def committee(self) -> Committee:
        slots = (
            Slot(
                Address(bytes([key % 256]) * 20), public_key(key), None if stake is None else Dec.parse(stake)
            )
            for key, stake in zip(self.keys, self.stakes, strict=True)
        )
        return Committee(ShardID(self.shard_id), tuple(slots))

    def trusted(self) -> TrustedCommittee:
        return TrustedCommittee(self.network, Epoch(self.epoch), self.committee)

    def at(self, *, epoch: int | None = None, shard_id: int | None = None) -> "Signers":
        """Return the same keys in another epoch or shard."""
        return replace(
            self,
            epoch=self.epoch if epoch is None else epoch,
            shard_id=self.shard_id if shard_id is None else shard_id,
        )

    def payload(self, target: CommitTarget) -> bytes:
        return commit_payload(
            self.network.config,
            block_hash=target.block_hash,
            number=target.number,
            view_id=target.view_id,
            epoch=Epoch(self.epoch),
        )

    def sign(self, header: Header, chosen: Iterable[int] | None = None) -> Commit:
        """Return the commit on ``header`` of the slots in ``chosen``, all by default."""
        return self.sign_target(CommitTarget.of_header(header), chosen)

    def sign_target(self, target: CommitTarget, chosen: Iterable[int] | None = None) -> Commit:
        indexes = sorted(set(range(len(self.keys)) if chosen is None else chosen))
        payload = self.payload(target)
        total = aggregate_signatures([secret_key(self.keys[index]).sign(payload) for index in indexes])
        return Commit(
            BLSSignatureBytes(total.to_bytes()) if indexes else BLSSignatureBytes.zero(),
            bitmap_of(len(self.keys), indexes),
        )
