"""Commits on headers: what a quorum signed is proven, every forgery is refused with its own code."""

import pickle
from dataclasses import replace
from typing import Any

import pytest

from harmony_core.chain import Committee, Slot
from harmony_core.crypto.bls import SecretKey
from harmony_core.errors import DecodeError, HarmonyError, UnsupportedRulesError, VerificationError
from harmony_core.params import load_network
from harmony_core.primitives import (
    STRICT,
    Address,
    BlockNumber,
    BLSPublicKeyBytes,
    BLSSignatureBytes,
    Compatibility,
    Dec,
    Epoch,
    ShardID,
    ViewID,
)
from harmony_core.quorum import (
    Commit,
    CommitTarget,
    TrustedCommittee,
    VerifiedCommit,
    VerifiedHeader,
    check_commit_targets,
    check_commits,
    is_commit_checked,
    verify_commit,
    verify_commit_target,
)
from support.committees import Signers, bitmap_of, header_at

REFERENCE = Compatibility.reference()
PRE_STAKING = Signers.uniform(9)
STAKED = Signers.staked(6, ["10000", "20000", "30000"])
IDENTITY = BLSSignatureBytes.zero()
ERAS = [
    ("mainnet", 0, "commit-quorum-uniform"),
    ("mainnet", 100, "commit-quorum-uniform"),
    ("mainnet", 185, "commit-quorum-uniform"),
    ("mainnet", 186, "commit-quorum-stake"),
    ("mainnet", 631, "commit-quorum-stake"),
    ("mainnet", 2152, "commit-quorum-stake"),
    ("mainnet", 2963, "commit-quorum-stake"),
    ("testnet", 1, "commit-quorum-uniform"),
    ("testnet", 2, "commit-quorum-stake"),
    ("localnet", 1, "commit-quorum-uniform"),
    ("localnet", 5, "commit-quorum-stake"),
]


def code_of(check: object) -> str:
    assert isinstance(check, HarmonyError), check
    return check.code


def refusal(
    header_epoch: int,
    commit: Commit,
    committee: TrustedCommittee,
    *,
    shard_id: int = 0,
    compatibility: Compatibility = STRICT,
) -> str:
    """The code with which a commit is refused, the same alone and in a batch."""
    header = header_at(header_epoch, shard_id=shard_id)
    with pytest.raises(HarmonyError) as info:
        verify_commit(header, commit, committee, compatibility=compatibility)
    (batched,) = check_commits([(header, commit, committee)], compatibility=compatibility)
    assert code_of(batched) == info.value.code
    return info.value.code


@pytest.mark.parametrize(
    ("signers", "chosen", "power"),
    [
        (PRE_STAKING, range(9), "1"),
        (PRE_STAKING, range(7), "0.777777777777777778"),
        (STAKED, range(9), "1"),
        (STAKED, range(6), "0.679999999999999998"),
        (STAKED, [0, 1, 2, 3, 4, 8], "0.726666666666666667"),
    ],
)
def test_a_commit_of_a_quorum_is_proven(signers: Signers, chosen: list[int], power: str) -> None:
    header = header_at(signers.epoch)
    commit = signers.sign(header, chosen)
    trusted = signers.trusted()
    proven = verify_commit(header, commit, trusted)
    assert check_commits([(header, commit, trusted)]) == [proven]
    assert (proven.header, proven.commit, proven.committee) == (header, commit, trusted)
    assert (proven.hash, proven.number, proven.epoch, proven.shard_id) == (header.hash, 100, signers.epoch, 0)
    assert proven.signer_count == len(chosen)
    assert str(proven.power) == power


def test_the_view_id_is_signed_from_staking_on() -> None:
    for signers, holds in ((PRE_STAKING, True), (STAKED, False)):
        header = header_at(signers.epoch)
        target = CommitTarget.of_header(header)
        commit = signers.sign(header)
        other = replace(target, view_id=ViewID(target.view_id + 1))
        (verdict,) = check_commit_targets([(other, commit, signers.trusted())])
        assert isinstance(verdict, VerifiedCommit) == holds


