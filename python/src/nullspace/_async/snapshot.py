"""Snapshots without a handle of a sandbox."""

from __future__ import annotations

import builtins
from typing import Any

from .._core import snapshot_calls
from .._models.snapshot_info import SnapshotInfo
from .lifetime import brief_transport


class AsyncSnapshot:
    """Saved sandboxes. `AsyncSandbox.create_snapshot` makes one, `create(snapshot_id=…)` starts from one."""

    @staticmethod
    async def list(
        *,
        sandbox_id: str | None = None,
        metadata: dict[str, Any] | None = None,
        api_key: str | None = None,
        base_url: str | None = None,
    ) -> builtins.list[SnapshotInfo]:
        """Snapshots of this key's tenant, the newest first.

        Args:
            sandbox_id: just those taken of this sandbox.
            metadata: just those with all of these pairs.
            api_key: key of the API.
            base_url: address of the API.
        """
        async with brief_transport(api_key, base_url) as transport:
            return await transport.execute(snapshot_calls.list_snapshots(sandbox_id, metadata))

    @staticmethod
    async def get(
        snapshot_id: str, *, api_key: str | None = None, base_url: str | None = None
    ) -> SnapshotInfo:
        """A snapshot's record. Raises `NotFoundError` when there is no such snapshot."""
        async with brief_transport(api_key, base_url) as transport:
            return await transport.execute(snapshot_calls.get_snapshot(snapshot_id))

    @staticmethod
    async def delete(snapshot_id: str, *, api_key: str | None = None, base_url: str | None = None) -> None:
        """Deletes a snapshot and frees its disk.

        Raises:
            NotFoundError: there is no such snapshot.
            ConflictError: a paused sandbox or a template still needs it (`snapshot_in_use`).
        """
        async with brief_transport(api_key, base_url) as transport:
            await transport.execute(snapshot_calls.delete_snapshot(snapshot_id))
