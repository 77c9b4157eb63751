"""Who sent a message: one key, or several keys of one node named by a bitmap over the committee.

Source: harmony-one/harmony, consensus/construct.go (construct), consensus/fbft_log.go (parseFBFTMessage),
consensus/quorum/one-node-staked-vote.go (AddNewVote).
"""

from collections.abc import Sequence

from harmony_core.crypto.bitmap import bitmap_length, check_bitmap, enabled_indexes
from harmony_core.errors import VerificationError, require
from harmony_core.fbft.messages import Message, RoundMessage
from harmony_core.primitives import STRICT, BLSPublicKeyBytes, Compatibility
from harmony_core.quorum import StakeQuorum, TrustedCommittee

__all__ = ["bitmap_of_keys", "check_single_account", "sender_bitmap_of", "sender_fields", "sender_keys"]


def sender_fields(
    keys: Sequence[BLSPublicKeyBytes], committee: Sequence[BLSPublicKeyBytes]
) -> tuple[BLSPublicKeyBytes | None, bytes]:
    """Return how a message names its sender: a single key, or no key and a bitmap in the committee's order.

    Args:
        keys: the sender's keys that take part, at least one.
        committee: the keys of the committee in slot order.

    Raises:
        VerificationError: ``message-no-sender`` for no key, ``message-outsider`` for one of several that is not in
            the committee.
    """
    require(len(keys) > 0, VerificationError, "message-no-sender", "A message has a sender.")
    if len(keys) == 1:
        return keys[0], b""
    return None, bitmap_of_keys(keys, committee)


def bitmap_of_keys(keys: Sequence[BLSPublicKeyBytes], committee: Sequence[BLSPublicKeyBytes]) -> bytes:
    """Return the bitmap of the slots of ``keys``, low bit of the first byte first.

    Raises:
        VerificationError: ``message-outsider`` for a key that is not in the committee.
    """
    bits = 0
    for key in keys:
        try:
            slot = committee.index(key)
        except ValueError:
            slot = -1
        require(
            slot >= 0,
            VerificationError,
            "message-outsider",
            "The sender is not in the committee.",
            actual=key,
        )
        bits |= 1 << max(slot, 0)
    return bits.to_bytes(bitmap_length(len(committee)), "little")


def sender_keys(
    message: Message, committee: TrustedCommittee, *, compatibility: Compatibility = STRICT
) -> tuple[BLSPublicKeyBytes, ...]:
    """Return the keys of a message's sender in slot order.

    Args:
        message: any message.
        committee: the committee of the message's shard and epoch.
        compatibility: ``accept_bitmap_padding_bits`` ignores bits past the last slot, ``loose_message_fields`` takes
            a message with no sender.

    Raises:
        VerificationError: ``message-outsider`` for a key outside the committee, ``message-no-sender`` for a bitmap
            that names nobody, ``bitmap-length`` and ``bitmap-padding``.
    """
    bitmap = sender_bitmap_of(message, committee, compatibility=compatibility)
    return tuple(committee.key_set.keys[slot] for slot in enabled_indexes(bitmap, len(committee)))


def sender_bitmap_of(
    message: Message, committee: TrustedCommittee, *, compatibility: Compatibility = STRICT
) -> bytes:
    """Return the sender's keys as a bitmap over the committee; arguments and errors are those of `sender_keys`."""
    key = message.sender_key
    if key is not None:
        return bitmap_of_keys([key], committee.key_set.keys)
    bitmap = message.sender_bitmap if isinstance(message, RoundMessage) else b""
    check_bitmap(bitmap, len(committee), compatibility=compatibility)
    require(
        compatibility.loose_message_fields or int.from_bytes(bitmap, "little") != 0,
        VerificationError,
        "message-no-sender",
        "A message has a sender.",
    )
    return bitmap


def check_single_account(bitmap: bytes, committee: TrustedCommittee) -> None:
    """Refuse several keys of different validators in one vote, from the staking era on.

    Keys of Harmony's slots may join any vote. Which account counts is that of the first key, as in the reference,
    which takes a Harmony key after others but not before them.

    Raises:
        VerificationError: ``message-several-accounts``.

    Source: harmony-one/harmony, consensus/quorum/one-node-staked-vote.go (AddNewVote).
    """
    if not isinstance(committee.rule, StakeQuorum):
        return
    slots = committee.committee.slots
    named = [slots[index] for index in enabled_indexes(bitmap, len(slots))]
    require(
        all(slot.effective_stake is None or slot.address == named[0].address for slot in named),
        VerificationError,
        "message-several-accounts",
        "The keys of one vote belong to one validator.",
    )
