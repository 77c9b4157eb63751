"""Verifiable random functions: a value that only the holder of a key can compute and that everybody can check.

The names here are those of the BLS VRF, which headers carry; the early protocol's P-256 VRF is the module
`harmony_core.randomness.vrf.p256`.
"""

from harmony_core.randomness.vrf.bls import VRF_BYTES, VRFOutput, evaluate, verify, vrf_payload
from harmony_core.randomness.vrf.header import (
    HeaderVRF,
    VerifiedVRF,
    check_header_vrfs,
    submit_header_vrfs,
    verify_header_vrf,
    verify_vrf_presence,
)

__all__ = [
    "VRF_BYTES",
    "HeaderVRF",
    "VRFOutput",
    "VerifiedVRF",
    "check_header_vrfs",
    "evaluate",
    "submit_header_vrfs",
    "verify",
    "verify_header_vrf",
    "verify_vrf_presence",
    "vrf_payload",
]
