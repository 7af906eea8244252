"""Calls about webhooks and their deliveries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .._models.lifecycle import LifecycleOperation
from .._models.webhook import (
    LifecycleWebhookDeliveryDetail,
    LifecycleWebhookDeliveryInfo,
    LifecycleWebhookInfo,
    read_delivery,
    read_delivery_detail,
    read_webhook,
)
from .call import Call, Reply, Request, ignore_answer
from .encode import encode_json, id_path

_WEBHOOKS = "/v1/lifecycle/webhooks"


def create_webhook(
    url: str, operations: Iterable[LifecycleOperation | str], signing_secret: str, enabled: bool
) -> Call[LifecycleWebhookInfo]:
    """Makes a webhook."""
    body = {
        "url": url,
        "operations": _names(operations),
        "signing_secret": signing_secret,
        "enabled": enabled,
    }
    return Call(Request("POST", _WEBHOOKS, body=encode_json(body)), _webhook)


def list_webhooks() -> Call[list[LifecycleWebhookInfo]]:
    """All webhooks."""
    return Call(Request("GET", _WEBHOOKS), lambda reply: [read_webhook(item) for item in reply.json()])


def get_webhook(webhook_id: str) -> Call[LifecycleWebhookInfo]:
    """Reads a webhook."""
    return Call(Request("GET", _path(webhook_id)), _webhook)


def update_webhook(
    webhook_id: str,
    *,
    url: str | None,
    operations: Iterable[LifecycleOperation | str] | None,
    signing_secret: str | None,
    enabled: bool | None,
) -> Call[LifecycleWebhookInfo]:
    """Changes what is given."""
    changes: dict[str, Any] = {
        "url": url,
        "operations": None if operations is None else _names(operations),
        "signing_secret": signing_secret,
        "enabled": enabled,
    }
    body = encode_json({name: value for name, value in changes.items() if value is not None})
    return Call(Request("PATCH", _path(webhook_id), body=body), _webhook)


def delete_webhook(webhook_id: str) -> Call[None]:
    """Deletes a webhook."""
    return Call(Request("DELETE", _path(webhook_id)), ignore_answer)


def list_deliveries(webhook_id: str, offset: int, limit: int) -> Call[list[LifecycleWebhookDeliveryInfo]]:
    """Deliveries of a webhook, the newest first."""
    params = {"offset": str(offset), "limit": str(limit)}
    return Call(
        Request("GET", _path(webhook_id, "deliveries"), params=params),
        lambda reply: [read_delivery(item) for item in reply.json()],
    )


def get_delivery(webhook_id: str, delivery_id: str) -> Call[LifecycleWebhookDeliveryDetail]:
    """Reads a delivery with its attempts."""
    path = id_path(_path(webhook_id, "deliveries"), delivery_id, what="delivery")
    return Call(Request("GET", path), lambda reply: read_delivery_detail(reply.json()))


def _path(webhook_id: str, *rest: str) -> str:
    return id_path(_WEBHOOKS, webhook_id, *rest, what="webhook")


def _webhook(reply: Reply) -> LifecycleWebhookInfo:
    return read_webhook(reply.json())


def _names(operations: Iterable[LifecycleOperation | str]) -> list[str]:
    return [LifecycleOperation(operation).value for operation in operations]
