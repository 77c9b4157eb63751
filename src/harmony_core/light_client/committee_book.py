"""The committees that a verifier trusts, each with the reason why."""

from typing import TypeVar

from harmony_core.chain.header import Header
from harmony_core.chain.shard_state import Committee, ShardState
from harmony_core.committee import pre_staking
from harmony_core.errors import ConfigurationError, MissingDataError, VerificationError, require
from harmony_core.light_client.basis import Basis, BasisKind
from harmony_core.params import Network
from harmony_core.primitives import BEACON_SHARD_ID, STRICT, Compatibility, Epoch, ShardID
from harmony_core.quorum import TrustedCommittee

__all__ = ["CommitteeBook"]

_EPOCHS_KEPT = 8
_Entry = TypeVar("_Entry")


class CommitteeBook:
    """Trusted committees by shard and epoch; a `CommitteeSource`.

    Before staking a committee follows from the genesis account lists. From staking on it is carried by the proven
    header that ends the epoch before, or given by the caller.
    """

    def __init__(
        self,
        network: Network,
        given: tuple[ShardState, ...] = (),
        *,
        compatibility: Compatibility = STRICT,
        epochs_kept: int | None = _EPOCHS_KEPT,
    ) -> None:
        """Open a book for a network.

        Args:
            network: the verifier's network.
            given: shard states for which the caller vouches. One with an epoch serves that epoch; one without (the
                form used before staking) serves every epoch before staking.
            compatibility: quirks allowed in committees.
            epochs_kept: elected committees of how many epochs to keep in memory; None keeps all.

        Raises:
            ConfigurationError: ``given-committee-form`` for a shard state with an epoch before staking.
        """
        self._network = network
        self._compatibility = compatibility
        self._epochs_kept = epochs_kept
        self._given = {state.epoch: state for state in given}
        self._elected: dict[tuple[ShardID, Epoch], tuple[Committee, Basis]] = {}
        self._trusted: dict[tuple[ShardID, Epoch], tuple[TrustedCommittee, Basis]] = {}
        for state in given:
            require(
                state.epoch is None or network.config.is_staking(state.epoch),
                ConfigurationError,
                "given-committee-form",
                "A shard state with an epoch belongs to the staking era; that epoch lies before it.",
                actual=state.epoch,
            )

    def committee(self, shard_id: ShardID, epoch: Epoch) -> TrustedCommittee:
        """Return the trusted committee of a shard and epoch.

        Raises:
            MissingDataError: ``committee-unknown`` if nothing trusted tells it.
            UnsupportedRulesError: ``rules-unknown`` past the last epoch whose rules are known.
        """
        return self.entry(shard_id, epoch)[0]

    def entry(self, shard_id: ShardID, epoch: Epoch) -> tuple[TrustedCommittee, Basis]:
        """Return the trusted committee and why it is trusted; errors as for `committee`."""
        key = (shard_id, epoch)
        if key not in self._trusted:
            self._network.require_known_rules(epoch)
            committee, basis = self._find(shard_id, epoch)
            trusted = TrustedCommittee(self._network, epoch, committee, compatibility=self._compatibility)
            self._trusted[key] = (trusted, basis)
            self._forget_old(self._trusted)
        return self._trusted[key]

    def record(self, carrier: Header, epoch: Epoch, state: ShardState) -> None:
        """Enter the committees that a header carries for ``epoch``.

        Committees of epochs before staking are passed over: they follow from the account lists. The beacon's header speaks for all shards, another shard's only for its own. Call this for headers that are
        proven, or on which nothing is built unless they turn out to be.

        Raises:
            VerificationError: ``shard-state-conflict`` if a shard's own header names another committee than the
                beacon or the caller did.
        """
        if state.epoch is None:
            return
        basis = Basis(
            BasisKind.ELECTED_COMMITTEE,
            f"committee elected in block {carrier.number} of shard {carrier.shard_id}",
        )
        for committee in state.committees:
            if carrier.shard_id not in {BEACON_SHARD_ID, committee.shard_id}:
                continue
            known = self._known(committee.shard_id, epoch)
            require(
                known is None or known == committee,
                VerificationError,
                "shard-state-conflict",
                "The header names another next committee than the one already trusted for that epoch.",
                expected=known and known.hash,
                actual=committee.hash,
            )
            self._elected.setdefault((committee.shard_id, epoch), (committee, basis))
        self._forget_old(self._elected)

    def _known(self, shard_id: ShardID, epoch: Epoch) -> Committee | None:
        elected = self._elected.get((shard_id, epoch))
        return elected[0] if elected else self._from(self._given.get(epoch), shard_id)

    def _find(self, shard_id: ShardID, epoch: Epoch) -> tuple[Committee, Basis]:
        staking = self._network.config.is_staking(epoch)
        given = self._from(self._given.get(epoch if staking else None), shard_id)
        if given is not None:
            return given, Basis(BasisKind.GIVEN_COMMITTEE, "the given committee")
        if (shard_id, epoch) in self._elected:
            return self._elected[shard_id, epoch]
        if not staking:
            derived = self._from(pre_staking.committee_for_epoch(self._network, epoch), shard_id)
            if derived is not None:
                return derived, Basis(BasisKind.GENESIS_COMMITTEE, "committee derived from genesis data")
        raise MissingDataError(
            f"The committee of shard {shard_id} in epoch {epoch} is not known: give the header that ends the epoch"
            " before, with headers that lead to it, or the committee itself.",
            code="committee-unknown",
        )

    @staticmethod
    def _from(state: ShardState | None, shard_id: ShardID) -> Committee | None:
        committees = state.committees if state else ()
        return next((committee for committee in committees if committee.shard_id == shard_id), None)

    def _forget_old(self, entries: dict[tuple[ShardID, Epoch], _Entry]) -> None:
        if self._epochs_kept is None:
            return
        newest = sorted({epoch for _, epoch in entries})[-self._epochs_kept :]
        for key in [key for key in entries if key[1] < newest[0]]:
            del entries[key]
