"""The later variant: one VRF per block over an epoch, those of more than two thirds combined. Paper protocol.

Each new leader puts its VRF on the parent's hash into its block, as mainnet's headers do since epoch 631. As soon as more
than two thirds of the validators have led, the exclusive or of their values is pRnd. Mainnet stops before that: **it combines
nothing and delays nothing**. The node's own unused code takes two thirds rounded down and any blocks, see
`harmony_core.randomness.consensus_seed`.

A leader may withhold its block, and the last ones see what all before them contributed: the delay is needed here too.

Source: docs.harmony.one, "Randomness".
"""

from harmony_core.errors import VerificationError, require
from harmony_core.primitives import BlockNumber, Hash32
from harmony_core.quorum import TrustedCommittee
from harmony_core.randomness.consensus_seed import xor_of_values
from harmony_core.randomness.drg.agreement import _MINT, Preimage, VerifiedPreimage
from harmony_core.randomness.vrf import VerifiedVRF

__all__ = ["EpochCollection"]


class EpochCollection:
    """Collects the verified VRFs of an epoch's headers, block by block.

    Args:
        committee: the committee of the shard and epoch; each of its keys counts once.
    """

    def __init__(self, committee: TrustedCommittee) -> None:
        self._committee = committee
        self._slots = {bytes(key): slot for slot, key in enumerate(committee.key_set.keys)}
        self._values: dict[int, Hash32] = {}
        self._last: BlockNumber | None = None

    @property
    def threshold(self) -> int:
        """How many leaders have to contribute: the least number above two thirds of the committee."""
        return len(self._committee) * 2 // 3 + 1

    @property
    def collected(self) -> int:
        """How many leaders have contributed."""
        return len(self._values)

    def receive(self, drawn: VerifiedVRF) -> None:
        """Take the VRF of the next block. The further blocks of a leader who has contributed add nothing.

        Raises:
            VerificationError: ``drg-epoch`` for a block of another shard or epoch, ``drg-block-order`` unless the
                blocks ascend, ``drg-late-vrf`` once enough have contributed, ``drg-outsider`` for a leader outside the
                committee.
        """
        header = drawn.header
        require(
            (header.shard_id, header.epoch) == (self._committee.shard_id, self._committee.epoch),
            VerificationError,
            "drg-epoch",
            "The VRF is of another shard or epoch.",
            expected=(self._committee.shard_id, self._committee.epoch),
            actual=(header.shard_id, header.epoch),
        )
        require(
            self._last is None or header.number > self._last,
            VerificationError,
            "drg-block-order",
            "The VRFs come in the order of their blocks, one for each.",
            expected=f"above {self._last}",
            actual=header.number,
        )
        require(
            self.collected < self.threshold,
            VerificationError,
            "drg-late-vrf",
            "The VRF comes after enough were collected.",
            expected=self.threshold,
        )
        slot = self._slots.get(bytes(drawn.leader))
        require(
            slot is not None,
            VerificationError,
            "drg-outsider",
            "The leader is not in the committee.",
            actual=drawn.leader,
        )
        self._last = header.number
        if slot is not None:
            self._values.setdefault(slot, drawn.beta)

    def preimage(self) -> VerifiedPreimage | None:
        """Return pRnd, or None while too few have contributed."""
        if self.collected < self.threshold:
            return None
        size = len(self._committee)
        bitmap = sum(1 << slot for slot in self._values).to_bytes((size + 7) // 8, "little")
        return VerifiedPreimage(_MINT, Preimage(xor_of_values(self._values.values()), bitmap), self.collected)
