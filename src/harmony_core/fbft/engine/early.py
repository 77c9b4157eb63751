"""Messages that come a little early, kept until the height or view that they belong to has begun."""

from dataclasses import dataclass, field

from harmony_core.fbft.messages import Message
from harmony_core.primitives import BlockNumber, ViewID

__all__ = ["EarlyMessages"]


@dataclass(slots=True)
class EarlyMessages:
    """Messages of one height, or of one view of a height: of several of one kind from one member the newest counts.

    The network delivers in any order: a proposal may come before the proof that ends the height before, or before the
    NEWVIEW that begins its view.

    Attributes:
        place: the height, with the view or None for any; None while nothing is kept.
    """

    place: tuple[BlockNumber, ViewID | None] | None = None
    _messages: dict[tuple[int, type[Message]], Message] = field(default_factory=dict)

    def keep(self, number: BlockNumber, view_id: ViewID | None, sender: int, message: Message) -> None:
        """Keep a message whose sender's signature has been verified; another place than before starts anew."""
        if (number, view_id) != self.place:
            self.place = (number, view_id)
            self._messages.clear()
        self._messages[sender, type(message)] = message

    def take(self) -> tuple[Message, ...]:
        """Return what is kept, in the order in which the kinds first came, and forget it."""
        found = tuple(self._messages.values())
        self._messages.clear()
        self.place = None
        return found

    def __len__(self) -> int:
        return len(self._messages)