@pytest.mark.parametrize("view_id", [10**9 + 7, 2**63 + 5, 2**64 - 1])
def test_large_view_ids_are_accepted(view_id: int) -> None:
    header = header_at(5, view_id=view_id)
    assert verify_commit(header, STAKED.sign(header), STAKED.trusted()).header.view_id == view_id


@pytest.mark.parametrize("number", [0, 1, 2])
def test_no_height_is_exempt(number: int) -> None:
    header = header_at(1, number=number)
    forged = Commit(IDENTITY, bitmap_of(9, []))
    for compatibility in (STRICT, replace(REFERENCE, quorum_counts_whole_committee=False)):
        with pytest.raises(VerificationError) as info:
            verify_commit(header, forged, PRE_STAKING.trusted(), compatibility=compatibility)
        assert info.value.code == "commit-quorum-uniform"


def test_the_reference_checks_nothing_at_the_start_of_its_chain() -> None:
    assert [is_commit_checked(height, compatibility=REFERENCE) for height in (0, 1, 2)] == [
        False,
        False,
        True,
    ]
    assert all(is_commit_checked(height) for height in (0, 1, 2))


# The forgery of August 2026


@pytest.mark.parametrize(("network_name", "epoch", "code"), ERAS)
def test_an_empty_bitmap_with_the_identity_signature_is_refused_in_every_era(
    network_name: str, epoch: int, code: str
) -> None:
    signers = replace(STAKED, network_name=network_name, epoch=epoch)
    if code == "commit-quorum-uniform":
        signers = replace(PRE_STAKING, network_name=network_name, epoch=epoch)
    forged = Commit(IDENTITY, bitmap_of(9, []))
    assert refusal(epoch, forged, signers.trusted()) == code


@pytest.mark.parametrize(("network_name", "epoch", "code"), ERAS)
def test_the_reference_accepts_the_forgery_before_staking_and_only_then(
    network_name: str, epoch: int, code: str
) -> None:
    signers = replace(STAKED, network_name=network_name, epoch=epoch)
    forged = Commit(IDENTITY, bitmap_of(9, []))
    item = (header_at(epoch), forged, signers.trusted())
    (verdict,) = check_commits([item], compatibility=REFERENCE)
    if code == "commit-quorum-uniform":
        assert isinstance(verdict, VerifiedHeader)
        assert verify_commit(*item, compatibility=REFERENCE).signer_count == 0
    else:
        assert code_of(verdict) == code


def test_the_identity_signature_is_refused_though_the_bits_make_a_quorum() -> None:
    for signers in (PRE_STAKING, STAKED):
        forged = Commit(IDENTITY, bitmap_of(9, range(9)))
        assert refusal(signers.epoch, forged, signers.trusted()) == "bls-signature-identity"


def test_an_identity_key_cannot_sit_in_a_committee() -> None:
    slots = (*STAKED.committee.slots, Slot(Address.zero(), BLSPublicKeyBytes.zero(), Dec.from_int(1)))
    with pytest.raises(DecodeError) as info:
        TrustedCommittee(STAKED.network, Epoch(5), Committee(ShardID(0), slots))
    assert info.value.code == "bls-public-key-identity"


def test_keys_that_cancel_out_do_not_sign_for_each_other() -> None:
    """Two keys k and -k sum to the identity: with the identity signature they would sign anything."""
    opposite = SecretKey.from_bytes(bytes(31) + b"\x01")
    negative = (-opposite.public_key()).to_bytes()
    slots = tuple(
        Slot(Address(bytes([i]) * 20), key, Dec.from_int(100))
        for i, key in enumerate((opposite.public_key().to_bytes(), negative))
    )
    trusted = TrustedCommittee(load_network("testnet"), Epoch(3044), Committee(ShardID(0), slots))
    assert refusal(3044, Commit(IDENTITY, b"\x03"), trusted) == "bls-signature-identity"
    borrowed = STAKED.sign(header_at(3044)).signature
    assert refusal(3044, Commit(borrowed, b"\x03"), trusted) == "bls-signature"


# Too few signers


