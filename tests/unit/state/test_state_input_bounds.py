"""A mebibyte of hostile input costs the decoders of a state and its proofs less than a second and 64 MiB."""

import pytest

from support.bounds import CAN_MEASURE, HOSTILE, MEBIBYTE, costs_of

DECODERS = {
    "account": "from harmony_core.state import decode_account as decode",
    "slot": "from harmony_core.state.account import decode_slot_value as decode",
    "validator": (
        "from harmony_core.primitives import rlp\n"
        "from harmony_core.chain.validator_wrapper import decode_validator_wrapper as decode"
    ),
    "proof": (
        "from harmony_core.state import AccountProof, account_at_root\n"
        "from harmony_core.crypto import keccak256\n"
        "from harmony_core.primitives import Address\n"
        "def decode(data):\n"
        "    return account_at_root(keccak256(data), AccountProof(Address(bytes(20)), (data,)))"
    ),
}
_VALIDATOR = "[bytes(20), [], b'', b'', b'', b'', [[[b'']] * 3, b''], [b''] * 5, b'']"
WELL_FORMED = {
    "many undelegations": f"rlp.encode([{_VALIDATOR}, [[bytes(20), b'', b'', [[b'', b'']] * 87000]], [b'', b''], b''])",
    "many delegations": f"rlp.encode([{_VALIDATOR}, [[bytes(20), b'', b'', []]] * 43000, [b'', b''], b''])",
    "many keys": f"rlp.encode([{_VALIDATOR.replace('[], b', '[bytes(48)] * 21000, b', 1)}, [], [b'', b''], b''])",
}


@pytest.mark.skipif(not CAN_MEASURE, reason="peak memory cannot be measured anew here")
@pytest.mark.parametrize("name", DECODERS)
def test_a_mebibyte_of_anything_is_decided_soon_and_in_little_memory(name: str) -> None:
    for label, cost in costs_of(DECODERS[name], HOSTILE).items():
        assert cost.seconds < 1, label
        assert cost.memory < 64 * MEBIBYTE, label
        assert cost.code, label


@pytest.mark.skipif(not CAN_MEASURE, reason="peak memory cannot be measured anew here")
def test_a_mebibyte_of_a_validator_is_read_soon_and_in_little_memory() -> None:
    for label, cost in costs_of(DECODERS["validator"], WELL_FORMED).items():
        assert not cost.code, label
        assert cost.seconds < 1, (label, cost)
        assert cost.memory < 64 * MEBIBYTE, (label, cost)
