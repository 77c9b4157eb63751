"""The numbers of the protocol: how far ahead a message may be, and how long a node waits.

Source: harmony-one/harmony, consensus/config.go, consensus/checks.go, consensus/view_change.go,
consensus/consensus_msg_sender.go, node/harmony/node.go (validateShardBoundMessage).
"""

from typing import Final

__all__ = [
    "BOOTSTRAP_SECONDS",
    "MAX_BLOCKS_AHEAD",
    "MAX_VIEWS_AHEAD",
    "PHASE_SECONDS",
    "RETRY_SECONDS",
    "RETRY_TIMES",
    "STALE_VIEWS",
    "VIEW_CHANGE_SECONDS",
    "VIEW_SLOT_SECONDS",
]

MAX_BLOCKS_AHEAD: Final = 100
"""How far the height of a message may lie ahead of the receiver's own."""

MAX_VIEWS_AHEAD: Final = 249
"""How far the view of a VIEWCHANGE may lie ahead of the one that the receiver asks for."""

STALE_VIEWS: Final = 5
"""How far a message's view may lie behind the receiver's before its network layer drops it."""

PHASE_SECONDS: Final = 27
"""How long a node waits for a round to end before it asks for another view."""

VIEW_CHANGE_SECONDS: Final = 27
"""How long a node waits for a new view."""

BOOTSTRAP_SECONDS: Final = 120
"""How long a node waits for the first block after it started."""

VIEW_SLOT_SECONDS: Final = 45
"""How long each view lasts, by the clock, once a height is stuck."""

RETRY_SECONDS: Final = 7
"""After how long a message is sent again."""

RETRY_TIMES: Final = PHASE_SECONDS // RETRY_SECONDS
"""How often a message is sent again."""
