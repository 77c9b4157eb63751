"""Following one shard: what is accepted, and every way in which a chain is refused."""

import dataclasses
import itertools
import pickle
from collections.abc import Sequence
from typing import Any

import pytest

from harmony_core.chain.header import Header
from harmony_core.errors import HarmonyError, MissingDataError, UnsupportedRulesError, VerificationError
from harmony_core.genesis import genesis_header
from harmony_core.light_client import BasisKind, ProvenHeader, SignedHeader, verify_header_chain
from harmony_core.params import load_network
from harmony_core.primitives import BlockNumber, BLSSignatureBytes, Epoch, Hash32, ShardID, ViewID
from harmony_core.quorum import Commit
from support.synthetic_chain import (
    FIRST_EPOCH,
    LOCALNET,
    NOW,
    build_chain,
    child_of,
    commit_on,
    keys_of,
    rebuilt,
    shard_state,
    signed,
    trusted_start,
)

Chain = list[SignedHeader]


@pytest.fixture(scope="module")
def chain() -> Chain:
    """A start to trust in block 36, and headers through two elected committees."""
    return build_chain(20)


def follow(chain: Sequence[SignedHeader], **options: Any) -> list[ProvenHeader]:
    defaults: dict[str, Any] = {
        "shard_id": chain[0].header.shard_id,
        "now": NOW,
        "trusted_hash": chain[0].header.hash,
    }
    return list(verify_header_chain(chain, LOCALNET, **(defaults | options)))


def refusal(chain: Sequence[SignedHeader], **options: Any) -> HarmonyError:
    with pytest.raises(HarmonyError) as info:
        follow(chain, **options)
    return info.value


def after(chain: Chain, position: int, header: Header, **options: Any) -> Chain:
    """The chain up to ``position``, then a header signed by its committee."""
    return [*chain[:position], signed(header, **options)]


def test_a_chain_is_followed_through_its_elected_committees(chain: Chain) -> None:
    proofs = follow(chain)
    assert [proof.header for proof in proofs] == [item.header for item in chain]
    assert proofs[0].basis.kind is BasisKind.TRUSTED_HASH
    assert {proof.basis.kind for proof in proofs[1:]} == {BasisKind.ELECTED_COMMITTEE}
    assert str(proofs[-1].basis) == "committee elected in block 52 of shard 0"
    assert proofs[-1].signer_count == proofs[-1].committee_size == 7
    assert len(proofs[1].verified) == 2, "the commit beside it and the one its child carries"


def test_small_batches_give_the_same_proofs(chain: Chain) -> None:
    assert follow(chain, batch_size=3) == follow(chain)


def test_worker_processes_give_the_same_proofs(chain: Chain) -> None:
    assert follow(chain, batch_size=4, workers=2) == follow(chain)


def test_the_commit_that_the_child_carries_is_enough(chain: Chain) -> None:
    bare = [SignedHeader(item.header) for item in chain[:-1]] + chain[-1:]
    assert [proof.signer_count for proof in follow(bare)[1:]] == [7] * (len(chain) - 1)


def test_headers_before_the_bad_one_are_yielded_first(chain: Chain) -> None:
    bad = dataclasses.replace(chain[7], commits=(commit_on(chain[7].header, signers=[0]),))
    stream = verify_header_chain(
        [*chain[:7], bad], LOCALNET, shard_id=ShardID(0), now=NOW, trusted_hash=chain[0].header.hash
    )
    assert len(list(itertools.islice(stream, 7))) == 7
    with pytest.raises(VerificationError, match="Block 43 of shard 0"):
        next(stream)


def test_a_proof_cannot_be_made_by_hand(chain: Chain) -> None:
    proof = follow(chain[:2])[1]
    with pytest.raises(TypeError):
        ProvenHeader(object(), proof.header, proof.basis, (), None)
    assert pickle.loads(pickle.dumps(proof)) == proof  # noqa: S301 - our own bytes


def test_a_missing_commit_is_not_a_broken_one(chain: Chain) -> None:
    error = refusal([*chain[:4], SignedHeader(chain[4].header)])
    assert (type(error), error.code) == (MissingDataError, "commit-missing")


