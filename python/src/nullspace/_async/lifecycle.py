"""Events of the whole account."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from .._core import lifecycle_calls
from .._core.connection import resolve_connection
from .._core.event_stream import event_stream, events_url
from .._core.lifecycle_calls import Time
from .._models.lifecycle import (
    LifecycleAudience,
    LifecycleEventListResponse,
    LifecycleOperation,
    LifecycleStatus,
)
from .event_stream import AsyncLifecycleEventStream
from .transport import AsyncTransport
from .webhooks import AsyncLifecycleWebhooks


class AsyncLifecycle(AsyncLifecycleWebhooks):
    """What happened and happens to the sandboxes and snapshots of an account, and webhooks that tell of it.

    async with AsyncLifecycle() as lifecycle:
        for event in (await lifecycle.list_events(operation="hibernate")).events:
            print(event.occurred_at, event.sandbox_id)
    """

    def __init__(
        self, *, api_key: str | None = None, base_url: str | None = None, timeout: float = 30.0
    ) -> None:
        """Finds key and address like `AsyncSandbox` when left out; `timeout` is seconds of silence."""
        connection = resolve_connection(api_key=api_key, base_url=base_url, timeout=timeout)
        super().__init__(AsyncTransport(connection))

    async def list_events(
        self,
        *,
        offset: int = 0,
        limit: int = 50,
        order_asc: bool = False,
        operation: LifecycleOperation | str | None = None,
        status: LifecycleStatus | str | None = None,
        from_time: Time | None = None,
        to_time: Time | None = None,
        audience: LifecycleAudience | str | None = None,
        sandbox_id: str | None = None,
        snapshot_id: str | None = None,
        source_sandbox_id: str | None = None,
        target_sandbox_id: str | None = None,
    ) -> LifecycleEventListResponse:
        """Events of the account, the newest first.

        Args:
            offset: how many to skip.
            limit: how many to return.
            order_asc: the oldest first.
            operation: just this; without it all but `network_updated`.
            status: just this.
            from_time: not before this.
            to_time: before this.
            audience: `customer`, the only one that can be read.
            sandbox_id: of this sandbox.
            snapshot_id: of this snapshot.
            source_sandbox_id: resumes and forks of this one.
            target_sandbox_id: the resume or fork that made this one.
        """
        call = lifecycle_calls.list_events(
            offset=offset,
            limit=limit,
            order_asc=order_asc,
            operation=operation,
            status=status,
            from_time=from_time,
            to_time=to_time,
            audience=audience,
            ids={
                "sandbox_id": sandbox_id,
                "snapshot_id": snapshot_id,
                "source_sandbox_id": source_sandbox_id,
                "target_sandbox_id": target_sandbox_id,
            },
        )
        return await self._transport.execute(call)

    async def list_sandbox_events(
        self,
        sandbox_id: str,
        *,
        offset: int = 0,
        limit: int = 50,
        order_asc: bool = False,
        operation: LifecycleOperation | str | None = None,
        status: LifecycleStatus | str | None = None,
        from_time: Time | None = None,
        to_time: Time | None = None,
    ) -> LifecycleEventListResponse:
        """Events of one sandbox, also of one that is gone. See `list_events`."""
        call = lifecycle_calls.list_sandbox_events(
            sandbox_id,
            offset=offset,
            limit=limit,
            order_asc=order_asc,
            operation=operation,
            status=status,
            from_time=from_time,
            to_time=to_time,
        )
        return await self._transport.execute(call)

    async def list_snapshot_events(
        self,
        snapshot_id: str,
        *,
        offset: int = 0,
        limit: int = 50,
        order_asc: bool = False,
        operation: LifecycleOperation | str | None = None,
        status: LifecycleStatus | str | None = None,
        from_time: Time | None = None,
        to_time: Time | None = None,
    ) -> LifecycleEventListResponse:
        """Events of one snapshot, also of one that is gone. See `list_events`."""
        call = lifecycle_calls.list_snapshot_events(
            snapshot_id,
            offset=offset,
            limit=limit,
            order_asc=order_asc,
            operation=operation,
            status=status,
            from_time=from_time,
            to_time=to_time,
        )
        return await self._transport.execute(call)

    def stream_events(
        self,
        *,
        sandbox_id: str | None = None,
        snapshot_id: str | None = None,
        operation: LifecycleOperation | str | None = None,
        status: LifecycleStatus | str | None = None,
        audience: LifecycleAudience | str | None = None,
        live_only: bool = False,
        after_event_id: str | None = None,
        replay_limit: int | None = 100,
        metadata: dict[str, Any] | None = None,
    ) -> AsyncLifecycleEventStream:
        """What happens in the account, as it happens, after some of what has happened.

        Args:
            sandbox_id: of this sandbox.
            snapshot_id: of this snapshot.
            operation: just this; without it all but `network_updated`.
            status: just this.
            audience: `customer`, the only one that can be read.
            live_only: nothing that has already happened.
            after_event_id: everything after this event.
            replay_limit: at most so many that have already happened.
            metadata: events whose metadata hold all of these pairs.
        """
        stream = event_stream(
            sandbox_id=sandbox_id,
            snapshot_id=snapshot_id,
            operation=operation,
            status=status,
            audience=audience,
            live_only=live_only,
            after_event_id=after_event_id,
            replay_limit=replay_limit,
            metadata=metadata,
        )
        connection = self._transport.connection
        return AsyncLifecycleEventStream(connection, events_url(connection), stream)

    async def close(self) -> None:
        """Closes the connections. Streams go on."""
        await self._transport.close()

    async def __aenter__(self) -> AsyncLifecycle:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()
