"""How commands report that something was refused."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from harmony_core.cli.exit_codes import ExitCode, code_of_error
from harmony_core.cli.terminal import complain, write_json
from harmony_core.errors import DecodeError, HarmonyError

__all__ = ["naming", "report_refusal"]

_NOT_BYTES_OF_THE_LENGTH: Final = frozenset(
    {"hex-text", "vdf-output-length", "vrf-length", "bytes-length", "bls-signature-length"}
)


def report_refusal(error: HarmonyError, *, as_json: bool, is_proof: bool) -> ExitCode:
    """Say why something was refused, and return the exit code.

    Args:
        error: the refusal.
        as_json: whether to write JSON instead of a line on the standard error.
        is_proof: whether the error is about the proof under test. One of the right length that is no point or no form
            is a false proof, as one that is some other point: broken, not undecodable.
    """
    code = code_of_error(error)
    if is_proof and isinstance(error, DecodeError) and error.code not in _NOT_BYTES_OF_THE_LENGTH:
        code = ExitCode.BROKEN
    if as_json:
        write_json({"verdict": code.verdict, "error": {"code": error.code, "message": error.message}})
    else:
        complain(str(error))
    return code


@contextmanager
def naming(origin: object) -> Iterator[None]:
    """Let the sentence of a refusal begin with where the refused input was read."""
    try:
        yield
    except HarmonyError as error:
        raise type(error)(
            f"{origin}: {error.message}", code=error.code, expected=error.expected, actual=error.actual
        ) from error
