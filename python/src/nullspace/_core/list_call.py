"""The call that lists sandboxes, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from .._models.sandbox_info import SandboxInfo, SandboxQuery, read_sandbox_info
from .._models.state import SandboxListState, SandboxStatus
from .call import Call, Reply, Request
from .encode import encode_json, invalid_request
from .fields import Fields, fields_param


@dataclass(frozen=True)
class Page:
    """Sandboxes, and how to get the ones after them."""

    items: list[SandboxInfo]
    next_token: str | None

    @property
    def has_next(self) -> bool:
        """Whether there is another page."""
        return self.next_token is not None


@dataclass(frozen=True)
class ListRequest:
    """What is listed; stays the same from page to page."""

    params: dict[str, str]

    def page(self, next_token: str | None) -> Call[Page]:
        """One page."""
        params = dict(self.params)
        if next_token:
            params["next_token"] = next_token
        return Call(Request("GET", "/v1/sandboxes", params=params), _read_page)

    def fields(self, fields: Fields, next_token: str | None) -> Call[list[dict[str, Any]]]:
        """One page of projections."""
        call = self.page(next_token)
        params = {**call.request.params, **fields_param(fields)}
        return Call(replace(call.request, params=params), lambda reply: _items(reply.json())[0])


def list_request(
    state: SandboxListState | SandboxStatus | str | None, query: SandboxQuery | None, limit: int | None
) -> ListRequest:
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
    if limit is not None:
        if isinstance(limit, bool) or not isinstance(limit, int) or limit < 1:
            raise invalid_request(f"limit {limit!r} is not a whole number of at least 1")
        params["limit"] = str(limit)
    return ListRequest(params)


def _read_page(reply: Reply) -> Page:
    items, next_token = _items(reply.json())
    return Page([read_sandbox_info(item) for item in items], next_token)


def _items(answer: Any) -> tuple[list[dict[str, Any]], str | None]:
    # A bare array is the last page.
    if isinstance(answer, list):
        return answer, None
    token = answer.get("next_token") if answer.get("has_next") else None
    return list(answer["items"]), token or None
