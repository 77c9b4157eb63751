"""The VRF of BLS keys, alone and in headers."""

import dataclasses
import pickle
from hashlib import sha256
from typing import Any

import pytest

from harmony_core.chain import Committee, Header, HeaderVersion, Slot
from harmony_core.crypto.bls import PublicKey, SecretKey
from harmony_core.errors import DecodeError, HarmonyError, VerificationError
from harmony_core.params import load_network
from harmony_core.primitives import Address, BlockNumber, Compatibility, Epoch, Hash32, ShardID
from harmony_core.quorum import TrustedCommittee
from harmony_core.randomness import vrf
from support.outcome import refusal
from support.synthetic_chain import LOCALNET, committee, keys_of

KEY = SecretKey(77)
ALPHA = b"an input of any length"
REFERENCE = Compatibility.reference()
EPOCH = Epoch(3)
PARENT = Hash32(b"\x21" * 32)


def test_a_proof_proves_its_value_and_no_other() -> None:
    output = vrf.evaluate(KEY, ALPHA)
    assert vrf.verify(KEY.public_key(), ALPHA, output.proof) == output.beta == sha256(output.proof).digest()
    assert output == vrf.evaluate(KEY, ALPHA)
    assert output != vrf.evaluate(KEY, ALPHA + b"!")


def test_a_proof_of_another_key_or_input_is_refused() -> None:
    output = vrf.evaluate(KEY, ALPHA)
    for key, alpha in ((KEY.public_key(), b"other"), (SecretKey(78).public_key(), ALPHA)):
        error = refusal(lambda key=key, alpha=alpha: vrf.verify(key, alpha, output.proof))  # type: ignore[misc]
        assert isinstance(error, VerificationError)
        assert error.code == "vrf-proof"


def test_the_identity_proves_nothing_unless_the_reference_is_followed() -> None:
    identity, proof = PublicKey.identity(), bytes(96)
    assert refusal(lambda: vrf.verify(identity, ALPHA, proof)).code == "bls-signature-identity"
    assert vrf.verify(identity, ALPHA, proof, compatibility=REFERENCE) == sha256(proof).digest()
    real = vrf.evaluate(KEY, ALPHA).proof
    assert refusal(lambda: vrf.verify(identity, ALPHA, real)).code == "bls-verify-identity-key"


def test_a_longer_proof_has_another_value_in_the_reference() -> None:
    output = vrf.evaluate(KEY, ALPHA)
    longer = bytes(output.proof) + b"\0"
    assert refusal(lambda: vrf.verify(KEY.public_key(), ALPHA, longer)).code == "bls-signature-length"
    beta = vrf.verify(KEY.public_key(), ALPHA, longer, compatibility=REFERENCE)
    assert beta == sha256(longer).digest() != output.beta


@pytest.mark.parametrize("length", [0, 127, 129])
def test_a_value_with_its_proof_has_128_bytes(length: int) -> None:
    error = refusal(lambda: vrf.VRFOutput.from_bytes(bytes(length)))
    assert isinstance(error, DecodeError)
    assert error.code == "vrf-length"


def test_what_is_not_bytes_is_a_type_error() -> None:
    with pytest.raises(TypeError):
        vrf.VRFOutput.from_bytes("00" * 128)  # type: ignore[arg-type]


def trusted(network: str = "localnet", epoch: Epoch = EPOCH) -> TrustedCommittee:
    return TrustedCommittee(load_network(network), epoch, committee(EPOCH, 0))


def header_of(leader: int = 0, **changes: Any) -> Header:
    secret = keys_of(EPOCH, 0)[leader]
    fields: dict[str, Any] = {
        "version": HeaderVersion.V3,
        "number": BlockNumber(50),
        "epoch": EPOCH,
        "parent_hash": PARENT,
        "coinbase": secret.public_key().address,
        "vrf": vrf.evaluate(secret, PARENT).to_bytes(),
    }
    return Header(**(fields | changes))


def test_the_vrf_of_a_header_is_its_leaders_on_its_parents_hash() -> None:
    for leader in (0, 3, 6):
        verified = vrf.verify_header_vrf(header_of(leader), trusted())
        assert verified is not None
        assert verified.leader == committee(EPOCH, 0).slots[leader].bls_public_key
        assert verified.beta == header_of(leader).vrf[:32]
        assert pickle.loads(pickle.dumps(verified)) == verified  # noqa: S301 - its own bytes


