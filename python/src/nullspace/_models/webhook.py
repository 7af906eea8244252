"""Webhooks for lifecycle events, and what became of their deliveries."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from .known import known
from .lifecycle import (
    LifecycleEvent,
    LifecycleOperation,
    LifecycleStatus,
    read_lifecycle_event,
)
from .timestamp import needed_time, read_time


class LifecycleWebhookDeliveryStatus(str, Enum):
    """State of a delivery; `DEAD_LETTER` is one that was given up."""

    QUEUED = "queued"
    IN_PROGRESS = "in_progress"
    SUCCEEDED = "succeeded"
    DEAD_LETTER = "dead_letter"


@dataclass
class LifecycleWebhookInfo:
    """A webhook. Its signing secret is never shown."""

    id: str
    url: str
    operations: list[LifecycleOperation | str]
    enabled: bool
    has_signing_secret: bool
    created_at: datetime
    updated_at: datetime
    last_delivery_at: datetime | None = None
    last_delivery_status: LifecycleWebhookDeliveryStatus | str | None = None
    last_error: str | None = None


@dataclass
class LifecycleWebhookDeliveryInfo:
    """One event on its way to one webhook; `status` is the event's, `delivery_status` the delivery's."""

    id: str
    webhook_id: str
    event_id: str
    operation: LifecycleOperation | str
    status: LifecycleStatus | str
    delivery_status: LifecycleWebhookDeliveryStatus | str
    attempt_count: int
    created_at: datetime
    next_attempt_at: datetime | None = None
    last_attempt_at: datetime | None = None
    last_response_status: int | None = None
    last_error: str | None = None


@dataclass
class LifecycleWebhookDeliveryAttemptInfo:
    """One request to the receiver."""

    id: str
    delivery_id: str
    attempt_number: int
    attempted_at: datetime
    duration_ms: int
    response_status: int | None = None
    error_code: str | None = None
    error_message: str | None = None


@dataclass
class LifecycleWebhookDeliveryDetail:
    """A delivery with its event and every attempt."""

    delivery: LifecycleWebhookDeliveryInfo
    event: LifecycleEvent
    attempts: list[LifecycleWebhookDeliveryAttemptInfo] = field(default_factory=list)


def read_webhook(data: dict[str, Any]) -> LifecycleWebhookInfo:
    """Reads a webhook."""
    status = data.get("last_delivery_status")
    return LifecycleWebhookInfo(
        id=data["id"],
        url=data["url"],
        operations=[known(LifecycleOperation, item) for item in data.get("operations") or []],
        enabled=data["enabled"],
        has_signing_secret=data["has_signing_secret"],
        created_at=needed_time(data, "created_at"),
        updated_at=needed_time(data, "updated_at"),
        last_delivery_at=read_time(data.get("last_delivery_at")),
        last_delivery_status=known(LifecycleWebhookDeliveryStatus, status) if status else None,
        last_error=data.get("last_error"),
    )


def read_delivery(data: dict[str, Any]) -> LifecycleWebhookDeliveryInfo:
    """Reads a delivery."""
    return LifecycleWebhookDeliveryInfo(
        id=data["id"],
        webhook_id=data["webhook_id"],
        event_id=data["event_id"],
        operation=known(LifecycleOperation, data["operation"]),
        status=known(LifecycleStatus, data["status"]),
        delivery_status=known(LifecycleWebhookDeliveryStatus, data["delivery_status"]),
        attempt_count=data["attempt_count"],
        created_at=needed_time(data, "created_at"),
        next_attempt_at=read_time(data.get("next_attempt_at")),
        last_attempt_at=read_time(data.get("last_attempt_at")),
        last_response_status=data.get("last_response_status"),
        last_error=data.get("last_error"),
    )


def read_delivery_detail(data: dict[str, Any]) -> LifecycleWebhookDeliveryDetail:
    """Reads a delivery with its event and attempts."""
    return LifecycleWebhookDeliveryDetail(
        delivery=read_delivery(data["delivery"]),
        event=read_lifecycle_event(data["event"]),
        attempts=[_read_attempt(item) for item in data.get("attempts") or []],
    )


def _read_attempt(data: dict[str, Any]) -> LifecycleWebhookDeliveryAttemptInfo:
    return LifecycleWebhookDeliveryAttemptInfo(
        id=data["id"],
        delivery_id=data["delivery_id"],
        attempt_number=data["attempt_number"],
        attempted_at=needed_time(data, "attempted_at"),
        duration_ms=data["duration_ms"],
        response_status=data.get("response_status"),
        error_code=data.get("error_code"),
        error_message=data.get("error_message"),
    )
