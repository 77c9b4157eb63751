"""The public names are pinned, and the everyday ones come lazily from `harmony_core`."""

import ast
import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import harmony_core
from support.public_api import PINNED, module_names, package_names, public_names

LAYER_FOUR = ("committee", "cross_shard", "fbft", "randomness", "staking", "state")


def loaded_by(statement: str) -> set[str]:
    """Return the modules of harmony-core that a fresh interpreter has loaded after ``statement``."""
    report = "; import json, sys; print(json.dumps([m for m in sys.modules if m.startswith('harmony_core')]))"
    finished = subprocess.run(
        [sys.executable, "-c", statement + report], capture_output=True, text=True, check=True
    )
    return set(json.loads(finished.stdout))


def test_the_public_names_are_those_that_are_pinned() -> None:
    # Accept a change: python tests/support/public_api.py > tests/data/public_api.txt
    assert public_names() == PINNED.read_text().splitlines()


@pytest.mark.parametrize("name", module_names())
def test_every_module_says_what_it_exports_and_has_it(name: str) -> None:
    module = import_module(name)
    only_a_docstring = len(ast.parse(Path(str(module.__file__)).read_text()).body) <= 1
    assert only_a_docstring or module.__all__
    for exported in getattr(module, "__all__", []):
        assert hasattr(module, exported), f"{name}.{exported}"


@pytest.mark.parametrize("package", package_names())
def test_every_package_has_a_docstring(package: str) -> None:
    assert import_module(package).__doc__


@pytest.mark.parametrize("name", harmony_core.__all__)
def test_every_everyday_name_is_the_one_of_its_package(name: str) -> None:
    package = import_module(f"harmony_core.{harmony_core._HOMES[name]}")
    assert getattr(harmony_core, name) is getattr(package, name)
    assert name in package.__all__


def test_the_names_for_type_checkers_are_the_names_at_run_time() -> None:
    tree = ast.parse(Path(str(harmony_core.__file__)).read_text())
    guarded = next(node for node in tree.body if isinstance(node, ast.If))
    typed = {
        alias.name: str(node.module)
        for node in guarded.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert typed == {name: f"harmony_core.{home}" for name, home in harmony_core._HOMES.items()}
    assert sorted(typed) == sorted(harmony_core.__all__)
    assert set(harmony_core.__all__) <= set(dir(harmony_core))


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'verify_nothing'"):
        _ = harmony_core.verify_nothing  # type: ignore[attr-defined]


def test_importing_harmony_core_loads_nothing_else_of_it() -> None:
    assert loaded_by("import harmony_core") == {"harmony_core"}


def test_verifying_a_commit_needs_no_package_of_layer_four() -> None:
    loaded = loaded_by(
        "from harmony_core import Commit, TrustedCommittee, decode_header, load_network, verify_commit"
    )
    assert not loaded & {f"harmony_core.{package}" for package in LAYER_FOUR}
