"""Shard states and validators from files, in hexadecimal text or in JSON objects, one on each line."""

from collections.abc import Sequence

from harmony_core.chain import ShardState, decode_shard_state
from harmony_core.chain.validator_wrapper import ValidatorWrapper, decode_validator_wrapper
from harmony_core.cli.lines import read_lines, read_text
from harmony_core.cli.refusal import naming
from harmony_core.cli.strict_json import parse_object
from harmony_core.errors import DecodeError, require
from harmony_core.primitives import Epoch, bytes_from_hex

__all__ = ["shard_states_by_epoch", "validator_wrappers"]


def shard_states_by_epoch(names: Sequence[str]) -> dict[Epoch, ShardState]:
    """Return the shard states of files by their epochs; one from before staking, which names none, counts for epoch 0.

    A file holds the RLP of a shard state in hexadecimal, over one line or several; or JSON objects with that text under
    the key ``rlp``, one on each line, compressed by gzip or not. Of one epoch the state that has more committees counts.

    Raises:
        DataSourceError: a file cannot be read.
        DecodeError: ``record-field-missing`` for an object without the key, or a code of JSON, of hexadecimal text or of
            `chain.decode_shard_state`.
    """
    states: dict[Epoch, ShardState] = {}
    for name in names:
        for text in _texts(name):
            with naming(name):
                state = decode_shard_state(bytes_from_hex(text))
            epoch = Epoch(state.epoch or 0)
            known = states.get(epoch)
            if known is None or len(state.committees) > len(known.committees):
                states[epoch] = state
    return states


def validator_wrappers(names: Sequence[str]) -> list[ValidatorWrapper]:
    """Return the validators' wrappers of files, each in hexadecimal text.

    Raises:
        DataSourceError: a file cannot be read.
        DecodeError: as `chain.decode_validator_wrapper`, or for text that is not hexadecimal.
    """
    wrappers = []
    for name in names:
        with naming(name):
            wrappers.append(decode_validator_wrapper(bytes_from_hex("".join(read_text(name).split()))))
    return wrappers


def _texts(name: str) -> list[str]:
    plain, listed = [], []
    for line in read_lines([name]):
        if line.error is not None:
            raise line.error
        if not line.text.startswith("{"):
            plain.append("".join(line.text.split()))
            continue
        with naming(line.origin):
            record = parse_object(line.text)
            require(
                isinstance(record.get("rlp"), str),
                DecodeError,
                "record-field-missing",
                "The JSON object has no text under the key rlp.",
            )
        listed.append(str(record.get("rlp")))
    return [*listed, "".join(plain)] if plain else listed
