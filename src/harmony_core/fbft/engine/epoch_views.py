"""Views and leaders by the rules that the reference client has in each epoch.

Source: harmony-one/harmony, consensus/view_change.go (getNextLeaderKey, getNextViewID), consensus/consensus_v2.go
(setupForNewConsensus, rotateLeader).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from harmony_core.chain.leader import leader_of_coinbase
from harmony_core.errors import HarmonyError, VerificationError
from harmony_core.fbft.engine.block import Head
from harmony_core.fbft.engine.electorate import Electorate
from harmony_core.fbft.leader import RotationMeta, leader_rule, next_leader, next_view, rotated_leader
from harmony_core.params import Network
from harmony_core.primitives import BLSPublicKeyBytes, ViewID

__all__ = ["EpochViews", "Tenure"]

_MILLISECONDS: Final = 1000


@dataclass(frozen=True, slots=True)
class Tenure:
    """What a node's own chain says of its leaders up to a block.

    Attributes:
        meta: how many blocks in a row the newest leader has made.
        recent_bitmaps: who signed the parents of the newest blocks of the epoch, newest first.
    """

    meta: RotationMeta
    recent_bitmaps: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class EpochViews:
    """The rules of a network's epochs.

    A height begins with the leader of the view in which the one before became final, or with the next one if its
    tenure is over; a new epoch begins with the first slot. In a view change the turns are counted from the leader that
    the newest block's coinbase names. Which leader a height begins with is decided by each node from its own chain.

    Attributes:
        network: the network.
        tenure: what the host's chain says of the leaders up to a head; None where leaders do not rotate.
    """

    network: Network
    tenure: Callable[[Head], Tenure] | None = None

    def first_view(self, head: Head) -> ViewID:
        """Return the view after that in which the head became final."""
        return ViewID(head.view_id + 1)

    def next_view(self, head: Head, current: ViewID, now: int) -> tuple[ViewID, int]:
        """Return the view that the clock says, above the first one, and 27 s or what the fallback has."""
        found = next_view(
            block_view=head.block.view_id,
            block_time=head.block.time // _MILLISECONDS,
            now=now // _MILLISECONDS,
            changing_to=current,
            current=self.first_view(head),
        )
        return ViewID(max(found.view_id, self.first_view(head) + 1)), found.seconds * _MILLISECONDS

    def leader(self, electorate: Electorate, head: Head, view_id: ViewID) -> BLSPublicKeyBytes:
        """Return the leader of a view of the height after ``head``.

        Where the reference would search for ever, or leaves its list, the former leader leads on: a node needs some
        leader to ask for a view at all.
        """
        committee = electorate.committee.committee
        config, schedule = self.network.config, self.network.schedule
        epoch = head.block.target.epoch
        harmony_nodes = schedule.instance_for_epoch(epoch).num_harmony_nodes_per_shard
        rule = leader_rule(config, epoch)
        if view_id > self.first_view(head):
            base = self._last_leader(electorate, head)
            steps = view_id - head.block.view_id - 1
            try:
                return next_leader(rule, committee, base, steps, harmony_nodes=harmony_nodes).key
            except VerificationError:
                return base
        stays = electorate.keys[0] if head.block.ends_epoch or head.leader is None else head.leader
        if self.tenure is None or not config.is_leader_rotation_internal_validators(epoch):
            return stays
        known = self.tenure(head)
        rotated = rotated_leader(
            rule,
            committee,
            stays,
            known.meta,
            blocks_per_epoch=schedule.instance_for_epoch(epoch).blocks_per_epoch,
            harmony_nodes=harmony_nodes,
            recent_bitmaps=known.recent_bitmaps,
        )
        return rotated or stays

    def _last_leader(self, electorate: Electorate, head: Head) -> BLSPublicKeyBytes:
        if head.block.ends_epoch:
            return electorate.keys[0]
        staking = self.network.config.is_staking(head.block.target.epoch)
        committee = electorate.committee.committee
        try:
            return leader_of_coinbase(committee, head.block.coinbase, staking=staking)
        except HarmonyError:
            # As the reference: the last known leader where the coinbase is nobody's.
            return head.leader or electorate.keys[0]