@pytest.mark.parametrize(
    ("size", "enough"), [(1, 1), (2, 2), (3, 3), (4, 3), (5, 4), (6, 5), (9, 7), (12, 9)]
)
def test_one_signer_too_few_is_refused_before_staking(size: int, enough: int) -> None:
    signers = Signers.uniform(size)
    header = header_at(1)
    trusted = signers.trusted()
    assert verify_commit(header, signers.sign(header, range(enough)), trusted).signer_count == enough
    assert refusal(1, signers.sign(header, range(enough - 1)), trusted) == "commit-quorum-uniform"


def test_the_reference_asks_for_more_than_all_of_a_committee_of_three() -> None:
    for size in (1, 2, 3):
        signers = Signers.uniform(size)
        commit = signers.sign(header_at(1))
        assert refusal(1, commit, signers.trusted(), compatibility=REFERENCE) == "commit-quorum-uniform"


def test_one_signer_suffices_for_the_reference_before_staking() -> None:
    header = header_at(1)
    commit = PRE_STAKING.sign(header, [0])
    assert verify_commit(header, commit, PRE_STAKING.trusted(), compatibility=REFERENCE).signer_count == 1
    assert refusal(1, commit, PRE_STAKING.trusted()) == "commit-quorum-uniform"


def test_exactly_two_thirds_of_the_stake_is_refused() -> None:
    signers = Signers.staked(0, ["100", "100", "100"], epoch=3044, network_name="testnet")
    trusted = signers.trusted()
    header = header_at(3044)
    for chosen, power in (([0, 1], "0.666666666666666666"), ([1, 2], "0.666666666666666667")):
        commit = signers.sign(header, chosen)
        assert str(trusted.rule.power(commit.bitmap)) == power
        assert refusal(3044, commit, trusted) == "commit-quorum-stake"
    assert verify_commit(header, signers.sign(header), trusted).power == Dec.ONE


def test_many_small_keys_do_not_outvote_stake() -> None:
    signers = Signers.staked(0, ["1"] * 8 + ["1000"], epoch=3044, network_name="testnet")
    commit = signers.sign(header_at(3044), range(8))
    assert refusal(3044, commit, signers.trusted()) == "commit-quorum-stake"


# Bitmaps


def test_a_padding_bit_is_refused() -> None:
    for signers in (PRE_STAKING, STAKED):
        commit = signers.sign(header_at(signers.epoch))
        padded = Commit(commit.signature, bytes([commit.bitmap[0], commit.bitmap[1] | 0x80]))
        assert refusal(signers.epoch, padded, signers.trusted()) == "bitmap-padding"
        header = header_at(signers.epoch)
        assert verify_commit(header, padded, signers.trusted(), compatibility=REFERENCE).signer_count == 9


def test_padding_bits_never_count_as_signers() -> None:
    header = header_at(1)
    commit = PRE_STAKING.sign(header, range(3))
    padded = Commit(commit.signature, bytes([commit.bitmap[0], 0xFE]))
    lenient = Compatibility(accept_bitmap_padding_bits=True)
    assert refusal(1, padded, PRE_STAKING.trusted(), compatibility=lenient) == "commit-quorum-uniform"


@pytest.mark.parametrize("bitmap", [b"", b"\xff", b"\xff\x01\x00", b"\xff\x01" + bytes(1 << 20)])
def test_a_bitmap_of_another_length_is_refused(bitmap: bytes) -> None:
    for signers in (PRE_STAKING, STAKED):
        commit = Commit(signers.sign(header_at(signers.epoch)).signature, bitmap)
        assert refusal(signers.epoch, commit, signers.trusted()) == "bitmap-length"


def test_a_bit_more_or_less_than_signed_is_refused() -> None:
    for signers in (PRE_STAKING, STAKED):
        header = header_at(signers.epoch)
        for signed, claimed in ((range(8), range(9)), (range(9), range(8))):
            commit = Commit(signers.sign(header, signed).signature, bitmap_of(9, claimed))
            assert refusal(signers.epoch, commit, signers.trusted()) == "bls-signature"


