"""Whole blocks against their proven headers: decoding and verifying, with all pieces at hand.

    python benchmarks/blocks.py [--quick] [--json]

A block of transfers of one shard, a part of which leaves for another; and a block that takes receipts in. The yardstick is the recovery of one
sender, which is most of the work. Times are the shortest of a few runs.
"""

import argparse
import gc
import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from harmony_core.chain import (
    Block,
    Body,
    BodyVersion,
    Committee,
    CXReceipt,
    CXReceiptsProof,
    Header,
    HeaderVersion,
    Receipt,
    Slot,
    Transaction,
    decode_block,
    incoming_receipts_root,
    outgoing_receipts_root,
    receipts_root,
    recover_sender,
    transactions_root,
)
from harmony_core.cross_shard import CrossLinkBook, SpentMarks, prove_receipts, verify_outgoing_receipts
from harmony_core.crypto import keccak256
from harmony_core.crypto.bls import SecretKey, aggregate_signatures
from harmony_core.crypto.secp256k1 import PrivateKey
from harmony_core.light_client import VerifiedBlock, verify_block
from harmony_core.params import load_network
from harmony_core.primitives import Address, BlockNumber, Bloom, Dec, Epoch, ShardID, ViewID
from harmony_core.quorum import Commit, TrustedCommittee, VerifiedHeader, commit_payload, verify_commit

REPEATS = 3
GAS = 21_000
EPOCH = Epoch(5)
SIGNERS = 6
LOCALNET = load_network("localnet")
SECRETS = [SecretKey(int.from_bytes(keccak256(b"signer %d" % i), "big") >> 2) for i in range(SIGNERS)]
SENDERS = [PrivateKey(keccak256(b"sender %d" % i)) for i in range(16)]
ROWS: list[dict[str, object]] = []


class Committees:
    """One committee, the same for every shard and epoch."""

    def committee(self, shard_id: ShardID, epoch: Epoch) -> TrustedCommittee:
        slots = (
            Slot(Address(keccak256(b"slot %d" % i)[:20]), secret.public_key().to_bytes(), Dec.from_int(1_000))
            for i, secret in enumerate(SECRETS)
        )
        return TrustedCommittee(LOCALNET, epoch, Committee(shard_id, tuple(slots)))


def best(action: Callable[[], object]) -> float:
    """Return the shortest of a few runs in milliseconds."""
    times = []
    for _ in range(REPEATS):
        gc.collect()
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return min(times) * 1e3


def row(name: str, milliseconds: float, count: int, recovery: float) -> None:
    rate = count / milliseconds * 1e3
    ROWS.append({"what": name, "ms": milliseconds, "per_second": rate, "recoveries": milliseconds / recovery})
    print(f"{name:<58} {milliseconds:9.2f} ms {rate:9.0f}/s {milliseconds / recovery:8.1f}")


def transfers(count: int) -> tuple[Transaction, ...]:
    """Return signed transfers of shard 0, every tenth to shard 1."""
    return tuple(
        Transaction(
            nonce=i,
            gas_price=100 * 10**9,
            gas_limit=GAS,
            to=Address(keccak256(i.to_bytes(4, "big"))[:20]),
            value=10**18 + i,
            shard_id=ShardID(0),
            to_shard_id=ShardID(1 if i % 10 == 0 else 0),
        ).sign(SENDERS[i % len(SENDERS)], LOCALNET.config.chain_id)
        for i in range(count)
    )


def sent_by(transactions: Sequence[Transaction]) -> tuple[CXReceipt, ...]:
    """Return what the transfers to another shard leave."""
    return tuple(
        CXReceipt(item.hash, recover_sender(item), item.to, item.shard_id, item.to_shard_id, item.value)
        for item in transactions
        if item.is_cross_shard
    )


