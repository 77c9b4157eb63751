"""Readers of the commit bitmap vectors: steps on one mask, repeated keys, the union of two bitmaps."""

from collections.abc import Callable, Mapping
from typing import Any

from harmony_core.crypto.mask import Mask, aggregate_masks, bitmap_length
from harmony_core.errors import HarmonyError
from harmony_core.primitives import BLSPublicKeyBytes, Compatibility
from support.conformance import Case, reader, top_level_reader

BITMAP_STEPS = {"SetMask", "GetSignedPubKeysFromBitmap"}


def unhex(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


def keys_of(document: Mapping[str, Any]) -> list[BLSPublicKeyBytes]:
    return [BLSPublicKeyBytes.from_hex(key) for key in document["keys"]]


@top_level_reader("mask", keys=(), inputs=("keys",))
def shared_keys(document: Mapping[str, Any], compatibility: Compatibility) -> dict[str, object]:
    assert isinstance(compatibility, Compatibility)
    assert document["keys"]
    return {}


def state(mask: Mask) -> dict[str, object]:
    return {
        "aggregatePublic": mask.aggregate_public_key.to_bytes().to_hex(),
        "bitmap": "0x" + mask.bitmap.hex(),
        "countEnabled": mask.count_enabled,
        "countTotal": mask.count_total,
        "enabled": mask.enabled,
        "len": len(mask),
    }


def operation(mask: Mask, step: Mapping[str, Any]) -> Callable[[], object]:
    argument: Any = step.get("arg")
    enable = bool(step.get("enable"))
    operations: dict[str, Callable[[], object]] = {
        "new": lambda: None,
        "Clear": mask.clear,
        "SetMask": lambda: mask.set_mask(unhex(argument)),
        "SetBit": lambda: mask.set_bit(argument, enable),
        "IndexEnabled": lambda: mask.index_enabled(argument),
        "SetKey": lambda: mask.set_key(unhex(argument), enable),
        "KeyEnabled": lambda: mask.key_enabled(unhex(argument)),
        "SetKeysAtomic": lambda: mask.set_keys([unhex(key) for key in argument], enable),
        "GetSignedPubKeysFromBitmap": lambda: [key.to_hex() for key in mask.keys_of_bitmap(unhex(argument))],
    }
    return operations[step["op"]]


def taken(mask: Mask, step: Mapping[str, Any]) -> dict[str, object]:
    done: dict[str, object] = {
        key: value for key, value in step.items() if key not in {"state", "error", "result"}
    }
    if step["op"] not in {"new", "Clear"}:
        done["error"] = None
    try:
        result = operation(mask, step)()
    except HarmonyError as error:
        done["error"] = str(error)
        result = None
    if result is not None:
        done["result"] = result
    if step["op"] not in {"KeyEnabled", "IndexEnabled", "GetSignedPubKeysFromBitmap"}:
        done["state"] = state(mask)
    return done


def padding_in(steps: list[Mapping[str, Any]], size: int) -> str | None:
    bitmaps = [unhex(step["arg"]) for step in steps if step["op"] in BITMAP_STEPS]
    fitting = [bitmap for bitmap in bitmaps if len(bitmap) == bitmap_length(size)]
    padded = any(int.from_bytes(bitmap, "little") >> size for bitmap in fitting)
    return "bitmap-padding" if padded else None


def walk(keys: list[BLSPublicKeyBytes], steps: list[Mapping[str, Any]], mask: Mask) -> list[object]:
    done: list[object] = []
    for step in steps:
        result = taken(mask, step)
        if "indexes" in result:
            result["indexes"] = [keys.index(BLSPublicKeyBytes.from_hex(key)) for key in step["arg"]]
        done.append(result)
    return done


def strict_sequence(case: Case) -> str | None:
    return padding_in(case.fields["steps"], case["numKeys"])


@reader("mask", "sequence", inputs=("numKeys",), strict_differs=strict_sequence)
def sequence(case: Case, compatibility: Compatibility) -> dict[str, object]:
    keys = keys_of(case.document)
    mask = Mask(keys[: case["numKeys"]], compatibility=compatibility)
    steps = walk(keys, case.fields["steps"], mask)
    mask.clear()
    thresholds = [row["threshold"] for row in case.fields["thresholdPolicyAfterClear"]]
    return {
        "steps": steps,
        "thresholdPolicyAfterClear": [
            {"threshold": threshold, "check": mask.count_enabled >= threshold} for threshold in thresholds
        ],
    }


def strict_duplicates(case: Case) -> str | None:
    return padding_in(case.fields["steps"], len(case["keyIndexes"]))


@reader("mask", "duplicateKeys", inputs=("keyIndexes",), strict_differs=strict_duplicates)
def duplicate_keys(case: Case, compatibility: Compatibility) -> dict[str, object]:
    keys = keys_of(case.document)
    mask = Mask([keys[index] for index in case["keyIndexes"]], compatibility=compatibility)
    return {"steps": walk(keys, case.fields["steps"], mask)}


@reader("mask", "aggregateMasks", inputs=("a", "b"))
def aggregate(case: Case, compatibility: Compatibility) -> dict[str, object]:
    assert isinstance(compatibility, Compatibility)
    try:
        return {"result": "0x" + aggregate_masks(unhex(case["a"]), unhex(case["b"])).hex(), "error": None}
    except HarmonyError as error:
        return {"error": str(error)}
