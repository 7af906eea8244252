"""What a sandbox wanted to reach and was not let."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .timestamp import read_time


@dataclass
class DeniedConnection:
    """Connections, packets or lookups, alike in all that is said here, that were not let through.

    Attributes:
        protocol: `tcp`, `udp`, `icmp`, `dns` for a lookup of a name, or `other`.
        address: IPv4 address; `None` for a lookup that was not answered.
        port: `None` where there is none.
        name: host name, where one was given.
        reason: why, such as `not_allowed`, `denied`, `closed_network` or `name_not_allowed`.
        count: how often; packets that are sent again count.
        first_seen_at: when it happened first.
        last_seen_at: when it happened last.
    """

    protocol: str
    address: str | None
    port: int | None
    name: str | None
    reason: str
    count: int
    first_seen_at: datetime | None
    last_seen_at: datetime | None


@dataclass
class DeniedConnections:
    """The last 100 different refusals, newest first, and the number of all."""

    total: int
    items: list[DeniedConnection]


def read_denied(data: dict[str, Any]) -> DeniedConnections:
    """Reads the log of refusals."""
    return DeniedConnections(total=data["total"], items=[_read_item(item) for item in data["items"]])


def _read_item(data: dict[str, Any]) -> DeniedConnection:
    return DeniedConnection(
        protocol=data["protocol"],
        address=data.get("address"),
        port=data.get("port"),
        name=data.get("name"),
        reason=data["reason"],
        count=data["count"],
        first_seen_at=read_time(data.get("first_seen_at")),
        last_seen_at=read_time(data.get("last_seen_at")),
    )
