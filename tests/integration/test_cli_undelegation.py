"""`harmony-core staking undelegation`."""

from pathlib import Path

import pytest

from harmony_core.chain.validator_wrapper import Delegation, Undelegation, decode_validator_wrapper
from harmony_core.primitives import Epoch, address_to_bech32
from support.cli_runner import run
from support.recorded import Recording, recordings
from support.recorded_staking import RecordedStaking
from support.staking_sample import ALICE, BOB, FIRST, ONE, sample_wrapper

every_recording = pytest.mark.parametrize(
    "recording", recordings(), ids=lambda recording: recording.folder.name
)


def test_an_epoch_is_explained_step_by_step() -> None:
    shown = run("staking", "undelegation", "--network", "mainnet", "--epoch", "2000")
    assert shown.exit_code == 0
    lines = shown.stdout.splitlines()
    assert lines[0].startswith(
        "mainnet: what was taken back in epoch 2000 is paid at the end of epoch 2007, in block "
    )
    assert len(lines) == 9
    document = run("staking", "undelegation", "--epoch", "2000", "--json").document
    assert (document["paid_at_end_of"], document["rule"], document["may_repeat"]) == (
        2007,
        "lock-period",
        False,
    )
    assert [step["numbers"]["age"] for step in document["trace"]] == [str(age) for age in range(8)]


def test_a_validator_that_left_committees_pays_early() -> None:
    document = run("staking", "undelegation", "--epoch", "300", "--last-elected", "290", "--json").document
    assert (document["paid_at_end_of"], document["rule"]) == (300, "early-unlock")


def test_the_epochs_of_december_2023_are_named() -> None:
    assert "December 2023" in run("staking", "undelegation", "--epoch", "1700").stdout
    assert "December 2023" not in run("staking", "undelegation", "--epoch", "1730").stdout


def test_nothing_was_undelegated_before_staking() -> None:
    shown = run("staking", "undelegation", "--epoch", "100")
    assert (shown.exit_code, shown.stdout) == (1, "")
    assert "staking-forecast-epoch" in shown.stderr


def test_past_the_known_rules_there_is_no_answer() -> None:
    shown = run("staking", "undelegation", "--epoch", "2960")
    assert (shown.exit_code, shown.stdout) == (5, "")
    assert "rules-unknown" in shown.stderr


def test_every_undelegation_of_a_wrapper_is_listed(tmp_path: Path) -> None:
    entries = (Undelegation(ONE, Epoch(1690)), Undelegation(2 * ONE, Epoch(2960)))
    wrapper = sample_wrapper(
        FIRST,
        delegations=(Delegation(ALICE, 0, 0, entries[:1]), Delegation(BOB, 0, 0, entries[1:])),
        rates=("0.05", "0.06", "0.01"),
        last_epoch_in_committee=Epoch(2900),
    )
    path = tmp_path / "wrapper"
    path.write_text("0x" + wrapper.encode().hex() + "\n")
    document = run("staking", "undelegation", path, "--json").document
    first, second = document["undelegations"]
    assert (first["amount"], first["paid_at_end_of"], first["may_repeat"]) == (str(ONE), 1697, True)
    assert (second["paid_at_end_of"], second["error"]["code"]) == (None, "rules-unknown")
    shown = run("staking", "undelegation", path)
    assert shown.exit_code == 5
    assert address_to_bech32(ALICE) in shown.stdout
    assert "cannot tell" in shown.stdout
    only = run(
        "staking", "undelegation", "-", "--delegator", address_to_bech32(ALICE), stdin=path.read_text()
    )
    assert only.exit_code == 0
    assert address_to_bech32(BOB) not in only.stdout


def test_a_wrapper_without_undelegations_says_so() -> None:
    shown = run("staking", "undelegation", sample_wrapper().encode().hex())
    assert (shown.exit_code, len(shown.stdout.splitlines())) == (0, 1)


def test_an_input_that_is_no_wrapper_is_refused(tmp_path: Path) -> None:
    assert run("staking", "undelegation", "c0").exit_code == 4
    path = tmp_path / "wrappers"
    path.write_text("c0\nc0\n")
    shown = run("staking", "undelegation", path)
    assert shown.exit_code == 4
    assert "staking-wrapper-input" in shown.stderr
    path.write_bytes(b"\xff\xfe\n")
    assert run("staking", "undelegation", path).exit_code == 4


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("c0", "--epoch", "5"),
        ("--epoch", "5", "--delegator", "one1"),
        ("c0", "--last-elected", "5"),
        ("--epoch", "5", "--network", "none"),
        ("--epoch", "-1"),
        ("nothing of the kind",),
    ],
)
def test_a_command_line_that_makes_no_sense_is_refused(arguments: tuple[str, ...]) -> None:
    assert run("staking", "undelegation", *arguments).exit_code == 2


def test_an_account_that_is_none_is_refused() -> None:
    wrapper = sample_wrapper().encode().hex()
    assert run("staking", "undelegation", wrapper, "--delegator", "one1nobody").exit_code == 2


@every_recording
def test_the_forecast_names_the_block_that_paid(recording: Recording) -> None:
    """Before a payout of the recording, its wrapper says when the payout comes."""
    recorded = RecordedStaking(recording)
    if recording.network.schedule.last_block_of_epoch(Epoch(2)) != 36:
        return  # the command knows localnet with 16 blocks an epoch
    for block in recorded.replay():
        end = block.outcome.epoch_end
        for step in () if end is None else end.trace:
            numbers = dict(step.numbers)
            if step.rule != "staking-payout-lock-period":
                continue
            wrapper = next(
                w
                for w in block.before.validators.values()
                if w.validator.address.to_hex() == numbers["validator"]
            )
            assert decode_validator_wrapper(wrapper.encode()) == wrapper
            document = run(
                "staking", "undelegation", "--network", "localnet", wrapper.encode().hex(), "--json"
            ).document
            due = [row for row in document["undelegations"] if row["block_number"] == block.header.number]
            assert str(numbers["amount"]) in {row["amount"] for row in due}