def receipts_of(transactions: Sequence[Transaction]) -> tuple[Receipt, ...]:
    """Return a receipt of success for each transfer."""
    return tuple(
        Receipt(
            status=1,
            cumulative_gas_used=GAS * (i + 1),
            bloom=Bloom.zero(),
            logs=(),
            transaction_hash=item.hash,
            gas_used=GAS,
        )
        for i, item in enumerate(transactions)
    )


def block_of(
    transactions: Sequence[Transaction], incoming: Sequence[CXReceiptsProof] = (), *, shard: int, number: int
) -> Block:
    """Return a block whose header commits to its body."""
    header = Header(
        version=HeaderVersion.V3,
        number=BlockNumber(number),
        view_id=ViewID(number + 1),
        epoch=EPOCH,
        shard_id=ShardID(shard),
        gas_limit=80_000_000,
        gas_used=GAS * len(transactions),
        transactions_root=transactions_root(transactions),
        receipts_root=receipts_root(receipts_of(transactions)),
        outgoing_receipts_root=outgoing_receipts_root(sent_by(transactions)),
        incoming_receipts_root=incoming_receipts_root(incoming),
    )
    body = Body(version=BodyVersion.V2, transactions=tuple(transactions), incoming_receipts=tuple(incoming))
    return Block(header, body)


def prove(header: Header) -> VerifiedHeader:
    """Return the proof of a header that all slots have signed."""
    payload = commit_payload(
        LOCALNET.config,
        block_hash=header.hash,
        number=header.number,
        view_id=header.view_id,
        epoch=header.epoch,
    )
    signature = aggregate_signatures([secret.sign(payload) for secret in SECRETS]).to_bytes()
    commit = Commit(signature, bytes([(1 << SIGNERS) - 1]))
    return verify_commit(header, commit, Committees().committee(header.shard_id, header.epoch))


def verify(data: bytes, proof: VerifiedHeader, receipts: Sequence[Receipt]) -> VerifiedBlock:
    """Decode a block and verify it; nothing but its execution is left."""
    block = verify_block(
        decode_block(data),
        proof,
        receipts=receipts,
        committees=Committees(),
        spent=SpentMarks(),
        known_links=CrossLinkBook(),
    )
    assert [item.rule for item in block.not_checked] == ["block-state-root"]
    return block


def measure(size: int, arrivals: int) -> None:
    """Measure blocks of transfers and one of arrivals."""
    one = transfers(1)[0]
    recovery = best(lambda: [recover_sender(replace(one)) for _ in range(200)]) / 200
    print(f"{'one sender recovered':<58} {recovery * 1e3:9.2f} us\n{'':<72}per second  recoveries")
    for count in (0, size // 10, size):
        transactions = transfers(count)
        block = block_of(transactions, shard=0, number=100)
        proof, receipts, data = prove(block.header), receipts_of(transactions), block.encode()
        decoding, verifying = partial(decode_block, data), partial(verify, data, proof, receipts)
        row(f"decode a block of {count} transfers", best(decoding), count or 1, recovery)
        row(f"decode and verify a block of {count} transfers", best(verifying), count or 1, recovery)
    sources = [block_of(transfers(10), shard=0, number=200 + i) for i in range(arrivals)]
    proofs = [
        prove_receipts(verify_outgoing_receipts(prove(block.header), sent), ShardID(1))
        for block in sources
        if (sent := sent_by(block.body.transactions))
    ]
    block = block_of((), proofs, shard=1, number=300)
    proof, data = prove(block.header), block.encode()
    name = f"decode and verify a block that takes in {len(proofs)} proofs"
    row(name, best(lambda: verify(data, proof, ())), len(proofs), recovery)


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller sizes")
    parser.add_argument("--json", action="store_true", help="print the rows as JSON at the end")
    options = parser.parse_args()
    measure(*((100, 5) if options.quick else (1_000, 20)))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:.0f} MiB")
    if options.json:
        print(json.dumps({"rows": ROWS, "peak_mib": peak}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