def vrf_refusal(header: Header, committee: TrustedCommittee | None = None) -> str:
    single = refusal(lambda: vrf.verify_header_vrf(header, committee or trusted())).code
    good = header_of(1)
    [first, bad, last] = vrf.check_header_vrfs(
        [
            vrf.HeaderVRF(good, trusted()),
            vrf.HeaderVRF(header, committee or trusted()),
            vrf.HeaderVRF(good, trusted()),
        ]
    )
    assert isinstance(first, vrf.VerifiedVRF)
    assert isinstance(last, vrf.VerifiedVRF)
    assert isinstance(bad, HarmonyError)
    assert bad.code == single
    return single


def test_a_vrf_on_another_parent_is_refused() -> None:
    assert vrf_refusal(header_of(parent_hash=Hash32(b"\x22" * 32))) == "vrf-proof"


def test_a_vrf_of_another_member_is_refused() -> None:
    assert vrf_refusal(header_of(coinbase=keys_of(EPOCH, 0)[2].public_key().address)) == "vrf-proof"


def test_a_value_that_is_not_the_hash_of_the_proof_is_refused() -> None:
    field = bytearray(header_of().vrf)
    field[5] ^= 1
    assert vrf_refusal(header_of(vrf=bytes(field))) == "vrf-beta"


def test_a_proof_that_is_no_point_is_refused() -> None:
    garbage = b"\xff" * 96
    header = header_of(vrf=sha256(garbage).digest() + garbage)
    assert isinstance(refusal(lambda: vrf.verify_header_vrf(header, trusted())), DecodeError)
    assert vrf_refusal(header).startswith("bls-signature-")


def test_a_coinbase_of_nobody_is_refused() -> None:
    assert vrf_refusal(header_of(coinbase=Address(b"\x01" * 20))) == "leader-not-in-committee"


@pytest.mark.parametrize("change", [{"shard_id": ShardID(1)}, {"epoch": Epoch(4)}])
def test_the_committee_of_another_shard_or_epoch_is_refused(change: dict[str, Any]) -> None:
    assert vrf_refusal(header_of(**change)) == "vrf-committee"


@pytest.mark.parametrize("length", [0, 96, 127, 129, 224])
def test_a_vrf_of_another_length_is_refused(length: int) -> None:
    assert vrf_refusal(header_of(vrf=bytes(length))) == "header-vrf-missing"


def test_a_header_of_an_epoch_without_a_vrf_has_none() -> None:
    mainnet = trusted("mainnet", Epoch(630))
    early = header_of(epoch=Epoch(630), vrf=b"")
    assert vrf.verify_header_vrf(early, mainnet) is None
    assert vrf.check_header_vrfs([vrf.HeaderVRF(early, mainnet)]) == [None]
    assert vrf_refusal(header_of(epoch=Epoch(630)), mainnet) == "header-vrf-early"


@pytest.mark.parametrize(
    ("network", "first"),
    [("mainnet", 631), ("testnet", 2), ("devnet", 2)]
    + [(name, 0) for name in ("localnet", "partner", "stressnet", "pangaea")],
)
def test_networks_have_a_vrf_from_their_epoch_on(network: str, first: int) -> None:
    config = load_network(network).config
    with_vrf = dataclasses.replace(header_of(), epoch=Epoch(first))
    vrf.verify_vrf_presence(with_vrf, config)
    if first:
        before = dataclasses.replace(with_vrf, epoch=Epoch(first - 1))
        assert refusal(lambda: vrf.verify_vrf_presence(before, config)).code == "header-vrf-early"


def test_before_staking_the_first_slot_of_an_account_leads() -> None:
    secrets = keys_of(EPOCH, 0)
    account = Address(b"\x07" * 20)
    slots = tuple(Slot(account, key.public_key().to_bytes(), None) for key in secrets)
    shared = TrustedCommittee(LOCALNET, Epoch(1), Committee(ShardID(0), slots))
    header = header_of(epoch=Epoch(1), coinbase=account)
    verified = vrf.verify_header_vrf(header, shared)
    assert verified is not None
    assert verified.leader == slots[0].bls_public_key
    second = header_of(1, epoch=Epoch(1), coinbase=account)
    assert refusal(lambda: vrf.verify_header_vrf(second, shared)).code == "vrf-proof"


def test_a_verified_vrf_is_not_made_by_hand() -> None:
    with pytest.raises(TypeError):
        vrf.VerifiedVRF(object(), header_of(), KEY.public_key().to_bytes(), vrf.evaluate(KEY, ALPHA))


def test_one_false_proof_among_many_is_found_whatever_the_batch_needs() -> None:
    items = [vrf.HeaderVRF(header_of(leader), trusted()) for leader in (0, 1, 2, 3, 4, 5, 6) * 3]
    items[13] = vrf.HeaderVRF(header_of(parent_hash=Hash32(b"\x23" * 32)), trusted())
    verdicts = vrf.check_header_vrfs(items)
    assert [i for i, verdict in enumerate(verdicts) if isinstance(verdict, HarmonyError)] == [13]
