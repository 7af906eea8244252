"""Sandboxes and snapshots, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

from .._core.page import ListRequest, Page
from .._models.sandbox_info import SandboxInfo
from .._models.snapshot_info import SnapshotInfo
from .transport import Transport

T = TypeVar("T")


class Paginator(Generic[T]):
    """A page of items and the way to the following ones. Iterating goes through all pages.

    Its connection is closed with the last page, by `close`, and at the end of a `with` block.
    """

    def __init__(self, page: Page[T], request: ListRequest[T], transport: Transport) -> None:
        self._request = request
        self._transport = transport
        self._take(page)

    @property
    def items(self) -> list[T]:
        """The items of the current page."""
        return self._page.items

    @property
    def has_next(self) -> bool:
        """Whether there is another page."""
        return self._page.has_next

    @property
    def next_token(self) -> str | None:
        """What to pass as `next_token` to the list to go on from here in another process."""
        return self._page.next_token

    def next_items(self) -> list[T]:
        """Goes to the next page and returns its items; an empty list after the last one."""
        if not self.has_next:
            return []
        self._take(self._transport.execute(self._request.page(self.next_token)))
        return self.items

    def close(self) -> None:
        """Closes the connection. No further pages can be read."""
        self._transport.close()

    def __iter__(self) -> Iterator[T]:
        yield from self.items
        while self.has_next:
            yield from self.next_items()

    def __enter__(self) -> Paginator[T]:
        return self

    def __exit__(self, *_exc_info: object) -> None:
        self.close()

    def _take(self, page: Page[T]) -> None:
        self._page = page
        if not page.has_next:
            self._transport.close()


class SandboxPaginator(Paginator[SandboxInfo]):
    """Pages of sandboxes."""


class SnapshotPaginator(Paginator[SnapshotInfo]):
    """Pages of snapshots."""
