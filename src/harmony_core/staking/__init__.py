"""Directives, delegations, rewards, availability and slashing."""

__all__: list[str] = []
