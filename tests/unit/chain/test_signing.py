import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace

import pytest

from harmony_core.chain import (
    FRONTIER,
    HOMESTEAD,
    Signer,
    StakingTransaction,
    Transaction,
    recover_sender,
    recover_senders,
    verify_staking_transaction,
    verify_transaction,
)
from harmony_core.chain.staking_message import CollectRewards
from harmony_core.crypto.secp256k1.backend import ORDER
from harmony_core.errors import HarmonyError, UnsupportedRulesError, VerificationError
from harmony_core.params import load_network
from harmony_core.primitives import Compatibility, Epoch, ShardID
from support.sample_chain_data import ALICE, ETHEREUM, KEY, SIGNED, STAKING, a_transaction

MAINNET = load_network("mainnet")
LOCALNET = load_network("localnet")
SHARD = ShardID(0)
EPOCH = Epoch(5)


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(VerificationError) as info:
        act()
    return info.value.code


def test_the_sender_is_recovered() -> None:
    assert recover_sender(SIGNED) == KEY.address == recover_sender(SIGNED, Signer(2))
    assert recover_sender(STAKING) == KEY.address == recover_sender(STAKING, Signer(2))
    assert recover_sender(replace(SIGNED, nonce=6)) != KEY.address


def test_a_signature_for_another_chain_is_refused() -> None:
    for transaction in (SIGNED, STAKING):
        assert code_of(lambda t=transaction: recover_sender(t, Signer(1))) == "transaction-chain-id"  # type: ignore[misc]


def test_unprotected_signatures_hold_for_every_chain() -> None:
    unprotected = a_transaction().sign(KEY, None)
    for signer in (None, FRONTIER, HOMESTEAD, Signer(1), Signer(2)):
        assert recover_sender(unprotected, signer) == KEY.address
    for signer in (FRONTIER, HOMESTEAD):
        assert code_of(lambda s=signer: recover_sender(SIGNED, s)) == "transaction-signature"  # type: ignore[misc]


def test_a_high_s_is_taken_before_eip155_only() -> None:
    unprotected = replace(a_transaction().sign(KEY, None))
    other = replace(unprotected, s=ORDER - unprotected.s, v=55 - unprotected.v)
    assert recover_sender(other, FRONTIER) == KEY.address
    for signer in (None, HOMESTEAD, Signer(2)):
        assert code_of(lambda s=signer: recover_sender(other, s)) == "transaction-high-s"  # type: ignore[misc]
    v = SIGNED.v
    flipped = replace(SIGNED, s=ORDER - SIGNED.s, v=v - 1 if v == 40 else v + 1)
    assert code_of(lambda: recover_sender(flipped)) == "transaction-high-s"
    assert code_of(lambda: recover_sender(flipped, Signer(2))) == "transaction-high-s"


@pytest.mark.parametrize(
    "changes",
    [{"r": 0}, {"s": 0}, {"r": ORDER}, {"s": ORDER}, {"r": 1 << 300}, {"v": 0}, {"v": 34}, {"v": 1}],
)
def test_what_is_no_signature_is_refused(changes: dict[str, int]) -> None:
    assert code_of(lambda: recover_sender(replace(SIGNED, **changes))) == "transaction-signature"  # type: ignore[arg-type]
    assert code_of(lambda: recover_sender(a_transaction())) == "transaction-signature"
    assert code_of(lambda: recover_sender(replace(SIGNED, r=5, s=1))) == "signature-recovery"


