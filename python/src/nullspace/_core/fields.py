"""Projections: answers that hold just the named fields."""

from __future__ import annotations

from collections.abc import Iterable

from .encode import invalid_request

Fields = Iterable[str] | str | None


def fields_param(fields: Fields) -> dict[str, str]:
    """The query parameter for a projection; empty without one. Repeated names are sent once."""
    if fields is None:
        return {}
    names = fields.split(",") if isinstance(fields, str) else list(fields)
    unique = list(dict.fromkeys(name.strip() for name in names if name.strip()))
    if not unique:
        raise invalid_request("fields is empty: name at least one, such as fields=['id', 'status']")
    return {"fields": ",".join(unique)}
