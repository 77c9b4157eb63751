"""Recorded databases of real nodes: the packaged pair and each folder named in ``HARMONY_CORE_ARCHIVE``."""

import hashlib
import io
import json
import os
import tarfile
from pathlib import Path
from typing import Any, Final

__all__ = ["archive_folders", "digest_of", "unpack"]

_PACKAGED: Final = Path(__file__).parents[1] / "data" / "archive"


def digest_of(folder: Path) -> dict[str, tuple[str, int, int]]:
    """Return hash, size and time of every file of a folder."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            status = path.stat()
            found[str(path.relative_to(folder))] = (
                hashlib.sha256(path.read_bytes()).hexdigest(),
                status.st_mtime_ns,
                status.st_nlink,
            )
    return found


def archive_folders() -> list[tuple[Path, str]]:
    """Return (folder, name) of every pair of recorded databases at hand, the named folders first."""
    named = [Path(part) for part in os.environ.get("HARMONY_CORE_ARCHIVE", "").split(os.pathsep) if part]
    found = []
    for folder in [*named, _PACKAGED]:
        for path in sorted(folder.glob("*_claims.json")):
            name = path.name.removesuffix("_claims.json")
            if all((folder / f"{name}_shard{shard}.tar.gz").exists() for shard in (0, 1)):
                found.append((folder, name))
    return found


def unpack(folder: Path, name: str, target: Path) -> tuple[dict[int, Path], dict[str, Any]]:
    """Unpack a recorded pair; return the folder of each shard's archive and the claims."""
    folders = {}
    for shard in (0, 1):
        folders[shard] = target / f"shard{shard}"
        with tarfile.open(folder / f"{name}_shard{shard}.tar.gz") as archive:
            archive.extractall(folders[shard], filter="data")
        # The database may lie in a folder of its own.
        found = sorted(folders[shard].rglob(f"harmony_db_{shard}"))
        folders[shard] = found[0].parent if found else folders[shard]
    claims: dict[str, Any] = json.load(io.StringIO((folder / f"{name}_claims.json").read_text()))
    return folders, claims
