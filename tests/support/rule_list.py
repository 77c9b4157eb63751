"""The list of rules, and the rule codes that the source code uses."""

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["ROOT", "SOURCE", "Rule", "codes_in", "codes_in_source", "load_rules"]

ROOT: Final = Path(__file__).parents[2]
SOURCE: Final = ROOT / "src" / "harmony_core"


@dataclass(frozen=True)
class Rule:
    """One entry of ``tests/rules.toml``.

    Attributes:
        code: the stable code that the violation carries.
        demands: what the rule asks for, one sentence.
        source: where the rule comes from.
        test: pytest id of the negative test that fails when the rule is removed.
    """

    code: str
    demands: str
    source: str
    test: str


def load_rules() -> list[Rule]:
    """Return every rule in the order of the list."""
    rows = tomllib.loads((ROOT / "tests" / "rules.toml").read_text())["rule"]
    return [Rule(row["code"], row["demands"], row["source"], row["test"]) for row in rows]


def codes_in(tree: ast.AST) -> Iterator[str]:
    """Yield the code of every `require` call and of every error that is built in a syntax tree."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id == "require" and len(node.args) >= 3:
            yield from _literals(node.args[2])
        for keyword in node.keywords:
            if keyword.arg in {"code", "rule"} or str(keyword.arg).endswith("_code"):
                yield from _literals(keyword.value)


def _literals(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body)
        yield from _literals(node.orelse)


def codes_in_source() -> dict[str, set[Path]]:
    """Return every rule code that the package uses, with the modules that use it."""
    found: dict[str, set[Path]] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        for code in codes_in(ast.parse(path.read_text())):
            found.setdefault(code, set()).add(path)
    return found