def test_many_senders_at_once_with_errors_in_their_places() -> None:
    wrong, nobody = replace(SIGNED, r=0), replace(SIGNED, r=5, s=1)
    many: list[Transaction | StakingTransaction] = [SIGNED, wrong, STAKING, nobody] * 40
    context = multiprocessing.get_context("spawn")
    with ThreadPoolExecutor(2) as threads, ProcessPoolExecutor(1, mp_context=context) as processes:
        all_results = [recover_senders(many, executor=executor) for executor in (None, threads, processes)]
    for results in all_results:
        assert [result for result in results if not isinstance(result, HarmonyError)] == [KEY.address] * 80
        assert {result.code for result in results if isinstance(result, HarmonyError)} == {
            "transaction-signature",
            "signature-recovery",
        }
        assert isinstance(results[1], HarmonyError)
    assert recover_senders([]) == []
    signers = [Signer(1), Signer(2)]
    first, second = recover_senders([SIGNED, SIGNED], signers)
    assert isinstance(first, VerificationError)
    assert second == KEY.address
    with pytest.raises(ValueError, match="zip"):
        recover_senders([SIGNED], [])


def test_a_transaction_of_a_block_is_verified() -> None:
    verified = verify_transaction(SIGNED, LOCALNET, epoch=EPOCH, shard_id=SHARD)
    assert (verified.sender, verified.leaves_shard) == (KEY.address, False)
    there = a_transaction(to_shard_id=ShardID(1)).sign(KEY, 2)
    assert verify_transaction(there, LOCALNET, epoch=EPOCH, shard_id=SHARD).leaves_shard
    ethereum = ETHEREUM.to_harmony(1_666_700_000)
    assert verify_transaction(ethereum, LOCALNET, epoch=EPOCH, shard_id=SHARD).sender == KEY.address


def test_a_transaction_of_another_shard_is_refused() -> None:
    assert (
        code_of(lambda: verify_transaction(SIGNED, LOCALNET, epoch=EPOCH, shard_id=ShardID(1)))
        == "transaction-shard"
    )


def test_a_transaction_to_no_shard_is_refused() -> None:
    nowhere = a_transaction(to_shard_id=ShardID(2)).sign(KEY, 2)
    assert (
        code_of(lambda: verify_transaction(nowhere, LOCALNET, epoch=EPOCH, shard_id=SHARD))
        == "transaction-destination"
    )


def test_before_cross_shard_transactions_the_destination_is_ignored() -> None:
    there = a_transaction(to_shard_id=ShardID(1)).sign(KEY, 1)
    for epoch, leaves in ((27, False), (28, False), (29, True)):
        signed = there if epoch >= 28 else a_transaction(to_shard_id=ShardID(1)).sign(KEY, None)
        assert verify_transaction(signed, MAINNET, epoch=Epoch(epoch), shard_id=SHARD).leaves_shard == leaves


def test_eip155_signatures_begin_with_their_epoch() -> None:
    signed = a_transaction().sign(KEY, 1)
    assert (
        code_of(lambda: verify_transaction(signed, MAINNET, epoch=Epoch(27), shard_id=SHARD))
        == "transaction-signature"
    )
    assert verify_transaction(signed, MAINNET, epoch=Epoch(28), shard_id=SHARD).sender == KEY.address
    high = a_transaction().sign(KEY, None)
    high = replace(high, s=ORDER - high.s, v=55 - high.v)
    assert verify_transaction(high, MAINNET, epoch=Epoch(27), shard_id=SHARD).sender == KEY.address
    assert (
        code_of(lambda: verify_transaction(high, MAINNET, epoch=Epoch(28), shard_id=SHARD))
        == "transaction-high-s"
    )


def test_the_ethereum_format_begins_with_its_epoch() -> None:
    signed = a_transaction().sign(KEY, 1_666_600_000)
    act = lambda: verify_transaction(signed, MAINNET, epoch=Epoch(441), shard_id=SHARD)  # noqa: E731
    assert code_of(act) == "transaction-eth-epoch"
    assert verify_transaction(signed, MAINNET, epoch=Epoch(442), shard_id=SHARD).sender == KEY.address


