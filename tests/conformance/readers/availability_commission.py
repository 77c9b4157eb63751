"""availability.json, the kinds about the least and the largest commission."""

from dataclasses import replace
from typing import Any

from harmony_core.chain.validator_wrapper import (
    CommissionRates,
    Description,
    Validator,
    ValidatorStatus,
    ValidatorWrapper,
)
from harmony_core.errors import HarmonyError
from harmony_core.primitives import Address, Compatibility, Dec, Epoch
from harmony_core.staking import with_maximum_commission, with_minimum_commission
from support.conformance import Case, reader

_VALIDATOR = Validator(
    address=Address.zero(),
    slot_keys=(),
    last_epoch_in_committee=Epoch(0),
    min_self_delegation=0,
    max_total_delegation=0,
    status=ValidatorStatus.ACTIVE,
    commission=CommissionRates(Dec.ZERO, Dec.ZERO, Dec.ZERO),
    update_height=0,
    description=Description(),
    creation_height=0,
)


def _wrapper(given: dict[str, Any]) -> ValidatorWrapper:
    rates = (Dec.parse(given.get(name, "0")) for name in ("rate", "max_rate", "max_change_rate"))
    return ValidatorWrapper(validator=replace(_VALIDATOR, commission=CommissionRates(*rates)), delegations=())


@reader("availability", "update_minimum_commission_fee", inputs=("in",))
def least(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    given = case["in"]
    before = _wrapper(given)
    after = with_minimum_commission(
        before,
        first_election=Epoch(given["first_election_epoch"]),
        election=Epoch(given["election_epoch"]),
        floor=Dec.parse(given["min_rate"]),
        promotion=given["promo_period"],
    )
    rate = after.validator.commission.rate
    return {"out": {"changed": after != before, "error": None, "rate_after": str(rate)}}


@reader("availability", "update_max_commission_fee", inputs=("in",))
def largest(case: Case, _compatibility: Compatibility) -> dict[str, object]:
    given = case["in"]
    try:
        after = with_maximum_commission(
            _wrapper(given), floor=Dec.parse(given["cur_rate_argument"]), capped=given["is_top_max_rate"]
        )
    except HarmonyError as error:
        return {"out": {"error": error.code}}
    return {"out": {"error": None, "max_rate_after": str(after.validator.commission.max_rate)}}
