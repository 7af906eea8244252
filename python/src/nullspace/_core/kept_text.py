"""The start of an output that may be endless."""

from __future__ import annotations

# Most characters that are kept, so that endless output does not fill the memory.
KEPT_CHARACTERS = 16 << 20


class KeptText:
    """Keeps pieces of text up to a bound.

    Attributes:
        truncated: there was more.
    """

    def __init__(self) -> None:
        self.truncated = False
        self._parts: list[str] = []
        self._room = KEPT_CHARACTERS

    def add(self, text: str) -> None:
        """Keeps as much of it as there is room for."""
        if len(text) > self._room:
            self.truncated = True
        if self._room > 0:
            self._parts.append(text[: self._room])
            self._room -= len(self._parts[-1])

    @property
    def text(self) -> str:
        """What was kept."""
        return "".join(self._parts)
