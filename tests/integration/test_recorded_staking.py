"""Every validator of the recorded networks, recomputed block by block from what was staked, signed and slashed.

Nothing recorded goes into a block but its header, its staking and the committees: each block starts from what the
blocks before it gave.
"""

import json
from collections.abc import Iterator
from functools import cache

import pytest

from harmony_core.chain.staking_message import Delegate
from harmony_core.errors import VerificationError
from harmony_core.primitives import Address, Compatibility
from harmony_core.staking import verify_block_supply, verify_supply
from support.recorded import Recording, recordings
from support.recorded_staking import RecordedStaking, Replayed

every_recording = pytest.mark.parametrize(
    "recording", recordings(), ids=lambda recording: recording.folder.name
)


@cache
def _replayed(recording: Recording) -> tuple[RecordedStaking, tuple[Replayed, ...]]:
    recorded = RecordedStaking(recording)
    return recorded, tuple(recorded.replay())


@every_recording
def test_every_validator_is_recomputed(recording: Recording) -> None:
    recorded, blocks = _replayed(recording)
    if not blocks:
        return
    known = dict(blocks[0].before.validators)
    for block in blocks:
        known = recorded.recorded_after(block.header.number, known)
        assert dict(block.outcome.state.validators) == known, block.header.number
    assert not recorded.is_whole or blocks[-1].header.number == max(recorded.headers)


@every_recording
def test_every_snapshot_is_recomputed(recording: Recording) -> None:
    recorded, blocks = _replayed(recording)
    first: dict[int, Replayed] = {}
    for block in blocks:
        first.setdefault(block.header.epoch, block)
        if block is first[block.header.epoch]:
            continue
        snapshots = recorded.snapshots.get(block.header.epoch, {})
        for address, wrapper in block.before.snapshots.items():
            assert snapshots.get(address, wrapper) == wrapper, (block.header.number, address)


@every_recording
def test_the_logs_of_directives_are_those_of_the_receipts(recording: Recording) -> None:
    _, blocks = _replayed(recording)
    rows = {row["number"]: row["receipts"] for row in recording.rows("receipts_shard0")}
    for block in blocks:
        computed = [log for outcome in block.outcome.directives for log in outcome.logs]
        if not computed:
            continue
        topics = {log.topics for log in computed}
        recorded = [
            (log["address"].lower(), log["data"])
            for receipt in rows[block.header.number]
            for log in receipt["logs"]
            if any([topic.to_hex() for topic in known] == log["topics"] for known in topics)
        ]
        assert [(log.address.to_hex(), "0x" + log.data.hex()) for log in computed] == recorded


@every_recording
def test_undelegations_are_paid_as_recorded(recording: Recording) -> None:
    """The last block of an epoch has no transactions, so that what a delegator gains there is its undelegations."""
    _, blocks = _replayed(recording)
    gains = dict(_gains(recording))
    receipts: dict[int, str] = {}
    for row in recording.rows("cx_in_shard0"):
        receipts[row["number"]] = receipts.get(row["number"], "") + json.dumps(row).lower()
    for block in blocks:
        if block.outcome.epoch_end is None or block.header.number not in gains:
            continue
        computed = {
            account: balance - block.before.balance(account)
            for account, balance in block.outcome.state.balances.items()
            if balance != block.before.balance(account)
        }
        recorded, arrived = gains[block.header.number], receipts.get(block.header.number, "")
        for account, paid in computed.items():
            if account.hex() not in arrived:
                assert recorded.get(account) == paid, (block.header.number, account)


def _gains(recording: Recording) -> Iterator[tuple[int, dict[Address, int]]]:
    for row in recording.rows("state_diff_shard0"):
        yield (
            row["number"],
            {
                Address.from_hex(account["address"]): int(account.get("balance") or 0)
                - int(account.get("prevBalance") or 0)
                for account in row["changed"]
                if account.get("address")
            },
        )


@every_recording
def test_no_block_makes_or_loses_money(recording: Recording) -> None:
    for block in _replayed(recording)[1]:
        verify_block_supply(block.before, block.outcome)
        if block.outcome.directives:
            verify_supply(block.before, block.outcome.directives[-1].state)


@every_recording
def test_one_atto_more_in_a_directive_shows(recording: Recording) -> None:
    recorded, blocks = _replayed(recording)
    for block in blocks:
        altered = tuple(
            Delegate(message.delegator_address, message.validator_address, message.amount + 1)
            if isinstance(message, Delegate)
            else message
            for message in block.messages
        )
        if altered == block.messages:
            continue
        try:
            outcome = recorded.apply(block.header, block.before, altered, {})
        except VerificationError:
            continue
        assert outcome.state.validators != block.outcome.state.validators


@every_recording
def test_the_quirks_of_the_reference_show_nowhere(recording: Recording) -> None:
    recorded, blocks = _replayed(recording)
    for block in blocks:
        if block.outcome.slashes is None:
            lenient = recorded.apply(
                block.header, block.before, block.messages, {}, Compatibility.reference()
            )
            assert lenient.state == block.outcome.state, block.header.number


@every_recording
def test_every_recorded_directive_says_which_rules_it_kept_to(recording: Recording) -> None:
    for block in _replayed(recording)[1]:
        assert all(outcome.trace for outcome in block.outcome.directives)
