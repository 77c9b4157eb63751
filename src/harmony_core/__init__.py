"""Protocol primitives of Harmony, the sharded proof-of-stake chain.

The few everyday names are at hand here, each loaded from its package when it is first used:

>>> from harmony_core import load_network
>>> load_network("mainnet").config.chain_id
1

Everything else is imported from the package it belongs to, for example `harmony_core.trie`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from harmony_core.chain import (
        Block,
        Header,
        Receipt,
        StakingTransaction,
        Transaction,
        decode_block,
        decode_cx_receipts_proof,
        decode_header,
        decode_staking_transaction,
        decode_transaction,
        recover_sender,
    )
    from harmony_core.cross_shard import (
        SpentMarks,
        VerifiedReceipts,
        verify_receipts_proof,
        verify_receipts_proof_with_commit,
    )
    from harmony_core.errors import (
        ConfigurationError,
        DataSourceError,
        DecodeError,
        HarmonyError,
        MissingDataError,
        UnsupportedRulesError,
        VerificationError,
    )
    from harmony_core.light_client import (
        HeaderVerdict,
        ProvenHeader,
        SignedHeader,
        Verdict,
        VerifiedBlock,
        audit_headers,
        verify_block,
        verify_header_chain,
        verify_receipt_proof,
    )
    from harmony_core.params import (
        Network,
        load_network,
    )
    from harmony_core.primitives import (
        STRICT,
        Address,
        Compatibility,
        Epoch,
        Hash32,
        ShardID,
    )
    from harmony_core.quorum import (
        Commit,
        TrustedCommittee,
        VerifiedHeader,
        check_commits,
        verify_commit,
    )
    from harmony_core.state import (
        VerifiedAccount,
        verify_account_proof,
        verify_storage_proof,
    )
    from harmony_core.trie import (
        Trie,
    )

__all__ = [
    "STRICT",
    "Address",
    "Block",
    "Commit",
    "Compatibility",
    "ConfigurationError",
    "DataSourceError",
    "DecodeError",
    "Epoch",
    "HarmonyError",
    "Hash32",
    "Header",
    "HeaderVerdict",
    "MissingDataError",
    "Network",
    "ProvenHeader",
    "Receipt",
    "ShardID",
    "SignedHeader",
    "SpentMarks",
    "StakingTransaction",
    "Transaction",
    "Trie",
    "TrustedCommittee",
    "UnsupportedRulesError",
    "Verdict",
    "VerificationError",
    "VerifiedAccount",
    "VerifiedBlock",
    "VerifiedHeader",
    "VerifiedReceipts",
    "audit_headers",
    "check_commits",
    "decode_block",
    "decode_cx_receipts_proof",
    "decode_header",
    "decode_staking_transaction",
    "decode_transaction",
    "load_network",
    "recover_sender",
    "verify_account_proof",
    "verify_block",
    "verify_commit",
    "verify_header_chain",
    "verify_receipt_proof",
    "verify_receipts_proof",
    "verify_receipts_proof_with_commit",
    "verify_storage_proof",
]

_PACKAGE_OF: Final = {
    "chain": (
        "Block",
        "Header",
        "Receipt",
        "StakingTransaction",
        "Transaction",
        "decode_block",
        "decode_cx_receipts_proof",
        "decode_header",
        "decode_staking_transaction",
        "decode_transaction",
        "recover_sender",
    ),
    "cross_shard": (
        "SpentMarks",
        "VerifiedReceipts",
        "verify_receipts_proof",
        "verify_receipts_proof_with_commit",
    ),
    "errors": (
        "ConfigurationError",
        "DataSourceError",
        "DecodeError",
        "HarmonyError",
        "MissingDataError",
        "UnsupportedRulesError",
        "VerificationError",
    ),
    "light_client": (
        "HeaderVerdict",
        "ProvenHeader",
        "SignedHeader",
        "Verdict",
        "VerifiedBlock",
        "audit_headers",
        "verify_block",
        "verify_header_chain",
        "verify_receipt_proof",
    ),
    "params": ("Network", "load_network"),
    "primitives": ("STRICT", "Address", "Compatibility", "Epoch", "Hash32", "ShardID"),
    "quorum": ("Commit", "TrustedCommittee", "VerifiedHeader", "check_commits", "verify_commit"),
    "state": ("VerifiedAccount", "verify_account_proof", "verify_storage_proof"),
    "trie": ("Trie",),
}
_HOMES: Final = {name: package for package, names in _PACKAGE_OF.items() for name in names}

if not TYPE_CHECKING:  # hidden from type checkers, to which a misspelled name would look like any other

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
