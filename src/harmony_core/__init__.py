"""Protocol primitives of Harmony, the sharded proof-of-stake chain."""
