"""Lists that come page by page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from .call import Call, Reply, Request
from .encode import invalid_request
from .fields import Fields, fields_param

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """Items, and how to get the ones after them."""

    items: list[T]
    next_token: str | None

    @property
    def has_next(self) -> bool:
        """Whether there is another page."""
        return self.next_token is not None


@dataclass(frozen=True)
class ListRequest(Generic[T]):
    """What is listed; stays the same from page to page."""

    path: str
    params: dict[str, str]
    read: Callable[[dict[str, Any]], T]

    def page(self, next_token: str | None) -> Call[Page[T]]:
        """One page."""
        params = dict(self.params)
        if next_token:
            params["next_token"] = next_token

        def parse(reply: Reply) -> Page[T]:
            items, token = _items(reply.json())
            return Page([self.read(item) for item in items], token)

        return Call(Request("GET", self.path, params=params), parse)

    def fields(self, fields: Fields, next_token: str | None) -> Call[list[dict[str, Any]]]:
        """One page of projections."""
        call = self.page(next_token)
        params = {**call.request.params, **fields_param(fields)}
        return Call(replace(call.request, params=params), lambda reply: _items(reply.json())[0])


def page_size(limit: int | None) -> dict[str, str]:
    """The query parameter for the size of a page; empty without one."""
    if limit is None:
        return {}
    if isinstance(limit, bool) or not isinstance(limit, int) or limit < 1:
        raise invalid_request(f"limit {limit!r} is not a whole number of at least 1")
    return {"limit": str(limit)}


def _items(answer: Any) -> tuple[list[dict[str, Any]], str | None]:
    # A bare array is the last page.
    if isinstance(answer, list):
        return answer, None
    token = answer.get("next_token") if answer.get("has_next") else None
    return list(answer["items"]), token or None
