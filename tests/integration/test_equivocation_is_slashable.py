"""From a stream of consensus messages to a record that the beacon chain slashes by."""

from dataclasses import replace

import pytest

from harmony_core.chain import ShardState
from harmony_core.chain.slash import SlashRecord
from harmony_core.errors import VerificationError
from harmony_core.fbft import EquivocationWatch, Message, VerifiedMessage, check_traffic
from harmony_core.fbft.build import build_announce
from harmony_core.params import load_network
from harmony_core.primitives import Address, Compatibility, Epoch
from harmony_core.staking.slash_evidence import SlashContext, verify_evidence
from support.fbft_world import World

WORLD = World()
ONE = WORLD.header()
OTHER = replace(ONE, extra=b"another")
REPORTER = Address(bytes([9]) * 20)


def records_of(*slots: int) -> list[SlashRecord]:
    """Return what follows from two proposals of one leader and the votes of some slots for both."""
    traffic: list[Message] = []
    for header in (ONE, OTHER):
        traffic.append(build_announce(WORLD.place, header.hash, WORLD.block(header), WORLD.secrets[8]))
        traffic.append(WORLD.commit(3, header=ONE))
        traffic.append(WORLD.commit(*slots, header=header))
    watch = EquivocationWatch()
    verdicts = check_traffic(traffic, lambda _: WORLD.committee)
    found = [
        one for verdict in verdicts if isinstance(verdict, VerifiedMessage) for one in watch.observe(verdict)
    ]
    assert sum(one.evidence is None for one in found) == 1  # the two proposals
    return [SlashRecord(one.evidence, REPORTER) for one in found if one.evidence is not None]


def context() -> SlashContext:
    state = ShardState(Epoch(WORLD.epoch), (WORLD.committee.committee,))
    return SlashContext(
        network=load_network("localnet"),
        epoch=Epoch(WORLD.epoch),
        committees={Epoch(WORLD.epoch): state},
        epoch_of_block=lambda _shard, _number: Epoch(WORLD.epoch),
    )


def test_a_leader_that_equivocates_and_votes_twice_is_slashable() -> None:
    (record,) = records_of(8)
    assert verify_evidence(record, context()) == WORLD.keys[8]


def test_votes_of_several_keys_are_evidence_for_nobody() -> None:
    """Neither the reference nor strict takes two votes that have several keys in common."""
    (record,) = records_of(6, 7)
    for compatibility in (Compatibility(), Compatibility.reference()):
        with pytest.raises(VerificationError) as info:
            verify_evidence(record, context(), compatibility=compatibility)
        assert info.value.code == "slash-several-keys"
