"""What can be asked about sandboxes without a handle of one."""

from __future__ import annotations

import builtins
from typing import Any, overload

from .._core import sandbox_calls
from .._core.fields import Fields
from .._core.list_call import list_request
from .._models.metrics import SandboxMetrics
from .._models.sandbox_info import SandboxInfo, SandboxQuery
from .._models.state import SandboxListState, SandboxStatus
from .lifetime import brief_transport, lasting_transport
from .paginator import AsyncSandboxPaginator


class AsyncSandboxDirectory:
    """Class methods of `AsyncSandbox` that work by id or on all sandboxes."""

    @overload
    @classmethod
    async def list(
        cls,
        *,
        state: SandboxListState | SandboxStatus | str | None = None,
        query: SandboxQuery | None = None,
        limit: int | None = None,
        next_token: str | None = None,
        fields: None = None,
        api_key: str | None = None,
        base_url: str | None = None,
    ) -> AsyncSandboxPaginator: ...

    @overload
    @classmethod
    async def list(
        cls,
        *,
        state: SandboxListState | SandboxStatus | str | None = None,
        query: SandboxQuery | None = None,
        limit: int | None = None,
        next_token: str | None = None,
        fields: builtins.list[str] | tuple[str, ...] | str,
        api_key: str | None = None,
        base_url: str | None = None,
    ) -> builtins.list[dict[str, Any]]: ...

    @classmethod
    async def list(
        cls,
        *,
        state: SandboxListState | SandboxStatus | str | None = None,
        query: SandboxQuery | None = None,
        limit: int | None = None,
        next_token: str | None = None,
        fields: Fields = None,
        api_key: str | None = None,
        base_url: str | None = None,
    ) -> AsyncSandboxPaginator | builtins.list[dict[str, Any]]:
        """Sandboxes of this key's tenant, the newest first.

        Args:
            state: just these; by default all that live.
            query: conditions on state, template and metadata. Its states win over `state`.
            limit: size of a page.
            next_token: where another listing stopped.
            fields: names of fields: the first page as plain dictionaries of just those.
            api_key: key of the API.
            base_url: address of the API.
        """
        request = list_request(state, query, limit)
        async with lasting_transport(api_key, base_url, None) as transport:
            if fields is None:
                page = await transport.execute(request.page(next_token))
                if not page.has_next:
                    await transport.close()
                return AsyncSandboxPaginator(page, request, transport)
            items = await transport.execute(request.fields(fields, next_token))
            await transport.close()
            return items

    @classmethod
    async def kill_by_id(
        cls, sandbox_id: str, *, api_key: str | None = None, base_url: str | None = None
    ) -> None:
        """Destroys a sandbox. Raises `NotFoundError` when there is no such sandbox."""
        async with brief_transport(api_key, base_url) as transport:
            await transport.execute(sandbox_calls.kill(sandbox_id))

    @overload
    @classmethod
    async def get_info_by_id(
        cls, sandbox_id: str, *, fields: None = None, api_key: str | None = None, base_url: str | None = None
    ) -> SandboxInfo: ...

    @overload
    @classmethod
    async def get_info_by_id(
        cls,
        sandbox_id: str,
        *,
        fields: builtins.list[str] | tuple[str, ...] | str,
        api_key: str | None = None,
        base_url: str | None = None,
    ) -> dict[str, Any]: ...

    @classmethod
    async def get_info_by_id(
        cls,
        sandbox_id: str,
        *,
        fields: Fields = None,
        api_key: str | None = None,
        base_url: str | None = None,
    ) -> SandboxInfo | dict[str, Any]:
        """What the server knows about a sandbox, without a handle. Never wakes a paused one."""
        async with brief_transport(api_key, base_url) as transport:
            if fields is None:
                return await transport.execute(sandbox_calls.get_info(sandbox_id))
            return await transport.execute(sandbox_calls.get_fields(sandbox_id, fields))

    @classmethod
    async def get_metrics_by_id(
        cls, sandbox_id: str, *, api_key: str | None = None, base_url: str | None = None
    ) -> builtins.list[SandboxMetrics]:
        """Use of resources, without a handle."""
        async with brief_transport(api_key, base_url) as transport:
            return await transport.execute(sandbox_calls.get_metrics(sandbox_id))
