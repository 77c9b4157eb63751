"""Settings of the whole suite, kept here so that no option from outside is needed to run it."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


def pytest_configure(config: pytest.Config) -> None:
    config.option.importmode = "importlib"
    config.addinivalue_line("markers", "slow: long comparisons with the pure oracle; run by `make test-all`")
    if not config.option.markexpr:
        config.option.markexpr = "not slow"
