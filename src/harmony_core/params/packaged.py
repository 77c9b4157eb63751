"""The data files that travel with this package."""

import gzip
import json
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["packaged_json"]


@cache
def packaged_json(name: str) -> Any:
    """Return a packaged data file as parsed JSON, decompressed if its name ends in ``.gz``; read once per process."""
    content = files("harmony_core.params").joinpath("data", name).read_bytes()
    return json.loads(gzip.decompress(content) if name.endswith(".gz") else content)
