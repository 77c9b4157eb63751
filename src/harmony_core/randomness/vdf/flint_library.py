"""Finding FLINT's shared library inside the installed python-flint, and the few functions of it that are used.

Wheels bring the library along under names that their tools make up: on Linux ``python_flint.libs/libflint-1234.so.24``,
on macOS ``flint/.dylibs/libflint.24.dylib``, on Windows ``python_flint.libs/libflint-24-1234.dll``. Where python-flint was
built against a library of the system, as conda does, the functions are found through its own extension module, which
is linked to it.
"""

import ctypes
import importlib.util
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

__all__ = ["FlintLibrary", "find_libraries", "load_flint"]

_LEAST_VERSION: Final = (3, 0)
_NEXT_VERSION: Final = (4, 0)
_BASE: Final = 16

_PATTERNS: Final = (
    "python_flint.libs/libflint*",
    "flint/.dylibs/libflint*",
    "python_flint.libs/*flint*.dll",
    "flint/types/fmpz.*so",
)
"""Where the library may be, relative to the folder that holds the package ``flint``; the extension module last."""

_FUNCTIONS: Final = {
    "qfb_nucomp": 5,
    "qfb_reduce": 3,
    "qfb_pow_with_root": 5,
    "qfb_inverse": 2,
    "qfb_clear": 1,
    "fmpz_clear": 1,
    "fmpz_set_str": 3,
    "fmpz_get_str": 3,
    "fmpz_sizeinbase": 2,
}
"""The functions used, with their numbers of arguments."""

_Address = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class FlintLibrary:
    """FLINT's functions; forms and integers are given by address.

    Attributes:
        version: its version, for example ``3.6.0``.
        compose: (result, first, second, discriminant, fourth root of its absolute value): product, not reduced.
        reduce: (result, form, discriminant).
        power: (result, form, discriminant, exponent, fourth root): power, reduced.
        mirror: (result, form): (a, -b, c).
        clear_form: frees a form.
        clear: frees an integer.
        functions: all functions by name.
    """

    version: str
    compose: _Address
    reduce: _Address
    power: _Address
    mirror: _Address
    clear_form: _Address
    clear: _Address
    functions: dict[str, Any]

    def store(self, address: int, value: int) -> None:
        """Set the integer at an address."""
        if self.functions["fmpz_set_str"](address, f"{value:x}".encode(), _BASE):
            raise ArithmeticError("FLINT refuses an integer")

    def load(self, address: int) -> int:
        """Return the integer at an address."""
        digits = self.functions["fmpz_sizeinbase"](address, _BASE)
        buffer = ctypes.create_string_buffer(digits + 2)
        self.functions["fmpz_get_str"](ctypes.addressof(buffer), _BASE, address)
        return int(buffer.value, _BASE)


def find_libraries(folder: Path) -> list[Path]:
    """Return the files below a ``site-packages`` folder that may hold FLINT's functions, the likeliest first."""
    return [path for pattern in _PATTERNS for path in sorted(folder.glob(pattern))]


def load_flint() -> FlintLibrary:
    """Load FLINT from the installed python-flint.

    Raises:
        ImportError: when python-flint is not installed, or no library of it has the functions of a known version.
    """
    found = importlib.util.find_spec("flint")
    if found is None or found.origin is None:
        raise ImportError("python-flint is not installed")
    if sys.platform == "win32":
        import flint  # noqa: F401, PLC0415 - makes the folder of its libraries known to Windows
    problems = []
    for path in find_libraries(Path(found.origin).parents[1]):
        try:
            return _bind(ctypes.CDLL(str(path)))
        except (OSError, AttributeError, ImportError) as error:
            problems.append(f"{path.name}: {error}")
    raise ImportError("; ".join(problems) or "python-flint brings no library of FLINT")


def _bind(library: ctypes.CDLL) -> FlintLibrary:
    version = ctypes.string_at(ctypes.addressof(ctypes.c_char.in_dll(library, "flint_version"))).decode()
    parts = version.split(".")
    numbers = tuple(int(part) for part in parts[:2] if part.isdecimal())
    if not _LEAST_VERSION <= numbers < _NEXT_VERSION:
        raise ImportError(f"version {version} of FLINT is not known to have the functions that are called")
    functions = {}
    for name, count in _FUNCTIONS.items():
        function = getattr(library, name)
        function.argtypes = [ctypes.c_void_p] * count
        function.restype = None
        functions[name] = function
    functions["fmpz_set_str"].argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
    functions["fmpz_set_str"].restype = ctypes.c_int
    functions["fmpz_get_str"].argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p]
    functions["fmpz_get_str"].restype = ctypes.c_void_p
    functions["fmpz_sizeinbase"].argtypes = [ctypes.c_void_p, ctypes.c_int]
    functions["fmpz_sizeinbase"].restype = ctypes.c_size_t
    return FlintLibrary(
        version=version,
        compose=functions["qfb_nucomp"],
        reduce=functions["qfb_reduce"],
        power=functions["qfb_pow_with_root"],
        mirror=functions["qfb_inverse"],
        clear_form=functions["qfb_clear"],
        clear=functions["fmpz_clear"],
        functions=functions,
    )
