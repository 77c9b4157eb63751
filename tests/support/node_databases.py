"""Databases of made-up nodes, with known totals: two shards of any size, in the shapes in which LevelDB leaves them.

The chain is localnet's genesis with a few blocks behind it; nobody signed them.
"""

import hashlib
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import plyvel

from harmony_core.archive import schema
from harmony_core.chain import Body, BodyVersion, CXReceipt, CXReceiptsProof, Header, MerkleProof
from harmony_core.chain.cross_shard_receipt import (
    group_by_destination,
    incoming_receipts_root,
    outgoing_receipts_root,
    receipts_root_of_shard,
)
from harmony_core.chain.crosslink import CrossLink, encode_cross_links
from harmony_core.chain.validator_wrapper import (
    CommissionRates,
    Delegation,
    Description,
    Undelegation,
    Validator,
    ValidatorWrapper,
)
from harmony_core.crypto import keccak256
from harmony_core.genesis import genesis_header
from harmony_core.params import load_network
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
    rlp,
)
from harmony_core.state import Account
from harmony_core.state.account import encode_slot_value
from harmony_core.state.validators import VALIDATOR_FLAG, VALIDATOR_FLAG_SLOT
from harmony_core.trie import EMPTY_ROOT
from harmony_core.trie.build import Entry, build
from harmony_core.trie.node import Branch, Extension, Node, encode_node, reference_of

__all__ = [
    "Put",
    "SampleNetwork",
    "address_of",
    "make_network",
    "write_database",
    "write_state",
    "write_trie",
]

Put = Callable[[bytes, bytes], None]

_CODES: Final = tuple(bytes([0x60, number, 0x60, 0, 0x55]) * (number + 1) for number in range(20))
_LARGE: Final = 10_000
_ONE: Final = 10**18


def address_of(number: int, shard: int = 0) -> Address:
    """Return a made-up account; a third of them are on both shards."""
    return Address(keccak256(b"%d-%d" % (number, 0 if number % 3 == 0 else shard))[:20])


def write_trie(put: Put, entries: Iterable[Entry], *, large: bool = False) -> Hash32:
    """Write the trie of sorted entries and return its root; a large one, in which every way of two digits is taken, in parts."""
    if not large:
        listed = list(entries)
        return _put_nodes(put, build(listed, 0, len(listed), 0), is_root=True)
    top: list[Any] = [[b"\x80"] * 16 for _ in range(16)]
    for digits, group in groupby(entries, key=lambda entry: entry[0][:2]):
        part = list(group)
        node = build(part, 0, len(part), 2)
        _put_nodes(put, node)
        top[int(digits[0], 16)][int(digits[1], 16)] = reference_of(node)
    return _put_nodes(put, Branch([Branch(ways, b"") for ways in top], b""), is_root=True)


def _put_nodes(put: Put, node: Node, *, is_root: bool = False) -> Hash32:
    below: Iterable[Any] = (
        node.children if isinstance(node, Branch) else [node.child] if isinstance(node, Extension) else []
    )
    for child in below:
        if not isinstance(child, bytes):
            _put_nodes(put, child)
    encoding = encode_node(node)
    if len(encoding) >= 32 or is_root:
        put(keccak256(encoding), encoding)
    return keccak256(encoding)


def write_state(
    put: Put,
    count: int,
    shard: int,
    *,
    validators: dict[int, ValidatorWrapper] | None = None,
    keep_balances: bool = True,
) -> tuple[Hash32, dict[bytes, int]]:
    """Write a state of so many accounts and return its root and, if they are kept, the balances by secure key.

    Every fiftieth account is a contract with storage, every account number in ``validators`` one of these.
    """
    balances: dict[bytes, int] = {}
    keys = sorted((bytes(keccak256(address_of(number, shard))), number) for number in range(count))

    def entries() -> Iterator[Entry]:
        for key, number in keys:
            address = address_of(number, shard)
            balance = (number * 7919 % 1000003) * 10**12 + number if number % 11 else 0
            account = Account(nonce=number % 300, balance=balance)
            put(schema.preimage_key(Hash32(key)), address)
            if validators and number in validators:
                code = validators[number].encode()
                put(schema.validator_code_key(keccak256(code)), code)
                slots = {VALIDATOR_FLAG_SLOT: VALIDATOR_FLAG}
                account = replace(account, code_hash=keccak256(code), storage_root=_write_storage(put, slots))
            elif number % 50 == 7:
                code = _CODES[number % len(_CODES)]
                put(schema.code_key(keccak256(code)), code)
                slots = {
                    Hash32(slot.to_bytes(32, "big")): keccak256(b"%d" % (number + slot))
                    for slot in range(number % 7 + 1)
                }
                account = replace(account, code_hash=keccak256(code), storage_root=_write_storage(put, slots))
            if keep_balances:
                balances[key] = balance
            yield key.hex(), account.encode()

    return write_trie(put, entries(), large=count >= _LARGE), balances


