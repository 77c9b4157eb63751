"""Wesolowski's verifiable delay function over class groups, byte-compatible with harmony-one/vdf.

    output = vdf.evaluate(seed, 50_000)          # takes its time, on however many processors
    proof = vdf.verify(seed, 50_000, output)     # takes milliseconds, or raises

Source: harmony-one/vdf src/vdf_go; Benjamin Wesolowski, "Efficient verifiable delay functions",
https://eprint.iacr.org/2018/623.
"""

from harmony_core.randomness.vdf.discriminant import discriminant
from harmony_core.randomness.vdf.engine import Engine
from harmony_core.randomness.vdf.evaluation import (
    Evaluation,
    EvaluationCancelledError,
    Progress,
    evaluate,
)
from harmony_core.randomness.vdf.form import Form
from harmony_core.randomness.vdf.loading import SlowEngineWarning, load_engine, vdf_engine_report
from harmony_core.randomness.vdf.state import EvaluationState
from harmony_core.randomness.vdf.verification import VerifiedVdf, verify

__all__ = [
    "Engine",
    "Evaluation",
    "EvaluationCancelledError",
    "EvaluationState",
    "Form",
    "Progress",
    "SlowEngineWarning",
    "VerifiedVdf",
    "discriminant",
    "evaluate",
    "load_engine",
    "vdf_engine_report",
    "verify",
]
