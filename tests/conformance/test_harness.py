"""The harness itself: any altered expected value is noticed, and nothing is ignored without need."""

import random
import tomllib
from pathlib import Path

import pytest

from harmony_core.primitives import STRICT, Compatibility
from support.alteration import leaves, with_altered
from support.conformance import (
    CONFORMANCE,
    Case,
    cases_of,
    compare,
    expected_fields,
    ignored_paths,
    load_document,
    packaged_folder,
    recompute,
    top_level_readers,
)

PACKAGED = sorted(packaged_folder().glob("*.json"))
ALTERATIONS_A_KIND = 40


def one_case_of_each_kind(path: Path) -> list[Case]:
    chosen: dict[str, Case] = {}
    for case in cases_of(path):
        chosen.setdefault(case.kind, case)
    return list(chosen.values())


def is_error_path(path: tuple[str | int, ...]) -> bool:
    last = str(path[-1]) if path else ""
    return last == "panic" or last.lower().endswith("error")


def is_ignored(path: tuple[str | int, ...], ignored: list[tuple[str, ...]]) -> bool:
    return any(
        len(pattern) <= len(path)
        and all(p in {"*", str(step)} for p, step in zip(pattern, path, strict=False))
        for pattern in ignored
    )


def unnoticed(expected: object, actual: object, ignored: list[tuple[str, ...]], seed: str) -> list[object]:
    paths = [path for path in leaves(expected) if not is_ignored(path, ignored)]
    chosen = random.Random(seed).sample(paths, min(len(paths), ALTERATIONS_A_KIND))
    return [
        path
        for path in chosen
        if not compare(with_altered(expected, path, is_error=is_error_path(path)), actual, ignored)
    ]


@pytest.mark.parametrize("path", PACKAGED, ids=lambda path: path.stem)
def test_an_altered_expected_value_is_noticed(path: Path) -> None:
    for case in one_case_of_each_kind(path):
        actual = recompute(case, Compatibility.reference())
        ignored = ignored_paths(case.file, case.kind)
        assert unnoticed(expected_fields(case), actual, ignored, case.id) == [], case.id


@pytest.mark.parametrize("file", sorted(top_level_readers()))
def test_an_altered_top_level_value_is_noticed(file: str) -> None:
    document = load_document(packaged_folder() / f"{file}.json")
    known = top_level_readers()[file]
    expected = {key: document[key] for key in known.keys}
    actual = known.check(document, STRICT)
    assert unnoticed(expected, actual, ignored_paths(file, "(top level)"), file) == []


def test_every_ignored_field_occurs() -> None:
    rows = tomllib.loads((CONFORMANCE / "ignored_fields.toml").read_text()).get("ignored", [])
    for row in rows:
        document = load_document(packaged_folder() / f"{row['file']}.json")
        pattern = row["field"].split(".")
        values = (
            [document]
            if row["kind"] == "(top level)"
            else [c for c in document["cases"] if row["kind"] in {"*", c.get("kind", c.get("type", ""))}]
        )
        assert any(is_ignored(path, [tuple(pattern)]) for value in values for path in leaves(value)), row