def test_one_bad_commit_is_refused_beside_a_good_one(chain: Chain) -> None:
    wrong = commit_on(chain[5].header)
    beside = dataclasses.replace(chain[4], commits=(*chain[4].commits, wrong))
    assert refusal([*chain[:4], beside]).code == "bls-signature"
    carried = child_of(
        chain[4].header,
        FIRST_EPOCH,
        last_commit_signature=wrong.signature,
        last_commit_bitmap=wrong.bitmap,
    )
    error = refusal(after(chain, 5, carried))
    assert error.message.startswith("Block 40 ")


def test_the_first_height_has_no_shortcut() -> None:
    genesis = genesis_header(LOCALNET, ShardID(0))
    child = Header(
        version=genesis.version,
        number=BlockNumber(1),
        parent_hash=genesis.hash,
        time=genesis.time,
        vrf=bytes(128),
    )
    unsigned = refusal([SignedHeader(genesis), SignedHeader(child)], trusted_hash=None)
    assert unsigned.code == "commit-missing"
    nobody = Commit(BLSSignatureBytes.zero(), bytes(2))
    forged = refusal([SignedHeader(genesis), SignedHeader(child, (nobody,))], trusted_hash=None)
    assert forged.code == "commit-quorum-uniform"


def test_another_genesis_is_refused() -> None:
    genesis = genesis_header(LOCALNET, ShardID(1))
    assert follow([SignedHeader(genesis)], trusted_hash=None)[0].basis.kind is BasisKind.GENESIS
    forged = SignedHeader(rebuilt(genesis, extra=b"another chain"))
    assert refusal([forged], trusted_hash=None).code == "genesis-hash"


def test_a_gap_is_refused(chain: Chain) -> None:
    assert refusal(chain[:3] + chain[4:6]).code == "link-number"


def test_another_parent_is_refused(chain: Chain) -> None:
    stranger = child_of(chain[4].header, FIRST_EPOCH, parent_hash=chain[3].header.hash)
    assert refusal(after(chain, 5, stranger)).code == "link-parent-hash"


def test_another_shard_is_refused(chain: Chain) -> None:
    moved = child_of(chain[4].header, FIRST_EPOCH, shard_id=ShardID(1))
    assert refusal(after(chain, 5, moved)).code == "link-shard"


def test_time_does_not_run_backwards(chain: Chain) -> None:
    same = child_of(chain[4].header, FIRST_EPOCH, time=chain[4].header.time)
    assert follow(after(chain, 5, same))
    older = child_of(chain[4].header, FIRST_EPOCH, time=chain[4].header.time - 1)
    assert refusal(after(chain, 5, older)).code == "link-time"


def test_a_block_of_the_future_is_refused(chain: Chain) -> None:
    last = chain[-1].header.time
    assert follow(chain, now=last - 15)
    assert refusal(chain, now=last - 16).code == "header-time-future"


def test_an_epoch_that_is_not_the_heights_is_refused(chain: Chain) -> None:
    for epoch in (FIRST_EPOCH - 1, FIRST_EPOCH + 1, 1, 0):
        claimed = rebuilt(chain[5].header, epoch=Epoch(epoch))
        error = refusal([SignedHeader(claimed)], committees=(shard_state(max(epoch, 2)),), trusted_hash=None)
        assert error.code == "header-epoch"


def test_another_epochs_committee_cannot_sign(chain: Chain) -> None:
    foreign = after(chain, 5, chain[5].header, epoch=FIRST_EPOCH + 1)
    assert refusal(foreign).code == "bls-signature"


def test_another_shards_committee_cannot_sign(chain: Chain) -> None:
    assert refusal(after(chain, 5, chain[5].header, shard_id=1)).code == "bls-signature"


def test_an_epoch_without_the_next_committees_is_refused(chain: Chain) -> None:
    last = next(i for i, item in enumerate(chain) if i and item.header.shard_state)
    bare = child_of(chain[last - 1].header, FIRST_EPOCH, shard_state=b"")
    assert refusal(after(chain, last, bare)).code == "shard-state-missing"


def test_committees_in_mid_epoch_are_refused(chain: Chain) -> None:
    early = child_of(chain[4].header, FIRST_EPOCH, shard_state=shard_state(4).encode(staking=True))
    assert refusal(after(chain, 5, early)).code == "shard-state-unexpected"


