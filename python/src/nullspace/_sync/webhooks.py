"""Webhooks: the server calls an address of yours for each event."""

from __future__ import annotations

import builtins
from collections.abc import Iterable

from .._core import webhook_calls
from .._models.lifecycle import LifecycleOperation
from .._models.webhook import (
    LifecycleWebhookDeliveryDetail,
    LifecycleWebhookDeliveryInfo,
    LifecycleWebhookInfo,
)
from .transport import Transport


class LifecycleWebhooks:
    """Methods of `Lifecycle` about webhooks."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create_webhook(
        self,
        url: str,
        operations: Iterable[LifecycleOperation | str],
        signing_secret: str,
        *,
        enabled: bool = True,
    ) -> LifecycleWebhookInfo:
        """Has events sent to an address.

        Args:
            url: where each event is posted to. Private addresses are refused.
            operations: which events; at least one.
            signing_secret: key of the signature that each request carries. It is never shown again.
            enabled: whether it begins at once.
        """
        call = webhook_calls.create_webhook(url, operations, signing_secret, enabled)
        return self._transport.execute(call)

    def list_webhooks(self) -> builtins.list[LifecycleWebhookInfo]:
        """All webhooks of the account."""
        return self._transport.execute(webhook_calls.list_webhooks())

    def get_webhook(self, webhook_id: str) -> LifecycleWebhookInfo:
        """One webhook."""
        return self._transport.execute(webhook_calls.get_webhook(webhook_id))

    def update_webhook(
        self,
        webhook_id: str,
        *,
        url: str | None = None,
        operations: Iterable[LifecycleOperation | str] | None = None,
        signing_secret: str | None = None,
        enabled: bool | None = None,
    ) -> LifecycleWebhookInfo:
        """Changes what is given; the rest stays."""
        call = webhook_calls.update_webhook(
            webhook_id, url=url, operations=operations, signing_secret=signing_secret, enabled=enabled
        )
        return self._transport.execute(call)

    def delete_webhook(self, webhook_id: str) -> None:
        """Ends it; deliveries under way are dropped."""
        self._transport.execute(webhook_calls.delete_webhook(webhook_id))

    def list_webhook_deliveries(
        self, webhook_id: str, *, offset: int = 0, limit: int = 50
    ) -> builtins.list[LifecycleWebhookDeliveryInfo]:
        """What was sent or is to be sent, the newest first."""
        return self._transport.execute(webhook_calls.list_deliveries(webhook_id, offset, limit))

    def get_webhook_delivery(self, webhook_id: str, delivery_id: str) -> LifecycleWebhookDeliveryDetail:
        """One delivery with its event and every attempt."""
        return self._transport.execute(webhook_calls.get_delivery(webhook_id, delivery_id))
