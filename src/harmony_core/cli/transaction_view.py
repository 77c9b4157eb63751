"""`harmony-core tx decode` and `tx verify`: what a transaction says, who signed it, and whether a block may hold it."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any, Final, TypeAlias

from harmony_core.chain import (
    EthereumTransaction,
    StakingTransaction,
    Transaction,
    VerifiedTransaction,
    decode_ethereum_transaction,
    decode_staking_transaction,
    decode_transaction,
    recover_sender,
    verify_staking_transaction,
    verify_transaction,
)
from harmony_core.chain.staking_transaction import Directive
from harmony_core.cli.exit_codes import ExitCode, code_of_error, strongest
from harmony_core.cli.lines import Patience
from harmony_core.cli.source import lines_of
from harmony_core.cli.strict_json import parse_object
from harmony_core.cli.terminal import complain, write_json, write_line
from harmony_core.errors import DecodeError, HarmonyError, require
from harmony_core.params import Network, load_network
from harmony_core.primitives import (
    Address,
    Dec,
    Epoch,
    ShardID,
    address_to_bech32,
    bytes_from_hex,
    rlp,
)

__all__ = ["show_transactions", "transaction_from_text", "transaction_to_json", "verify_transactions"]

_Any: TypeAlias = Transaction | EthereumTransaction | StakingTransaction

_DECODERS: Final[dict[int, Callable[[bytes], _Any]]] = {
    11: decode_transaction,
    9: decode_ethereum_transaction,
    8: decode_staking_transaction,
}
"""The decoder by the number of fields, which differs between the three kinds."""

_FORMATS: Final = {
    Transaction: "harmony",
    EthereumTransaction: "ethereum",
    StakingTransaction: "staking",
}
_COUNTS: Final = frozenset({"nonce", "gas_limit", "shard_id", "to_shard_id", "directive"})
"""Fields that are JSON numbers; amounts and signatures are decimal text, since readers of JSON round large numbers."""

_LONGEST_SHOWN: Final = 128


def transaction_from_text(text: str) -> _Any:
    """Return the transaction of a line: hexadecimal RLP, or a JSON object with the key ``rlp``.

    Raises:
        DecodeError: code ``transaction-format`` for a list of another length than any kind of transaction has, and those
            of JSON, of hexadecimal text, of RLP and of transactions.
    """
    if text.startswith("{"):
        record = parse_object(text)
        require(
            isinstance(record.get("rlp"), str),
            DecodeError,
            "record-field-missing",
            "The JSON object has no text under the key rlp.",
        )
        text = str(record.get("rlp"))
    data = bytes_from_hex(text)
    items = rlp.expect_list(rlp.decode(data))
    require(
        len(items) in _DECODERS,
        DecodeError,
        "transaction-format",
        "A transaction has 11 fields in Harmony's format, 9 in Ethereum's, and 8 if it is a staking transaction.",
        actual=len(items),
    )
    return _DECODERS.get(len(items), decode_transaction)(data)


def transaction_to_json(transaction: _Any) -> dict[str, Any]:
    """Return a transaction as a JSON-like object: its format, hashes, sender and fields."""
    result: dict[str, Any] = {"format": _FORMATS[type(transaction)], "hash": str(transaction.hash)}
    if isinstance(transaction, Transaction):
        result["hash_by_type"] = str(transaction.hash_by_type)
        result["ethereum_hash"] = str(transaction.ethereum_hash)
    result["chain_id"] = transaction.chain_id
    result |= _sender(_recoverable(transaction))
    for entry in fields(transaction):
        if not entry.name.startswith("_"):
            value = getattr(transaction, entry.name)
            result[entry.name] = value if entry.name in _COUNTS else _json(value)
    if isinstance(transaction, StakingTransaction):
        result |= _message(transaction)
    return result


def show_transactions(source: str, *, as_json: bool) -> ExitCode:
    """Show the transactions of a source and return the exit code."""
    shown, codes = [], []
    patience = Patience()
    for line in lines_of(source):
        try:
            if line.error is not None:
                raise line.error
            shown.append(transaction_to_json(transaction_from_text(line.text)))
            codes.append(ExitCode.PROVEN)
        except HarmonyError as error:
            complain(f"{line.origin}: {error}")
            patience.note(error)
            codes.append(code_of_error(error))
    return _finish(shown, codes, as_json=as_json)


def verify_transactions(source: str, network: Network, epoch: int, shard: int, *, as_json: bool) -> ExitCode:
    """Verify the transactions of a source, write a verdict for each, and return the exit code."""
    shown, codes = [], []
    patience = Patience()
    for line in lines_of(source):
        row: dict[str, Any] = {"origin": str(line.origin)}
        try:
            if line.error is not None:
                raise line.error
            transaction = transaction_from_text(line.text)
            row["hash"] = str(transaction.hash)
            verified = _verify(transaction, network, Epoch(epoch), ShardID(shard))
            row |= _address("sender", verified.sender)
            row |= {"leaves_shard": verified.leaves_shard}
            code = ExitCode.PROVEN
        except HarmonyError as error:
            complain(f"{line.origin}: {error}")
            patience.note(error)
            row |= {"error": error.message, "code": error.code}
            code = code_of_error(error)
        shown.append(row | {"verdict": code.verdict})
        codes.append(code)
    return _finish(shown, codes, as_json=as_json)


def _finish(rows: list[dict[str, Any]], codes: list[ExitCode], *, as_json: bool) -> ExitCode:
    if not codes:
        complain("there is no transaction in the input")
    if as_json:
        write_json({"transactions": rows})
        return strongest(codes)
    for position, row in enumerate(rows):
        if position:
            write_line()
        width = max(map(len, row))
        for name, value in row.items():
            write_line(f"{name:{width}}  {_text(value)}")
    return strongest(codes)


def _verify(transaction: _Any, network: Network, epoch: Epoch, shard_id: ShardID) -> VerifiedTransaction:
    if isinstance(transaction, StakingTransaction):
        return verify_staking_transaction(transaction, network, epoch=epoch, shard_id=shard_id)
    if isinstance(transaction, EthereumTransaction):
        transaction = transaction.to_harmony(network.config.eth_chain_id_of_shard(ShardID(0)))
    return verify_transaction(transaction, network, epoch=epoch, shard_id=shard_id)


def _recoverable(transaction: _Any) -> Transaction | StakingTransaction:
    if isinstance(transaction, EthereumTransaction):
        # What was signed names no shard; the numbers of any network do.
        return transaction.to_harmony(load_network("mainnet").config.eth_chain_id_of_shard(ShardID(0)))
    return transaction


def _sender(transaction: Transaction | StakingTransaction) -> dict[str, Any]:
    try:
        return _address("sender", recover_sender(transaction))
    except HarmonyError as error:
        return {"sender": None, "sender_error": error.code}


def _address(name: str, address: Address) -> dict[str, str]:
    return {name: address.to_hex(), f"{name}_bech32": address_to_bech32(address)}


def _message(transaction: StakingTransaction) -> dict[str, Any]:
    try:
        message = transaction.decode_message()
    except HarmonyError as error:
        return {"directive_name": None, "message_error": error.code}
    return {
        "directive_name": Directive(transaction.directive).name.lower().replace("_", "-"),
        "decoded_message": _json(message),
    }


def _json(value: Any) -> Any:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, Dec | int):
        return str(value)
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    if isinstance(value, tuple):
        return [_json(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        return {entry.name: _json(getattr(value, entry.name)) for entry in fields(value)}
    return value


def _text(value: Any) -> str:
    if value is None:
        return "(none)"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_text(inner)}" for name, inner in value.items())
    if isinstance(value, list):
        return f"[{', '.join(map(_text, value))}]"
    text = str(value)
    return text if len(text) <= 2 * _LONGEST_SHOWN + 2 else f"({len(text) // 2 - 1} bytes; --json shows them)"
