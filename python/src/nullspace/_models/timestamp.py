"""Times on the wire."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

_FRACTION = re.compile(r"\.(\d+)")


def read_time(value: Any) -> datetime | None:
    """An RFC 3339 time with any number of fraction digits; `None` when it is absent or unreadable."""
    if not isinstance(value, str) or not value:
        return None
    # Python 3.10 knows neither "Z" nor fractions of other than 3 or 6 digits.
    text = _FRACTION.sub(lambda match: "." + match[1][:6].ljust(6, "0"), value.replace("Z", "+00:00"))
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def needed_time(data: dict[str, Any], key: str) -> datetime:
    """A time that must be there; raises `ValueError` otherwise."""
    time = read_time(data[key])
    if time is None:
        raise ValueError(f"{key} {data[key]!r}")
    return time
