"""How much of mainnet's initial supply was released when.

Source: harmony-one/harmony, consensus/reward/schedule.go.
"""

from bisect import bisect_right
from datetime import date
from functools import cache
from typing import Final

from harmony_core.params.network import Network
from harmony_core.params.packaged import packaged_json
from harmony_core.primitives import Dec

__all__ = ["released_share"]

_SECONDS_OF_A_DAY: Final = 86_400
_MAINNET: Final = 0
_DAY_0: Final = date(1970, 1, 1).toordinal()


def released_share(network: Network, time: int) -> Dec:
    """Return the share of the initial supply that was released by a time.

    Mainnet released it in monthly steps from May 2019 to May 2025; before the first step the first step's share
    holds. Every other network released all of it at once.

    Args:
        network: the network.
        time: seconds since 1970, UTC.

    Source: consensus/reward/schedule.go, PercentageForTimeStamp.
    """
    if network.schedule.network_id != _MAINNET:
        return Dec.ONE
    times, shares = _steps()
    return shares[max(bisect_right(times, time) - 1, 0)]


@cache
def _steps() -> tuple[tuple[int, ...], tuple[Dec, ...]]:
    rows = packaged_json("release_schedule.json")["released"]
    times = tuple((date.fromisoformat(day).toordinal() - _DAY_0) * _SECONDS_OF_A_DAY for day, _ in rows)
    return times, tuple(Dec.parse(share) for _, share in rows)
