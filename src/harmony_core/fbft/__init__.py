"""The meaning of the FBFT messages, leader rotation, view change, and the consensus engine."""

__all__: list[str] = []
