"""Every case of every vector file: recomputed, compared, under the reference's leniency and under the strict rules."""

from pathlib import Path

import pytest

from harmony_core.primitives import STRICT, Compatibility
from support.conformance import (
    Case,
    cases_of,
    differences,
    given_folders,
    kinds_of,
    load_document,
    packaged_folder,
    pending,
    readers,
    strict_differences,
    top_level_differences,
    top_level_readers,
)


def files_of(folders: list[Path]) -> list[Path]:
    return [path for folder in folders for path in sorted(folder.glob("*.json"))]


def cases_in(folders: list[Path]) -> list[object]:
    return [pytest.param(case, id=case.id) for path in files_of(folders) for case in cases_of(path)]


def check(case: Case) -> None:
    assert differences(case, Compatibility.reference()) == []
    assert strict_differences(case) == []


@pytest.mark.parametrize("case", cases_in(given_folders()))
def test_given_case(case: Case) -> None:
    check(case)


@pytest.mark.parametrize("case", cases_in([packaged_folder()]))
def test_packaged_case(case: Case) -> None:
    check(case)


@pytest.mark.parametrize("path", files_of([*given_folders(), packaged_folder()]), ids=lambda path: path.stem)
def test_top_level_values(path: Path) -> None:
    document = load_document(path)
    if path.stem not in top_level_readers() and not any(file == path.stem for file, _ in readers()):
        return  # a file that waits whole; test_every_file_and_kind_is_read sees to its being listed
    for compatibility in (Compatibility.reference(), STRICT):
        assert top_level_differences(path.stem, document, compatibility) == []


@pytest.mark.parametrize("folder", [*given_folders(), packaged_folder()], ids=str)
def test_every_file_and_kind_is_read(folder: Path) -> None:
    paths = files_of([folder])
    assert paths, f"no vector files in {folder}"
    known_files = {file for file, _ in [*readers(), *pending()]} | set(top_level_readers())
    assert {path.stem for path in paths} <= known_files
    found = {(path.stem, kind) for path in paths for kind in kinds_of(load_document(path))}
    assert found - set(readers()) - set(pending()) == set()


def test_no_kind_is_both_read_and_pending() -> None:
    assert set(readers()) & set(pending()) == set()
