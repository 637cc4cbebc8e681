"""The key that is played in: found, or fixed by the player; it changes at bar lines."""

from typing import Literal

from melodyrl.core.engine.key_finder import KeyFinder
from melodyrl.core.music import Chord, Key


class Tonality:
    """Keeps the key in force apart from the one that was found or asked for last.

    What is heard is weighed when the key is asked for: the answer to a note does not wait for it,
    nor, in a key that was fixed, does the first step of a bar.
    """

    def __init__(self, fixed: Key | None) -> None:
        self._finder = KeyFinder()
        self._unweighed: list[tuple[int, bool] | Chord | Literal["bar"]] = []
        self.fixed = fixed
        """What the player asked for; None listens."""
        self.key: Key | None = fixed
        """In force now; None until something is heard."""

    @property
    def is_guess(self) -> bool:
        """Whether the key is none that was fixed, and hardly anything was heard."""
        return self.fixed is None and self._found.is_guess

    def hear(self, pitch: int, *, is_line: bool = False) -> None:
        """A note of the player began; where it is alone, one of a line."""
        self._unweighed.append((pitch, is_line))
        if self.key is None:
            self.settle()

    def hear_chord(self, chord: Chord) -> None:
        """The player holds another chord than before."""
        self._unweighed.append(chord)

    def fix(self, key: Key | None) -> None:
        """Play in this key from the next bar on; None finds it again."""
        self.fixed = key

    def end_bar(self) -> None:
        """A bar ended; `settle` then puts the key that was found in force."""
        self._unweighed.append("bar")

    def settle(self) -> None:
        """Put the key that was fixed or found last in force."""
        self.key = self.fixed or self._found.key

    def weigh(self) -> None:
        """Weigh now what was heard."""
        for heard in self._unweighed:
            if heard == "bar":
                self._finder.bar()
            elif isinstance(heard, Chord):
                self._finder.hear_chord(heard)
            else:
                pitch, is_line = heard
                self._finder.hear(pitch, is_line=is_line)
        self._unweighed.clear()

    @property
    def _found(self) -> KeyFinder:
        self.weigh()
        return self._finder
