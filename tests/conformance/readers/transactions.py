"""transactions.json: both formats, staking transactions, signers, senders and intrinsic gas."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from harmony_core.chain import (
    FRONTIER,
    HOMESTEAD,
    EthereumTransaction,
    Signer,
    StakingTransaction,
    Transaction,
    decode_ethereum_transaction,
    decode_staking_transaction,
    decode_transaction,
    recover_sender,
)
from harmony_core.chain.fields import AMOUNT_BITS
from harmony_core.chain.intrinsic_gas import intrinsic_gas
from harmony_core.chain.signing import signer_of
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
from harmony_core.chain.staking_transaction import Directive
from harmony_core.crypto.secp256k1 import PrivateKey
from harmony_core.errors import HarmonyError
from harmony_core.params import is_eth_compatible_chain_id, load_network
from harmony_core.primitives import (
    STRICT,
    Address,
    BLSPublicKeyBytes,
    BLSSignatureBytes,
    Compatibility,
    Dec,
    Epoch,
    ShardID,
    bytes_from_hex,
)
from support.conformance import ABSENT, Case, reader, top_level_reader
from support.widths import refused_for_width

NOBODY: Final = Address.zero().to_hex()
WORDING: Final[Mapping[object, str]] = {
    "transaction-chain-id": "invalid chain id for signer",
    "transaction-signature": "invalid transaction v, r, s values",
    "transaction-high-s": "invalid transaction v, r, s values",
}
"""The reference's words, for the one field whose name does not say that it is an error."""

NETWORKS: Final = ("localnet", "mainnet", "pangaea", "partner", "stressnet", "testnet")


def _hex(value: bytes) -> str:
    return "0x" + value.hex()


def _common(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "nonce": int(fields["nonce"]),
        "gas_price": int(fields["gasPrice"]),
        "gas_limit": int(fields["gasLimit"]),
        "to": None if fields["to"] is None else Address.from_hex(fields["to"]),
        "value": int(fields["value"]),
        "data": bytes_from_hex(fields["data"]),
        "v": int(fields["v"]),
        "r": int(fields["r"]),
        "s": int(fields["s"]),
    }


def _built(fields: Mapping[str, Any]) -> Transaction:
    return Transaction(
        **_common(fields), shard_id=ShardID(fields["shardID"]), to_shard_id=ShardID(fields["toShardID"])
    )


def _shown(transaction: Transaction | EthereumTransaction) -> dict[str, object]:
    shown: dict[str, object] = {
        "nonce": str(transaction.nonce),
        "gasPrice": str(transaction.gas_price),
        "gasLimit": str(transaction.gas_limit),
        "to": None if transaction.to is None else transaction.to.to_hex(),
        "value": str(transaction.value),
        "data": _hex(transaction.data),
        "v": str(transaction.v),
        "r": str(transaction.r),
        "s": str(transaction.s),
    }
    if isinstance(transaction, Transaction):
        shown |= {"shardID": transaction.shard_id, "toShardID": transaction.to_shard_id}
    return shown


def _sender(transaction: Transaction | StakingTransaction, signer: Signer | None) -> dict[str, object]:
    try:
        return {"sender": recover_sender(transaction, signer).to_hex(), "error": None}
    except HarmonyError as error:
        return {"sender": NOBODY, "error": error.code}


def _own_sender(transaction: Transaction) -> dict[str, object]:
    outcome = _sender(transaction, None)
    return {"senderAddress": outcome["sender"], "senderAddressError": outcome["error"]}


def _facts(transaction: Transaction) -> dict[str, object]:
    return {
        "rlp": _hex(transaction.encode()),
        "ethRlp": _hex(transaction.to_ethereum().encode()),
        "hash": transaction.hash.to_hex(),
        "ethHash": transaction.ethereum_hash.to_hex(),
        "hashByType": transaction.hash_by_type.to_hex(),
        "cost": str(transaction.cost),
        "size": len(transaction.encode()),
        "protected": transaction.is_protected,
        "derivedChainID": str(transaction.chain_id),
        "isEthCompatible": transaction.is_eth_compatible,
        **_own_sender(transaction),
    }


