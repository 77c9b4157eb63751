"""Records of double signing in a block: proven as far as committees and validators are given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from harmony_core.chain import CrossLink, Header, SlashRecord, encode_slash_records
from harmony_core.chain.validator_wrapper import ValidatorStatus
from harmony_core.committee import Candidate
from harmony_core.cross_shard import CrossLinkBook, verify_cross_link
from harmony_core.errors import HarmonyError, MissingDataError
from harmony_core.light_client import VerifiedBlock
from harmony_core.params import load_network
from harmony_core.primitives import Address, Epoch, ShardID
from harmony_core.quorum import CommitTarget, TrustedCommittee
from support.cross_shard import EPOCH, Known, signers_of
from support.double_signing import BLOCKS, COMMITTEES, KEYS, MOMENT, OFFENDER, OTHER, a_record, a_vote
from support.sample_blocks import SampleBlock


@dataclass(frozen=True)
class Committees:
    """The committees in which double signing takes place."""

    known: bool = True

    def committee(self, shard_id: ShardID, epoch: Epoch) -> TrustedCommittee:
        if not self.known or epoch not in COMMITTEES:
            raise MissingDataError("This committee is not known.", code="committee-unknown")
        committee = COMMITTEES[epoch].committee(shard_id)
        return TrustedCommittee(load_network("localnet"), epoch, committee)


@dataclass(frozen=True)
class Validators:
    """Validators before the block, by account and status; None where the source has none."""

    statuses: Mapping[Address, int] | None

    def validators(self, header: Header) -> Sequence[Candidate]:
        assert header.slashes
        if self.statuses is None:
            raise MissingDataError("The state is not at hand.", code="state-missing")
        return [
            Candidate(address=address, keys=(), stake=1, status=status)
            for address, status in self.statuses.items()
        ]


def verify(*records: SlashRecord, shard: int = 0, **pieces: Any) -> VerifiedBlock:
    sample = SampleBlock(shard_id=shard)
    return sample.verify({"slashes": encode_slash_records(records)}, **pieces)


def left(block: VerifiedBlock) -> dict[str, str]:
    return {item.rule: item.code for item in block.not_checked if "slash" in item.rule}


def refused(*records: SlashRecord, **pieces: Any) -> str:
    with pytest.raises(HarmonyError) as info:
        verify(*records, **pieces)
    return info.value.code


def test_evidence_is_proven_by_committees() -> None:
    block = verify(a_record(), committees=Committees())
    assert "block-slashes" in block.proven
    assert left(block) == {"block-slash-offenders": "state-needed"}


def test_offenders_are_proven_by_the_validators_before_the_block() -> None:
    active = Validators({OFFENDER: ValidatorStatus.ACTIVE})
    block = verify(a_record(), committees=Committees(), validators=active)
    assert {"block-slashes", "block-slash-offenders"} <= set(block.proven)
    assert left(block) == {}


def test_what_is_missing_is_named() -> None:
    assert left(verify(a_record())) == {
        "block-slashes": "committees-missing",
        "block-slash-offenders": "state-needed",
    }
    block = verify(a_record(), committees=Committees(known=False), validators=Validators(None))
    assert left(block) == {
        "block-slashes": "committee-unknown",
        "block-slash-offenders": "state-missing",
    }


def test_fake_evidence_is_refused() -> None:
    extra = [a_vote(block, KEYS[:2]) for block in BLOCKS]
    assert refused(a_record(*extra), committees=Committees()) == "slash-several-keys"
    assert refused(a_record(), a_record(), committees=Committees()) == "slash-offender-repeated"
    assert refused(a_record(), shard=1, committees=Committees()) == "slash-not-on-beacon-chain"


def test_evidence_that_no_committee_could_prove_is_refused_without_one() -> None:
    future = a_record(moment=replace(MOMENT, epoch=Epoch(999)))
    same = a_record(second=a_vote(BLOCKS[0]))
    for pieces in ({}, {"committees": Committees(known=False)}):
        assert refused(future, **pieces) == "slash-future-epoch"
        assert refused(same, **pieces) == "slash-same-block"
        assert refused(a_record(reporter=OFFENDER), **pieces) == "slash-reporter"


def test_a_record_whose_committee_is_missing_hides_no_fake_one_after_it() -> None:
    # Nothing is known of epoch 3; of epoch 5 everything is.
    open_one = a_record(moment=replace(MOMENT, epoch=Epoch(3)), offender=OTHER)
    fake = a_record(*(a_vote(block, KEYS[:2]) for block in BLOCKS))
    assert left(verify(open_one, a_record(), committees=Committees()))["block-slashes"] == "committee-unknown"
    assert refused(open_one, fake, committees=Committees()) == "slash-several-keys"


def test_the_epoch_of_a_block_that_is_linked_is_known() -> None:
    target = CommitTarget(MOMENT.shard_id, Epoch(EPOCH), MOMENT.height, MOMENT.view_id, BLOCKS[0])
    commit = signers_of(target.shard_id).sign_target(target)
    link = CrossLink(
        target.block_hash,
        target.number,
        target.view_id,
        commit.signature,
        commit.bitmap,
        target.shard_id,
        target.epoch,
    )
    book = CrossLinkBook([verify_cross_link(link, Known(), latest_epoch=Epoch(EPOCH))])
    verify(a_record(), committees=Committees(), known_links=book)
    later = a_record(moment=replace(MOMENT, epoch=Epoch(EPOCH + 1)))
    assert refused(later, committees=Committees(), known_links=book) == "slash-epoch-of-height"


def test_an_offender_that_is_no_validator_or_banned_is_refused() -> None:
    for statuses, code in (
        ({}, "slash-offender-unknown"),
        ({OFFENDER: ValidatorStatus.BANNED}, "slash-offender-banned"),
    ):
        given = {"committees": Committees(), "validators": Validators(statuses)}
        assert refused(a_record(), **given) == code
