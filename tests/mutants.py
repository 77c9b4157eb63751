"""Remove one rule at a time and see its test fail: the proof that every rule has a test that needs it.

Usage: ``python tests/mutants.py [--base REV] [CODE ...]``. Rules of modules changed since REV come first.
"""

import argparse
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from support.rule_list import ROOT, Rule, codes_in_source, load_rules

FAILED = 1  # pytest: tests ran and some failed


def changed_files(base: str | None) -> set[Path]:
    """Return the files changed since ``base``, or in the last day of commits."""
    day = ["git", "rev-list", "-1", "--before=1 day ago", "HEAD"]
    since = base or subprocess.run(day, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    if not since:
        return set()
    diff = ["git", "diff", "--name-only", since]
    listed = subprocess.run(diff, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    return {ROOT / line for line in listed.splitlines()}


def run_test(test: str, blinded: str) -> subprocess.CompletedProcess[str]:
    """Run one test with the rule ``blinded`` removed ('' removes none)."""
    environment = {
        **os.environ,
        "BLINDED_RULE": blinded,
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests")]),
    }
    options = ["-q", "-x", "-p", "support.blinding", "-p", "no:cacheprovider", "-W", "ignore"]
    command = [sys.executable, "-m", "pytest", *options, test]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600, check=False
    )


def verdict(rule: Rule) -> str | None:
    """Return what is wrong with a rule's test, or None when removing the rule makes it fail."""
    mutated = run_test(rule.test, rule.code)
    if mutated.returncode == FAILED:
        return None
    if mutated.returncode == 0:
        return f"{rule.code}: {rule.test} still passes without the rule"
    return f"{rule.code}: {rule.test} could not be run\n{mutated.stdout[-1500:]}{mutated.stderr[-500:]}"


def main() -> int:
    """Run the mutants and print what survived; the exit code says whether any did."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base")
    parser.add_argument("codes", nargs="*")
    arguments = parser.parse_args()
    changed = changed_files(arguments.base)
    modules = codes_in_source()
    rules = [rule for rule in load_rules() if not arguments.codes or rule.code in arguments.codes]
    rules.sort(key=lambda rule: not (modules.get(rule.code, set()) & changed))
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        survivors = [problem for problem in pool.map(verdict, rules) if problem]
    for problem in survivors:
        print(problem)
    killed = len(rules) - len(survivors)
    print(f"{killed} of {len(rules)} rules: their test fails when the rule is removed")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