def _signed(transaction: Transaction, key: PrivateKey, signer: Signer) -> Transaction:
    if signer.chain_id != 0:
        return transaction.sign(key, signer.chain_id)
    # The reference signs a hash with chain id 0 and then writes a v without a chain id.
    signature = key.sign(transaction.signing_hash(0))
    return replace(
        transaction,
        v=27 + signature[64],
        r=int.from_bytes(signature[:32], "big"),
        s=int.from_bytes(signature[32:64], "big"),
    )


def _too_wide(case: Case) -> str | None:
    fields = case["tx" if "tx" in case.inputs else "ethTx"]
    wide = any(int(fields[name]).bit_length() > AMOUNT_BITS for name in ("gasPrice", "value", "v", "r", "s"))
    return "field-integer-size" if wide else None


@reader(
    "transactions",
    "hmyTx",
    inputs=("network", "privateKey", "signer", "signerChainID", "tx"),
    strict_differs=_too_wide,
)
def harmony_transaction(case: Case, compatibility: Compatibility) -> dict[str, object]:
    named = {"Frontier": FRONTIER, "Homestead": HOMESTEAD, "EIP155(0)": Signer(0)}
    chain_id = case.get("signerChainID")
    config = load_network(case["network"]).config
    signer = named.get(case["signer"]) or Signer(int(chain_id))
    key = PrivateKey.from_hex(case["privateKey"])
    given = _built(case["tx"])
    transaction = _signed(replace(given, v=0, r=0, s=0), key, signer)
    assert transaction == given
    assert decode_transaction(transaction.encode(), compatibility=compatibility) == given
    assert _shown(given) == case["tx"]
    result = {
        **_facts(transaction),
        "from": key.address.to_hex(),
        "signHash": transaction.signing_hash(signer.chain_id).to_hex(),
    }
    if chain_id is None:
        return result | {
            "senderEIP155_1": _sender(transaction, Signer(1)),
            "senderFrontier": _sender(transaction, FRONTIER),
            "senderHomestead": _sender(transaction, HOMESTEAD),
        }
    return result | {
        "senderWithHmySigner": _sender(transaction, Signer(config.chain_id)),
        "senderWithEthSigner": _sender(transaction, Signer(config.eth_chain_id_of_shard(ShardID(0)))),
    }


@reader("transactions", "hmyTxUnsigned", inputs=("tx",), strict_differs=_too_wide)
def unsigned(case: Case, compatibility: Compatibility) -> dict[str, object]:
    transaction = _built(case["tx"])
    assert decode_transaction(transaction.encode(), compatibility=compatibility) == transaction
    chain_ids = [0, 1, 2, 1666599999, 1666600000, 1666600001, 1666700000]
    hashes = {f"signHash_EIP155_{chain_id}": transaction.signing_hash(chain_id) for chain_id in chain_ids}
    hashes["signHash_Frontier"] = transaction.signing_hash(None)
    return _facts(transaction) | {name: digest.to_hex() for name, digest in hashes.items()}


@reader("transactions", "badSig", inputs=("network", "from", "tx"), strict_differs=_too_wide)
def bad_signature(case: Case, compatibility: Compatibility) -> dict[str, object]:
    assert case["from"] is not None
    built = _built(case["tx"])
    transaction = decode_transaction(built.encode(), compatibility=compatibility)
    assert transaction == built
    config = load_network(case["network"]).config
    return _facts(transaction) | {
        "eip155_1": _sender(transaction, Signer(1)),
        "eip155_2": _sender(transaction, Signer(2)),
        "eip155_eth": _sender(transaction, Signer(config.eth_chain_id_of_shard(ShardID(0)))),
        "homestead": _sender(transaction, HOMESTEAD),
        "frontier": _sender(transaction, FRONTIER),
    }


