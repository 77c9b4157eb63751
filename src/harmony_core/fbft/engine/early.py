"""Messages of the next height, kept until the present one is decided: one of each kind and member."""

from dataclasses import dataclass, field

from harmony_core.fbft.messages import Message
from harmony_core.primitives import BlockNumber

__all__ = ["EarlyMessages"]


@dataclass(slots=True)
class EarlyMessages:
    """Messages of one height, signed by members; of several of one kind from one member the newest counts."""

    number: BlockNumber | None = None
    _messages: dict[tuple[int, type[Message]], Message] = field(default_factory=dict)

    def keep(self, number: BlockNumber, sender: int, message: Message) -> None:
        """Keep a message whose sender's signature has been verified; another height than before starts anew."""
        if number != self.number:
            self.number = number
            self._messages.clear()
        self._messages[sender, type(message)] = message

    def take(self, number: BlockNumber) -> tuple[Message, ...]:
        """Return the messages of a height in the order in which their kinds first came, and forget all."""
        found = tuple(self._messages.values()) if number == self.number else ()
        self._messages.clear()
        return found

    def __len__(self) -> int:
        return len(self._messages)