def test_the_beacon_does_not_skip_an_epoch(chain: Chain) -> None:
    last = next(i for i, item in enumerate(chain) if i and item.header.shard_state)
    for epoch in (FIRST_EPOCH, FIRST_EPOCH + 2):
        state = shard_state(epoch).encode(staking=True)
        ahead = child_of(chain[last - 1].header, FIRST_EPOCH, shard_state=state)
        assert refusal(after(chain, last, ahead)).code == "shard-state-epoch"


def test_view_ids_may_jump(chain: Chain) -> None:
    for view_id in (1_000_000_000, 2**63 + 1, 2**64 - 1):
        child = child_of(chain[4].header, FIRST_EPOCH, view_id=ViewID(view_id))
        assert follow(after(chain, 5, child))


def shard_one(*epochs: int) -> Chain:
    """Headers of shard 1, each in the epoch given; a rise makes the parent carry the new committees."""
    items = [SignedHeader(trusted_start(1))]
    for epoch, following in itertools.pairwise([*epochs, epochs[-1]]):
        state = shard_state(following).encode(staking=True) if following != epoch else b""
        items.append(signed(child_of(items[-1].header, epoch, shard_state=state)))
    return items


def test_another_shard_follows_the_beacon_at_any_block_and_may_jump() -> None:
    chain = shard_one(3, 3, 4, 4, 7, 7)
    assert [proof.header.epoch for proof in follow(chain)] == [2, 3, 3, 4, 4, 7, 7]


def test_another_shard_never_goes_back() -> None:
    assert refusal(shard_one(3, 4, 3, 3)).code == "shard-state-epoch"


def test_an_epoch_change_that_nobody_announced_is_refused() -> None:
    chain = shard_one(3, 3)
    silent = child_of(chain[-1].header, 4)
    assert refusal([*chain, signed(silent)]).code == "link-epoch"


def test_an_unknown_committee_is_not_a_broken_rule(chain: Chain) -> None:
    error = refusal(chain[5:], trusted_hash=None)
    assert (type(error), error.code) == (MissingDataError, "committee-unknown")


def test_a_given_committee_proves_a_chain_from_the_middle(chain: Chain) -> None:
    proofs = follow(chain[5:], trusted_hash=None, committees=(shard_state(FIRST_EPOCH),))
    assert proofs[0].basis.kind is BasisKind.GIVEN_COMMITTEE
    assert proofs[-1].basis.kind is BasisKind.ELECTED_COMMITTEE


def test_two_thirds_of_the_power_are_needed(chain: Chain) -> None:
    keys = len(keys_of(FIRST_EPOCH, 0))
    # The four slots of the network itself hold 0.68, just enough.
    assert follow(after(chain, 5, chain[5].header, signers=range(4)))[-1].signer_count == 4
    lacking = [i for i in range(keys) if i != 0]
    assert follow(after(chain, 5, chain[5].header, signers=lacking))
    assert refusal(after(chain, 5, chain[5].header, signers=range(1, 4))).code == "commit-quorum-stake"


def test_rejected_blocks_and_their_children_are_refused() -> None:
    mainnet = load_network("mainnet")
    rejected = next(iter(mainnet.rejected_hashes))
    child = Header(
        version=trusted_start().version,
        number=BlockNumber(92_730_036),
        parent_hash=rejected,
        epoch=mainnet.schedule.epoch_of_block(BlockNumber(92_730_036)),
    )
    with pytest.raises(HarmonyError) as info:
        list(verify_header_chain([SignedHeader(child)], mainnet, shard_id=ShardID(0), now=NOW))
    assert info.value.code == "block-rejected"


def test_rules_past_the_last_known_epoch_are_not_guessed() -> None:
    mainnet = load_network("mainnet")
    number = mainnet.schedule.first_block_of_epoch(Epoch(2964))
    for epoch in (Epoch(2964), Epoch(100)):
        header = Header(
            version=trusted_start().version, number=number, epoch=epoch, parent_hash=Hash32(b"\1" * 32)
        )
        with pytest.raises(UnsupportedRulesError) as info:
            list(verify_header_chain([SignedHeader(header)], mainnet, shard_id=ShardID(0), now=NOW))
        assert info.value.code == "rules-unknown"
