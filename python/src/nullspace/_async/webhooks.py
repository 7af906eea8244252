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
from .transport import AsyncTransport


class AsyncLifecycleWebhooks:
    """Methods of `AsyncLifecycle` about webhooks."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    async def create_webhook(
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
        return await self._transport.execute(call)

    async def list_webhooks(self) -> builtins.list[LifecycleWebhookInfo]:
        """All webhooks of the account."""
        return await self._transport.execute(webhook_calls.list_webhooks())

    async def get_webhook(self, webhook_id: str) -> LifecycleWebhookInfo:
        """One webhook."""
        return await self._transport.execute(webhook_calls.get_webhook(webhook_id))

    async def update_webhook(
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
        return await self._transport.execute(call)

    async def delete_webhook(self, webhook_id: str) -> None:
        """Ends it; deliveries under way are dropped."""
        await self._transport.execute(webhook_calls.delete_webhook(webhook_id))

    async def list_webhook_deliveries(
        self, webhook_id: str, *, offset: int = 0, limit: int = 50
    ) -> builtins.list[LifecycleWebhookDeliveryInfo]:
        """What was sent or is to be sent, the newest first."""
        return await self._transport.execute(webhook_calls.list_deliveries(webhook_id, offset, limit))

    async def get_webhook_delivery(self, webhook_id: str, delivery_id: str) -> LifecycleWebhookDeliveryDetail:
        """One delivery with its event and every attempt."""
        return await self._transport.execute(webhook_calls.get_delivery(webhook_id, delivery_id))
