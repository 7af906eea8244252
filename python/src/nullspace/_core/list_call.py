"""The call that lists sandboxes."""

from __future__ import annotations

from .._models.sandbox_info import SandboxInfo, SandboxQuery, read_sandbox_info
from .._models.state import SandboxListState, SandboxStatus
from .encode import encode_json
from .page import ListRequest, page_size


def list_request(
    state: SandboxListState | SandboxStatus | str | None, query: SandboxQuery | None, limit: int | None
) -> ListRequest[SandboxInfo]:
    """Filters as query parameters. States of the query win over `state`."""
    params: dict[str, str] = {}
    states = query.state if query and query.state else ([state] if state else [])
    if isinstance(states, str):
        states = [states]
    if states:
        params["state"] = ",".join(SandboxStatus(item).value for item in states)
    if query and query.template:
        params["template"] = query.template
    if query and query.metadata:
        params["metadata"] = encode_json(query.metadata).decode()
    return ListRequest("/v1/sandboxes", {**params, **page_size(limit)}, read_sandbox_info)
