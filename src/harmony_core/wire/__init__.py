"""The node's protobuf envelope, message categories and framing."""

__all__: list[str] = []
