"""The conformance harness: readers recompute the outputs of reference cases, and every field is compared.

A reader is handed only the declared inputs of a case. Everything else in the case must equal what the reader returns,
so that no expected value can be forgotten; the few fields that are not compared stand in ``ignored_fields.toml``,
each with its reason.
"""

import importlib.util
import json
import os
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from harmony_core.errors import HarmonyError
from harmony_core.primitives import STRICT, Compatibility

__all__ = [
    "ABSENT",
    "LABELS",
    "Case",
    "Reader",
    "TopLevelReader",
    "cases_of",
    "compare",
    "differences",
    "expected_fields",
    "given_folders",
    "ignored_paths",
    "kinds_of",
    "load_document",
    "packaged_folder",
    "pending",
    "reader",
    "readers",
    "recompute",
    "strict_differences",
    "top_level_differences",
    "top_level_reader",
    "top_level_readers",
]

CONFORMANCE: Final = Path(__file__).parents[1] / "conformance"
LABELS: Final = frozenset({"kind", "type", "name", "note", "description", "source", "what"})
"""Fields that only label a case; they are neither given to readers nor compared."""


class _Absent:
    """A returned value that says: the case has no such field."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = _Absent()


@dataclass(frozen=True)
class Case:
    """One reference case as a reader sees it: its declared inputs and nothing else.

    Attributes:
        file: stem of the vector file.
        kind: kind of the case, empty where the file has only one.
        index: position in the file's list of cases.
        fields: the whole case; readers use ``case["field"]`` or ``case.get("field")``, which refuse undeclared fields.
        document: the file's top-level values other than the cases (shared keys, constants).
        inputs: names of the fields that the reader declared as inputs.
        siblings: all cases of the file, for inputs that stand in another case, such as a committee.
    """

    file: str
    kind: str
    index: int
    fields: Mapping[str, Any]
    document: Mapping[str, Any]
    inputs: tuple[str, ...] = ()
    used: set[str] = field(default_factory=set, compare=False)
    siblings: Sequence[Mapping[str, Any]] = field(default=(), compare=False, repr=False)

    def __getitem__(self, name: str) -> Any:
        self._declared(name)
        return self.fields[name]

    def get(self, name: str, default: Any = None) -> Any:
        self._declared(name)
        return self.fields.get(name, default)

    def _declared(self, name: str) -> None:
        if name not in self.inputs:
            raise AssertionError(
                f"{self.file}-{self.kind}: the reader looks at {name!r}, not a declared input"
            )
        self.used.add(name)

    @property
    def id(self) -> str:
        return "-".join(part for part in (self.file, self.kind, str(self.index)) if part)


CaseCheck = Callable[[Case, Compatibility], Mapping[str, object]]
"""Recomputes the outputs of a case from its inputs."""

DocumentCheck = Callable[[Mapping[str, Any], Compatibility], Mapping[str, object]]
"""Recomputes top-level values of a file."""


@dataclass(frozen=True)
class Reader:
    """What recomputes one kind of case."""

    check: CaseCheck
    inputs: tuple[str, ...]
    strict_differs: Callable[[Case], str | None] | None


@dataclass(frozen=True)
class TopLevelReader:
    """What recomputes (or, for ``inputs``, merely uses) top-level values of a file."""

    check: DocumentCheck
    keys: tuple[str, ...]
    inputs: tuple[str, ...]


_READERS: dict[tuple[str, str], Reader] = {}
_TOP_LEVEL: dict[str, TopLevelReader] = {}


def reader(
    file: str,
    kind: str,
    *,
    inputs: tuple[str, ...],
    strict_differs: Callable[[Case], str | None] | None = None,
) -> Callable[[CaseCheck], CaseCheck]:
    """Register the reader of one (file, kind).

    Args:
        file: stem of the vector file.
        kind: kind of the cases, empty where the file has only one.
        inputs: fields given to the reader; all others are compared with what it returns.
        strict_differs: names, from the inputs, the rule code for which the strict mode must differ from the reference.
    """

    def register(check: CaseCheck) -> CaseCheck:
        assert (file, kind) not in _READERS, f"two readers for {file}-{kind}"
        _READERS[file, kind] = Reader(check, inputs, strict_differs)
        return check

    return register


def top_level_reader(
    file: str, *, keys: tuple[str, ...], inputs: tuple[str, ...] = ()
) -> Callable[[DocumentCheck], DocumentCheck]:
    """Register the reader of a file's top-level ``keys``; ``inputs`` are top-level values that cases use."""

    def register(check: DocumentCheck) -> DocumentCheck:
        assert file not in _TOP_LEVEL, f"two top-level readers for {file}"
        _TOP_LEVEL[file] = TopLevelReader(check, keys, inputs)
        return check

    return register


