"""What the site claims about rules, threats and evidence is made from tests that exist."""

import re
import sys
from collections import Counter
from fnmatch import fnmatchcase
from importlib import import_module
from types import ModuleType

import pytest

from support.evidence import (
    KINDS,
    Evidence,
    Threat,
    is_test,
    load_evidence,
    load_threats,
    threats_of,
    vector_cases,
)
from support.rule_list import ROOT, load_rules

AREAS = {"A": range(1, 11), "B": range(11, 18), "C": range(18, 27), "D": range(27, 28), "F": range(29, 30)}


def test_every_threat_against_headers_commits_and_transfers_is_listed_once() -> None:
    listed = [threat.id for threat in load_threats()]
    assert {f"{area}{number}" for area, numbers in AREAS.items() for number in numbers} <= set(listed)
    assert listed == sorted(set(listed), key=lambda name: (name[0], int(name[1:])))


def test_every_threat_that_a_rule_names_is_listed() -> None:
    named = {name for rule in load_rules() for name in threats_of(rule)}
    assert named <= {threat.id for threat in load_threats()}


@pytest.mark.parametrize("threat", load_threats(), ids=lambda threat: threat.id)
def test_every_threat_is_answered_by_a_rule_or_a_test(threat: Threat) -> None:
    named = [rule for rule in load_rules() if threat.id in threats_of(rule)]
    assert named or threat.tests
    assert all(is_test(test) for test in threat.tests), [test for test in threat.tests if not is_test(test)]


def test_rules_name_threats_in_the_form_that_is_read() -> None:
    for rule in load_rules():
        assert len(threats_of(rule)) == len(re.findall(r"\b[A-H]\d{1,2}\b", rule.source)), rule.source


@pytest.mark.parametrize("row", load_evidence(), ids=lambda row: f"{row.topic}-{row.network}-{row.kind}")
def test_every_row_of_evidence_names_tests_and_rules_that_exist(row: Evidence) -> None:
    assert row.kind in KINDS
    assert row.shows.endswith(".")
    assert row.tests
    assert [test for test in row.tests if not is_test(test)] == []
    codes = [rule.code for rule in load_rules()]
    assert [pattern for pattern in row.rules if not any(fnmatchcase(code, pattern) for code in codes)] == []


def test_no_row_of_evidence_stands_twice() -> None:
    rows = Counter((row.topic, row.network, row.era, row.kind) for row in load_evidence())
    assert [row for row, count in rows.items() if count > 1] == []


def test_mainnet_evidence_claims_no_staking_era() -> None:
    for row in load_evidence():
        if row.kind == "real mainnet data":
            assert row.network == "mainnet"
            assert "staking" not in row.era.replace("before staking", "")


def load_hooks(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    monkeypatch.delitem(sys.modules, "hooks", raising=False)
    return import_module("hooks")


def test_the_generated_pages_hold_every_rule_every_row_and_every_threat(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hooks = load_hooks(monkeypatch)
    rules = hooks.rules_page()
    assert all(f"| `{rule.code}` |" in rules for rule in load_rules())
    evidence = hooks.evidence_page()
    assert all(row.shows in evidence for row in load_evidence())
    assert all(f"| `{rule.code}` |" in evidence for rule in load_rules())
    threats = hooks.threats_table()
    assert all(f"| {threat.id} | {threat.attack}" in threats for threat in load_threats())


def test_the_limits_page_has_a_place_for_the_table_of_threats(monkeypatch: pytest.MonkeyPatch) -> None:
    hooks = load_hooks(monkeypatch)
    assert hooks.THREATS_MARK in (ROOT / "docs" / "limits.md").read_text()


def test_every_file_of_reference_cases_that_is_read_is_part_of_the_evidence() -> None:
    claimed = {stem for row in load_evidence() for stem in row.vectors}
    files = {path.stem for path in (ROOT / "tests" / "vectors").glob("*.json")}
    assert claimed <= files
    assert {stem for stem in files if vector_cases(stem)} <= claimed
