"""blocks.json: whole blocks and bodies of every header version, and what a node's database makes of them."""

from harmony_core.chain import (
    Block,
    Body,
    CXReceiptsProof,
    decode_block,
    decode_body,
    decode_cx_receipts_proof,
    decode_staking_transaction,
    decode_transaction,
)
from harmony_core.chain.body import body_version_of
from harmony_core.primitives import Compatibility, bytes_from_hex
from support.conformance import Case, reader
from support.header_json import header_of_json


def _hex(value: bytes) -> str:
    return "0x" + value.hex()


def _stored(proof: CXReceiptsProof) -> CXReceiptsProof:
    """Return a proof as the reference's copy of it: the signature stands in the place of the bitmap."""
    return CXReceiptsProof(
        proof.receipts, proof.merkle_proof, proof.header, proof.commit_signature, proof.commit_signature
    )


@reader("blocks", "block", inputs=("header", "txRlps", "stakingRlps", "incomingProofRlps"))
def block(case: Case, compatibility: Compatibility) -> dict[str, object]:
    header = header_of_json(case["header"])
    body = Body(
        version=body_version_of(header.version),
        transactions=tuple(
            decode_transaction(bytes_from_hex(text), compatibility=compatibility) for text in case["txRlps"]
        ),
        staking_transactions=tuple(
            decode_staking_transaction(bytes_from_hex(text), compatibility=compatibility)
            for text in case["stakingRlps"]
        ),
        incoming_receipts=tuple(
            decode_cx_receipts_proof(bytes_from_hex(text), compatibility=compatibility)
            for text in case["incomingProofRlps"]
        ),
    )
    built = Block(header, body)
    data = built.encode()
    decoded = decode_block(data, compatibility=compatibility)
    assert decoded == built
    assert decoded.encode() == data
    if header.version != "v0":
        assert decoded.incoming_receipts_root == header.incoming_receipts_root
    assert decoded.transactions_root == header.transactions_root
    # The node's own copy of a body loses the bitmaps of its proofs.
    stored = Body(
        version=body.version,
        transactions=body.transactions,
        staking_transactions=body.staking_transactions,
        incoming_receipts=tuple(map(_stored, body.incoming_receipts)),
    )
    restored = Block(header, decode_body(stored.encode(), compatibility=compatibility))
    return {
        "headerVersion": header.version.value,
        "headerRlp": _hex(header.encode()),
        "hash": built.hash.to_hex(),
        "rlp": _hex(data),
        "size": len(data),
        "bodyRlp": _hex(stored.encode()),
        "numTxs": len(body.transactions),
        "numStaking": len(body.staking_transactions),
        "numIncomingProofs": len(body.incoming_receipts),
        "dbRoundTrip": {
            "deriveShaOfIncoming": restored.incoming_receipts_root.to_hex(),
            "headerIncomingReceiptHash": built.incoming_receipts_root.to_hex(),
            "hashEqual": restored.hash == built.hash,
            "rlpEqual": restored.encode() == data,
            "storedBodyRlpEqualsBodyRlp": restored.body.encode() == stored.encode(),
        },
    }
