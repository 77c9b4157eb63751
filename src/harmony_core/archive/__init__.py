"""Reading, proving and auditing the database of a node."""

__all__: list[str] = []
