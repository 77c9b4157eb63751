"""A mebibyte of hostile input to the delay function is decided in under a second and within 64 MiB."""

import pytest

from support.bounds import CAN_MEASURE, HOSTILE, MEBIBYTE, costs_of

DECODERS = {
    "state": "from harmony_core.randomness import vdf\ndecode = vdf.EvaluationState.from_bytes",
    "output": (
        "from harmony_core.randomness import vdf\nvdf.discriminant(b'')\n"
        "decode = lambda data: vdf.verify(b'', 50_000, data)"
    ),
}
SETUP = (
    "\nfrom hashlib import sha256\nimport struct\n"
    "def state(seed, iterations, squarings):\n"
    "    head = struct.pack('>16sBIIQQQ', b'harmony-core vdf', 1, seed, 2048, iterations, squarings, 0)\n"
    "    body = head + bytes((1 << 20) - len(head) - 32)\n"
    "    return body + sha256(body).digest()\n"
)
STATES = {
    "most iterations": "state(0, (1 << 63) - 1, (1 << 63) - 1)",
    "most of all": "state((1 << 32) - 1, (1 << 64) - 1, (1 << 64) - 1)",
    "one form": "state((1 << 20) - 49 - 32 - 516, 50_000, 0)",
    "many forms": "state(0, 50_000, 50_000)",
    "tiny forms": "state(1, 50_000_000, 50_000_000)",
}


@pytest.mark.skipif(not CAN_MEASURE, reason="needs the memory counters of Linux")
@pytest.mark.parametrize("decoder", DECODERS)
def test_a_mebibyte_of_bytes(decoder: str) -> None:
    for name, cost in costs_of(DECODERS[decoder] + SETUP, HOSTILE | STATES).items():
        assert cost.seconds < 1, (name, cost)
        assert cost.memory < 64 * MEBIBYTE, (name, cost)