def _refusal(decode: Callable[[], object]) -> str | None:
    try:
        decode()
    except HarmonyError as error:
        return error.code
    return None


def _wide_encoding(case: Case) -> str | None:
    data = bytes_from_hex(case["rlp"])
    return refused_for_width(
        lambda mode: decode_transaction(data, compatibility=mode),
        lambda mode: decode_ethereum_transaction(data, compatibility=mode),
    )


@reader("transactions", "txDecode", inputs=("rlp",), strict_differs=_wide_encoding)
def decoding(case: Case, compatibility: Compatibility) -> dict[str, object]:
    data = bytes_from_hex(case["rlp"])
    return {
        "hmyError": _refusal(lambda: decode_transaction(data, compatibility=compatibility)),
        "ethError": _refusal(lambda: decode_ethereum_transaction(data, compatibility=compatibility)),
    }


@reader("transactions", "makeSigner", inputs=("network", "epoch"))
def make_signer(case: Case, compatibility: Compatibility) -> dict[str, object]:  # noqa: ARG001
    config = load_network(case["network"]).config
    epoch = Epoch(case["epoch"])
    plain = Transaction(
        nonce=0,
        gas_price=0,
        gas_limit=0,
        to=None,
        value=0,
        v=35 + 2 * config.chain_id,
        shard_id=ShardID(0),
        to_shard_id=ShardID(0),
    )
    signer = signer_of(plain, config, epoch=epoch, shard_id=ShardID(0))
    ethereum = replace(plain, v=35 + 2 * config.eth_chain_id_of_shard(ShardID(0)))
    refusal = _refusal(lambda: signer_of(ethereum, config, epoch=epoch, shard_id=ShardID(0)))
    assert refusal in {None, "transaction-eth-epoch"}
    return {
        "signer": "types.FrontierSigner" if signer == FRONTIER else "types.EIP155Signer",
        "ethTxAllowed": refusal is None,
        "acceptsCrossTx": config.accepts_cross_tx(epoch),
        "hasCrossTxFields": config.has_cross_tx_fields(epoch),
    }


@reader(
    "transactions",
    "intrinsicGas",
    inputs=("contractCreation", "data", "homestead", "istanbul", "validatorCreation"),
)
def gas(case: Case, compatibility: Compatibility) -> dict[str, object]:  # noqa: ARG001
    amount = intrinsic_gas(
        bytes_from_hex(case["data"]),
        creates_contract=case["contractCreation"],
        creates_validator=case["validatorCreation"],
        after_s3=case["homestead"],
        after_istanbul=case["istanbul"],
    )
    return {"gas": str(amount), "error": None}


