"""Value between shards: receipts that leave and arrive, their proofs, spent marks, crosslinks and routing."""
