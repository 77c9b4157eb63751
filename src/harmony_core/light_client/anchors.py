"""Headers that are believed by their hash alone.

Source: harmony-one/harmony, core/genesis.go and internal/genesis for the headers of height 0; weak subjectivity for
hashes that the verifier brings along.
"""

from collections.abc import Collection

from harmony_core.chain.header import Header
from harmony_core.errors import VerificationError, require
from harmony_core.genesis import genesis_header
from harmony_core.light_client.basis import Basis, BasisKind
from harmony_core.params import Network
from harmony_core.primitives import Hash32

__all__ = ["anchor", "verify_genesis"]


def anchor(header: Header, network: Network, trusted_hashes: Collection[Hash32]) -> Basis | None:
    """Return why ``header`` is believed by its hash alone, or None if it is not.

    Genesis has to be checked with `verify_genesis`; the network's checkpoints count where their hash was recomputed
    or their commit verified.
    """
    if header.number == 0:
        return Basis(BasisKind.GENESIS, f"genesis of {network.name}, recomputed")
    if header.hash in trusted_hashes:
        return Basis(BasisKind.TRUSTED_HASH, "the given trusted hash")
    for known in network.checkpoints:
        if known.verified and known.block_hash == header.hash:
            return Basis(BasisKind.CHECKPOINT, f"checkpoint of {network.name}")
    return None


def verify_genesis(header: Header, network: Network) -> None:
    """Check a header of height 0 against the genesis header recomputed from the network's parameters.

    Raises:
        VerificationError: ``genesis-hash`` if it is another header.
    """
    genesis = genesis_header(network, header.shard_id)
    require(
        header.hash == genesis.hash,
        VerificationError,
        "genesis-hash",
        f"This is not the genesis header of {network.name}.",
        expected=genesis.hash,
        actual=header.hash,
    )
