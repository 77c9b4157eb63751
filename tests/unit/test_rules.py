"""The list of rules is complete, and the code of each rule is really in use."""

from collections import Counter

from support.rule_list import ROOT, codes_in_source, load_rules


def test_every_code_in_the_source_is_listed_and_the_other_way_round() -> None:
    assert set(codes_in_source()) == {rule.code for rule in load_rules()}


def test_no_code_is_listed_twice() -> None:
    assert [code for code, count in Counter(rule.code for rule in load_rules()).items() if count > 1] == []


def test_every_rule_says_what_it_demands_and_where_it_comes_from() -> None:
    for rule in load_rules():
        assert rule.demands.endswith("."), rule.code
        assert rule.source, rule.code


def test_the_test_of_every_rule_exists() -> None:
    for rule in load_rules():
        path, _, name = rule.test.partition("::")
        text = (ROOT / path).read_text()
        assert all(f" {part.partition('[')[0]}" in text for part in name.split("::")), rule.code
