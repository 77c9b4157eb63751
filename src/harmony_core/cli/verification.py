"""`harmony-core verify`: what the input holds, what the light client says of it, and the exit code."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from harmony_core.chain.shard_state import ShardState, decode_shard_state
from harmony_core.cli.block_verification import GivenBlock, JudgedBlock, judge_blocks
from harmony_core.cli.exit_codes import ExitCode, code_of_error, strongest
from harmony_core.cli.lines import Line, Origin, Patience, read_text
from harmony_core.cli.records import parse_line
from harmony_core.errors import HarmonyError
from harmony_core.light_client import CommitteeBook, HeaderVerdict, SignedHeader, Verdict, audit_headers
from harmony_core.params import Network
from harmony_core.primitives import Hash32, bytes_from_hex
from harmony_core.quorum import Commit

__all__ = ["Judged", "Problem", "Report", "collect", "read_committees", "verify"]

_CODES: Final = {
    Verdict.PROVEN: ExitCode.PROVEN,
    Verdict.BROKEN: ExitCode.BROKEN,
    Verdict.UNKNOWN: ExitCode.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class Problem:
    """A line of input that is no header, and why."""

    origin: Origin
    error: HarmonyError


@dataclass(frozen=True, slots=True)
class Judged:
    """A header's verdict, and all the places where the header was read."""

    verdict: HeaderVerdict
    origins: tuple[Origin, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of a verification.

    Attributes:
        network: name of the network.
        now: the clock that timestamps were held against, Unix seconds.
        judged: a verdict for each distinct header, ascending by shard and number.
        problems: lines that are neither header nor block, in the order of reading.
        blocks: a verdict for each block, ascending by shard and number.
    """

    network: str
    now: int
    judged: tuple[Judged, ...]
    problems: tuple[Problem, ...]
    blocks: tuple[JudgedBlock, ...] = ()

    @property
    def exit_code(self) -> ExitCode:
        """The exit code: proven only if there is something and all of it is proven."""
        return strongest(
            [_CODES[item.verdict.verdict] for item in self.judged]
            + [_CODES[item.verdict] for item in self.blocks]
            + [code_of_error(problem.error) for problem in self.problems]
        )

    def count(self, verdict: Verdict) -> int:
        """Return how many headers have that verdict."""
        return sum(item.verdict.verdict is verdict for item in self.judged)


@dataclass(slots=True)
class _Found:
    signed: SignedHeader
    origins: list[Origin]


@dataclass(frozen=True, slots=True)
class Collected:
    """The headers in the input, each distinct one once with all its commits, the blocks, and the lines that hold neither."""

    headers: dict[Hash32, _Found]
    problems: tuple[Problem, ...]
    blocks: tuple[GivenBlock, ...] = ()


def collect(lines: Iterable[Line]) -> Collected:
    """Return the headers that ``lines`` hold; one that comes twice is kept once, with the commits of both."""
    headers: dict[Hash32, _Found] = {}
    problems = []
    blocks = []
    patience = Patience()
    for line in lines:
        try:
            if line.error is not None:
                raise line.error
            signed, block = parse_line(line.text)
        except HarmonyError as error:
            problems.append(Problem(line.origin, error.with_traceback(None)))
            patience.note(error)
            continue
        if block is not None:
            blocks.append(GivenBlock(block, line.origin))
        found = headers.setdefault(signed.header.hash, _Found(signed, []))
        found.origins.append(line.origin)
        found.signed = SignedHeader(found.signed.header, _joined(found.signed.commits, signed.commits))
    return Collected(headers, tuple(problems), tuple(blocks))


def verify(
    collected: Collected,
    network: Network,
    *,
    now: int,
    trusted_hashes: Sequence[Hash32] = (),
    committees: Sequence[ShardState] = (),
    progress: Callable[[int], None] | None = None,
) -> Report:
    """Return the light client's verdict on every header and block, with the places where they were read."""
    book = CommitteeBook(network, tuple(committees), epochs_kept=None)
    verdicts = audit_headers(
        [found.signed for found in collected.headers.values()],
        network,
        now=now,
        trusted_hashes=trusted_hashes,
        book=book,
        progress=progress,
    )
    judged = tuple(
        Judged(verdict, tuple(collected.headers[verdict.header.hash].origins)) for verdict in verdicts
    )
    blocks = judge_blocks(collected.blocks, verdicts, network, book)
    return Report(network.name, now, judged, collected.problems, blocks)


def read_committees(name: str) -> ShardState:
    """Return the committees of a file that holds the RLP of a shard state in hexadecimal, of either era.

    Raises:
        DataSourceError: the file cannot be read.
        DecodeError: the file holds something else; the sentence names the file.
    """
    try:
        return decode_shard_state(bytes_from_hex("".join(read_text(name).split())))
    except HarmonyError as error:
        raise type(error)(
            f"Committee file {name}: {error.message}",
            code=error.code,
            expected=error.expected,
            actual=error.actual,
        ) from error


def _joined(known: tuple[Commit, ...], new: tuple[Commit, ...]) -> tuple[Commit, ...]:
    return known + tuple(commit for commit in new if commit not in known)
