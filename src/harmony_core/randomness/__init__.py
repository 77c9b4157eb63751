"""Harmony's randomness: the VRF of each block that runs on mainnet, and the paper's protocol with its delay.

- `harmony_core.randomness.vrf`: verifiable random functions, BLS (in headers) and P-256 (early protocol).
- `harmony_core.randomness.vdf`: the verifiable delay function over class groups.
- `harmony_core.randomness.drg`: distributed randomness generation, **the paper's protocol, which no network runs**.
- `harmony_core.randomness.consensus_seed`: the seed and the 548 bytes of randomness that the node's consensus made.

The parts are loaded one by one, so that who checks a header's VRF loads no class groups.
"""
