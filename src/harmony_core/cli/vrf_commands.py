"""`harmony-core vrf verify`: a BLS VRF alone, or that of a header."""

from pathlib import Path
from typing import Final

import typer

from harmony_core.chain.header import decode_header
from harmony_core.cli.exit_codes import ExitCode
from harmony_core.cli.refusal import report_refusal
from harmony_core.cli.terminal import write_json, write_line
from harmony_core.cli.verification import read_committees
from harmony_core.crypto.bls import PublicKey
from harmony_core.errors import ConfigurationError, HarmonyError, VerificationError, require
from harmony_core.light_client import CommitteeBook
from harmony_core.params import NETWORK_NAMES, load_network
from harmony_core.primitives import BLSSignatureBytes, bytes_from_hex
from harmony_core.randomness import vrf

__all__ = ["verify_header", "verify_proof"]

_NO_VRF: Final = "proven: the header has no VRF, as it should be in its epoch"


def verify_proof(public_key: str, alpha: str, proof: str, *, as_json: bool) -> ExitCode:
    """Verify a proof, or a value with its proof; show the value, and return the exit code."""
    try:
        key = PublicKey.from_bytes(bytes_from_hex(public_key))
        data, message = bytes_from_hex(proof), bytes_from_hex(alpha)
    except HarmonyError as error:
        return report_refusal(error, as_json=as_json, is_proof=False)
    try:
        claimed = None if len(data) == BLSSignatureBytes.LENGTH else vrf.VRFOutput.from_bytes(data)
        beta = vrf.verify(key, message, data if claimed is None else claimed.proof)
        require(
            claimed is None or claimed.beta == beta,
            VerificationError,
            "vrf-beta",
            "The random value is not the hash of its proof.",
            expected=beta,
            actual=claimed and claimed.beta,
        )
    except HarmonyError as error:
        return report_refusal(error, as_json=as_json, is_proof=True)
    if as_json:
        write_json({"verdict": ExitCode.PROVEN.verdict, "beta": str(beta)})
    else:
        write_line(f"proven: {beta}")
    return ExitCode.PROVEN


def verify_header(network: str, header: str, committee: Path | None, *, as_json: bool) -> ExitCode:
    """Verify the VRF of a header; show its value and leader, and return the exit code."""
    try:
        known = load_network(network)
    except ConfigurationError as error:
        raise typer.BadParameter(
            f"no network has the name {network!r}; known are {', '.join(NETWORK_NAMES)}",
            param_hint="--network",
        ) from error
    given = (read_committees(str(committee)),) if committee else ()
    try:
        decoded = decode_header(bytes_from_hex(header.strip()))
    except HarmonyError as error:
        return report_refusal(error, as_json=as_json, is_proof=False)
    try:
        known.require_known_rules(decoded.epoch)
        vrf.verify_vrf_presence(decoded, known.config)
        verified = None
        if known.config.is_vrf(decoded.epoch):
            trusted = CommitteeBook(known, given).committee(decoded.shard_id, decoded.epoch)
            verified = vrf.verify_header_vrf(decoded, trusted)
    except HarmonyError as error:
        return report_refusal(error, as_json=as_json, is_proof=True)
    if as_json:
        write_json(
            {
                "verdict": ExitCode.PROVEN.verdict,
                "number": decoded.number,
                "shard": decoded.shard_id,
                "epoch": decoded.epoch,
                "hash": str(decoded.hash),
                "leader": None if verified is None else "0x" + verified.leader.hex(),
                "beta": None if verified is None else str(verified.beta),
            }
        )
    else:
        write_line(_NO_VRF if verified is None else f"proven: {verified.beta} of {verified.leader}")
    return ExitCode.PROVEN