@reader(
    "transactions",
    "ethTx",
    inputs=("network", "nodeShardID", "privateKey", "signerChainID", "ethTx"),
    strict_differs=_too_wide,
)
def ethereum_transaction(case: Case, compatibility: Compatibility) -> dict[str, object]:
    config = load_network(case["network"]).config
    node_shard = ShardID(case["nodeShardID"])
    shard_0 = config.eth_chain_id_of_shard(ShardID(0))
    node_chain_id = config.eth_chain_id_of_shard(node_shard)
    key = PrivateKey.from_hex(case["privateKey"])
    chain_id = int(case["signerChainID"])
    given = EthereumTransaction(**_common(case["ethTx"]))
    blank = replace(given, v=0, r=0, s=0)
    if is_eth_compatible_chain_id(chain_id):
        digest = given.signing_hash(chain_id)
        assert blank.sign(key, chain_id) == given
    else:
        # For other chain ids the reference signs the other format, with the shards that an unsigned v names.
        digest = blank.to_harmony(shard_0).signing_hash(chain_id)
        signature = key.sign(digest)
        assert given.v == (35 + 2 * chain_id if chain_id else 27) + signature[64]
        assert given.r == int.from_bytes(signature[:32], "big")
        assert given.s == int.from_bytes(signature[32:64], "big")
    assert decode_ethereum_transaction(given.encode(), compatibility=compatibility) == given
    assert _shown(given) == case["ethTx"]
    # The reference counts from the node's own shard and adds it back.
    converted = given.to_harmony(shard_0)
    assert converted.to_ethereum() == given
    return {
        "nodeEthCompatibleChainID": str(node_chain_id),
        "nodeEthCompatibleShard0ChainID": str(shard_0),
        "ethRlp": _hex(given.encode()),
        "ethHash": given.hash.to_hex(),
        "ethShardID": given.shard_id(shard_0),
        "signHash": digest.to_hex(),
        "from": key.address.to_hex(),
        "convertedHmyTx": _shown(converted),
        "convertedHmyRlp": _hex(converted.encode()),
        "convertedHmyHash": converted.hash.to_hex(),
        "convertedHashByType": converted.hash_by_type.to_hex(),
        "convertedIsEthCompatible": converted.is_eth_compatible,
        "senderWithNodeEthSigner": _sender(converted, Signer(node_chain_id)),
        "senderWithNodeHmySigner": _sender(converted, Signer(config.chain_id)),
        **_own_sender(converted),
    }


def _message(directive: Directive, fields: Mapping[str, Any]) -> StakingMessage:
    if directive is Directive.COLLECT_REWARDS:
        return CollectRewards(Address.from_hex(fields["delegatorAddress"]))
    if directive in {Directive.DELEGATE, Directive.UNDELEGATE}:
        kind = Delegate if directive is Directive.DELEGATE else Undelegate
        return kind(
            Address.from_hex(fields["delegatorAddress"]),
            Address.from_hex(fields["validatorAddress"]),
            int(fields["amount"] or 0),
        )
    described = fields["description"]
    description = Description(
        described["name"],
        described["identity"],
        described["website"],
        described["securityContact"],
        described["details"],
    )
    address = Address.from_hex(fields["validatorAddress"])
    if directive is Directive.CREATE_VALIDATOR:
        rates = [Dec(int(fields[name])) for name in ("rateInt", "maxRateInt", "maxChangeRateInt")]
        assert [Dec.parse(fields[name]) for name in ("rate", "maxRate", "maxChangeRate")] == rates
        return CreateValidator(
            address,
            description,
            CommissionRates(*rates),
            int(fields["minSelfDelegation"] or 0),  # an integer that was never set encodes as 0
            int(fields["maxTotalDelegation"] or 0),
            tuple(BLSPublicKeyBytes.from_hex(key) for key in fields["slotPubKeys"] or ()),
            tuple(BLSSignatureBytes.from_hex(signature) for signature in fields["slotKeySigs"] or ()),
            int(fields["amount"] or 0),
        )
    rate, least, most = (
        None if fields.get(name) is None else int(fields[name])
        for name in ("commissionRateInt", "minSelfDelegation", "maxTotalDelegation")
    )
    remove, add, proof = (
        None if fields[name] is None else bytes_from_hex(fields[name])
        for name in ("slotKeyToRemove", "slotKeyToAdd", "slotKeyToAddSig")
    )
    return EditValidator(
        address,
        description,
        None if rate is None else Dec(rate),
        least,
        most,
        None if remove is None else BLSPublicKeyBytes(remove),
        None if add is None else BLSPublicKeyBytes(add),
        None if proof is None else BLSSignatureBytes(proof),
        fields["eposStatus"],
    )


