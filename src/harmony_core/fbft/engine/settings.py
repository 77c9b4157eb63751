"""What a node's engine is given once and for all."""

from dataclasses import dataclass, field

from harmony_core.fbft.engine.views import VIEW_TIMEOUT, ClockViews, ViewRule
from harmony_core.fbft.signing import Signing
from harmony_core.primitives import STRICT, BLSPublicKeyBytes, Compatibility

__all__ = ["Settings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A node's engine, apart from its state.

    Attributes:
        keys: the node's BLS keys, of which those in the committee vote and lead.
        signing: signs with them, and verifies.
        views: the rule of views and leaders.
        phase_timeout: milliseconds that a block may take to become final.
        sync_pause: milliseconds before a missing block is asked for again.
        late_votes: milliseconds that a leader waits for COMMIT votes beyond the quorum.
        late_view_votes: milliseconds that a new leader waits for votes for its view beyond the quorum.
        compatibility: which habits of the reference to take on.
    """

    keys: tuple[BLSPublicKeyBytes, ...]
    signing: Signing
    views: ViewRule = field(default_factory=ClockViews)
    phase_timeout: int = VIEW_TIMEOUT
    sync_pause: int = 1_000
    late_votes: int = 0
    late_view_votes: int = 0
    compatibility: Compatibility = STRICT
