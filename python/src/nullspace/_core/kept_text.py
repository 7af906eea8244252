"""The start of an output that may be endless."""

from __future__ import annotations

from typing import Generic, TypeVar

# Most characters, or bytes, that are kept, so that endless output does not fill the memory.
KEPT_CHARACTERS = 16 << 20


T = TypeVar("T", str, bytes)


class Kept(Generic[T]):
    """Keeps pieces of text or bytes up to a bound.

    Attributes:
        truncated: there was more.
    """

    def __init__(self, empty: T) -> None:
        self._empty: T = empty
        self.truncated = False
        self._parts: list[T] = []
        self._room = KEPT_CHARACTERS

    def add(self, piece: T) -> None:
        """Keeps as much of it as there is room for."""
        if len(piece) > self._room:
            self.truncated = True
        if self._room > 0:
            self._parts.append(piece[: self._room])
            self._room -= len(self._parts[-1])

    @property
    def all(self) -> T:
        """What was kept."""
        return self._empty.join(self._parts)
