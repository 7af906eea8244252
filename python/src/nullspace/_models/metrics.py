"""Use of resources."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .timestamp import needed_time


@dataclass
class SandboxMetrics:
    """One sample: `cpu_percent` is 100 for each core in use, network counters grow from the start."""

    timestamp: datetime
    cpu_percent: float
    cpu_count: int
    mem_used_bytes: int
    mem_total_bytes: int
    disk_used_bytes: int
    disk_total_bytes: int
    network_rx_bytes: int | None = None
    network_tx_bytes: int | None = None


def read_metrics(data: dict[str, Any]) -> SandboxMetrics:
    """Reads a sample; a time that cannot be read is an error."""
    return SandboxMetrics(
        timestamp=needed_time(data, "timestamp"),
        cpu_percent=float(data["cpu_percent"]),
        cpu_count=data["cpu_count"],
        mem_used_bytes=data["mem_used_bytes"],
        mem_total_bytes=data["mem_total_bytes"],
        disk_used_bytes=data["disk_used_bytes"],
        disk_total_bytes=data["disk_total_bytes"],
        network_rx_bytes=data.get("network_rx_bytes"),
        network_tx_bytes=data.get("network_tx_bytes"),
    )
