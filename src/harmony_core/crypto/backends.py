"""Which library computes each primitive here, why the others do not, and whether it gives known answers."""

from harmony_core.crypto.backend_choice import BackendAlternative, BackendReport
from harmony_core.crypto.bls.loading import backend_report as bls_report
from harmony_core.crypto.keccak import keccak_backend_report
from harmony_core.crypto.secp256k1.loading import backend_report as secp256k1_report

__all__ = ["BackendAlternative", "BackendReport", "backend_reports"]


def backend_reports() -> tuple[BackendReport, ...]:
    """Load and test every back end of BLS, Keccak-256 and secp256k1 and report on each. Takes a second or two."""
    return bls_report(), keccak_backend_report(), secp256k1_report()
