"""The public names of every package, one line each.

``python tests/support/public_api.py > tests/data/public_api.txt`` accepts the names as they are now.
"""

import ast
import pkgutil
import sys
from importlib import import_module
from pathlib import Path
from typing import Final

import harmony_core

__all__ = ["PINNED", "module_names", "package_names", "public_names"]

PINNED: Final = Path(__file__).parents[1] / "data" / "public_api.txt"


def module_names() -> list[str]:
    """Return the dotted name of every module of harmony-core that can be imported without side effects.

    Modules generated from ``.proto`` files are left out.
    """
    found = pkgutil.walk_packages(harmony_core.__path__, "harmony_core.")
    return ["harmony_core", *(m.name for m in found if not m.name.endswith((".__main__", "_pb2")))]


def package_names() -> list[str]:
    """Return the dotted name of every package, `harmony_core` itself included."""
    return [name for name in module_names() if hasattr(import_module(name), "__path__")]


def public_names() -> list[str]:
    """Return ``package.name`` for each name in the ``__all__`` of each package."""
    return sorted(f"{package}.{name}" for package in package_names() for name in _exported(package))


def _exported(package: str) -> list[str]:
    module = import_module(package)
    if hasattr(module, "__all__"):
        return list(module.__all__)
    source = Path(str(module.__file__)).read_text()
    # A package with nothing but a docstring exports nothing; any other has to say what it exports.
    assert len(ast.parse(source).body) <= 1, f"{package} has no __all__"
    return []


if __name__ == "__main__":
    sys.stdout.writelines(f"{name}\n" for name in public_names())
