"""A stream of lifecycle events without its socket: frames in, events out, where to go on after a break."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from .._models.lifecycle import (
    LifecycleAudience,
    LifecycleEvent,
    LifecycleOperation,
    LifecycleStatus,
    read_lifecycle_event,
)
from ..errors import SandboxError, TransportError
from .connection import Connection
from .encode import sandbox_path
from .lifecycle_calls import customer_audience
from .read_error import error_in

_FIRST_PAUSE = 0.25
_LONGEST_PAUSE = 5.0


@dataclass
class EventStream:
    """What is known of a stream.

    Attributes:
        subscription: the filters, as they are sent.
        last_id: the newest event seen; a new connection goes on after it.
        subscribed: the server has confirmed the current connection's subscription.
        confirmed: it has confirmed one at some time.
    """

    subscription: dict[str, Any]
    last_id: str | None = None
    subscribed: bool = False
    confirmed: bool = False
    _breaks: int = 0

    def first_frame(self) -> str:
        """What to send on a fresh connection."""
        self.subscribed = False
        frame = {"type": "subscribe", **self.subscription}
        if self.last_id is not None:
            frame |= {"live_only": False, "after_event_id": self.last_id}
        return json.dumps(frame)

    def receive(self, frame: str | bytes) -> LifecycleEvent | None:
        """Takes a frame and returns the event in it that was not seen before.

        Raises:
            SandboxError: the server ended the stream (its code, or `websocket_error`), or the frame cannot be
                read (`invalid_response`).
        """
        try:
            message = json.loads(frame)
            kind = message["type"]
            if kind == "subscribed":
                self.subscribed = self.confirmed = True
                self._breaks = 0
                return None
            if kind == "event" and self.subscribed:
                return self._new(read_lifecycle_event(message["event"]))
        except (AttributeError, KeyError, TypeError, ValueError) as cause:
            raise _unreadable(repr(cause)) from cause
        if kind == "error":
            raise error_in(message, "websocket_error")
        raise _unreadable(f"type {kind!r}")

    def pause_after_break(self) -> float:
        """Seconds to wait before the next connection."""
        self._breaks += 1
        return min(_FIRST_PAUSE * 2.0 ** (self._breaks - 1), _LONGEST_PAUSE)

    def _new(self, event: LifecycleEvent) -> LifecycleEvent | None:
        if event.id == self.last_id:
            return None
        self.last_id = event.id
        return event


def event_stream(
    *,
    live_only: bool,
    after_event_id: str | None,
    replay_limit: int | None,
    metadata: dict[str, Any] | None,
    operation: LifecycleOperation | str | None,
    status: LifecycleStatus | str | None,
    audience: LifecycleAudience | str | None = None,
    sandbox_id: str | None = None,
    snapshot_id: str | None = None,
) -> EventStream:
    """A stream that has not begun."""
    filters = {
        "operation": None if operation is None else LifecycleOperation(operation).value,
        "status": None if status is None else LifecycleStatus(status).value,
        "audience": None if audience is None else customer_audience(audience),
        "sandbox_id": sandbox_id,
        "snapshot_id": snapshot_id,
        "metadata": metadata or None,
        "after_event_id": after_event_id,
        "replay_limit": replay_limit,
    }
    given = {name: value for name, value in filters.items() if value is not None}
    return EventStream({**given, "live_only": live_only})


def events_url(connection: Connection, sandbox_id: str | None = None) -> str:
    """Address of the account's events, or of one sandbox's."""
    path = sandbox_path(sandbox_id, "lifecycle/ws") if sandbox_id else "/v1/lifecycle/ws"
    return connection.socket_url + path


def lost(cause: Exception, url: str) -> TransportError:
    """The SDK's error for a stream that broke before it began."""
    if isinstance(cause, TransportError):
        return cause
    error = TransportError(f"{url} closed the stream of events before it began")
    error.__cause__ = cause
    return error


def _unreadable(why: str) -> SandboxError:
    return SandboxError(f"cannot read a frame of the event stream: {why}", "invalid_response")
