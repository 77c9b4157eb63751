"""A pytest plugin that removes one rule from the package before any test imports it.

The rule's code comes from the environment variable ``BLINDED_RULE``. Checks made through `require` no longer refuse,
and statements that raise an error with that code are dropped while modules are loaded.
"""

import ast
import importlib.machinery
import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from types import CodeType, ModuleType

from support.rule_list import codes_in

BLINDED = os.environ.get("BLINDED_RULE", "")


class _DropRaise(ast.NodeTransformer):
    def visit_Raise(self, node: ast.Raise) -> ast.stmt:
        if node.exc is not None and BLINDED in codes_in(node.exc):
            return ast.copy_location(ast.Pass(), node)
        return node


class _BlindedLoader(importlib.machinery.SourceFileLoader):
    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 - the signature of the base class
        # Past the byte-code cache, which holds the unaltered module.
        source = self.get_data(self.path)
        tree = ast.fix_missing_locations(_DropRaise().visit(ast.parse(source)))
        code: CodeType = compile(tree, self.path, "exec", dont_inherit=True)
        return code

    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        if module.__name__ == "harmony_core.errors.rules":
            _blind_require(module)


class _BlindedFinder(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] != "harmony_core":
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.origin is not None and spec.origin.endswith(".py"):
            spec.loader = _BlindedLoader(fullname, spec.origin)
        return spec


def _blind_require(rules: ModuleType) -> None:
    refuse = rules._refuse

    def refuse_the_others(violation: Exception) -> None:
        if getattr(violation, "code", None) != BLINDED:
            refuse(violation)

    rules.__dict__["_refuse"] = refuse_the_others


if BLINDED:
    assert "harmony_core" not in sys.modules, "the plugin has to be loaded before the package"
    sys.meta_path.insert(0, _BlindedFinder())
