"""Committees: who signs in which epoch."""

from harmony_core.committee.pre_staking import committee_for_epoch, committee_of_instance

__all__ = ["committee_for_epoch", "committee_of_instance"]
