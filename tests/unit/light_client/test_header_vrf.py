"""The leader's VRF in a chain of headers: proven where the epoch has one, refused where it has none."""

import pytest

from harmony_core.errors import HarmonyError
from harmony_core.light_client import SignedHeader, Verdict, audit_headers, verify_header_chain
from harmony_core.primitives import Address, ShardID
from support.synthetic_chain import (
    FIRST_EPOCH,
    LOCALNET,
    NOW,
    build_chain,
    child_of,
    keys_of,
    rebuilt,
    shard_state,
    signed,
    vrf_of,
)

CHAIN = build_chain(4)


def with_head(**changes: object) -> list[SignedHeader]:
    """The chain with another head, which its committee signed all the same."""
    head = rebuilt(CHAIN[-1].header, **changes)
    return [*CHAIN[:-1], signed(head)]


def codes_of(chain: list[SignedHeader]) -> tuple[str, str]:
    """Refuse the chain in order and at once; return the codes of both."""
    trusted = chain[0].header.hash
    with pytest.raises(HarmonyError) as info:
        list(verify_header_chain(chain, LOCALNET, shard_id=ShardID(0), now=NOW, trusted_hash=trusted))
    verdicts = audit_headers(chain, LOCALNET, now=NOW, trusted_hashes=[trusted])
    assert {verdict.verdict for verdict in verdicts[:-1]} == {Verdict.PROVEN}
    assert verdicts[-1].verdict is Verdict.BROKEN
    assert verdicts[-1].error is not None
    return info.value.code, verdicts[-1].error.code


def test_every_header_is_proven_with_its_value() -> None:
    trusted = CHAIN[0].header.hash
    proofs = list(verify_header_chain(CHAIN, LOCALNET, shard_id=ShardID(0), now=NOW, trusted_hash=trusted))
    verdicts = audit_headers(CHAIN, LOCALNET, now=NOW, trusted_hashes=[trusted])
    # The committee of the header to start from is not known.
    assert proofs[0].vrf is verdicts[0].vrf is None
    for proof, verdict in zip(proofs[1:], verdicts[1:], strict=True):
        assert proof.vrf is not None
        assert proof.vrf == verdict.vrf
        assert proof.vrf.beta == proof.header.vrf[:32]


def test_a_signed_header_without_its_vrf_is_refused() -> None:
    assert codes_of(with_head(vrf=b"")) == ("header-vrf-missing",) * 2


def test_a_signed_header_with_the_vrf_of_another_parent_is_refused() -> None:
    assert codes_of(with_head(vrf=CHAIN[-2].header.vrf)) == ("vrf-proof",) * 2


def test_a_signed_header_with_the_vrf_of_another_member_is_refused() -> None:
    head = CHAIN[-1].header
    other = vrf_of(head.parent_hash, FIRST_EPOCH, 0, leader=1)
    assert codes_of(with_head(vrf=other)) == ("vrf-proof",) * 2
    coinbase = keys_of(FIRST_EPOCH, 0)[1].public_key().address
    assert codes_of(with_head(coinbase=coinbase)) == ("vrf-proof",) * 2


@pytest.mark.parametrize("position", [0, 255, 256, 700, 1023])
def test_a_signed_header_with_one_bit_of_its_vrf_altered_is_refused(position: int) -> None:
    field = bytearray(CHAIN[-1].header.vrf)
    field[position // 8] ^= 1 << position % 8
    assert all(code == "vrf-beta" for code in codes_of(with_head(vrf=bytes(field))))


def test_a_signed_header_of_an_unknown_leader_is_refused() -> None:
    assert codes_of(with_head(coinbase=Address(b"\x09" * 20))) == ("leader-not-in-committee",) * 2


def test_a_false_vrf_inside_a_batch_is_refused_after_what_comes_before() -> None:
    first = CHAIN[0].header
    bad = signed(child_of(first, FIRST_EPOCH, vrf=CHAIN[2].header.vrf))
    after = signed(child_of(bad.header, FIRST_EPOCH))
    chain = [CHAIN[0], bad, after]
    proven = []
    with pytest.raises(HarmonyError) as info:
        for proof in verify_header_chain(
            chain, LOCALNET, shard_id=ShardID(0), now=NOW, trusted_hash=first.hash
        ):
            proven.append(proof)  # noqa: PERF402 - as above
    assert [proof.header for proof in proven] == [first]
    assert info.value.code == "vrf-proof"
    assert f"Block {bad.header.number} " in info.value.message


def test_a_header_believed_by_its_hash_is_held_to_its_vrf_where_the_committee_is_known() -> None:
    head = rebuilt(CHAIN[1].header, vrf=CHAIN[2].header.vrf)
    given = {"now": NOW, "committees": (shard_state(FIRST_EPOCH),)}
    verdicts = audit_headers([SignedHeader(head)], LOCALNET, trusted_hashes=[head.hash], **given)  # type: ignore[arg-type]
    assert verdicts[0].error is not None
    assert verdicts[0].error.code == "vrf-proof"
    blind = audit_headers([SignedHeader(head)], LOCALNET, now=NOW, trusted_hashes=[head.hash])
    assert blind[0].verdict is Verdict.PROVEN
    assert blind[0].vrf is None