@cache
def _load_readers() -> None:
    for path in sorted((CONFORMANCE / "readers").glob("*.py")):
        spec = importlib.util.spec_from_file_location(f"conformance_readers_{path.stem}", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)


def readers() -> Mapping[tuple[str, str], Reader]:
    """Return every reader by (file, kind)."""
    _load_readers()
    return _READERS


def top_level_readers() -> Mapping[str, TopLevelReader]:
    """Return every top-level reader by file."""
    _load_readers()
    return _TOP_LEVEL


def packaged_folder() -> Path:
    """Return the folder of the vectors that travel with the tests."""
    return CONFORMANCE.parent / "vectors"


def given_folders() -> list[Path]:
    """Return the folders named in ``HARMONY_CORE_VECTORS``."""
    named = os.environ.get("HARMONY_CORE_VECTORS", "")
    return [Path(part) for part in named.split(os.pathsep) if part]


@cache
def load_document(path: Path) -> Mapping[str, Any]:
    """Return a vector file as parsed JSON."""
    document: Mapping[str, Any] = json.loads(path.read_text())
    return document


def kinds_of(document: Mapping[str, Any]) -> set[str]:
    """Return the kinds of case that a file holds."""
    return {_kind(fields) for fields in document.get("cases", [])}


def _kind(fields: Mapping[str, Any]) -> str:
    return str(fields.get("kind", fields.get("type", "")))


def cases_of(path: Path) -> Iterator[Case]:
    """Yield the cases of a file for which a reader exists."""
    document = load_document(path)
    rest = {key: value for key, value in document.items() if key != "cases"}
    for index, fields in enumerate(document.get("cases", [])):
        found = readers().get((path.stem, _kind(fields)))
        if found is not None:
            cases = document["cases"]
            yield Case(path.stem, _kind(fields), index, fields, rest, found.inputs, siblings=cases)


@cache
def pending() -> Mapping[tuple[str, str], str]:
    """Return the (file, kind) pairs that wait for a topic, with the topic."""
    rows = tomllib.loads((CONFORMANCE / "pending.toml").read_text()).get("pending", [])
    return {(row["file"], kind): row["topic"] for row in rows for kind in row["kinds"]}


@cache
def _ignored() -> list[tuple[str, str, tuple[str, ...]]]:
    rows = tomllib.loads((CONFORMANCE / "ignored_fields.toml").read_text()).get("ignored", [])
    assert all(row["reason"] for row in rows)
    return [(row["file"], row["kind"], tuple(row["field"].split("."))) for row in rows]


def ignored_paths(file: str, kind: str) -> list[tuple[str, ...]]:
    """Return the field paths of one kind that are not compared; ``*`` stands for any one step."""
    return [path for of_file, of_kind, path in _ignored() if of_file == file and of_kind in {kind, "*"}]


def expected_fields(case: Case) -> dict[str, Any]:
    """Return the fields of a case that a reader has to reproduce."""
    return {
        name: value for name, value in case.fields.items() if name not in LABELS and name not in case.inputs
    }


