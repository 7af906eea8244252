"""Calls that list lifecycle events."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from .._models.lifecycle import (
    LifecycleAudience,
    LifecycleEventListResponse,
    LifecycleOperation,
    LifecycleStatus,
    read_lifecycle_event,
)
from .call import Call, Reply, Request
from .encode import id_path, invalid_request, sandbox_path

Time = datetime | str


def list_events(
    *, audience: LifecycleAudience | str | None, ids: dict[str, str | None], **filters: Any
) -> Call[LifecycleEventListResponse]:
    """Events of the whole account."""
    more = {name: value for name, value in ids.items() if value is not None}
    if audience is not None:
        more["audience"] = customer_audience(audience)
    return _list("/v1/lifecycle/events", {**event_params(**filters), **more})


def list_sandbox_events(sandbox_id: str, **filters: Any) -> Call[LifecycleEventListResponse]:
    """Events of one sandbox."""
    return _list(sandbox_path(sandbox_id, "lifecycle"), event_params(**filters))


def list_snapshot_events(snapshot_id: str, **filters: Any) -> Call[LifecycleEventListResponse]:
    """Events of one snapshot."""
    path = id_path("/v1/snapshots", snapshot_id, "lifecycle", what="snapshot")
    return _list(path, event_params(**filters))


def event_params(
    *,
    offset: int = 0,
    limit: int = 50,
    order_asc: bool = False,
    operation: LifecycleOperation | str | None = None,
    status: LifecycleStatus | str | None = None,
    from_time: Time | None = None,
    to_time: Time | None = None,
) -> dict[str, str]:
    """The filters that all lists take, as query parameters."""
    params = {"offset": str(offset), "limit": str(limit), "order": "asc" if order_asc else "desc"}
    if operation is not None:
        params["operation"] = LifecycleOperation(operation).value
    if status is not None:
        params["status"] = LifecycleStatus(status).value
    if from_time is not None:
        params["from"] = _rfc3339(from_time)
    if to_time is not None:
        params["to"] = _rfc3339(to_time)
    return params


def customer_audience(audience: LifecycleAudience | str) -> str:
    """The only audience that the API shows."""
    if LifecycleAudience(audience) is not LifecycleAudience.CUSTOMER:
        raise invalid_request("audience: only events for customers can be read")
    return LifecycleAudience.CUSTOMER.value


def _list(path: str, params: dict[str, str]) -> Call[LifecycleEventListResponse]:
    return Call(Request("GET", path, params=params), _read_list)


def _read_list(reply: Reply) -> LifecycleEventListResponse:
    data = reply.json()
    events = [read_lifecycle_event(item) for item in data["events"]]
    return LifecycleEventListResponse(events, data["offset"], data["limit"], data["has_more"])


def _rfc3339(time: Time) -> str:
    if isinstance(time, str):
        return time
    # A time without a zone is the local one, as everywhere in Python.
    return time.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")