def _write_storage(put: Put, slots: dict[Hash32, Hash32]) -> Hash32:
    entries = sorted((keccak256(slot).hex(), encode_slot_value(value)) for slot, value in slots.items())
    return write_trie(put, entries)


def wrapper(number: int, delegators: Iterable[int]) -> ValidatorWrapper:
    """Return a validator with a delegation of its own and of others."""
    rate = Dec.parse("0.1")
    owner = address_of(number)
    delegations = tuple(
        Delegation(
            address,
            (10_000 + place) * _ONE + place,
            place * 12345,
            tuple(Undelegation((place + 1) * 77, Epoch(1 + turn)) for turn in range(place % 3)),
        )
        for place, address in enumerate([owner, *map(address_of, delegators)])
    )
    validator = Validator(
        address=owner,
        slot_keys=(BLSPublicKeyBytes(hashlib.sha512(b"%d" % number).digest()[:48]),),
        last_epoch_in_committee=Epoch(1),
        min_self_delegation=10_000 * _ONE,
        max_total_delegation=10**9 * _ONE,
        status=1,
        commission=CommissionRates(rate, rate, rate),
        update_height=1,
        description=Description(name=b"made up"),
        creation_height=1,
    )
    return ValidatorWrapper(validator=validator, delegations=delegations)


@dataclass
class SampleNetwork:
    """Two databases and what they hold.

    Attributes:
        folders: the database of each shard.
        claims: components by secure key, in the order of a ledger; accounts that own nothing left out.
        heads: the newest header of each shard.
        pending: receipts sent and not received.
        elsewhere: value of the receipts to a shard without a database.
    """

    folders: dict[int, Path]
    claims: dict[bytes, list[int]] = field(default_factory=dict)
    heads: dict[int, Header] = field(default_factory=dict)
    pending: int = 0
    elsewhere: int = 0

    def totals(self) -> list[int]:
        return [sum(column) for column in zip(*self.claims.values(), strict=True)]


