"""Enumerations on the wire."""

from __future__ import annotations

from enum import Enum
from typing import TypeVar

E = TypeVar("E", bound=Enum)


def known(kind: type[E], value: str) -> E | str:
    """The member of an enumeration; a value of a later server stays what it is."""
    try:
        return kind(value)
    except ValueError:
        return value
