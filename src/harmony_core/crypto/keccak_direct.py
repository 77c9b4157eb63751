"""Keccak-256 by calling pycryptodome's compiled sponge without the Python classes around it.

The same machine code as the back end ``pycryptodome``, at less than half the time for short data, where the classes cost
more than the hash. The functions are not part of that package's interface: where one is missing, loading fails and the
ordinary way is taken.
"""

import ctypes
from collections.abc import Callable
from importlib.util import find_spec
from typing import Final

__all__ = ["load"]

_CAPACITY: Final = 64  # bytes: twice the 32 of the output
_ROUNDS: Final = 24
_PADDING: Final = 0x01
_DIGEST_LENGTH: Final = 32


def load() -> Callable[[bytes], bytes]:
    """Return the hash function.

    Raises:
        ImportError: when pycryptodome, its library, or a function of it is not there.
    """
    spec = find_spec("Crypto.Hash._keccak")
    if spec is None or spec.origin is None:
        raise ImportError("pycryptodome has no library for Keccak")
    # The lock is kept: the calls take a microsecond.
    library = ctypes.PyDLL(spec.origin)
    try:
        create, copy = library.keccak_init, library.keccak_copy
        absorb, digest = library.keccak_absorb, library.keccak_digest
    except AttributeError as error:
        raise ImportError(str(error)) from error
    create.argtypes = [ctypes.POINTER(ctypes.c_void_p), ctypes.c_size_t, ctypes.c_ubyte]
    copy.argtypes = [ctypes.c_void_p, ctypes.c_void_p]
    absorb.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t]
    digest.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_ubyte]

    def new_state() -> int:
        state = ctypes.c_void_p()
        if create(ctypes.byref(state), _CAPACITY, _ROUNDS) or state.value is None:
            raise MemoryError("no state for Keccak")
        return state.value

    blank = new_state()
    # States that are not in use: each caller takes one out, so that threads never share one.
    idle: list[tuple[int, ctypes.Array[ctypes.c_char]]] = []

    def keccak256(data: bytes) -> bytes:
        try:
            state, output = idle.pop()
        except IndexError:
            state, output = new_state(), ctypes.create_string_buffer(_DIGEST_LENGTH)
        if (
            copy(blank, state)
            or absorb(state, data, len(data))
            or digest(state, output, _DIGEST_LENGTH, _PADDING)
        ):
            raise RuntimeError("the library for Keccak failed")
        result = output.raw
        idle.append((state, output))
        return result

    return keccak256