def make_network(
    folder: Path,
    count: int = 300,
    *,
    tables: bool = False,
    validators: int = 4,
    salt: bytes = b"",
    blocks: int = 5,
) -> SampleNetwork:
    """Make the databases of both shards.

    Args:
        folder: where.
        count: accounts on each shard.
        tables: put everything into tables; in the log otherwise.
        validators: how many there are.
        salt: makes another history with the same genesis.
        blocks: height of both heads.
    """
    sample = SampleNetwork({shard: folder / f"shard{shard}" / f"harmony_db_{shard}" for shard in (0, 1)})
    source = random.Random(5)
    claims: dict[bytes, list[int]] = {}
    wrappers = {
        place * (count // (validators + 1)) + 1: wrapper(
            place * (count // (validators + 1)) + 1, source.sample(range(count), min(20, count))
        )
        for place in range(validators)
    }
    headers = _Chains(sample, salt, blocks, claims)
    for shard, path in sample.folders.items():
        path.parent.mkdir(parents=True, exist_ok=True)

        def fill(put: Put, shard: int = shard) -> None:
            root, balances = write_state(put, count, shard, validators=wrappers if shard == 0 else None)
            for key, balance in balances.items():
                claims.setdefault(key, [0] * 6)[shard] = balance
            headers.finish(shard, root, put)

        write_database(path, fill, tables=tables)
    for one in wrappers.values():
        for delegation in one.delegations:
            row = claims.setdefault(bytes(keccak256(delegation.delegator)), [0] * 6)
            row[2] += delegation.amount
            row[3] += sum(undelegation.amount for undelegation in delegation.undelegations)
            row[4] += delegation.reward
    sample.claims = {key: row for key, row in sorted(claims.items()) if any(row)}
    return sample


class _Chains:
    """The blocks of both shards. Only the newest has the state's root, so that all others are known before it."""

    def __init__(
        self, sample: SampleNetwork, salt: bytes, blocks: int, claims: dict[bytes, list[int]]
    ) -> None:
        self._sample, self._salt, self._claims = sample, salt, claims
        network = load_network("localnet")
        self._headers = {shard: [genesis_header(network, ShardID(shard))] for shard in (0, 1)}
        self._records: dict[int, list[tuple[bytes, bytes]]] = {0: [], 1: []}
        self._proofs: dict[int, CXReceiptsProof] = {}
        for shard in (0, 1):
            self._keep(shard, self._headers[shard][0], (), ())
        for number in range(1, blocks):
            for shard in (0, 1):
                self._append(shard, number, EMPTY_ROOT)

    def finish(self, shard: int, root: Hash32, put: Put) -> None:
        """Add the newest block, and write the chain."""
        head = self._append(shard, len(self._headers[shard]), root)
        put(schema.HEAD_BLOCK, head.hash)
        put(schema.HEAD_HEADER, head.hash)
        for key, value in self._records[shard]:
            put(key, value)
        self._sample.heads[shard] = head

    def _append(self, shard: int, number: int, root: Hash32) -> Header:
        parent = self._headers[shard][-1]
        receipts = self._sent(shard, number)
        incoming = (self._proofs[1],) if shard == 1 and number == 3 else ()
        links: tuple[CrossLink, ...] = ()
        if shard == 0 and number == 4:
            linked = self._headers[1][1]
            link = CrossLink(
                linked.hash,
                linked.number,
                linked.view_id,
                BLSSignatureBytes(bytes(96)),
                b"",
                linked.shard_id,
                linked.epoch,
            )
            self._records[0].append((schema.cross_link_key(linked.shard_id, linked.number), link.encode()))
            links = (link,)
        header = replace(
            parent,
            parent_hash=parent.hash,
            number=BlockNumber(number),
            view_id=ViewID(number),
            time=parent.time + 2,
            extra=self._salt,
            root=root,
            shard_state=b"",
            outgoing_receipts_root=outgoing_receipts_root(receipts),
            incoming_receipts_root=incoming_receipts_root(incoming),
            cross_links=encode_cross_links(links),
        )
        self._headers[shard].append(header)
        self._keep(shard, header, receipts, incoming)
        return header

    def _sent(self, shard: int, number: int) -> tuple[CXReceipt, ...]:
        if shard or number not in {1, 2}:
            return ()
        made = []
        for place in range(4):
            destination = 3 if number == 2 and place == 3 else 1
            recipient = address_of(10_000_000 + place)
            amount = number * 1000 + place + 1
            transaction = keccak256(b"%d %d" % (number, place))
            made.append(
                CXReceipt(transaction, address_of(1), recipient, ShardID(0), ShardID(destination), amount)
            )
            if destination == 3:
                self._sample.elsewhere += amount
            elif number == 2:
                self._sample.pending += 1
                self._claims.setdefault(bytes(keccak256(recipient)), [0] * 6)[5] += amount
        return tuple(made)

    def _keep(
        self,
        shard: int,
        header: Header,
        receipts: tuple[CXReceipt, ...],
        incoming: tuple[CXReceiptsProof, ...],
    ) -> None:
        number, block_hash = header.number, header.hash
        body = Body(version=BodyVersion.V2, incoming_receipts=incoming)
        kept = [
            (schema.header_key(number, block_hash), header.encode()),
            (schema.canonical_key(number), block_hash),
            (schema.number_key(block_hash), int(number).to_bytes(8, "big")),
            (schema.body_key(number, block_hash), body.encode()),
            (schema.receipts_key(number, block_hash), b"\xc0"),
        ]
        groups = group_by_destination(receipts)
        roots = {destination: receipts_root_of_shard(group) for destination, group in groups.items()}
        for destination, group in groups.items():
            encoded = rlp.encode_list([receipt.encode() for receipt in group])
            kept.append((schema.outgoing_key(destination, number, block_hash), encoded))
            merkle = MerkleProof(
                number,
                block_hash,
                ShardID(shard),
                outgoing_receipts_root(receipts),
                tuple(roots),
                tuple(roots.values()),
            )
            if destination == 1:
                self._proofs[int(number)] = CXReceiptsProof(group, merkle, header, bytes(96), b"\x01")
        kept += [
            (schema.spent_key(proof.header.shard_id, proof.header.number), b"\x00") for proof in incoming
        ]
        self._records[shard] += kept


def write_database(path: Path, fill: Callable[[Put], None], *, tables: bool) -> None:
    """Write a LevelDB database; everything stays in its log unless tables are wanted."""
    with plyvel.DB(
        str(path), create_if_missing=True, write_buffer_size=4 << 20 if tables else 1 << 30
    ) as database:
        fill(lambda key, value: database.put(bytes(key), bytes(value)))
        if tables:
            database.compact_range()
