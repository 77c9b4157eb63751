"""Simulations of the protocol and of attacks on it."""

from harmony_core.simulation.withholding import SCHEMES, AttackModel, AttackOutcome, Scheme, simulate, theory

__all__ = ["SCHEMES", "AttackModel", "AttackOutcome", "Scheme", "simulate", "theory"]
