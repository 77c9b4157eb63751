"""vdf.json, consensusSeed: the seed of an epoch from its VRFs, and the 548 bytes of its randomness."""

from harmony_core.primitives import Compatibility, bytes_from_hex
from harmony_core.randomness.consensus_seed import EpochRandomness, consensus_seed, seed_size
from support.conformance import Case, reader


@reader("vdf", "consensusSeed", inputs=("headerVrfs", "sampleVdfOutput"))
def epoch_seed(case: Case, compatibility: Compatibility) -> dict[str, object]:
    assert isinstance(compatibility, Compatibility)
    fields = [bytes_from_hex(text) for text in case["headerVrfs"]]
    # The least committee whose seed takes all the VRFs of the case.
    participants = -(-3 * len(fields) // 2)
    assert seed_size(participants) == len(fields)
    randomness = EpochRandomness(
        bytes_from_hex(case["sampleVdfOutput"]), consensus_seed([*fields, bytes(128)], participants)
    )
    data = randomness.to_bytes()
    assert EpochRandomness.from_bytes(data) == randomness
    return {"seed": randomness.seed.to_hex(), "rndBytes548": "0x" + data.hex()}
