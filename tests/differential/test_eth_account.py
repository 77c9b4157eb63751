"""Keys and signatures of eth-account, which knows nothing of ours: both formats of transactions, and both ways."""

from typing import Any

import pytest
from eth_account import Account

from harmony_core.chain import (
    Directive,
    EthereumTransaction,
    StakingTransaction,
    decode_ethereum_transaction,
    recover_sender,
)
from harmony_core.crypto.secp256k1 import AccountKey, PrivateKey
from harmony_core.params import load_network
from harmony_core.primitives import Address, ShardID
from support.sample_chain_data import CREATE, a_transaction

LOCALNET = load_network("localnet").config
SECRETS = [bytes([number]) * 32 for number in (1, 7, 0x80)]


@pytest.fixture(params=SECRETS, ids=lambda secret: f"key-{secret[0]}")
def account(request: pytest.FixtureRequest) -> Any:
    return Account.from_key(request.param)


def test_an_account_is_a_key_with_the_same_address(account: Any) -> None:
    assert PrivateKey.of(account).address == Address.from_hex(account.address)
    assert isinstance(account, AccountKey)


@pytest.mark.parametrize("chain_id", [None, 2, 1])
def test_harmonys_format_is_signed_with_an_account(account: Any, chain_id: int | None) -> None:
    signed = a_transaction(to_shard_id=ShardID(1)).sign(account, chain_id)
    assert signed == a_transaction(to_shard_id=ShardID(1)).sign(bytes(account.key), chain_id)
    assert recover_sender(signed) == Address.from_hex(account.address)
    by_account = account.unsafe_sign_hash(a_transaction(to_shard_id=ShardID(1)).signing_hash(chain_id))
    assert (signed.r, signed.s) == (by_account.r, by_account.s)


@pytest.mark.parametrize("shard_id", [0, 1])
@pytest.mark.parametrize("to", [Address(b"\xb0" * 20), None], ids=["call", "creation"])
def test_ethereums_format_is_the_same_bytes_as_of_eth_account(
    account: Any, shard_id: int, to: Address | None
) -> None:
    chain_id = LOCALNET.eth_chain_id_of_shard(ShardID(shard_id))
    ours = EthereumTransaction(
        nonce=5, gas_price=10**11, gas_limit=60_000, to=to, value=7 * 10**18, data=b"\x00data"
    ).sign(account, chain_id)
    theirs = account.sign_transaction(
        {
            "nonce": 5,
            "gasPrice": 10**11,
            "gas": 60_000,
            "to": b"" if to is None else bytes(to),
            "value": 7 * 10**18,
            "data": b"\x00data",
            "chainId": chain_id,
        }
    )
    raw = bytes(theirs.raw_transaction)
    assert ours.encode() == raw
    assert ours.hash == bytes(theirs.hash)
    assert Account.recover_transaction(ours.encode()) == account.address
    decoded = decode_ethereum_transaction(raw).to_harmony(LOCALNET.eth_chain_id_of_shard(ShardID(0)))
    assert decoded.shard_id == decoded.to_shard_id == shard_id
    assert recover_sender(decoded) == Address.from_hex(account.address)


def test_staking_transactions_are_signed_with_an_account(account: Any) -> None:
    unsigned = StakingTransaction.of(CREATE, nonce=1, gas_price=10**11, gas_limit=6_000_000)
    signed = unsigned.sign(account, 2)
    assert signed.directive == Directive.CREATE_VALIDATOR
    assert recover_sender(signed) == Address.from_hex(account.address)
