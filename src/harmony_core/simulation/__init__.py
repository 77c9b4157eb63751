"""Simulations of the protocol and of attacks on it.

The committees' safety, `harmony_core.simulation.committee_safety`, and the stake distributions that it elects from,
`harmony_core.simulation.stakes`, are loaded on their own: who looks at randomness needs no election.
"""

from harmony_core.simulation.withholding import SCHEMES, AttackModel, AttackOutcome, Scheme, simulate, theory

__all__ = ["SCHEMES", "AttackModel", "AttackOutcome", "Scheme", "simulate", "theory"]
