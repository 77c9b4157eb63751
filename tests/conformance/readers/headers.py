"""headers.json: encoding, hash and decoding of every header version, and the version of each epoch."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from harmony_core.chain import HeaderVersion, decode_header, header_version_for_epoch
from harmony_core.chain.header_fields import FIELDS
from harmony_core.crypto import keccak256
from harmony_core.errors import HarmonyError
from harmony_core.params import ChainConfig, load_network
from harmony_core.primitives import STRICT, Compatibility, Epoch, bytes_from_hex
from support.conformance import ABSENT, Case, reader, top_level_reader
from support.header_json import REFERENCE_NAMES, header_of_json, json_of_header


def _strict_header_reason(case: Case) -> str | None:
    header = header_of_json(case["header"])
    if max(header.number, header.time, header.view_id, header.epoch).bit_length() > 64:
        return "header-integer-size"
    odd_vrf = header.version is HeaderVersion.V3 and len(header.vrf) not in {0, 128}
    return "header-vrf-length" if odd_vrf else None


@reader("headers", "header", inputs=("header",), strict_differs=_strict_header_reason)
def header(case: Case, compatibility: Compatibility) -> dict[str, object]:
    built = header_of_json(case["header"])
    decoded = decode_header(built.encode(), compatibility=compatibility)
    assert decoded == built
    assert decoded.hash == built.hash
    assert json_of_header(decoded) == case["header"]
    inner = built.encode_fields()
    return {
        "rlp": "0x" + built.encode().hex(),
        "hash": built.hash.to_hex(),
        "innerHash_unused": keccak256(inner).to_hex(),
        "innerRlpLen": len(inner),
        "isLastBlockInEpoch": built.ends_epoch,
    }


def _strict_decode_reason(case: Case) -> str | None:
    data = bytes_from_hex(case["rlp"])
    try:
        decode_header(data, compatibility=Compatibility.reference())
    except HarmonyError:
        return None
    try:
        decode_header(data, compatibility=STRICT)
    except HarmonyError as error:
        return error.code if error.code in {"header-integer-size", "header-vrf-length"} else None
    return None


@reader("headers", "decode", inputs=("rlp",), strict_differs=_strict_decode_reason)
def decode(case: Case, compatibility: Compatibility) -> dict[str, object]:
    data = bytes_from_hex(case["rlp"])
    try:
        decoded = decode_header(data, compatibility=compatibility)
    except HarmonyError as error:
        return {"ok": False, "error": error.code, "hash": ABSENT, "version": ABSENT}
    assert header_of_json(json_of_header(decoded)).encode() == data
    return {"ok": True, "error": None, "hash": decoded.hash.to_hex(), "version": decoded.version.value}


FIRST_EPOCH: Final = Epoch(0)


@dataclass(frozen=True)
class _TestConfig:
    """The reference's configuration for tests, in which everything is switched on from the start."""

    pre_staking_epoch: Epoch = FIRST_EPOCH
    staking_epoch: Epoch = FIRST_EPOCH
    cross_link_epoch: Epoch = FIRST_EPOCH
    cross_tx_epoch: Epoch = FIRST_EPOCH

    def is_pre_staking(self, epoch: Epoch) -> bool:
        return epoch >= self.pre_staking_epoch

    def is_staking(self, epoch: Epoch) -> bool:
        return epoch >= self.staking_epoch

    def is_cross_link(self, epoch: Epoch) -> bool:
        return epoch >= self.cross_link_epoch

    def has_cross_tx_fields(self, epoch: Epoch) -> bool:
        return epoch >= self.cross_tx_epoch


TEST_CONFIG: Final = "devnet/other (TestChainConfig)"
NETWORKS: Final = ("mainnet", "testnet", "localnet", "partner", "stressnet", "pangaea")


def _version_rows(network: str, config: ChainConfig | _TestConfig) -> Iterator[dict[str, object]]:
    switches = {
        "PreStakingEpoch": config.pre_staking_epoch,
        "StakingEpoch": config.staking_epoch,
        "CrossLinkEpoch": config.cross_link_epoch,
        "CrossTxEpoch": config.cross_tx_epoch,
    }
    before = None
    for epoch in sorted({FIRST_EPOCH, *(switch for switch in switches.values() if switch is not None)}):
        version = header_version_for_epoch(config, epoch)
        if version is not before:
            shown = {name: str(switch) for name, switch in switches.items()}
            yield {"network": network, **shown, "fromEpoch": epoch, "version": version.value}
        before = version


@top_level_reader("headers", keys=("factory", "fieldOrder"))
def versions(document: Mapping[str, Any], compatibility: Compatibility) -> dict[str, object]:  # noqa: ARG001
    rows = [row for network in NETWORKS for row in _version_rows(network, load_network(network).config)]
    order = {
        version.value: " ".join(REFERENCE_NAMES[layout.name] for layout in layouts)
        for version, layouts in FIELDS.items()
    }
    return {"factory": [*rows, *_version_rows(TEST_CONFIG, _TestConfig())], "fieldOrder": order}
