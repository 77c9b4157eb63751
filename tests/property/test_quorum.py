"""Quorum and voting power hold for any committee, any stakes and any bytes."""

from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from harmony_core.chain import Header
from harmony_core.crypto.bls import Signature
from harmony_core.errors import HarmonyError
from harmony_core.primitives import BlockNumber, BLSSignatureBytes, Compatibility, Dec, Hash32, ViewID
from harmony_core.quorum import (
    Ballot,
    Commit,
    Phase,
    Roster,
    StakeQuorum,
    TrustedCommittee,
    UniformQuorum,
    VerifiedHeader,
    VoteCollector,
    check_commits,
    verify_commit,
)
from support.committees import Signers, bitmap_of, header_at

STAKES = st.lists(st.integers(min_value=1, max_value=10**28).map(lambda raw: str(Dec(raw))), max_size=12)
SHARES = st.sampled_from(["0.68", "0.6", "0.49", "0.01", "0.9", "0.7", "1"]).map(Dec.parse)


def roster(harmony: int, stakes: list[str], share: Dec) -> Roster:
    return Roster.from_shares(Signers.staked(harmony, stakes).committee, share, Dec.ONE - share)


def test_small_committees_exhaustively() -> None:
    for size in range(1, 11):
        rule = UniformQuorum(size)
        length = (size + 7) // 8
        for bits in range(1 << size):
            assert rule.is_reached(bits.to_bytes(length, "little")) == (3 * bits.bit_count() > 2 * size)


@given(st.integers(0, 12), STAKES, SHARES)
def test_the_powers_of_a_committee_with_stake_sum_to_one(harmony: int, stakes: list[str], share: Dec) -> None:
    found = roster(harmony, stakes, share)
    whole = found.power(b"\xff" * 3)
    assert whole == found.harmony_power + found.staked_power
    if stakes:
        assert whole == Dec.ONE
    else:
        assert abs(whole - (share if harmony else Dec.ZERO)).raw <= harmony


@given(st.integers(0, 6), STAKES, SHARES, st.binary(min_size=3, max_size=3))
def test_signers_and_absentees_share_the_power_and_never_both_have_a_quorum(
    harmony: int, stakes: list[str], share: Dec, bitmap: bytes
) -> None:
    found = roster(harmony, stakes, share)
    others = bytes(byte ^ 0xFF for byte in bitmap)
    assert found.power(bitmap) + found.power(others) == found.power(b"\xff" * 3)
    for rule in (StakeQuorum(found), UniformQuorum(found.slot_count)):
        assert not (rule.is_reached(bitmap) and rule.is_reached(others))


@given(STAKES.filter(bool), SHARES, st.binary(min_size=3, max_size=3))
def test_a_quorum_of_stake_holds_more_than_two_thirds(stakes: list[str], share: Dec, bitmap: bytes) -> None:
    rule = StakeQuorum(roster(2, stakes, share))
    assert rule.is_reached(bitmap) == (3 * rule.power(bitmap).raw > 2 * 10**18 + 1)


@settings(max_examples=40)
@given(st.integers(0, 5), STAKES, SHARES, st.randoms(use_true_random=False))
def test_votes_in_any_order_count_like_a_bitmap(
    harmony: int, stakes: list[str], share: Dec, random: object
) -> None:
    signers = Signers.staked(harmony, stakes)
    size = harmony + len(stakes)
    order = list(range(size))
    random.shuffle(order)  # type: ignore[attr-defined]
    for rule in (StakeQuorum(roster(harmony, stakes, share)), UniformQuorum(size)):
        collector = VoteCollector(signers.committee, rule)
        for done, slot in enumerate(order, start=1):
            key = signers.committee.slots[slot].bls_public_key
            vote = Ballot((key,), Hash32.zero(), Signature.identity(), BlockNumber(1), ViewID(1))
            collector.add(Phase.COMMIT, vote)
            bitmap = bitmap_of(size, order[:done])
            assert collector.power(Phase.COMMIT) == rule.power(bitmap)
            assert collector.has_quorum(Phase.COMMIT) == rule.is_reached(bitmap)


@cache
def good(epoch: int) -> tuple[Header, Commit, TrustedCommittee]:
    signers = Signers.uniform(9) if epoch == 1 else Signers.staked(6, ["1", "2", "3"])
    header = header_at(epoch)
    return header, signers.sign(header, [0, 1, 2, 3, 4, 5, 8]), signers.trusted()


SPOIL = st.one_of(
    st.tuples(st.just("bitmap"), st.binary(max_size=4)),
    st.tuples(st.just("signature"), st.binary(min_size=96, max_size=96)),
    st.tuples(st.just("bit"), st.integers(0, 96 * 8 - 1)),
    st.tuples(st.just("nothing"), st.none()),
)


def spoilt(commit: Commit, kind: str, how: object) -> Commit:
    match kind, how:
        case "bitmap", bytes(bitmap):
            return Commit(commit.signature, bitmap)
        case "signature", bytes(signature):
            return Commit(BLSSignatureBytes(signature), commit.bitmap)
        case "bit", int(position):
            changed = bytearray(commit.signature)
            changed[position // 8] ^= 1 << position % 8
            return Commit(BLSSignatureBytes(bytes(changed)), commit.bitmap)
        case _:
            return commit


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([1, 5]), SPOIL), min_size=1, max_size=5), st.booleans())
def test_a_batch_gives_the_verdicts_of_single_checks(
    plan: list[tuple[int, tuple[str, object]]], lenient: bool
) -> None:
    compatibility = Compatibility.reference() if lenient else Compatibility()
    items = []
    for epoch, (kind, how) in plan:
        header, commit, committee = good(epoch)
        items.append((header, spoilt(commit, kind, how), committee))
    verdicts = check_commits(items, compatibility=compatibility)
    for item, verdict in zip(items, verdicts, strict=True):
        alone = outcome(item, compatibility)
        if isinstance(alone, VerifiedHeader):
            assert verdict == alone
            assert lenient or item[1] == good(item[0].epoch)[1]
        else:
            assert isinstance(verdict, HarmonyError)
            assert verdict.code == alone.code


def outcome(
    item: tuple[Header, Commit, TrustedCommittee], compatibility: Compatibility
) -> VerifiedHeader | HarmonyError:
    try:
        return verify_commit(*item, compatibility=compatibility)
    except HarmonyError as error:
        return error
