"""Staking by contracts: the calls that the precompile at 0xfc takes.

Source: harmony-one/harmony, staking/precompile.go (ParseStakeMsg, ValidateContractAddress); core/vm/contracts_write.go
(stakingPrecompile).
"""

from typing import Final

from harmony_core.chain.staking_message import CollectRewards, Delegate, Undelegate
from harmony_core.crypto import keccak256
from harmony_core.errors import DecodeError, VerificationError, require
from harmony_core.primitives import Address

__all__ = ["STAKING_PRECOMPILE", "staking_message_of_call"]

STAKING_PRECOMPILE: Final = Address(bytes(19) + b"\xfc")
"""Where contracts and accounts of the beacon shard call for staking, from ``staking_precompile_epoch`` on."""

_WORD: Final = 32
_SELECTOR: Final = 4


def _selector(signature: bytes) -> bytes:
    return keccak256(signature)[:_SELECTOR]


_DELEGATE: Final = _selector(b"Delegate(address,address,uint256)")
_UNDELEGATE: Final = _selector(b"Undelegate(address,address,uint256)")
_COLLECT: Final = _selector(b"CollectRewards(address)")
_WORDS: Final = {_DELEGATE: 3, _UNDELEGATE: 3, _COLLECT: 1}


def staking_message_of_call(caller: Address, data: bytes) -> Delegate | Undelegate | CollectRewards:
    """Return the message that a call of the precompile stands for.

    As in the reference, the first twelve bytes of an address's word and bytes past the last word are not looked at.

    Args:
        caller: who calls the precompile: the contract, or with ``delegatecall`` its caller.
        data: the call's input: a selector of 4 bytes and words of 32.

    Raises:
        DecodeError: ``staking-call-selector`` for another function, ``staking-call-length`` for too few bytes.
        VerificationError: ``staking-call-caller`` for a delegator that is not the caller.
    """
    if not isinstance(data, bytes):
        raise TypeError(f"the input of a call is bytes, not {type(data).__name__}")
    selector = data[:_SELECTOR]
    require(
        selector in _WORDS,
        DecodeError,
        "staking-call-selector",
        "The staking precompile has no such function.",
        actual=selector,
    )
    count = _WORDS.get(selector, 1)
    need = _SELECTOR + count * _WORD
    require(
        len(data) >= need,
        DecodeError,
        "staking-call-length",
        "The call lacks arguments.",
        expected=f"at least {need}",
        actual=len(data),
    )
    words = [data[start : start + _WORD].ljust(_WORD, b"\0") for start in range(_SELECTOR, need, _WORD)]
    delegator = Address(words[0][_WORD - Address.LENGTH :])
    require(
        delegator == caller,
        VerificationError,
        "staking-call-caller",
        "Who calls the staking precompile stakes for itself.",
        expected=caller,
        actual=delegator,
    )
    if selector == _COLLECT or len(words) < count:
        return CollectRewards(delegator)
    kind = Delegate if selector == _DELEGATE else Undelegate
    return kind(delegator, Address(words[1][_WORD - Address.LENGTH :]), int.from_bytes(words[2], "big"))
