"""What the README, the site and the docstrings show does run."""

import doctest
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from support.rule_list import ROOT, SOURCE
from support.snippets import Command, blocks, commands, missing_lines

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
WITH_PYTHON = [page for page in PAGES if any(block.language == "python" for block in blocks(page))]
COMMANDS = [(page, command) for page in PAGES for command in commands(page)]
WITH_DOCTESTS = [path for path in sorted(SOURCE.rglob("*.py")) if ">>> " in path.read_text()]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("page", WITH_PYTHON, ids=name_of)
def test_the_python_blocks_of_a_page_run_in_order(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    namespace: dict[str, object] = {"__name__": "snippet"}
    for block in blocks(page):
        if block.language != "python":
            continue
        if ">>> " in block.body:
            example = doctest.DocTestParser().get_doctest(
                block.body, namespace, name_of(page), str(page), block.line - 1
            )
            failed = doctest.DocTestRunner(verbose=False).run(example, clear_globs=False).failed
            namespace.update(example.globs)
            assert not failed, f"{name_of(page)}:{block.line}"
        else:
            # Empty lines in front let a traceback show the line of the page.
            source = "\n" * (block.line - 1) + block.body
            exec(compile(source, str(page), "exec"), namespace)  # noqa: S102 - the project's own pages


@pytest.mark.parametrize(
    ("page", "command"), COMMANDS, ids=[f"{name_of(page)}:{command.line}" for page, command in COMMANDS]
)
def test_a_command_of_a_page_ends_and_prints_as_shown(page: Path, command: Command) -> None:
    assert page.suffix == ".md"
    scripts = str(Path(sys.executable).parent)
    environment = {
        **os.environ,
        "PATH": scripts + os.pathsep + os.environ["PATH"],
        "COLUMNS": "240",
        "NO_COLOR": "1",
    }
    finished = subprocess.run(
        ["/bin/sh", "-c", command.text],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert finished.returncode == command.exit_code, finished.stdout + finished.stderr
    assert missing_lines(command.output, finished.stdout + finished.stderr) == [], finished.stdout


@pytest.mark.parametrize("path", WITH_DOCTESTS, ids=name_of)
def test_the_examples_in_docstrings_are_right(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    name = ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts).removesuffix(".__init__")
    outcome = doctest.testmod(import_module(name), report=True)
    assert outcome.failed == 0
    assert outcome.attempted > 0
