"""`harmony-core header show`: every field of a header."""

from typing import Any, Final

from harmony_core.chain.header import Header
from harmony_core.chain.header_fields import FIELDS
from harmony_core.chain.shard_state import ShardState, decode_shard_state
from harmony_core.cli.exit_codes import ExitCode, code_of_error, strongest
from harmony_core.cli.lines import Patience
from harmony_core.cli.records import parse_record
from harmony_core.cli.source import lines_of
from harmony_core.cli.terminal import complain, write_json, write_line
from harmony_core.errors import HarmonyError

__all__ = ["header_to_json", "show_headers"]

_LONGEST_SHOWN: Final = 128
"""Bytes of a field that are shown in full to a human; longer ones are summed up, and whole in JSON."""


def show_headers(source: str, *, as_json: bool) -> ExitCode:
    """Show the header that ``source`` spells out, or those in the file of that name; return the exit code."""
    shown: list[Header] = []
    codes = []
    patience = Patience()
    for line in lines_of(source):
        try:
            if line.error is not None:
                raise line.error
            shown.append(parse_record(line.text).header)
            codes.append(ExitCode.PROVEN)
        except HarmonyError as error:
            complain(f"{line.origin}: {error}")
            patience.note(error)
            codes.append(code_of_error(error))
    if not codes:
        complain("there is no header in the input")
    if as_json:
        write_json({"headers": [header_to_json(header) for header in shown]})
    else:
        for position, header in enumerate(shown):
            _write(header, first=position == 0)
    return strongest(codes)


def header_to_json(header: Header) -> dict[str, Any]:
    """Return a header as a JSON-like object: version, hash, and the fields in the order of the encoding."""
    fields: dict[str, Any] = {"version": str(header.version.value), "hash": str(header.hash)}
    for layout in FIELDS[header.version]:
        value = getattr(header, layout.name)
        fields[layout.name] = "0x" + value.hex() if isinstance(value, bytes) else value
    return fields


def _write(header: Header, *, first: bool) -> None:
    if not first:
        write_line()
    width = max(len(layout.name) for layout in FIELDS[header.version])
    write_line(f"{'version':{width}}  {header.version.value}")
    write_line(f"{'hash':{width}}  {header.hash}")
    for layout in FIELDS[header.version]:
        write_line(f"{layout.name:{width}}  {_shown(header, layout.name)}")


def _shown(header: Header, name: str) -> str:
    value = getattr(header, name)
    if not isinstance(value, bytes):
        return str(value)
    if name == "shard_state" and value:
        return _shard_state(value)
    if not value:
        return "(empty)"
    if not any(value) and len(value) > len(header.hash):
        return f"({len(value)} bytes, all zero)"
    if len(value) > _LONGEST_SHOWN:
        return f"({len(value)} bytes; --json shows them)"
    return "0x" + value.hex()


def _shard_state(data: bytes) -> str:
    try:
        state: ShardState = decode_shard_state(data)
    except HarmonyError as error:
        return f"({len(data)} bytes, no shard state: {error})"
    epoch = "before staking" if state.epoch is None else f"for epoch {state.epoch}"
    sizes = ", ".join(f"shard {committee.shard_id}: {len(committee.slots)}" for committee in state.committees)
    return f"({len(data)} bytes, committees {epoch}, slots of {sizes}; hash {state.hash})"
