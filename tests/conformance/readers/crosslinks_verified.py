"""Crosslinks and the commits on them: crosslinks.json (verifyCrossLink) and fbft_messages.json (the kinds of crosslinks)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from harmony_core.chain import Committee, Header, HeaderVersion, decode_header
from harmony_core.chain.crosslink import CrossLink, cross_link_of
from harmony_core.cross_shard import verify_cross_link
from harmony_core.errors import HarmonyError, MissingDataError
from harmony_core.params import Network, load_network
from harmony_core.primitives import (
    BlockNumber,
    BLSSignatureBytes,
    Compatibility,
    Epoch,
    Hash32,
    ShardID,
    ViewID,
    bytes_from_hex,
)
from harmony_core.quorum import TrustedCommittee, commit_payload
from support.case_values import committee_in, cross_link_in
from support.committees import committee_of
from support.conformance import Case, load_document, packaged_folder, reader

MAINNET: Final = load_network("mainnet")
LOCALNET: Final = load_network("localnet")
LATEST: Final = Epoch(2963)
REFERENCE: Final = Compatibility.reference()


@dataclass(frozen=True)
class Everywhere:
    """The stub of the reference run: the committee of one shard in every epoch."""

    network: Network
    stub: Committee

    def committee(self, shard_id: ShardID, epoch: Epoch) -> TrustedCommittee:
        if shard_id != self.stub.shard_id:
            raise MissingDataError("The stub has no such shard.", code="shard-not-in-state")
        return _trusted(self.network, self.stub, epoch)


@cache
def _trusted(network: Network, committee: Committee, epoch: Epoch) -> TrustedCommittee:
    return TrustedCommittee(network, epoch, committee)


def _others(case: Case) -> Iterator[Mapping[str, Any]]:
    """Yield the cases of the same file, and those of the packaged part of it."""
    return iter((*case.siblings, *load_document(packaged_folder() / f"{case.file}.json")["cases"]))


def _mainnet_stub(case: Case) -> Everywhere:
    fields = next(other for other in _others(case) if other.get("type") == "committeeForVerify")
    return Everywhere(MAINNET, committee_in(fields))


def _engine_stub(case: Case) -> Everywhere:
    fields = next(
        other for other in _others(case) if other.get("kind") == "committee" and "slots" in other["out"]
    )
    return Everywhere(LOCALNET, committee_of(fields["out"]["slots"], 1))


def _refusal(link: CrossLink, committees: Everywhere, compatibility: Compatibility) -> str | None:
    try:
        verify_cross_link(link, committees, latest_epoch=LATEST, compatibility=compatibility)
    except HarmonyError as error:
        return error.code
    return None


@reader("crosslinks", "committeeForVerify", inputs=("network", "shardID", "slots"))
def committee_for_verify(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    fields = {name: case[name] for name in case.inputs}
    assert fields["network"] == MAINNET.name
    _trusted(MAINNET, committee_in(fields), Epoch(700))
    return {}


def _strict_differs(case: Case) -> str | None:
    return _padding(cross_link_in(case["crossLink"]), _mainnet_stub(case))


def _padding(link: CrossLink, stub: Everywhere) -> str | None:
    """Name what strict refuses in a crosslink that the reference takes."""
    if _refusal(link, stub, REFERENCE) is not None:
        return None
    return "bitmap-padding" if int.from_bytes(link.bitmap, "little") >> len(stub.stub.slots) else None


@reader("crosslinks", "verifyCrossLink", inputs=("crossLink",), strict_differs=_strict_differs)
def verify(case: Case, compatibility: Compatibility) -> dict[str, object]:
    link = cross_link_in(case["crossLink"])
    # The payload that was signed is that of the link before it was altered, which only the note tells.
    return {
        "rlp": "0x" + link.encode().hex(),
        "payload": _payload(link) if _is_unaltered(case) else case.fields["payload"],
        "error": _refusal(link, _mainnet_stub(case), compatibility),
    }


def _is_unaltered(case: Case) -> bool:
    return not str(case.fields["note"]).endswith("changed")


def _payload(link: CrossLink) -> str:
    payload = commit_payload(
        MAINNET.config,
        block_hash=link.block_hash,
        number=link.number,
        view_id=link.view_id,
        epoch=link.epoch,
    )
    return "0x" + payload.hex()


def _engine_link(given: Mapping[str, Any]) -> CrossLink:
    return CrossLink(
        Hash32.from_hex(given["hash"]),
        BlockNumber(given["block_num"]),
        ViewID(int(given["view_id"])),
        BLSSignatureBytes.from_hex(given["signature"]),
        bytes_from_hex(given["bitmap"]),
        ShardID(given["shard_id"]),
        Epoch(given["epoch"]),
    )


def _engine_differs(case: Case) -> str | None:
    return _padding(_engine_link(case["in"]), _engine_stub(case))


@reader("fbft_messages", "verify_crosslink", inputs=("in",), strict_differs=_engine_differs)
def verify_by_engine(case: Case, compatibility: Compatibility) -> dict[str, object]:
    return {"out": {"error": _refusal(_engine_link(case["in"]), _engine_stub(case), compatibility)}}


@reader("fbft_messages", "crosslink", inputs=("in",))
def made_from_headers(case: Case, compatibility: Compatibility) -> dict[str, object]:
    given = {
        name: decode_header(bytes_from_hex(fields["rlp"]), compatibility=compatibility)
        for name, fields in case["in"].items()
    }
    if "parent_header" not in given:
        # Without a parent the reference puts zeros into the link.
        link = cross_link_of(given["header"], Header(version=HeaderVersion.V3))
        return {"out": {"rlp": "0x" + link.encode().hex()}}
    link = cross_link_of(given["header"], given["parent_header"])
    return {
        "out": {
            "hash": link.block_hash.to_hex(),
            "block_num": link.number,
            "view_id": str(link.view_id),
            "signature": link.signature.to_hex(),
            "bitmap": "0x" + link.bitmap.hex(),
            "shard_id": link.shard_id,
            "epoch": str(link.epoch),
            "rlp": "0x" + link.encode().hex(),
            "json": {
                "hash": link.block_hash.to_hex(),
                "block-number": link.number,
                "view-id": link.view_id,
                "signature": link.signature.hex(),
                "signature-bitmap": link.bitmap.hex(),
                "shard-id": link.shard_id,
                "epoch-number": link.epoch,
            },
        }
    }
