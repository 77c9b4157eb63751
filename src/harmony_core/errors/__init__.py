"""The errors of harmony-core: one root, its branches, and a stable code for each rule.

Invalid is not "cannot tell": bytes that are not what they claim raise `DecodeError`, a broken rule or a bad
signature raises `VerificationError`, and an answer that needs data nobody gave raises `MissingDataError`.
"""

from harmony_core.errors.hierarchy import (
    ConfigurationError,
    DataSourceError,
    DecodeError,
    HarmonyError,
    MissingDataError,
    UnsupportedRulesError,
    VerificationError,
)
from harmony_core.errors.rules import require

__all__ = [
    "ConfigurationError",
    "DataSourceError",
    "DecodeError",
    "HarmonyError",
    "MissingDataError",
    "UnsupportedRulesError",
    "VerificationError",
    "require",
]
