"""Candidates of an election as JSON: the plain form, or a row of an election that a node recorded.

Plain form, an object: ``candidates``, a list in the order of the chain's list of validators, and optionally ``epoch``
(elected for), ``current_epoch`` and ``previous`` (the committees before, hexadecimal RLP). A candidate has either
``address`` (bech32 or hexadecimal), ``keys`` (hexadecimal), ``stake`` (atto), and optionally ``status``,
``last_epoch_in_committee``, ``signed`` and ``to_sign``; or ``wrapper`` and ``snapshot``, the validator's encodings.

Recorded form: ``forEpoch``, ``candidates`` with ``validator``, ``keys`` and ``stake``, and ``eligibility`` with the counts of
all validators. Such a row does not tell the keys and the stake of validators that were not admitted.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from harmony_core.chain.shard_state import ShardState, decode_shard_state
from harmony_core.chain.validator_wrapper import ValidatorStatus, decode_validator_wrapper
from harmony_core.cli.lines import read_lines
from harmony_core.cli.strict_json import parse_object
from harmony_core.committee import Candidate
from harmony_core.errors import DecodeError, MissingDataError, require
from harmony_core.primitives import Address, BLSPublicKeyBytes, Epoch, bytes_from_hex, parse_address

__all__ = ["ElectionInput", "read_election"]

_LARGEST: Final = 1 << 26
_LARGEST_EPOCH: Final = (1 << 64) - 1
_STATUSES: Final = {
    **{status.name.lower(): status for status in ValidatorStatus},
    "unknown": ValidatorStatus.NIL,
}


@dataclass(frozen=True, slots=True)
class ElectionInput:
    """What a file tells of an election.

    Attributes:
        candidates: all that stand, in the order of the chain's list.
        epoch: the epoch elected for; None if the file does not tell.
        current_epoch: the epoch of the election; None if the file does not tell.
        previous: the committees of the epoch before; None if the file does not tell.
    """

    candidates: tuple[Candidate, ...]
    epoch: Epoch | None = None
    current_epoch: Epoch | None = None
    previous: ShardState | None = None


def read_election(name: str, epoch: int | None) -> ElectionInput:
    """Return the election of a file: one JSON object, or one on each line of which ``epoch`` picks one.

    Raises:
        DataSourceError: ``input-file`` when the file cannot be read.
        DecodeError: ``election-input`` for an object of another shape, ``election-input-size`` for more than 64 MiB of
            text, a code of `strict_json`, or of a value in it.
        MissingDataError: ``election-input-epoch`` if no object is for that epoch, or several are and none is named.
    """
    documents = _documents(_texts(name))
    with _shaped():
        if len(documents) > 1:
            wanted = [row for row in documents if _epoch_of(row) == epoch]
            require(
                len(wanted) == 1,
                MissingDataError,
                "election-input-epoch",
                "The file has several elections: name the epoch of one.",
                expected=", ".join(str(_epoch_of(row)) for row in documents[:20]),
                actual=epoch,
            )
            documents = wanted or documents
        document = documents[0]
        return _recorded(document) if "forEpoch" in document else _plain(document)


def _texts(name: str) -> list[str]:
    texts = []
    size = 0
    for line in read_lines([name], longest=_LARGEST):
        if line.error is not None:
            raise line.error
        size += len(line.text)
        require(
            size <= _LARGEST, DecodeError, "election-input-size", "The input is larger than any election."
        )
        texts.append(line.text)
    return texts


def _documents(texts: list[str]) -> list[dict[str, Any]]:
    whole = [text for text in texts if text.startswith("{") and text.endswith("}")]
    if len(whole) == len(texts) > 1:
        return [parse_object(text) for text in texts]
    return [parse_object("\n".join(texts))]


def _epoch_of(document: Mapping[str, Any]) -> int | None:
    found = document.get("forEpoch", document.get("epoch"))
    return None if found is None else _count(found)


def _plain(document: Mapping[str, Any]) -> ElectionInput:
    previous = document.get("previous")
    return ElectionInput(
        tuple(_candidate(row) for row in document["candidates"]),
        _optional_epoch(document.get("epoch")),
        _optional_epoch(document.get("current_epoch")),
        None if previous is None else decode_shard_state(bytes_from_hex(previous)),
    )


def _candidate(row: Mapping[str, Any]) -> Candidate:
    if "wrapper" in row:
        wrapper = decode_validator_wrapper(bytes_from_hex(row["wrapper"]))
        snapshot = row.get("snapshot")
        before = wrapper if snapshot is None else decode_validator_wrapper(bytes_from_hex(snapshot))
        return Candidate.from_wrapper(wrapper, before)
    return Candidate(
        address=parse_address(row["address"]),
        keys=_keys(row["keys"]),
        stake=_integer(row["stake"]),
        status=_status(row.get("status", "active")),
        last_epoch_in_committee=Epoch(_count(row.get("last_epoch_in_committee", 0))),
        blocks_signed=_integer(row.get("signed", 0)),
        blocks_to_sign=_integer(row.get("to_sign", 0)),
    )


def _recorded(document: Mapping[str, Any]) -> ElectionInput:
    bids = {parse_address(row["validator"]): row for row in document["candidates"] or ()}
    standing = [_recorded_candidate(row, bids) for row in document.get("eligibility") or ()]
    listed = {candidate.address for candidate in standing if candidate is not None}
    others = [
        Candidate(address=address, keys=_keys(row["keys"]), stake=_integer(row["stake"]))
        for address, row in bids.items()
        if address not in listed
    ]
    epoch = Epoch(_count(document["forEpoch"]))
    return ElectionInput(tuple(filter(None, [*standing, *others])), epoch)


def _recorded_candidate(
    row: Mapping[str, Any], bids: Mapping[Address, Mapping[str, Any]]
) -> Candidate | None:
    """Return a validator of the row, or None for one that was eligible and yet brought nothing, for reasons not told."""
    address = parse_address(row["validator"])
    bid = bids.get(address)
    if bid is None and row["eligible"]:
        return None
    return Candidate(
        address=address,
        keys=() if bid is None else _keys(bid["keys"]),
        stake=0 if bid is None else _integer(bid["stake"]),
        status=_status(row["status"]),
        last_epoch_in_committee=Epoch(_count(row["lastEpochInCommittee"])),
        blocks_signed=_integer(row["signed"]),
        blocks_to_sign=_integer(row["toSign"]),
    )


def _keys(texts: list[str]) -> tuple[BLSPublicKeyBytes, ...]:
    if not isinstance(texts, list):
        raise TypeError("keys are a list")
    return tuple(BLSPublicKeyBytes.from_hex(text) for text in texts)


def _status(value: str | int) -> int:
    if isinstance(value, str):
        # The node writes out why a validator is banned.
        return _STATUSES[value.split()[0].lower()]
    return _count(value)


def _optional_epoch(value: str | int | None) -> Epoch | None:
    return None if value is None else Epoch(_count(value))


def _count(value: str | int) -> int:
    number = _integer(value)
    if not 0 <= number <= _LARGEST_EPOCH:
        raise ValueError(f"{number} is no epoch")
    return number


def _integer(value: str | int) -> int:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError(f"an integer is expected, not {type(value).__name__}")
    return int(value)


@contextmanager
def _shaped() -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise DecodeError(
            "This is no election: a field is missing or of another kind.",
            code="election-input",
            actual=f"{type(error).__name__}: {error}"[:120],
        ) from error
