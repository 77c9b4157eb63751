"""What shows that the rules hold: the table of evidence, the threats, and whether the tests they name exist."""

import ast
import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, Final

from support.rule_list import ROOT, Rule

__all__ = [
    "KINDS",
    "Evidence",
    "Threat",
    "is_test",
    "load_evidence",
    "load_threats",
    "threats_of",
    "vector_cases",
]

KINDS: Final = (
    "real mainnet data",
    "real testnet data",
    "recorded chain",
    "vector",
    "property",
    "differential",
)
"""Kinds of evidence, the strongest first."""


@dataclass(frozen=True)
class Evidence:
    """One row of ``tests/evidence.toml``.

    Attributes:
        topic: what is shown to hold.
        rules: codes of the rules that the row's data pass through, as in ``tests/rules.toml``; ``*`` stands for any
            letters.
        network: network whose rules or data are used.
        era: part of the chain's history.
        kind: one of `KINDS`.
        shows: exactly what the tests show, one sentence.
        tests: pytest ids; a path alone stands for all tests of that file.
        vectors: stems of the files of reference cases that the tests read, if any.
    """

    topic: str
    rules: tuple[str, ...]
    network: str
    era: str
    kind: str
    shows: str
    tests: tuple[str, ...]
    vectors: tuple[str, ...]

    def covers(self, code: str) -> bool:
        """Return whether the row's data pass through the rule with this code."""
        return any(fnmatchcase(code, pattern) for pattern in self.rules)

    @property
    def case_count(self) -> int:
        """Number of reference cases behind the row."""
        return sum(vector_cases(stem) for stem in self.vectors)


@dataclass(frozen=True)
class Threat:
    """One row of ``tests/threats.toml``.

    Attributes:
        id: letter of the area and number, for example ``A4``.
        attack: what an attacker tries, one sentence.
        answer: what is done about it.
        tests: pytest ids, beside those of the rules whose source names the threat.
    """

    id: str
    attack: str
    answer: str
    tests: tuple[str, ...]


def _rows(name: str, table: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = tomllib.loads((ROOT / "tests" / name).read_text()).get(table, [])
    return rows


def load_evidence() -> list[Evidence]:
    """Return every row of the table of evidence."""
    return [
        Evidence(
            row["topic"],
            tuple(row.get("rules", ())),
            row["network"],
            row["era"],
            row["kind"],
            row["shows"],
            tuple(row["tests"]),
            tuple(row.get("vectors", ())),
        )
        for row in _rows("evidence.toml", "evidence")
    ]


@cache
def vector_cases(stem: str) -> int:
    """Return how many cases of a file of `tests/vectors` are read by the tests."""
    waiting = {
        kind
        for row in _rows("conformance/pending.toml", "pending")
        if row["file"] == stem
        for kind in row["kinds"]
    }
    cases = json.loads((ROOT / "tests" / "vectors" / f"{stem}.json").read_text()).get("cases", [])
    return sum(str(case.get("kind", case.get("type", ""))) not in waiting for case in cases)


def load_threats() -> list[Threat]:
    """Return every threat, in order."""
    return [
        Threat(row["id"], row["attack"], row["answer"], tuple(row.get("tests", ())))
        for row in _rows("threats.toml", "threat")
    ]


def threats_of(rule: Rule) -> list[str]:
    """Return the ids of the threats that the source of a rule names, as in "threat A4" or "threats A1, A2 and B12"."""
    return [
        found
        for group in re.findall(r"[Tt]hreats? ((?:[A-H]\d+(?:, | and )?)+)", rule.source)
        for found in re.findall(r"[A-H]\d+", group)
    ]


def is_test(test: str) -> bool:
    """Return whether the file of a pytest id exists and defines the test it names."""
    path, _, name = test.partition("::")
    if not (ROOT / path).is_file():
        return False
    return not name or name.partition("[")[0] in _tests_of(ROOT / path)


@cache
def _tests_of(path: Path) -> frozenset[str]:
    return frozenset(_named(ast.parse(path.read_text()), ""))


def _named(tree: ast.AST, prefix: str) -> Iterator[str]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield prefix + node.name
        elif isinstance(node, ast.ClassDef):
            yield from _named(node, f"{prefix}{node.name}::")