def test_a_key_that_stands_twice_is_refused() -> None:
    """The key of slot 0 fills four slots: one signer would count for four."""
    for signers in (
        replace(PRE_STAKING, keys=(0, 0, 0, 0, 4, 5, 6, 7, 8)),
        replace(STAKED, keys=(0, 0, 0, 0, 4, 5, 6, 7, 8)),
    ):
        with pytest.raises(VerificationError) as info:
            signers.trusted()
        assert info.value.code == "committee-repeated-key"
        lenient = Compatibility(repeated_committee_keys=True)
        trusted = TrustedCommittee(
            signers.network, Epoch(signers.epoch), signers.committee, compatibility=lenient
        )
        commit = signers.sign(header_at(signers.epoch))
        assert refusal(signers.epoch, commit, trusted) == "committee-repeated-key"
        if signers.epoch == PRE_STAKING.epoch:
            verify_commit(header_at(signers.epoch), commit, trusted, compatibility=lenient)
        else:  # every slot counts in the total, but the key's power only once
            assert trusted.rule.power(commit.bitmap) < Dec.ONE


# The wrong committee


def test_a_committee_of_another_epoch_is_refused() -> None:
    """The same keys in the next or the previous epoch: the signature would hold, the committee is still wrong."""
    for signers in (PRE_STAKING, STAKED, STAKED.at(epoch=2)):
        header = header_at(signers.epoch)
        commit = signers.sign(header)
        for epoch in (signers.epoch - 1, signers.epoch + 1):
            assert (
                refusal(signers.epoch, commit, signers.at(epoch=epoch).trusted()) == "commit-committee-epoch"
            )


def test_a_header_that_claims_an_older_epoch_does_not_reach_its_rules() -> None:
    """Signed by one member under the rules before staking, shown to a verifier in the staking era."""
    header = header_at(1)
    commit = STAKED.at(epoch=1).sign(header, [0])
    for compatibility in (STRICT, REFERENCE):
        assert refusal(1, commit, STAKED.trusted(), compatibility=compatibility) == "commit-committee-epoch"


def test_a_committee_of_another_shard_is_refused() -> None:
    for signers in (PRE_STAKING, STAKED):
        commit = signers.sign(header_at(signers.epoch, shard_id=1))
        assert refusal(signers.epoch, commit, signers.trusted(), shard_id=1) == "commit-committee-shard"


def test_a_valid_commit_of_strangers_is_refused() -> None:
    for signers in (PRE_STAKING, STAKED):
        strangers = replace(signers, keys=tuple(range(100, 109)))
        commit = strangers.sign(header_at(signers.epoch))
        verify_commit(header_at(signers.epoch), commit, strangers.trusted())
        assert refusal(signers.epoch, commit, signers.trusted()) == "bls-signature"


def test_a_commit_on_another_block_is_refused() -> None:
    for signers in (PRE_STAKING, STAKED):
        for other in (header_at(signers.epoch, number=99), header_at(signers.epoch, view_id=99)):
            commit = signers.sign(other)
            assert refusal(signers.epoch, commit, signers.trusted()) == "bls-signature"


def test_a_verified_commit_is_not_remembered_for_another_block() -> None:
    """Nothing of a verdict is kept: shard, epoch, height, view and hash are each checked again."""
    target = CommitTarget.of_header(header_at(5))
    commit = STAKED.sign_target(target)
    verify_commit_target(target, commit, STAKED.trusted())
    others = {
        replace(target, shard_id=ShardID(1)): "commit-committee-shard",
        replace(target, epoch=Epoch(6)): "commit-committee-epoch",
        replace(target, number=BlockNumber(101)): "bls-signature",
        replace(target, view_id=ViewID(102)): "bls-signature",
        replace(target, block_hash=header_at(5, number=7).hash): "bls-signature",
    }
    for other, code in others.items():
        with pytest.raises(VerificationError) as info:
            verify_commit_target(other, commit, STAKED.trusted())
        assert info.value.code == code


def test_the_hash_alone_is_not_what_is_signed() -> None:
    target = CommitTarget.of_header(header_at(5))
    commit = STAKED.sign_target(target)
    with pytest.raises(VerificationError) as info:
        verify_commit_target(replace(target, number=BlockNumber(target.number + 1)), commit, STAKED.trusted())
    assert info.value.code == "bls-signature"


def test_epochs_without_known_rules_have_no_committee() -> None:
    with pytest.raises(UnsupportedRulesError) as info:
        replace(STAKED, network_name="mainnet", epoch=2964).trusted()
    assert info.value.code == "rules-unknown"


