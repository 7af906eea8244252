"""The handle of a warm pool."""

from __future__ import annotations

import builtins
import time
from typing import Any

from .._core import warm_pool_calls
from .._core.call import Call
from .._core.connection import Connection, resolve_connection
from .._core.warm_pool_calls import pool_fields, pool_not_ready, resources
from .._models.warm_pool import (
    TemplateWarmPoolInfo,
    TemplateWarmPoolState,
    TemplateWarmPoolVersionPolicy,
    WarmPoolCheckoutMode,
)
from .lifetime import transport_over

pause = time.sleep


class TemplateWarmPool:
    """Sandboxes of one template and size that stand ready, so that a create takes one at once.

    pool = TemplateWarmPool.create("review-api:stable", name="review", min_ready=2, max_ready=4)
    pool.wait_until_ready()
    sandbox = Sandbox.create("review-api:stable", warm_pool=pool.id)
    """

    def __init__(self, info: TemplateWarmPoolInfo, connection: Connection) -> None:
        self._info = info
        self._connection = connection

    def __repr__(self) -> str:
        return f"{type(self).__name__}(id={self.id!r})"

    @property
    def id(self) -> str:
        """The pool's id, `twp_…`."""
        return self._info.id

    @classmethod
    def create(
        cls,
        template: str,
        *,
        name: str,
        min_ready: int,
        max_ready: int,
        vcpus: int = 2,
        memory_mb: int = 512,
        disk_mb: int | None = None,
        idle_timeout_seconds: int | None = None,
        stale_after_seconds: int | None = None,
        checkout_policy: WarmPoolCheckoutMode | str | None = None,
        version_policy: TemplateWarmPoolVersionPolicy | str | None = None,
        track_tag: str | None = None,
        labels: dict[str, str] | None = None,
        metadata: dict[str, Any] | None = None,
        warm_pool_id: str | None = None,
        api_key: str | None = None,
        base_url: str | None = None,
        request_timeout: float | None = None,
    ) -> TemplateWarmPool:
        """Makes a pool, which fills itself from then on.

        Args:
            template: what its sandboxes are made from.
            name: what you call it.
            min_ready: it is refilled below this.
            max_ready: it never holds more.
            vcpus: virtual CPUs of each; a create takes from it only what has the same size.
            memory_mb: memory of each in MiB.
            disk_mb: disk of each in MiB.
            idle_timeout_seconds: what nobody took for so long is renewed.
            stale_after_seconds: what is older is renewed.
            checkout_policy: what creates do that do not say it themselves; `prefer` by default.
            version_policy: `pinned_build` stays with the build of now, `track_tag` follows `track_tag`.
            track_tag: the tag to follow.
            labels: labels of yours, usable in `list`.
            metadata: JSON of yours, returned.
            warm_pool_id: id to use, `twp_…`; the server makes one by default.
            api_key: key of the API.
            base_url: address of the API.
            request_timeout: seconds of silence after which a request fails.
        """
        body = pool_fields(
            template=template,
            name=name,
            min_ready=min_ready,
            max_ready=max_ready,
            resources=resources(vcpus, memory_mb, disk_mb),
            idle_timeout_seconds=idle_timeout_seconds,
            stale_after_seconds=stale_after_seconds,
            checkout_policy=checkout_policy,
            version_policy=version_policy,
            track_tag=track_tag,
            labels=labels,
            metadata=metadata,
        )
        if warm_pool_id is not None:
            body["id"] = warm_pool_id
        connection = resolve_connection(api_key=api_key, base_url=base_url, timeout=request_timeout)
        with transport_over(connection) as transport:
            return cls(transport.execute(warm_pool_calls.create_pool(body)), connection)

    @classmethod
    def get(
        cls,
        warm_pool_id: str,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        request_timeout: float | None = None,
    ) -> TemplateWarmPool:
        """The handle of a pool by its id. Raises `NotFoundError` when there is none."""
        connection = resolve_connection(api_key=api_key, base_url=base_url, timeout=request_timeout)
        with transport_over(connection) as transport:
            return cls(transport.execute(warm_pool_calls.get_pool(warm_pool_id)), connection)

    @classmethod
    def from_id(
        cls,
        warm_pool_id: str,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        request_timeout: float | None = None,
    ) -> TemplateWarmPool:
        """Another name of `get`."""
        return cls.get(warm_pool_id, api_key=api_key, base_url=base_url, request_timeout=request_timeout)

    @staticmethod
    def list(
        *,
        template: str | None = None,
        state: TemplateWarmPoolState | str | None = None,
        label: str | tuple[str, ...] | builtins.list[str] | None = None,
        status: str | None = None,
        limit: int | None = None,
        api_key: str | None = None,
        base_url: str | None = None,
        request_timeout: float | None = None,
    ) -> builtins.list[TemplateWarmPoolInfo]:
        """Pools of the account for which all conditions hold. `label` is `key=value`, or several."""
        call = warm_pool_calls.list_pools(
            template=template, state=state, label=label, status=status, limit=limit
        )
        connection = resolve_connection(api_key=api_key, base_url=base_url, timeout=request_timeout)
        with transport_over(connection) as transport:
            return transport.execute(call)

    def get_info(self) -> TemplateWarmPoolInfo:
        """The pool as it is, with its counts."""
        return self._call(warm_pool_calls.get_pool(self.id))

    def update(
        self,
        *,
        template: str | None = None,
        name: str | None = None,
        min_ready: int | None = None,
        max_ready: int | None = None,
        vcpus: int | None = None,
        memory_mb: int | None = None,
        disk_mb: int | None = None,
        idle_timeout_seconds: int | None = None,
        stale_after_seconds: int | None = None,
        checkout_policy: WarmPoolCheckoutMode | str | None = None,
        version_policy: TemplateWarmPoolVersionPolicy | str | None = None,
        track_tag: str | None = None,
        labels: dict[str, str] | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> TemplateWarmPoolInfo:
        """Changes what is given; the rest stays."""
        sized = (vcpus, memory_mb, disk_mb) != (None, None, None)
        size = resources(vcpus, memory_mb, disk_mb, self.get_info()) if sized else None
        changes = pool_fields(
            template=template,
            name=name,
            min_ready=min_ready,
            max_ready=max_ready,
            resources=size,
            idle_timeout_seconds=idle_timeout_seconds,
            stale_after_seconds=stale_after_seconds,
            checkout_policy=checkout_policy,
            version_policy=version_policy,
            track_tag=track_tag,
            labels=labels,
            metadata=metadata,
        )
        return self._call(warm_pool_calls.update_pool(self.id, changes))

    def enable(self) -> TemplateWarmPoolInfo:
        """Fills the pool again."""
        return self._call(warm_pool_calls.act_on_pool(self.id, "enable"))

    def disable(self) -> TemplateWarmPoolInfo:
        """Fills the pool no more; what is ready can be taken."""
        return self._call(warm_pool_calls.act_on_pool(self.id, "disable"))

    def drain(self) -> TemplateWarmPoolInfo:
        """Gives nothing out any more and destroys what is ready; the pool is disabled when it is empty."""
        return self._call(warm_pool_calls.act_on_pool(self.id, "drain"))

    def reconcile(self) -> TemplateWarmPoolInfo:
        """Looks at once whether something is to be filled or renewed."""
        return self._call(warm_pool_calls.act_on_pool(self.id, "reconcile"))

    def delete(self) -> None:
        """Deletes the pool and destroys what is ready."""
        with transport_over(self._connection) as transport:
            transport.execute(warm_pool_calls.delete_pool(self.id))

    def wait_until_ready(
        self, *, min_ready: int | None = None, timeout_secs: float = 300.0, interval_secs: float = 1.0
    ) -> TemplateWarmPoolInfo:
        """Waits until so many sandboxes are ready, by default as many as `min_ready` of the pool.

        Raises:
            TimeoutError: they were not after `timeout_secs`; the message says how many were, and why.
        """
        deadline = time.monotonic() + timeout_secs
        while True:
            info = self.get_info()
            wanted = info.min_ready if min_ready is None else min_ready
            if info.status.ready >= wanted:
                return info
            if time.monotonic() >= deadline:
                raise pool_not_ready(info, wanted, timeout_secs)
            pause(interval_secs)

    def _call(self, call: Call[TemplateWarmPoolInfo]) -> TemplateWarmPoolInfo:
        with transport_over(self._connection) as transport:
            self._info = transport.execute(call)
        return self._info
