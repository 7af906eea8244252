"""Pausing, saving and copying one sandbox, its deadline and its history."""

from __future__ import annotations

import builtins
from typing import Any, TypeVar, overload

from .._core import snapshot_calls
from .._core.event_stream import event_stream, events_url
from .._core.lifecycle_calls import Time, list_sandbox_events
from .._core.sandbox_calls import set_timeout
from .._models.forked_sandbox import ForkedSandbox
from .._models.lifecycle import LifecycleEventListResponse, LifecycleOperation, LifecycleStatus
from .._models.sandbox_info import SandboxInfo
from .._models.snapshot_info import SnapshotInfo, SnapshotKind
from .._models.state import SandboxTimeoutAction
from ..errors import SandboxError
from .event_stream import LifecycleEventStream
from .transport import Transport

L = TypeVar("L", bound="SandboxLife")


class SandboxLife:
    """Methods of `Sandbox` about its life."""

    def __init__(self, info: SandboxInfo, transport: Transport) -> None:
        self._info = info
        self._transport = transport
        # Whether the end of a `with` block leaves the sandbox alone.
        self._kept = False

    @property
    def id(self) -> str:
        """Id of the sandbox, such as `sb_7f3c2a`."""
        return self._info.id

    def set_timeout(
        self, timeout_secs: float, *, timeout_action: SandboxTimeoutAction | str | None = None
    ) -> None:
        """Moves the deadline to so many seconds from now, later or earlier.

        Args:
            timeout_secs: seconds from now.
            timeout_action: what happens then, `destroy` or `hibernate`; stays what it is by default.
        """
        self._transport.execute(set_timeout(self.id, timeout_secs, timeout_action))

    def hibernate(self, *, request_timeout: float | None = None) -> SnapshotInfo:
        """Pauses the sandbox: memory, processes and disk are saved, and the machine's memory is free again.

        `Sandbox.resume(snapshot.id)` or `Sandbox.connect(sandbox.id)` brings it back under a new
        id. Its deadline stands still meanwhile. At the end of a `with` block a sandbox that this
        handle has paused stays paused.

        Args:
            request_timeout: seconds of silence to bear; 300 by default.

        Raises:
            NotFoundError: there is no such sandbox any more.
            QuotaExceededError: the disk is too small for it, or the tenant has too many snapshots. The
                sandbox runs on.
        """
        snapshot = self._transport.execute(snapshot_calls.hibernate(self.id, request_timeout))
        self._kept = True
        return snapshot

    def pause(self, *, request_timeout: float | None = None) -> SnapshotInfo:
        """Another name of `hibernate`."""
        return self.hibernate(request_timeout=request_timeout)

    def create_snapshot(
        self,
        idempotency_key: str | None = None,
        *,
        kind: SnapshotKind | str | None = None,
        metadata: dict[str, Any] | None = None,
        request_timeout: float | None = None,
    ) -> SnapshotInfo:
        """Saves the sandbox, which runs on with its open connections.

        Any number of sandboxes can start from it: `Sandbox.create(snapshot_id=snapshot.id)`.

        Args:
            idempotency_key: a second call with the same key returns the snapshot of the first.
            kind: `memory` (the default) or `filesystem`, which starts fresh processes on the saved files.
            metadata: labels of yours, usable in `Snapshot.list`.
            request_timeout: seconds of silence to bear; 300 by default.

        Raises:
            QuotaExceededError: the disk is too small for it, or the tenant has too many snapshots.
            ConflictError: the sandbox does not run; `SandboxPausedError` when it is paused.
        """
        call = snapshot_calls.create_snapshot(
            self.id,
            kind=kind,
            metadata=metadata,
            idempotency_key=idempotency_key,
            request_timeout=request_timeout,
        )
        return self._transport.execute(call)

    @overload
    def fork(
        self: L,
        idempotency_key: str | None = None,
        *,
        count: None = None,
        request_timeout: float | None = None,
    ) -> L: ...

    @overload
    def fork(
        self: L, idempotency_key: str | None = None, *, count: int, request_timeout: float | None = None
    ) -> builtins.list[ForkedSandbox[L]]: ...

    def fork(
        self: L,
        idempotency_key: str | None = None,
        *,
        count: int | None = None,
        request_timeout: float | None = None,
    ) -> L | builtins.list[ForkedSandbox[L]]:
        """A running copy, memory and disk, under an id of its own. The source runs on.

        Args:
            idempotency_key: a second call with the same key returns the copies of the first.
            count: so many copies at once, up to 100: a list with a sandbox or an error for each.
            request_timeout: seconds of silence to bear; 300 by default.

        Raises:
            QuotaExceededError: the tenant's limit is reached, or the machine has no room. With
                `count`, when no copy came up.
            ConflictError: the sandbox does not run; `SandboxPausedError` when it is paused.
        """
        if count is None:
            call = snapshot_calls.fork(self.id, idempotency_key, request_timeout)
            return self._sibling(self._transport.execute(call))
        calls = snapshot_calls.fork_many(self.id, count, idempotency_key, request_timeout)
        children = self._transport.execute(calls)
        return [
            ForkedSandbox(error=child)
            if isinstance(child, SandboxError)
            else ForkedSandbox(sandbox=self._sibling(child))
            for child in children
        ]

    def list_lifecycle(
        self,
        *,
        offset: int = 0,
        limit: int = 50,
        order_asc: bool = False,
        operation: LifecycleOperation | str | None = None,
        status: LifecycleStatus | str | None = None,
        from_time: Time | None = None,
        to_time: Time | None = None,
    ) -> LifecycleEventListResponse:
        """What happened to the sandbox, the newest first.

        Args:
            offset: how many to skip.
            limit: how many to return.
            order_asc: the oldest first.
            operation: just this.
            status: just this.
            from_time: not before this.
            to_time: before this.
        """
        call = list_sandbox_events(
            self.id,
            offset=offset,
            limit=limit,
            order_asc=order_asc,
            operation=operation,
            status=status,
            from_time=from_time,
            to_time=to_time,
        )
        return self._transport.execute(call)

    def stream_events(
        self,
        *,
        operation: LifecycleOperation | str | None = None,
        status: LifecycleStatus | str | None = None,
        live_only: bool = False,
        after_event_id: str | None = None,
        replay_limit: int | None = 100,
        metadata: dict[str, Any] | None = None,
    ) -> LifecycleEventStream:
        """What happens to the sandbox, as it happens, after some of what has happened.

        Args:
            operation: just this.
            status: just this.
            live_only: nothing that has already happened.
            after_event_id: everything after this event.
            replay_limit: at most so many that have already happened.
            metadata: events whose metadata hold all of these pairs.
        """
        stream = event_stream(
            live_only=live_only,
            after_event_id=after_event_id,
            replay_limit=replay_limit,
            metadata=metadata,
            operation=operation,
            status=status,
        )
        connection = self._transport.connection
        return LifecycleEventStream(connection, events_url(connection, self.id), stream)

    def _sibling(self: L, info: SandboxInfo) -> L:
        return type(self)(info, Transport(self._transport.connection))
