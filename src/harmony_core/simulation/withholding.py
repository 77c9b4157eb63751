"""How far a coalition can bias randomness, by withholding or by choosing, in five ways of making it.

A round ends in a random value, which favours the coalition or not; fair randomness favours it with a known chance. Who
can compute several outcomes before it has to choose one takes the first that favours it. The schemes differ in who may
choose, among how many, and whether it can know the outcomes in time:

- *block hash*: the proposer grinds hashes of its block;
- *commit and reveal*: the coalition reveals last and leaves out any of its reveals;
- *VRF of each block*: the leader withholds a block whose VRF does not suit it, and the next leader's counts (mainnet's
  headers);
- *VRFs without delay*: the leader takes any f + 1 of the commits (the paper protocol without its last step);
- *VRFs with delay*: the same, but an outcome is known only after the delay.

Random values are SHA-256 of labels: random oracles instead of real keys, VRFs and class groups, whose outputs nobody can
tell from them either. Whether the delay is computed in time is a matter of two numbers, see `AttackModel`.

Floating point is used for chances and frequencies only; the rounds themselves are exact.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from itertools import combinations, islice
from typing import Final

from harmony_core.errors import ConfigurationError, require

__all__ = ["SCHEMES", "AttackModel", "AttackOutcome", "Scheme", "simulate", "theory"]

_SCALE: Final = 1 << 64


class Scheme(StrEnum):
    """A way of making randomness."""

    BLOCK_HASH = "block hash ground by its proposer"
    COMMIT_REVEAL = "commit and reveal"
    BLOCK_VRF = "VRF of each block, leaders withhold"
    VRFS = "VRFs without delay"
    DELAYED_VRFS = "VRFs with delay (VDF)"


SCHEMES: Final = tuple(Scheme)
"""All schemes, in the order in which they are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttackModel:
    """Who attacks, and with what.

    Attributes:
        members: validators, n.
        coalition: how many of them attack together; leaders and proposers are drawn uniformly.
        chance: how often fair randomness favours the coalition, between 0 and 1.
        tries: the most outcomes that the coalition can compute before it has to choose.
        speed: how many times faster than the honest participants it computes the delay.
        margin: how many times longer than the time to choose the delay takes the honest participants. The coalition
            learns an outcome in time only if ``speed`` is at least ``margin``.

    Raises:
        ConfigurationError: ``attack-model`` for numbers that make no sense.
    """

    members: int
    coalition: int
    chance: float = 0.1
    tries: int = 64
    speed: float = 2.0
    margin: float = 10.0

    def __post_init__(self) -> None:
        """Check the numbers."""
        require(
            self.members >= 1
            and 0 <= self.coalition <= self.members
            and 0 < self.chance < 1
            and self.tries >= 1
            and self.speed >= 0
            and self.margin > 0,
            ConfigurationError,
            "attack-model",
            "These numbers describe no attack.",
        )

    @property
    def leading(self) -> float:
        """How often a member of the coalition leads."""
        return self.coalition / self.members

    @property
    def others_needed(self) -> int:
        """Commits that a leader needs beside its own: f, a third of the members, rounded down."""
        return min(self.members // 3, self.members - 1)

    def choices(self, scheme: Scheme) -> int:
        """Return among how many known outcomes the coalition chooses when the scheme lets it; 1 is no choice."""
        if scheme is Scheme.COMMIT_REVEAL:
            return min(self.tries, 1 << min(self.coalition, 64))
        if scheme in {Scheme.BLOCK_HASH, Scheme.BLOCK_VRF}:
            return self.tries
        subsets = min(self.tries, math.comb(self.members - 1, self.others_needed))
        if scheme is Scheme.DELAYED_VRFS and self.speed < self.margin:
            return 1
        return subsets


@dataclass(frozen=True, slots=True)
class AttackOutcome:
    """What came of the rounds of one scheme.

    Attributes:
        scheme: the scheme.
        rounds: how many rounds were played.
        favourable: in how many of them the randomness favoured the coalition.
        fair: how often fair randomness would, between 0 and 1.
        expected: how often it should according to the theory.
    """

    scheme: Scheme
    rounds: int
    favourable: int
    fair: float
    expected: float

    @property
    def frequency(self) -> float:
        """How often the randomness favoured the coalition."""
        return self.favourable / self.rounds

    @property
    def bias(self) -> float:
        """What the coalition gained over fair randomness."""
        return self.frequency - self.fair

    @property
    def expected_bias(self) -> float:
        """What it should gain according to the theory."""
        return self.expected - self.fair

    @property
    def deviations(self) -> float:
        """How many standard deviations the frequency lies from the theory."""
        spread = math.sqrt(self.expected * (1 - self.expected) / self.rounds)
        return (self.frequency - self.expected) / spread if spread else 0.0


def theory(model: AttackModel, scheme: Scheme) -> float:
    """Return how often a scheme's randomness favours the coalition.

    With chance p, a choice among k independent outcomes favours it with 1 - (1 - p)^k. It has the choice always in
    commit and reveal (if it has a member at all), otherwise when it leads, with probability c. Withheld blocks:
    P(1) = p, P(k) = p + c (1 - p) P(k - 1).
    """
    unfavourable = 1 - model.chance
    if scheme is Scheme.BLOCK_VRF:
        result = model.chance
        for _ in range(model.tries - 1):
            result = model.chance + model.leading * unfavourable * result
        return result
    chosen = 1 - unfavourable ** model.choices(scheme)
    if scheme is Scheme.COMMIT_REVEAL:
        return chosen
    return model.leading * chosen + (1 - model.leading) * model.chance


def simulate(
    model: AttackModel,
    scheme: Scheme,
    *,
    rounds: int,
    seed: int,
    progress: Callable[[int], None] | None = None,
) -> AttackOutcome:
    """Play rounds of a scheme and count how often its randomness favours the coalition.

    Args:
        model: the attack.
        scheme: the scheme.
        rounds: how many rounds, at least 1.
        seed: the same seed gives the same rounds.
        progress: called with the number of rounds played, now and then.

    Raises:
        ConfigurationError: ``attack-rounds`` for no rounds.
    """
    require(
        rounds >= 1,
        ConfigurationError,
        "attack-rounds",
        "A simulation has at least one round.",
        actual=rounds,
    )
    play = _PLAYS[scheme]
    label = f"{scheme.name}/{seed}/{model}".encode()
    favourable = 0
    for number in range(rounds):
        favourable += play(_Round(model, b"%s/%d" % (label, number)))
        if progress is not None and number % 256 == 0:
            progress(number)
    return AttackOutcome(scheme, rounds, favourable, model.chance, theory(model, scheme))


class _Round:
    """The random values of one round."""

    def __init__(self, model: AttackModel, label: bytes) -> None:
        self.model = model
        self._label = label

    def value(self, name: bytes, index: int) -> int:
        return int.from_bytes(sha256(b"%s/%s/%d" % (self._label, name, index)).digest(), "big")

    def favours(self, outcome: int) -> bool:
        digest = sha256(b"favours" + outcome.to_bytes(32, "big")).digest()
        return int.from_bytes(digest[:8], "big") < self.model.chance * _SCALE

    def led_by_coalition(self, turn: int) -> bool:
        return self.value(b"leader", turn) % self.model.members < self.model.coalition

    def chosen(self, outcomes: Iterator[int], known: int) -> bool:
        """Tell whether the coalition gets its way by choosing among as many outcomes as it knows in time."""
        return any(self.favours(outcome) for outcome in islice(outcomes, known))


def _block_hash(this: _Round) -> bool:
    hashes = (this.value(b"block", nonce) for nonce in range(this.model.tries))
    known = this.model.choices(Scheme.BLOCK_HASH) if this.led_by_coalition(0) else 1
    return this.chosen(hashes, known)


def _commit_reveal(this: _Round) -> bool:
    model = this.model
    honest = 0
    for member in range(model.coalition, model.members):
        honest ^= this.value(b"reveal", member)
    own = [this.value(b"reveal", member) for member in range(model.coalition)]

    def outcomes() -> Iterator[int]:
        for left_out in range(model.coalition + 1):
            for revealed in combinations(own, model.coalition - left_out):
                outcome = honest
                for value in revealed:
                    outcome ^= value
                yield outcome

    return this.chosen(outcomes(), model.choices(Scheme.COMMIT_REVEAL))


def _block_vrf(this: _Round) -> bool:
    last = this.model.tries - 1
    for turn in range(this.model.tries):
        if this.favours(this.value(b"vrf", turn)):
            return True
        if turn == last or not this.led_by_coalition(turn):
            return False
    return False


def _preimages(this: _Round) -> Iterator[int]:
    """Yield the pRnd that a leader can make: its own value with those of any f others, in the order of arrival."""
    own = this.value(b"vrf", 0)
    others = [this.value(b"vrf", member) for member in range(1, this.model.members)]
    for subset in combinations(others, this.model.others_needed):
        outcome = own
        for value in subset:
            outcome ^= value
        yield outcome


def _vrfs(this: _Round) -> bool:
    known = this.model.choices(Scheme.VRFS) if this.led_by_coalition(0) else 1
    return this.chosen(_preimages(this), known)


def _delayed_vrfs(this: _Round) -> bool:
    delayed = (
        int.from_bytes(sha256(b"delay" + preimage.to_bytes(32, "big")).digest(), "big")
        for preimage in _preimages(this)
    )
    known = this.model.choices(Scheme.DELAYED_VRFS) if this.led_by_coalition(0) else 1
    return this.chosen(delayed, known)


_PLAYS: Final[dict[Scheme, Callable[[_Round], bool]]] = {
    Scheme.BLOCK_HASH: _block_hash,
    Scheme.COMMIT_REVEAL: _commit_reveal,
    Scheme.BLOCK_VRF: _block_vrf,
    Scheme.VRFS: _vrfs,
    Scheme.DELAYED_VRFS: _delayed_vrfs,
}
