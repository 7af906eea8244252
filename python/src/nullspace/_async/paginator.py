"""Sandboxes and snapshots, page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Generic, TypeVar

from .._core.page import ListRequest, Page
from .._models.sandbox_info import SandboxInfo
from .._models.snapshot_info import SnapshotInfo
from .transport import AsyncTransport

T = TypeVar("T")


class AsyncPaginator(Generic[T]):
    """A page of items and the way to the following ones. Iterating goes through all pages.

    Its connection is closed with the last page, by `close`, and at the end of an `async with` block.
    """

    def __init__(self, page: Page[T], request: ListRequest[T], transport: AsyncTransport) -> None:
        self._request = request
        self._transport = transport
        self._page = page

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

    async def next_items(self) -> list[T]:
        """Goes to the next page and returns its items; an empty list after the last one."""
        if not self.has_next:
            return []
        self._page = await self._transport.execute(self._request.page(self.next_token))
        if not self.has_next:
            await self._transport.close()
        return self.items

    async def close(self) -> None:
        """Closes the connection. No further pages can be read."""
        await self._transport.close()

    async def __aiter__(self) -> AsyncIterator[T]:
        for item in self.items:
            yield item
        while self.has_next:
            for item in await self.next_items():
                yield item

    async def __aenter__(self) -> AsyncPaginator[T]:
        return self

    async def __aexit__(self, *_exc_info: object) -> None:
        await self.close()


class AsyncSandboxPaginator(AsyncPaginator[SandboxInfo]):
    """Pages of sandboxes."""


class AsyncSnapshotPaginator(AsyncPaginator[SnapshotInfo]):
    """Pages of snapshots."""
