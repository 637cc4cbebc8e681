"""Results that were worked out ahead, each known again by the very objects that it is of."""

from typing import Generic, TypeVar

Result = TypeVar("Result")


class Thoughts(Generic[Result]):
    """The newest so many results."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[tuple[int, ...], tuple[tuple[object, ...], Result]] = {}

    def keep(self, result: Result, *given: object) -> None:
        """Keep what is the result of some objects, as long as nobody writes to them."""
        if len(self._kept) >= self._most:
            del self._kept[next(iter(self._kept))]
        # An id is that of no other object as long as this one is kept.
        self._kept[tuple(map(id, given))] = given, result

    def recall(self, *given: object) -> Result | None:
        """The result of these very objects, where it is kept."""
        kept = self._kept.get(tuple(map(id, given)))
        return None if kept is None else kept[1]
