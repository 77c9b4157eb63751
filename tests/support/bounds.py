"""What a decoder costs on hostile input: run in a fresh process, time and memory above the process after import."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["CAN_MEASURE", "HOSTILE", "MEBIBYTE", "Cost", "costs_of"]

MEBIBYTE: Final = 1 << 20

CAN_MEASURE: Final = Path("/proc/self/clear_refs").exists()
"""Whether this system can start the high-water mark of resident memory anew."""

HOSTILE: Final = {
    "zeros": "bytes(1 << 20)",
    "list of zeros": "b'\\xfa\\x0f\\xff\\xfc' + bytes((1 << 20) - 4)",
    "list of empty strings": "b'\\xfa\\x0f\\xff\\xfc' + b'\\x80' * ((1 << 20) - 4)",
    "list of empty lists": "b'\\xfa\\x0f\\xff\\xfc' + b'\\xc0' * ((1 << 20) - 4)",
    "list of nested lists": "b'\\xfa\\x0f\\xff\\xfc' + b'\\xc3\\xc2\\xc1\\xc0' * ((1 << 18) - 1)",
    "list of short strings": "b'\\xfa\\x0f\\xff\\xfc' + b'\\x83abc' * ((1 << 18) - 1)",
    "open lists": "b'\\xc1' * (1 << 20)",
    "long open lists": "b'\\xfb\\xff\\xff\\xff\\xff' * ((1 << 20) // 5)",
    "one string": "b'\\xba\\x0f\\xff\\xfc' + b'\\xff' * ((1 << 20) - 4)",
    "one string in a list": "b'\\xfa\\x0f\\xff\\xfc\\xba\\x0f\\xff\\xf8' + b'\\xff' * ((1 << 20) - 8)",
    "nested to the end": "nested()",
    "noise": "random.Random(7).randbytes(1 << 20)",
}
"""Expressions of inputs of a mebibyte: flat bombs, nested bombs, lengths that lie."""

_PROGRAM: Final = """
import json, random, time
from harmony_core.errors import HarmonyError
{setup}
def nested():
    heads, size = [], 0
    while size < (1 << 20) - 8:
        width = 0 if size < 56 else (size.bit_length() + 7) // 8
        heads.append(bytes((0xF7 + width,)) + size.to_bytes(width, "big") if width else bytes((0xC0 + size,)))
        size += 1 + width
    return b"".join(reversed(heads))
def resident(field):
    for line in open("/proc/self/status"):
        if line.startswith(field):
            return int(line.split()[1]) * 1024
imported = resident("VmRSS:")
costs = {{}}
for name, expression in {inputs!r}.items():
    data = eval(expression)
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")  # the high-water mark starts anew
    start = time.process_time()
    try:
        result = decode(data)
        code = ""
    except HarmonyError as error:
        code = error.code
    seconds = time.process_time() - start
    costs[name] = [code, seconds, resident("VmHWM:") - imported]
    result = None
print(json.dumps(costs))
"""


@dataclass(frozen=True)
class Cost:
    """What one decoding cost.

    Attributes:
        code: the code of the refusal, empty if the input was decoded.
        seconds: processor time.
        memory: bytes of resident memory, the input included, above the process as it stood after import.
    """

    code: str
    seconds: float
    memory: int


def costs_of(setup: str, inputs: Mapping[str, str]) -> dict[str, Cost]:
    """Return what decoding costs by the name of the input.

    Args:
        setup: statements that import and define the function ``decode``.
        inputs: expressions of the inputs, by name.
    """
    program = _PROGRAM.format(setup=setup, inputs=dict(inputs))
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    return {name: Cost(*values) for name, values in json.loads(finished.stdout).items()}
