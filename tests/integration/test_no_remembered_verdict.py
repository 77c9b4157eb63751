"""A commit that has been verified proves nothing about any other block, be it at the same height or of the same keys."""

from dataclasses import replace

import pytest

from harmony_core.chain import Header
from harmony_core.errors import HarmonyError, VerificationError
from harmony_core.primitives import BlockNumber, Epoch, ShardID, ViewID
from harmony_core.quorum import TrustedCommittee, VerifiedHeader, check_commits, verify_commit
from support.committees import Signers, header_at

# Equal keys and stakes, trusted for another epoch and another shard: only what was signed tells them apart.
SIGNERS = Signers.staked(4, ["100", "200"], epoch=5)
OTHERS = {"epoch": replace(SIGNERS, epoch=6), "shard": replace(SIGNERS, shard_id=1)}
HEADER = header_at(5, number=100, view_id=101)
ALTERED: dict[str, tuple[Header, TrustedCommittee]] = {
    "number": (replace(HEADER, number=BlockNumber(101)), SIGNERS.trusted()),
    "view": (replace(HEADER, view_id=ViewID(102)), SIGNERS.trusted()),
    "epoch": (replace(HEADER, epoch=Epoch(6)), OTHERS["epoch"].trusted()),
    "shard": (replace(HEADER, shard_id=ShardID(1)), OTHERS["shard"].trusted()),
    "content": (replace(HEADER, gas_used=1), SIGNERS.trusted()),
}


@pytest.mark.parametrize("what", ALTERED)
def test_a_verified_commit_does_not_vouch_for_another_block(what: str) -> None:
    commit = SIGNERS.sign(HEADER)
    header, committee = ALTERED[what]
    for _ in range(2):
        assert verify_commit(HEADER, commit, SIGNERS.trusted()).signer_count == 6
        with pytest.raises(VerificationError) as info:
            verify_commit(header, commit, committee)
        assert info.value.code == "bls-signature"


def test_nor_does_it_within_a_batch() -> None:
    commit = SIGNERS.sign(HEADER)
    good = (HEADER, commit, SIGNERS.trusted())
    items = [good, *((header, commit, committee) for header, committee in ALTERED.values()), good]
    verdicts = check_commits(items)
    assert isinstance(verdicts[0], VerifiedHeader)
    assert isinstance(verdicts[-1], VerifiedHeader)
    refused = [verdict.code for verdict in verdicts if isinstance(verdict, HarmonyError)]
    assert refused == ["bls-signature"] * len(ALTERED)