@reader(
    "transactions",
    "stakingTx",
    inputs=("chainID", "directive", "gasLimit", "gasPrice", "msg", "nonce", "privateKey"),
)
def staking_transaction(case: Case, compatibility: Compatibility) -> dict[str, object]:
    directive = Directive(case["directive"])
    message = _message(directive, case["msg"])
    chain_id = int(case["chainID"])
    key = PrivateKey.from_hex(case["privateKey"])
    transaction = StakingTransaction.of(
        message,
        nonce=int(case["nonce"]),
        gas_price=int(case["gasPrice"]),
        gas_limit=int(case["gasLimit"]),
    ).sign(key, chain_id)
    decoded = decode_staking_transaction(transaction.encode(), compatibility=compatibility)
    assert decoded == transaction
    read = decoded.decode_message(compatibility=compatibility)
    assert read.encode() == decoded.message
    creates = directive is Directive.CREATE_VALIDATOR
    outcome = _sender(transaction, Signer(chain_id))
    return {
        "directiveName": directive.name.title().replace("_", ""),
        "msgRlp": _hex(message.encode()),
        "rlp": _hex(transaction.encode()),
        "hash": transaction.hash.to_hex(),
        "hashAfterDecode": decoded.hash.to_hex(),
        "signHash": transaction.signing_hash(chain_id).to_hex(),
        "v": str(transaction.v),
        "r": str(transaction.r),
        "s": str(transaction.s),
        "from": key.address.to_hex(),
        "sender": outcome["sender"],
        "senderError": outcome["error"],
        "size": len(transaction.encode()),
        "cost": str(transaction.cost),
        "costError": None,
        "decodeMsgError": _refusal(lambda: decoded.decode_message(compatibility=compatibility)),
        "intrinsicGasPreIstanbul": str(
            intrinsic_gas(message.encode(), creates_validator=creates, after_istanbul=False)
        ),
        "intrinsicGasIstanbul": str(intrinsic_gas(message.encode(), creates_validator=creates)),
    }


def _wide_staking(case: Case) -> str | None:
    data = bytes_from_hex(case["rlp"])
    return refused_for_width(
        lambda mode: decode_staking_transaction(data, compatibility=mode),
        lambda mode: decode_staking_transaction(data, compatibility=Compatibility.reference()).decode_message(
            compatibility=mode
        ),
    )


@reader("transactions", "stakingNeg", inputs=("rlp", "from"), strict_differs=_wide_staking)
def staking_negative(case: Case, compatibility: Compatibility) -> dict[str, object]:
    assert case["from"] is not None
    names = ("copyReencoded", "reencoded", "msgDecodeError", "sender", "senderError", "sender_chain1")
    try:
        transaction = decode_staking_transaction(bytes_from_hex(case["rlp"]), compatibility=compatibility)
    except HarmonyError as error:
        absent: dict[str, object] = dict.fromkeys((*names, "senderError_chain1"), ABSENT)
        return absent | {"decodeError": error.code}
    own, on_mainnet = _sender(transaction, None), _sender(transaction, Signer(1))
    rebuilt = replace(transaction, nonce=transaction.nonce)
    assert rebuilt.encode() == transaction.encode()
    return {
        "decodeError": None,
        "reencoded": _hex(transaction.encode()),
        "copyReencoded": _hex(rebuilt.encode()),
        "msgDecodeError": _refusal(lambda: transaction.decode_message(compatibility=compatibility)),
        "sender": own["sender"],
        "senderError": own["error"],
        "sender_chain1": on_mainnet["sender"],
        "senderError_chain1": WORDING.get(on_mainnet["error"]),
    }


@top_level_reader("transactions", keys=("chainIDs",))
def chain_ids(document: Mapping[str, Any], compatibility: Compatibility) -> dict[str, object]:  # noqa: ARG001
    assert compatibility in {STRICT, Compatibility.reference()}
    rows = {}
    for name in NETWORKS:
        config = load_network(name).config
        rows[name] = {
            "chainID": str(config.chain_id),
            "ethShard0ChainID": str(config.eth_chain_id_of_shard(ShardID(0))),
            "CrossTxEpoch": str(config.cross_tx_epoch),
            "EIP155Epoch": str(config.eip155_epoch),
            "EthCompatibleEpoch": str(config.eth_compatible_epoch),
        }
    return {"chainIDs": rows}
