"""The folder in which a long work keeps what it has done: one process at a time has it, and it goes when the work is done."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from harmony_core.errors import DataSourceError, require

__all__ = ["CHECKPOINT_NAME", "WorkFolder", "work_folder"]

CHECKPOINT_NAME: Final = "checkpoint"
"""The file that makes a work folder worth keeping."""

_LOCK: Final = "lock"
_SHADOWS: Final = "shadows-"


@dataclass(slots=True)
class WorkFolder:
    """A work folder that this process has.

    Attributes:
        path: the folder.
        scratch: a folder in it for shadows, which goes with the process.
        is_over: whether nothing in it is of use any more.
    """

    path: Path
    scratch: Path
    is_over: bool = False


@contextmanager
def work_folder(path: Path) -> Iterator[WorkFolder]:
    """Make a work folder, or take up the one that an earlier run left; leave it only if it has a checkpoint.

    Args:
        path: the folder; the folder around it has to be there.

    Raises:
        DataSourceError: ``archive-work-in-use`` while another process has it, ``storage-write`` where the disk refuses,
            also for an OSError of the body.
    """
    try:
        path.mkdir(exist_ok=True)
        with ExitStack() as stack:
            _lock(stack.enter_context((path / _LOCK).open("wb")), path)
            # What a killed run left of its shadows: links and small copies.
            for left_over in path.glob(f"{_SHADOWS}*"):
                shutil.rmtree(left_over, ignore_errors=True)
            work = WorkFolder(path, Path(tempfile.mkdtemp(prefix=_SHADOWS, dir=path)))
            try:
                yield work
            finally:
                shutil.rmtree(work.scratch, ignore_errors=True)
                if work.is_over or not (path / CHECKPOINT_NAME).exists():
                    shutil.rmtree(path, ignore_errors=True)
    except OSError as error:
        raise DataSourceError(
            f"The work folder cannot be written: {error.strerror or error}.",
            code="storage-write",
            actual=str(path),
        ) from error


def _lock(file: BinaryIO, path: Path) -> None:
    try:
        import fcntl  # noqa: PLC0415 - not on every system
    except ImportError:
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_held = False
    except BlockingIOError:
        is_held = True
    require(
        not is_held,
        DataSourceError,
        "archive-work-in-use",
        "Another process makes the same ledger; wait for it, or name another output.",
        actual=str(path),
    )
