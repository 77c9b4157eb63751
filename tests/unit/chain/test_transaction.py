from dataclasses import dataclass, replace

import pytest

from harmony_core.chain import (
    EthereumTransaction,
    decode_ethereum_transaction,
    decode_transaction,
    intrinsic_gas,
    recover_sender,
)
from harmony_core.chain.transaction import chain_id_of_v
from harmony_core.crypto import keccak256
from harmony_core.errors import VerificationError
from harmony_core.primitives import ShardID
from support.sample_chain_data import BOB, ETHEREUM, KEY, SIGNED, a_transaction

LOCALNET_SHARD_0 = 1_666_700_000


def test_a_transaction_is_hashed_as_it_is_encoded() -> None:
    assert SIGNED.hash == keccak256(SIGNED.encode())
    assert SIGNED.hash_by_type == SIGNED.hash != SIGNED.ethereum_hash
    assert replace(SIGNED).hash == SIGNED.hash
    assert decode_transaction(SIGNED.encode()).hash == SIGNED.hash
    assert replace(SIGNED, nonce=6).hash != SIGNED.hash


def test_a_transaction_of_a_wallet_has_the_wallets_hash() -> None:
    stored = ETHEREUM.to_harmony(LOCALNET_SHARD_0)
    assert stored.is_eth_compatible
    assert stored.hash_by_type == ETHEREUM.hash != stored.hash
    assert stored.to_ethereum() == ETHEREUM
    assert (stored.shard_id, stored.to_shard_id) == (0, 0)
    assert decode_ethereum_transaction(ETHEREUM.encode()).hash == ETHEREUM.hash
    assert recover_sender(stored) == KEY.address
    assert ETHEREUM.cost == 30_000 * 10**11 + 7


@pytest.mark.parametrize("shard", [0, 1, 3])
def test_the_chain_id_names_the_shard(shard: int) -> None:
    blank = replace(ETHEREUM, v=0, r=0, s=0)
    signed = blank.sign(KEY, LOCALNET_SHARD_0 + shard)
    assert signed.shard_id(LOCALNET_SHARD_0) == shard
    assert signed.to_harmony(LOCALNET_SHARD_0).shard_id == shard
    assert recover_sender(signed.to_harmony(LOCALNET_SHARD_0)) == KEY.address


def test_the_signature_of_the_ethereum_form_covers_no_shard() -> None:
    chain_id = LOCALNET_SHARD_0
    there = a_transaction(to_shard_id=ShardID(1))
    assert a_transaction().signing_hash(chain_id) == there.signing_hash(chain_id)
    assert a_transaction().signing_hash(2) != there.signing_hash(2)
    assert a_transaction().signing_hash(None) != there.signing_hash(None)


@dataclass(frozen=True)
class Account:
    """As much of an account of eth-account as is used."""

    key: bytes


def test_a_transaction_is_signed_with_any_form_of_key() -> None:
    for key in (KEY, KEY.to_bytes(), Account(KEY.to_bytes())):
        assert a_transaction().sign(key, 2) == SIGNED
    assert SIGNED.is_signed
    assert not a_transaction().is_signed
    unprotected = a_transaction().sign(KEY, None)
    assert unprotected.v in {27, 28}
    assert not unprotected.is_protected
    assert not unprotected.is_eth_compatible


@pytest.mark.parametrize("chain_id", [0, -1])
def test_a_chain_id_is_positive(chain_id: int) -> None:
    with pytest.raises(VerificationError) as info:
        a_transaction().sign(KEY, chain_id)
    assert info.value.code == "signing-chain-id"


@pytest.mark.parametrize("chain_id", [1, 2, 1_666_599_999])
def test_the_ethereum_form_is_signed_for_its_own_chain_ids_only(chain_id: int) -> None:
    with pytest.raises(VerificationError) as info:
        ETHEREUM.sign(KEY, chain_id)
    assert info.value.code == "signing-chain-id"


@pytest.mark.parametrize(
    ("v", "chain_id"),
    [
        (27, 0),
        (28, 0),
        (35, 0),
        (36, 0),
        (37, 1),
        (38, 1),
        (0, 2**63 - 18),
        (29, 2**63 - 3),
        (2**64 + 37, 2**63 + 1),
    ],
)
def test_the_chain_id_of_v(v: int, chain_id: int) -> None:
    assert chain_id_of_v(v) == chain_id


def test_a_contract_is_made_by_a_transaction_without_recipient() -> None:
    creation = a_transaction(to=None)
    assert creation.creates_contract
    assert not a_transaction().creates_contract
    assert decode_transaction(creation.encode()) == creation
    assert creation.cost == 50_000 * 100 * 10**9 + 10**18


def test_intrinsic_gas() -> None:
    assert intrinsic_gas(b"") == 21_000
    assert intrinsic_gas(b"\x00\x01") == 21_020
    assert intrinsic_gas(b"\x00\x01", after_istanbul=False) == 21_072
    assert intrinsic_gas(b"", creates_contract=True) == 53_000
    assert intrinsic_gas(b"", creates_contract=True, after_s3=False) == 21_000
    assert intrinsic_gas(b"", creates_validator=True) == 5_300_000


def test_an_ethereum_transaction_may_be_built_by_hand() -> None:
    built = EthereumTransaction(nonce=0, gas_price=1, gas_limit=21_000, to=BOB, value=1)
    assert not built.is_signed
    assert decode_ethereum_transaction(built.encode()) == built
