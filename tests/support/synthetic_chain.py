"""Signed chains of headers made for tests: a small network whose secret keys the tests hold."""

import dataclasses
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from harmony_core.chain.header import Header, HeaderVersion
from harmony_core.chain.shard_state import Committee, ShardState, Slot
from harmony_core.crypto.bls import SecretKey, aggregate_signatures
from harmony_core.light_client import SignedHeader
from harmony_core.params import Network, load_network
from harmony_core.primitives import Address, BlockNumber, Dec, Epoch, Hash32, ShardID, ViewID
from harmony_core.quorum import Commit, commit_payload
from harmony_core.randomness.vrf import evaluate

__all__ = [
    "FIRST_EPOCH",
    "LOCALNET",
    "NOW",
    "build_chain",
    "child_of",
    "commit_on",
    "committee",
    "keys_of",
    "rebuilt",
    "shard_state",
    "signed",
    "trusted_start",
    "vrf_of",
]

LOCALNET: Final[Network] = load_network("localnet")
FIRST_EPOCH: Final = Epoch(3)
NOW: Final = 2_000_000_000
_HARMONY_SLOTS: Final = 4
_STAKED_SLOTS: Final = 3


@dataclass(frozen=True)
class _Key:
    secret: SecretKey
    slot: Slot


@cache
def _key(label: str, *, staked: bool) -> _Key:
    scalar = int.from_bytes(hashlib.sha256(label.encode()).digest(), "big") >> 2
    secret = SecretKey(scalar)
    address = Address(hashlib.sha256(b"address" + label.encode()).digest()[:20])
    stake = Dec.from_int(10_000) if staked else None
    return _Key(secret, Slot(address, secret.public_key().to_bytes(), stake))


def _keys(epoch: int, shard_id: int) -> list[_Key]:
    count = _HARMONY_SLOTS + _STAKED_SLOTS
    return [_key(f"{shard_id}/{epoch}/{i}", staked=i >= _HARMONY_SLOTS) for i in range(count)]


def keys_of(epoch: int, shard_id: int) -> list[SecretKey]:
    """Return the secret keys of a committee in slot order."""
    return [key.secret for key in _keys(epoch, shard_id)]


def committee(epoch: int, shard_id: int) -> Committee:
    """Return the committee of a shard in a staking epoch: four slots of the network's own and three staked ones."""
    return Committee(ShardID(shard_id), tuple(key.slot for key in _keys(epoch, shard_id)))


def shard_state(epoch: int) -> ShardState:
    """Return the committees of both shards in a staking epoch."""
    return ShardState(Epoch(epoch), (committee(epoch, 0), committee(epoch, 1)))


def commit_on(
    header: Header,
    *,
    signers: Sequence[int] | None = None,
    epoch: int | None = None,
    shard_id: int | None = None,
) -> Commit:
    """Return the commit of the slots ``signers`` (all by default) on a header.

    ``epoch`` and ``shard_id`` choose another committee than the header's.
    """
    keys = keys_of(
        header.epoch if epoch is None else epoch, header.shard_id if shard_id is None else shard_id
    )
    chosen = range(len(keys)) if signers is None else signers
    payload = commit_payload(
        LOCALNET.config,
        block_hash=header.hash,
        number=header.number,
        view_id=header.view_id,
        epoch=header.epoch,
    )
    signature = aggregate_signatures([keys[i].sign(payload) for i in chosen])
    bitmap = sum(1 << i for i in chosen).to_bytes((len(keys) + 7) // 8, "little")
    return Commit(signature.to_bytes(), bitmap)


def vrf_of(parent_hash: Hash32, epoch: int, shard_id: int, leader: int = 0) -> bytes:
    """Return the VRF of a committee's slot for a child of the block with that hash."""
    return evaluate(keys_of(epoch, shard_id)[leader], parent_hash).to_bytes()


def trusted_start(shard_id: int = 0) -> Header:
    """Return a header that ends an epoch of the staking era and carries the committees of `FIRST_EPOCH`."""
    number = LOCALNET.schedule.last_block_of_epoch(Epoch(FIRST_EPOCH - 1))
    return Header(
        version=HeaderVersion.V3,
        number=number,
        epoch=Epoch(FIRST_EPOCH - 1),
        shard_id=ShardID(shard_id),
        view_id=ViewID(number),
        parent_hash=Hash32(b"\x11" * 32),
        vrf=vrf_of(Hash32(b"\x11" * 32), FIRST_EPOCH - 1, shard_id),
        time=1_700_000_000,
        shard_state=shard_state(FIRST_EPOCH).encode(staking=True),
    )


def child_of(parent: Header, epoch: int, *, with_commit: bool = True, **changes: Any) -> Header:
    """Return an unsigned child; at the scheduled end of its epoch it carries the next committees."""
    number = BlockNumber(parent.number + 1)
    ends = parent.shard_id == 0 and LOCALNET.schedule.is_last_block(number)
    fields: dict[str, Any] = {
        "version": HeaderVersion.V3,
        "number": number,
        "epoch": Epoch(epoch),
        "shard_id": parent.shard_id,
        "view_id": ViewID(parent.view_id + 1),
        "parent_hash": parent.hash,
        "coinbase": keys_of(epoch, parent.shard_id)[0].public_key().address,
        "vrf": vrf_of(parent.hash, epoch, parent.shard_id),
        "time": parent.time + 2,
        "shard_state": shard_state(epoch + 1).encode(staking=True) if ends else b"",
    }
    if with_commit:
        commit = commit_on(parent)
        fields |= {"last_commit_signature": commit.signature, "last_commit_bitmap": commit.bitmap}
    return Header(**(fields | changes))


def signed(header: Header, **options: Any) -> SignedHeader:
    """Return a header with the commit of its committee; options as for `commit_on`."""
    return SignedHeader(header, (commit_on(header, **options),))


def build_chain(length: int, shard_id: int = 0) -> list[SignedHeader]:
    """Return a start to trust and ``length`` signed headers after it.

    Shard 1 stays in its epoch unless a test says otherwise.
    """
    chain = [SignedHeader(trusted_start(shard_id))]
    epoch = int(FIRST_EPOCH)
    for _ in range(length):
        parent = chain[-1].header
        if parent.epoch >= FIRST_EPOCH and parent.shard_state:
            epoch += 1
        chain.append(signed(child_of(parent, epoch)))
    return chain


def rebuilt(header: Header, **changes: Any) -> Header:
    """Return a header with some fields changed."""
    return dataclasses.replace(header, **changes)
