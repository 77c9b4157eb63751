"""Simulations of the protocol and of attacks on it.

The committees' safety, `harmony_core.simulation.committee_safety`, and the stake distributions that it elects from,
`harmony_core.simulation.stakes`, are loaded on their own: who looks at randomness needs no election. So are committees that decide blocks on a simulated
network: `harmony_core.simulation.cluster` has the nodes, `harmony_core.simulation.network` what happens to messages,
`harmony_core.simulation.byzantine` the faults, `harmony_core.simulation.schedule` whole runs drawn from a seed, and
`harmony_core.simulation.defences` what meets a corrupt leader.
"""

from harmony_core.simulation.withholding import SCHEMES, AttackModel, AttackOutcome, Scheme, simulate, theory

__all__ = ["SCHEMES", "AttackModel", "AttackOutcome", "Scheme", "simulate", "theory"]
