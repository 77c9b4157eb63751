"""Following and judging chains of headers without trusting whoever delivers them."""

from harmony_core.light_client.audit import HeaderVerdict, Verdict, audit_headers
from harmony_core.light_client.basis import Basis, BasisKind
from harmony_core.light_client.committee_book import CommitteeBook
from harmony_core.light_client.header_chain import verify_header_chain
from harmony_core.light_client.signed_header import ProvenHeader, SignedHeader

__all__ = [
    "Basis",
    "BasisKind",
    "CommitteeBook",
    "HeaderVerdict",
    "ProvenHeader",
    "SignedHeader",
    "Verdict",
    "audit_headers",
    "verify_header_chain",
]
