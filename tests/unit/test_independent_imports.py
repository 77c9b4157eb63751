"""The packages of layer 4 know nothing of each other: each is of use alone."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import harmony_core

LAYER_FOUR = ("committee", "cross_shard", "fbft", "randomness", "staking", "state")
HOME = Path(str(harmony_core.__file__)).parent
PRESENT = [package for package in LAYER_FOUR if (HOME / package / "__init__.py").exists()]

LOAD_WHOLE_PACKAGE = """
import importlib, json, pkgutil, sys
package = importlib.import_module(sys.argv[1])
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    importlib.import_module(module.name)
print(json.dumps(sorted({name.split(".")[1] for name in sys.modules if name.startswith("harmony_core.")})))
"""


@pytest.mark.parametrize("package", PRESENT)
def test_a_package_of_layer_four_loads_none_of_its_siblings(package: str) -> None:
    finished = subprocess.run(
        [sys.executable, "-c", LOAD_WHOLE_PACKAGE, f"harmony_core.{package}"],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(json.loads(finished.stdout))
    assert package in loaded
    assert loaded & set(LAYER_FOUR) == {package}
    assert not loaded & {"cli", "light_client", "genesis", "storage", "simulation", "archive", "rpc"}
