"""Pages that are generated when the site is built: the rules, the evidence, the threats and the API reference.

They are made from `tests/rules.toml`, `tests/evidence.toml`, `tests/threats.toml` and the packages themselves, so
that what the site claims and what the tests do cannot drift apart.
"""

import ast
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "harmony_core"
sys.path.insert(0, str(ROOT / "tests"))

from support.evidence import Evidence, load_evidence, load_threats, threats_of  # noqa: E402 - needs the path above
from support.rule_list import load_rules  # noqa: E402 - needs the path above

__all__ = [
    "evidence_page",
    "on_config",
    "on_files",
    "on_page_markdown",
    "on_post_page",
    "rules_page",
    "threats_table",
]

THREATS_MARK = "<!-- table of threats -->"


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """List the API pages and the decisions in the navigation."""
    sections = {
        "API reference": ["api/index.md", *({package: f"api/{package}.md"} for package in _packages())],
        "Decisions": ["adr/index.md", *(f"adr/{path.name}" for path in _decisions())],
    }
    config.nav = [{key: sections.get(key, value) for key, value in item.items()} for item in config.nav or []]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages."""
    generated = {
        "rules.md": rules_page(),
        "evidence.md": evidence_page(),
        "adr/index.md": _decisions_page(),
        "api/index.md": _api_index(),
        **{f"api/{package}.md": _api_page(package) for package in _packages()},
    }
    for uri, content in generated.items():
        files.append(File.generated(config, uri, content=content))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001 - the names are MkDocs'
    """Put the table of threats where a page asks for it."""
    return markdown.replace(THREATS_MARK, threats_table())


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:  # noqa: ARG001 - the names are MkDocs'
    """Refuse a page that would load anything from another host."""
    loaded = re.findall(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=[\"']?(?:https?:)?//[^>]+>", output)
    foreign = [tag for tag in loaded if 'rel="canonical"' not in tag]
    if foreign:
        raise PluginError(f"{page.file.src_uri} loads from another host: {foreign}")
    return output


def rules_page() -> str:
    """Return the page that lists every rule."""
    rows = [
        (f"`{rule.code}`", rule.demands, rule.source, _test(rule.test))
        for rule in sorted(load_rules(), key=lambda rule: rule.code)
    ]
    return "\n".join(
        (
            "# Rules",
            "",
            f"Every refusal carries the code of the rule that was broken. These are all {len(rows)} of them: what each",
            "demands, where it comes from, and the test that builds the attack. `make mutants` removes one rule at a",
            "time and fails if its test still passes.",
            "",
            *_table(("code", "demands", "source", "test that fails without it"), rows),
        )
    )


def evidence_page() -> str:
    """Return the page that says what evidence there is, topic by topic and rule by rule."""
    evidence = load_evidence()
    topics = [
        (
            item.topic,
            item.network,
            item.era,
            f"{item.kind}, {item.case_count} cases" if item.case_count else item.kind,
            item.shows,
            "<br>".join(_test(test) for test in item.tests),
        )
        for item in evidence
    ]
    return "\n".join(
        (
            "# Coverage of evidence",
            "",
            "What has been shown on which data. Mainnet evidence is genesis, block 1 and headers from before staking",
            "only. The staking era is shown on a recorded local network of the Go node, and by reference vectors.",
            "",
            *_table(("topic", "network", "era", "evidence", "what is shown", "tests"), topics),
            "",
            "## Rule by rule",
            "",
            "The data that pass through each rule. *Attack only* means that the rule is shown by the negative test that",
            "stands in the [list of rules](rules.md), as every rule is, and by no other data.",
            "",
            *_table(("rule", "network", "era", "evidence"), _rule_by_rule(evidence)),
        )
    )


def _rule_by_rule(evidence: list[Evidence]) -> list[tuple[str, str, str, str]]:
    rows = []
    for code in sorted(rule.code for rule in load_rules()):
        places = [(item.network, item.era, item.kind) for item in evidence if item.covers(code)]
        rows += [(f"`{code}`", *place) for place in dict.fromkeys(places or [("", "", "attack only")])]
    return rows


def threats_table() -> str:
    """Return the table of threats: the attack, the answer, the rules and the tests."""
    rules = load_rules()
    rows = []
    for threat in load_threats():
        named = [rule for rule in rules if threat.id in threats_of(rule)]
        codes = ", ".join(f"`{rule.code}`" for rule in named)
        tests = dict.fromkeys([*(rule.test for rule in named), *threat.tests])
        rows.append((threat.id, threat.attack, threat.answer, codes, "<br>".join(map(_test, tests))))
    return "\n".join(_table(("", "attack", "answer", "rules", "tests"), rows))


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]


def _test(test: str) -> str:
    return f"`{test.removeprefix('tests/')}`"


def _packages() -> list[str]:
    below = sorted(path.parent.relative_to(SOURCE.parent) for path in SOURCE.rglob("__init__.py"))
    return [".".join(path.parts) for path in below]


def _exported(path: Path) -> list[str]:
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign) and any(ast.unparse(target) == "__all__" for target in node.targets):
            names: list[str] = ast.literal_eval(node.value)
            return names
    return []


def _summary(package: str) -> str:
    folder = SOURCE.parent / Path(*package.split("."))
    docstring = ast.get_docstring(ast.parse((folder / "__init__.py").read_text()))
    return (docstring or "").partition("\n\n")[0].replace("\n", " ")


def _decisions() -> list[Path]:
    return sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))


def _decisions_page() -> str:
    lines = [f"- [{_title(path)}]({path.name})" for path in _decisions()]
    head = [
        "# Decisions",
        "",
        "Choices that shape the project, each with the measurements and reasons behind it.",
        "",
    ]
    return "\n".join((*head, *lines, ""))


def _title(path: Path) -> str:
    return path.read_text().splitlines()[0].lstrip("# ")


def _api_index() -> str:
    rows = [(f"[`{package}`]({package}.md)", _summary(package)) for package in _packages()]
    return "\n".join(
        (
            "# API reference",
            "",
            "One page for each package. Names that a package re-exports are documented on its page; what stays in a",
            "module follows below them.",
            "",
            *_table(("package", "what lives there"), rows),
        )
    )


def _api_page(package: str) -> str:
    """Return a package's page: what it exports, then what its modules export beyond that."""
    folder = SOURCE.parent / Path(*package.split("."))
    names = _exported(folder / "__init__.py")
    parts = [f"# {package}", "", _identifier(package, names, docstring=True)]
    if package == "harmony_core":
        # The everyday names are documented by their packages.
        homes = "Everyday names: " + ", ".join(f"`{name}`" for name in names) + "."
        return "\n".join((f"# {package}", "", _identifier(package, [], docstring=True), "", homes, ""))
    for module in sorted(folder.glob("*.py")):
        rest = [name for name in _exported(module) if name not in names]
        if rest and not module.stem.startswith("__"):
            title = f"{package}.{module.stem}"
            parts += ["", f"## {title}", "", _identifier(title, rest, docstring=True)]
    return "\n".join(parts) + "\n"


def _identifier(name: str, members: list[str], *, docstring: bool) -> str:
    chosen = "[" + ", ".join(members) + "]" if members else "false"
    return f"::: {name}\n    options:\n      members: {chosen}\n      show_docstring_description: {str(docstring).lower()}"