def test_the_ethereum_format_names_its_shard() -> None:
    signed = a_transaction().sign(KEY, 1_666_700_001)
    act = lambda: verify_transaction(signed, LOCALNET, epoch=EPOCH, shard_id=SHARD)  # noqa: E731
    assert code_of(act) == "transaction-chain-id"


def test_nobody_sends_an_ethereum_transaction_to_another_shard() -> None:
    ethereum = ETHEREUM.to_harmony(1_666_700_000)
    diverted = replace(ethereum, to_shard_id=ShardID(1))
    assert recover_sender(diverted) == KEY.address
    act = lambda: verify_transaction(diverted, LOCALNET, epoch=EPOCH, shard_id=SHARD)  # noqa: E731
    assert code_of(act) == "transaction-eth-destination"
    lenient = Compatibility(ethereum_transactions_across_shards=True)
    verified = verify_transaction(diverted, LOCALNET, epoch=EPOCH, shard_id=SHARD, compatibility=lenient)
    assert verified.leaves_shard


def test_the_gas_limit_pays_for_the_transaction_itself() -> None:
    needed = 21_000 + 4 + 5 * 16
    enough = a_transaction(gas_limit=needed).sign(KEY, 2)
    assert verify_transaction(enough, LOCALNET, epoch=EPOCH, shard_id=SHARD).sender == KEY.address
    short = a_transaction(gas_limit=needed - 1).sign(KEY, 2)
    assert (
        code_of(lambda: verify_transaction(short, LOCALNET, epoch=EPOCH, shard_id=SHARD)) == "transaction-gas"
    )


def test_a_staking_transaction_of_a_block_is_verified() -> None:
    assert verify_staking_transaction(STAKING, LOCALNET, epoch=EPOCH, shard_id=SHARD).sender == KEY.address


def test_staking_transactions_are_on_the_beacon_shard_only() -> None:
    act = lambda: verify_staking_transaction(STAKING, LOCALNET, epoch=EPOCH, shard_id=ShardID(1))  # noqa: E731
    assert code_of(act) == "staking-transaction-shard"


def test_staking_transactions_begin_with_their_epoch() -> None:
    signed = StakingTransaction.of(CollectRewards(ALICE), nonce=0, gas_price=1, gas_limit=30_000).sign(KEY, 1)
    act = lambda: verify_staking_transaction(signed, MAINNET, epoch=Epoch(184), shard_id=SHARD)  # noqa: E731
    assert code_of(act) == "staking-transaction-epoch"
    assert verify_staking_transaction(signed, MAINNET, epoch=Epoch(185), shard_id=SHARD).sender == KEY.address


def test_a_staking_transaction_is_not_replayed_on_another_chain() -> None:
    signed = StakingTransaction.of(CollectRewards(ALICE), nonce=0, gas_price=1, gas_limit=30_000).sign(KEY, 2)
    epoch = Epoch(300)
    act = lambda: verify_staking_transaction(signed, MAINNET, epoch=epoch, shard_id=SHARD)  # noqa: E731
    assert code_of(act) == "transaction-chain-id"
    lenient = Compatibility(staking_transactions_of_any_chain=True)
    verified = verify_staking_transaction(signed, MAINNET, epoch=epoch, shard_id=SHARD, compatibility=lenient)
    assert verified.sender == KEY.address


def test_a_staking_transaction_pays_for_itself() -> None:
    cheap = replace(STAKING, gas_limit=5_300_000)
    assert (
        code_of(lambda: verify_staking_transaction(cheap, LOCALNET, epoch=EPOCH, shard_id=SHARD))
        == "transaction-gas"
    )


def test_rules_past_the_known_epochs_are_not_guessed() -> None:
    with pytest.raises(UnsupportedRulesError):
        verify_transaction(SIGNED, MAINNET, epoch=Epoch(2964), shard_id=SHARD)
    with pytest.raises(UnsupportedRulesError):
        verify_staking_transaction(STAKING, MAINNET, epoch=Epoch(2964), shard_id=SHARD)
