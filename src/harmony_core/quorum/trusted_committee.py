"""The committee that a verifier trusts for one shard and epoch, with everything a commit is checked against."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from harmony_core.chain.shard_state import Committee
from harmony_core.crypto.bls import KeySet
from harmony_core.params import Network
from harmony_core.primitives import STRICT, BLSPublicKeyBytes, Compatibility, Epoch, ShardID
from harmony_core.quorum.policy import QuorumRule, StakeQuorum, UniformQuorum
from harmony_core.quorum.voting_power import Roster, check_distinct_keys

__all__ = ["CommitteeSource", "TrustedCommittee"]

_CACHED_KEY_SETS = 64


@dataclass(frozen=True, slots=True, eq=False)
class TrustedCommittee:
    """A committee bound to its network, epoch and shard.

    Whoever builds one vouches for it: that the committee is the one that ``network`` has in ``epoch``, from genesis
    or from a verified header. Which rules a commit is judged by follows from here, never from the object under test.

    Attributes:
        network: the verifier's network.
        epoch: epoch that the committee serves.
        committee: the slots in order.
        compatibility: quirks allowed in the committee itself.
        key_set: the decoded keys in slot order; decoded once for equal lists of keys.
        rule: how votes are counted in that epoch.

    Raises:
        DecodeError, VerificationError: a key of the committee is no valid BLS key.
        VerificationError: the committee is refused by `Roster.compute` or has a repeated key
            (``committee-repeated-key``).
        UnsupportedRulesError: code ``rules-unknown`` past the last epoch whose rules are known.
    """

    network: Network
    epoch: Epoch
    committee: Committee
    compatibility: Compatibility = STRICT
    key_set: KeySet = field(init=False, repr=False)
    rule: QuorumRule = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Decode the keys and work out the voting powers."""
        self.network.require_known_rules(self.epoch)
        check_distinct_keys(self.committee, compatibility=self.compatibility)
        object.__setattr__(self, "rule", self._rule())
        object.__setattr__(self, "key_set", _key_set(tuple(self.committee.public_keys), self.compatibility))

    def _rule(self) -> QuorumRule:
        if not self.network.config.is_staking(self.epoch):
            return UniformQuorum(len(self.committee.slots))
        return StakeQuorum(
            Roster.compute(self.committee, self.network, self.epoch, compatibility=self.compatibility)
        )

    @property
    def shard_id(self) -> ShardID:
        """Shard that the committee runs."""
        return self.committee.shard_id

    def __len__(self) -> int:
        return len(self.committee.slots)

    def _identity(self) -> tuple[object, ...]:
        return self.network.name, self.network.config, self.epoch, self.committee, self.compatibility

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TrustedCommittee):
            return NotImplemented
        return self is other or self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash((self.network.name, self.epoch, self.committee.shard_id, len(self.committee.slots)))

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle what the committee is made from; keys are decoded again on the other side."""
        return TrustedCommittee, (self.network, self.epoch, self.committee, self.compatibility)


class CommitteeSource(Protocol):
    """Where a verifier gets its trusted committees from."""

    def committee(self, shard_id: ShardID, epoch: Epoch) -> TrustedCommittee:
        """Return the committee of ``shard_id`` in ``epoch``.

        Raises:
            MissingDataError: the source does not know that committee.
        """
        ...


@lru_cache(maxsize=_CACHED_KEY_SETS)
def _key_set(keys: tuple[BLSPublicKeyBytes, ...], compatibility: Compatibility) -> KeySet:
    return KeySet(keys, compatibility=compatibility)