def recompute(case: Case, compatibility: Compatibility) -> Mapping[str, object]:
    """Return what the case's reader computes from the inputs."""
    found = readers()[case.file, case.kind]
    result = found.check(case, compatibility)
    return {name: value for name, value in result.items() if value is not ABSENT}


def differences(case: Case, compatibility: Compatibility) -> list[str]:
    """Return a line for each field in which the recomputed case differs from the reference."""
    actual = recompute(case, compatibility)
    unused = [name for name in case.inputs if name in case.fields and name not in case.used]
    lines = [f"{name}: declared as an input but never used" for name in unused]
    return lines + compare(expected_fields(case), actual, ignored_paths(case.file, case.kind))


def strict_differences(case: Case) -> list[str]:
    """Return what is wrong with the strict mode: equal to the reference except where the reader says otherwise."""
    found = readers()[case.file, case.kind]
    reason = found.strict_differs(case) if found.strict_differs else None
    if reason is None:
        return differences(case, STRICT)
    try:
        lines = differences(case, STRICT)
    except HarmonyError as error:
        return [] if error.code == reason else [f"strict refuses with {error.code}, not {reason}"]
    return [] if lines else [f"strict should differ from the reference: {reason}"]


def top_level_differences(file: str, document: Mapping[str, Any], compatibility: Compatibility) -> list[str]:
    """Return a line for each top-level value of a file that differs from the recomputed one."""
    labels = LABELS | {"cases"}
    known = top_level_readers().get(file)
    inputs: tuple[str, ...] = known.inputs if known else ()
    expected = {key: value for key, value in document.items() if key not in labels and key not in inputs}
    actual = known.check(document, compatibility) if known else {}
    return compare(expected, actual, ignored_paths(file, "(top level)"))


def compare(
    expected: object, actual: object, ignored: list[tuple[str, ...]], path: tuple[str, ...] = ()
) -> list[str]:
    """Return a line for each place where ``actual`` is not ``expected``."""
    if any(_matches(pattern, path) for pattern in ignored):
        return []
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        lines = []
        for key in sorted({*expected, *actual}, key=str):
            step = (*path, str(key))
            lines += _compare_field(expected.get(key, ABSENT), actual.get(key, ABSENT), ignored, step)
        return lines
    if isinstance(expected, list) and isinstance(actual, list | tuple):
        if len(expected) != len(actual):
            return [f"{_shown(path)}: expected {len(expected)} items, got {len(actual)}"]
        pairs = enumerate(zip(expected, actual, strict=True))
        return [line for i, (e, a) in pairs for line in compare(e, a, ignored, (*path, str(i)))]
    if type(expected) is type(actual) and expected == actual:
        return []
    return [f"{_shown(path)}: expected {_short(expected)}, got {_short(actual)}"]


def _compare_field(
    expected: object, actual: object, ignored: list[tuple[str, ...]], path: tuple[str, ...]
) -> list[str]:
    if any(_matches(pattern, path) for pattern in ignored):
        return []
    if _is_error(path[-1]) and not isinstance(expected, Mapping | list):
        # Wording belongs to the reference; that it fails, and where, is what conforms.
        failed = (
            expected is not None and expected is not ABSENT,
            actual is not None and actual is not ABSENT,
        )
        return (
            []
            if failed[0] == failed[1]
            else [f"{_shown(path)}: expected {_short(expected)}, got {_short(actual)}"]
        )
    return compare(expected, actual, ignored, path)


def _is_error(name: str) -> bool:
    return name == "panic" or name.lower().endswith("error")


def _matches(pattern: tuple[str, ...], path: tuple[str, ...]) -> bool:
    return len(pattern) == len(path) and all(p in {"*", step} for p, step in zip(pattern, path, strict=True))


def _shown(path: tuple[str, ...]) -> str:
    return ".".join(path) or "(case)"


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 200 else text[:200] + "..."
