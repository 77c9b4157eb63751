"""One of each structure on the chain, every field filled, for tests of their decoders."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from harmony_core.chain import (
    Block,
    Body,
    BodyVersion,
    CrossLink,
    CXReceipt,
    CXReceiptsProof,
    Directive,
    EthereumTransaction,
    Evidence,
    HeaderVersion,
    Log,
    MerkleProof,
    Moment,
    Receipt,
    SlashRecord,
    StakingTransaction,
    Transaction,
    Vote,
    bloom_of_logs,
    decode_block,
    decode_body,
    decode_cross_link,
    decode_cross_links,
    decode_cx_receipt,
    decode_cx_receipts,
    decode_cx_receipts_proof,
    decode_ethereum_transaction,
    decode_merkle_proof,
    decode_receipt,
    decode_slash_record,
    decode_staking_transaction,
    decode_stored_receipt,
    decode_stored_receipts,
    decode_transaction,
    encode_cross_links,
)
from harmony_core.chain.staking_message import (
    CollectRewards,
    CommissionRates,
    CreateValidator,
    Delegate,
    Description,
    EditValidator,
    StakingMessage,
    Undelegate,
)
from harmony_core.crypto.secp256k1 import PrivateKey
from harmony_core.primitives import (
    Address,
    BlockNumber,
    BLSPublicKeyBytes,
    BLSSignatureBytes,
    Dec,
    Epoch,
    Hash32,
    ShardID,
    ViewID,
    rlp,
)
from support.sample_headers import sample_header

__all__ = [
    "CREATE",
    "DECODERS",
    "EDIT",
    "KEY",
    "MESSAGES",
    "PROOF",
    "RECEIPT",
    "SLASH",
    "Decoder",
    "a_transaction",
]

KEY: Final = PrivateKey(b"\x07" * 32)
ALICE: Final = Address(b"\xa1" * 20)
BOB: Final = Address(b"\xb0" * 20)
CHAIN_ID: Final = 2


def a_transaction(**changes: Any) -> Transaction:
    """Return an unsigned transaction of shard 0 of localnet."""
    fields: dict[str, Any] = {
        "nonce": 5,
        "gas_price": 100 * 10**9,
        "gas_limit": 50_000,
        "to": BOB,
        "value": 10**18,
        "data": b"\x00\x01data",
        "shard_id": ShardID(0),
        "to_shard_id": ShardID(0),
    }
    return Transaction(**(fields | changes))


DESCRIPTION: Final = Description("name", "identity", "https://example.com", "contact", "d\udcff\u00e9tails")
RATES: Final = CommissionRates(Dec.parse("0.1"), Dec.parse("0.9"), Dec.parse("0.05"))
BLS_KEY: Final = BLSPublicKeyBytes(b"\x11" * 48)
PROOF_OF_KEY: Final = BLSSignatureBytes(b"\x22" * 96)
CREATE: Final = CreateValidator(
    ALICE, DESCRIPTION, RATES, 10**22, 10**24, (BLS_KEY, BLS_KEY), (PROOF_OF_KEY,), 10**22
)
EDIT: Final = EditValidator(
    ALICE, DESCRIPTION, Dec.parse("0.2"), 10**22, 10**24, BLS_KEY, BLS_KEY, PROOF_OF_KEY, 1
)
MESSAGES: Final[dict[Directive, StakingMessage]] = {
    Directive.CREATE_VALIDATOR: CREATE,
    Directive.EDIT_VALIDATOR: EDIT,
    Directive.DELEGATE: Delegate(ALICE, BOB, 10**20),
    Directive.UNDELEGATE: Undelegate(ALICE, BOB, 10**20),
    Directive.COLLECT_REWARDS: CollectRewards(ALICE),
}
STAKING: Final = StakingTransaction.of(CREATE, nonce=1, gas_price=10**11, gas_limit=6_000_000).sign(
    KEY, CHAIN_ID
)
SIGNED: Final = a_transaction().sign(KEY, CHAIN_ID)
ETHEREUM: Final = EthereumTransaction(
    nonce=5, gas_price=10**11, gas_limit=30_000, to=BOB, value=7, data=b"x"
).sign(KEY, 1_666_700_000)
LOG: Final = Log(
    ALICE,
    (Hash32(b"\x31" * 32), Hash32(b"\x32" * 32)),
    b"data",
    BlockNumber(9),
    Hash32(b"\x33" * 32),
    1,
    Hash32(b"\x34" * 32),
    2,
)
RECEIPT: Final = Receipt(
    status=1,
    cumulative_gas_used=42_000,
    bloom=bloom_of_logs([LOG]),
    logs=(LOG,),
    transaction_hash=Hash32(b"\x41" * 32),
    contract_address=BOB,
    gas_used=21_000,
    effective_gas_price=10**11,
)
CX_RECEIPT: Final = CXReceipt(Hash32(b"\x51" * 32), ALICE, BOB, ShardID(0), ShardID(1), 10**18)
MERKLE_PROOF: Final = MerkleProof(
    BlockNumber(300),
    Hash32(b"\x52" * 32),
    ShardID(0),
    Hash32(b"\x53" * 32),
    (ShardID(1), ShardID(2)),
    (Hash32(b"\x54" * 32), Hash32(b"\x55" * 32)),
)
PROOF: Final = CXReceiptsProof(
    (CX_RECEIPT,), MERKLE_PROOF, sample_header(HeaderVersion.V3), b"\x56" * 96, b"\x0f"
)
LINK: Final = CrossLink(
    Hash32(b"\x61" * 32),
    BlockNumber(1000),
    ViewID(1001),
    BLSSignatureBytes(b"\x62" * 96),
    b"\xff\x03",
    ShardID(1),
    Epoch(12),
)
VOTE: Final = Vote((BLSPublicKeyBytes(b"\x71" * 48),), Hash32(b"\x72" * 32), BLSSignatureBytes(b"\x73" * 96))
SLASH: Final = SlashRecord(
    Evidence(
        Moment(Epoch(10), ShardID(1), BlockNumber(300), ViewID(301)),
        VOTE,
        Vote((BLSPublicKeyBytes(b"\x71" * 48),), Hash32(b"\x74" * 32), BLSSignatureBytes(b"\x75" * 96)),
        ALICE,
    ),
    BOB,
)
BODY: Final = Body(
    version=BodyVersion.V2,
    transactions=(SIGNED,),
    staking_transactions=(STAKING,),
    incoming_receipts=(PROOF,),
)


@dataclass(frozen=True)
class Decoder:
    """A decoder, an encoding that it takes, and the encoding of what it returns."""

    decode: Callable[..., Any]
    sample: bytes
    encode: Callable[[Any], bytes]


def _plain(value: Any) -> bytes:
    encoding: bytes = value.encode()
    return encoding


def _listed(values: Any) -> bytes:
    return rlp.encode_list([value.encode() for value in values])


def _stored(values: Any) -> bytes:
    return rlp.encode_list([value.encode_stored() for value in values])


DECODERS: Final[dict[str, Decoder]] = {
    "transaction": Decoder(decode_transaction, SIGNED.encode(), _plain),
    "ethereum_transaction": Decoder(decode_ethereum_transaction, ETHEREUM.encode(), _plain),
    "staking_transaction": Decoder(decode_staking_transaction, STAKING.encode(), _plain),
    "receipt": Decoder(lambda data, **_: decode_receipt(data), RECEIPT.encode(), _plain),
    "stored_receipt": Decoder(
        decode_stored_receipt, RECEIPT.encode_stored(), lambda receipt: bytes(receipt.encode_stored())
    ),
    "stored_receipts": Decoder(decode_stored_receipts, _stored([RECEIPT, RECEIPT]), _stored),
    "cx_receipt": Decoder(decode_cx_receipt, CX_RECEIPT.encode(), _plain),
    "cx_receipts": Decoder(decode_cx_receipts, _listed([CX_RECEIPT, CX_RECEIPT]), _listed),
    "merkle_proof": Decoder(decode_merkle_proof, MERKLE_PROOF.encode(), _plain),
    "cx_receipts_proof": Decoder(decode_cx_receipts_proof, PROOF.encode(), _plain),
    "cross_link": Decoder(decode_cross_link, LINK.encode(), _plain),
    "cross_links": Decoder(decode_cross_links, encode_cross_links([LINK, LINK]), encode_cross_links),
    "slash_record": Decoder(decode_slash_record, SLASH.encode(), _plain),
    "body": Decoder(decode_body, BODY.encode(), _plain),
    "block": Decoder(decode_block, Block(sample_header(HeaderVersion.V3), BODY).encode(), _plain),
    **{
        f"message_{directive.name.lower()}": Decoder(type(message).decode, message.encode(), _plain)
        for directive, message in MESSAGES.items()
    },
}
"""Every decoder of `harmony_core.chain` but those of headers and shard states, by name."""
