"""Snapshots without a handle of a sandbox."""

from __future__ import annotations

import builtins
from typing import Any, overload

from .._core import snapshot_calls
from .._core.snapshot_calls import list_request
from .._models.snapshot_info import SnapshotInfo
from .lifetime import brief_transport, lasting_transport
from .paginator import SnapshotPaginator


class Snapshot:
    """Saved sandboxes. `Sandbox.create_snapshot` makes one, `create(snapshot_id=…)` starts from one."""

    @overload
    @staticmethod
    def list(
        *,
        sandbox_id: str | None = None,
        metadata: dict[str, Any] | None = None,
        limit: None = None,
        next_token: str | None = None,
        api_key: str | None = None,
        base_url: str | None = None,
    ) -> builtins.list[SnapshotInfo]: ...

    @overload
    @staticmethod
    def list(
        *,
        sandbox_id: str | None = None,
        metadata: dict[str, Any] | None = None,
        limit: int,
        next_token: str | None = None,
        api_key: str | None = None,
        base_url: str | None = None,
    ) -> SnapshotPaginator: ...

    @staticmethod
    def list(
        *,
        sandbox_id: str | None = None,
        metadata: dict[str, Any] | None = None,
        limit: int | None = None,
        next_token: str | None = None,
        api_key: str | None = None,
        base_url: str | None = None,
    ) -> builtins.list[SnapshotInfo] | SnapshotPaginator:
        """Snapshots of this key's tenant, the newest first: all in one list, or pages of `limit`.

        Args:
            sandbox_id: just those taken of this sandbox.
            metadata: just those with all of these pairs.
            limit: size of a page.
            next_token: where an earlier listing by pages stopped.
            api_key: key of the API.
            base_url: address of the API.
        """
        request = list_request(sandbox_id, metadata, limit)
        with lasting_transport(api_key, base_url, None) as transport:
            page = transport.execute(request.page(next_token))
            if limit is not None:
                return SnapshotPaginator(page, request, transport)
            transport.close()
            return page.items

    @staticmethod
    def get(snapshot_id: str, *, api_key: str | None = None, base_url: str | None = None) -> SnapshotInfo:
        """A snapshot's record. Raises `NotFoundError` when there is no such snapshot."""
        with brief_transport(api_key, base_url) as transport:
            return transport.execute(snapshot_calls.get_snapshot(snapshot_id))

    @staticmethod
    def delete(snapshot_id: str, *, api_key: str | None = None, base_url: str | None = None) -> None:
        """Deletes a snapshot and frees its disk.

        Raises:
            NotFoundError: there is no such snapshot.
            ConflictError: a paused sandbox or a template still needs it (`snapshot_in_use`).
        """
        with brief_transport(api_key, base_url) as transport:
            transport.execute(snapshot_calls.delete_snapshot(snapshot_id))