# Batches


def test_a_batch_names_each_bad_commit_with_its_reason() -> None:
    """Committees of several eras, shards and epochs in one call, one item of each kind spoilt."""
    other = Signers.uniform(5, epoch=0, shard_id=1, first=50)
    items = []
    for signers in (PRE_STAKING, STAKED, other):
        trusted = signers.trusted()
        for number in range(100, 104):
            header = header_at(signers.epoch, shard_id=signers.shard_id, number=number)
            items.append((header, signers.sign(header), trusted))
    header, commit, trusted = items[2]
    items[2] = (header, Commit(commit.signature, b"\xff\xff"), trusted)
    items[5] = (items[5][0], items[6][1], items[5][2])
    items[9] = (items[9][0], other.sign(items[9][0], [0]), items[9][2])
    items[11] = (items[11][0], items[11][1], PRE_STAKING.trusted())
    verdicts = check_commits(items)
    bad = {index: verdict.code for index, verdict in enumerate(verdicts) if isinstance(verdict, HarmonyError)}
    assert bad == {
        2: "bitmap-padding",
        5: "bls-signature",
        9: "commit-quorum-uniform",
        11: "commit-committee-shard",
    }
    good = [verdict for verdict in verdicts if isinstance(verdict, VerifiedHeader)]
    assert [proven.header for proven in good] == [item[0] for i, item in enumerate(items) if i not in bad]


def test_signatures_that_make_up_for_each_other_are_refused() -> None:
    """Two wrong signatures whose sum is right pass a batch without random coefficients."""
    headers = [header_at(5, number=number) for number in (100, 101)]
    commits = [STAKED.sign(header) for header in headers]
    swapped = [(headers[0], commits[1], STAKED.trusted()), (headers[1], commits[0], STAKED.trusted())]
    assert [code_of(verdict) for verdict in check_commits(swapped)] == ["bls-signature", "bls-signature"]


def test_the_coefficients_of_a_batch_can_be_given() -> None:
    headers = [header_at(5, number=number) for number in range(5)]
    items = [(header, STAKED.sign(header), STAKED.trusted()) for header in headers]
    asked: list[int] = []

    def entropy(count: int) -> bytes:
        asked.append(count)
        return bytes(range(1, count + 1))

    assert all(isinstance(verdict, VerifiedHeader) for verdict in check_commits(items, entropy=entropy))
    assert asked


def test_an_empty_batch_has_no_verdicts() -> None:
    assert check_commits([]) == []


# Proof values


def test_proof_values_cannot_be_made_by_hand() -> None:
    header = header_at(5)
    proven = verify_commit(header, STAKED.sign(header), STAKED.trusted())
    with pytest.raises(TypeError, match="cannot be made by hand"):
        VerifiedHeader(None, header, proven.proof)
    with pytest.raises(TypeError, match="cannot be made by hand"):
        VerifiedCommit(
            object(),
            target=proven.proof.target,
            commit=proven.commit,
            committee=proven.committee,
            signer_count=9,
            power=Dec.ONE,
        )
    with pytest.raises(TypeError):
        replace(proven, header=header_at(5, number=7))
    with pytest.raises(AttributeError):
        proven.header = header_at(5, number=7)  # type: ignore[misc]


def test_proof_values_and_committees_survive_pickling() -> None:
    header = header_at(5)
    proven = verify_commit(header, STAKED.sign(header), STAKED.trusted())
    copy = pickle.loads(pickle.dumps(proven))  # noqa: S301 - made one line above
    assert copy == proven
    assert hash(copy.committee) == hash(proven.committee)
    assert verify_commit(header, copy.commit, copy.committee) == proven
    assert copy.committee != STAKED.at(epoch=6).trusted()
    assert copy.committee != "a committee"


def test_a_wrong_type_is_a_type_error() -> None:
    header = header_at(5)
    good: list[Any] = [header, STAKED.sign(header), STAKED.trusted()]
    for position in range(3):
        wrong = [*good]
        wrong[position] = b"bytes"
        with pytest.raises(TypeError):
            verify_commit(*wrong)
        with pytest.raises(TypeError):
            check_commits([tuple(wrong)])
