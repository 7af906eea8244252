"""Builds and checks of templates."""

from __future__ import annotations

import asyncio
from typing import Any

from .._core import build_calls
from .._core.build_log_follower import BuildLogFollower
from .._core.connection import resolve_connection
from .._models.build_check import TemplateBuildPlanResponse, TemplateBuildValidationResponse
from .._models.build_record import TemplateBuildListResponse
from .._models.build_states import TemplateBuildBackend, TemplateBuildSourceType, TemplateBuildStatus
from .._template.context_entry import inline
from .._template.options import read_options
from .._template.payload import BuildPayload, build_payload
from .._template.rendering import RenderedTemplate
from .._template.secrets import BuildSecrets
from .build_context import OnProgress, upload_context
from .follow_log import follow_log
from .lifetime import brief_transport, transport_over
from .template_build import AsyncTemplateBuild, OnLogEntry


class AsyncTemplateBuilding(RenderedTemplate):
    """What is done with a definition: `Template.build(template, "name")` is `template.build("name")`."""

    async def build(
        self,
        name_or_ref: str | None = None,
        *,
        name: str | None = None,
        tags: list[str] | None = None,
        vcpus: int | None = None,
        cpu_count: int | None = None,
        memory_mb: int | None = None,
        disk_mb: int | None = None,
        internet_access: bool = True,
        build_backend: TemplateBuildBackend | str | None = None,
        build_secrets: BuildSecrets = None,
        skip_cache: bool = False,
        on_log_entry: OnLogEntry = None,
        on_upload_progress: OnProgress = None,
        api_key: str | None = None,
        base_url: str | None = None,
    ) -> AsyncTemplateBuild:
        """Builds a template and returns when sandboxes can be made from it.

        A connection that is lost is made again. An interrupted wait does not end the build:
        `AsyncTemplateBuild.connect` finds it again.

        Args:
            name_or_ref: the template's name, or `name:tag`, or `namespace/name:tag`.
            name: the same by name.
            tags: tags that will point to the build; `default` when there are none.
            vcpus: CPUs of the build, and of a saved start command; 2 by default.
            cpu_count: another spelling of `vcpus`.
            memory_mb: memory of the same in MiB; 512 by default.
            disk_mb: disk in MiB. With a start command it is that of every sandbox of the template.
            internet_access: whether steps reach the network.
            build_backend: `native` or `buildkit`; the server does the same for both.
            build_secrets: secrets for steps beside those of the definition.
            skip_cache: run every step.
            on_log_entry: called with each entry of the log as it comes.
            on_upload_progress: called after each file that was sent.
            api_key: key of the API.
            base_url: address of the API.

        Raises:
            BuildError: the build failed; `failure` names the phase and the step.
            SandboxError: an argument or a step is wrong (`invalid_request`); nothing was built.
        """
        connection = resolve_connection(api_key=api_key, base_url=base_url)
        payload = await asyncio.to_thread(
            self._payload,
            name_or_ref,
            name=name,
            tags=tags,
            vcpus=vcpus,
            cpu_count=cpu_count,
            memory_mb=memory_mb,
            disk_mb=disk_mb,
            internet_access=internet_access,
            build_backend=build_backend,
            build_secrets=build_secrets,
            skip_cache=skip_cache,
            named=True,
        )
        async with transport_over(connection) as transport:
            body = payload.with_files(await upload_context(transport, payload.entries, on_upload_progress))
            follower = BuildLogFollower(build_calls.build_stream(body))
            async for entry in follow_log(transport, follower):
                if on_log_entry is not None:
                    on_log_entry(entry)
            last = follower.reader.ended()
            snapshot = await transport.execute(build_calls.get_build(last.build_id, last.offset))
        return AsyncTemplateBuild(snapshot.build, connection)

    async def build_in_background(
        self,
        name_or_ref: str | None = None,
        *,
        name: str | None = None,
        tags: list[str] | None = None,
        vcpus: int | None = None,
        cpu_count: int | None = None,
        memory_mb: int | None = None,
        disk_mb: int | None = None,
        internet_access: bool = True,
        build_backend: TemplateBuildBackend | str | None = None,
        build_secrets: BuildSecrets = None,
        skip_cache: bool = False,
        on_upload_progress: OnProgress = None,
        api_key: str | None = None,
        base_url: str | None = None,
    ) -> AsyncTemplateBuild:
        """Sends a build and returns its handle at once. Takes what `build` takes."""
        connection = resolve_connection(api_key=api_key, base_url=base_url)
        payload = await asyncio.to_thread(
            self._payload,
            name_or_ref,
            name=name,
            tags=tags,
            vcpus=vcpus,
            cpu_count=cpu_count,
            memory_mb=memory_mb,
            disk_mb=disk_mb,
            internet_access=internet_access,
            build_backend=build_backend,
            build_secrets=build_secrets,
            skip_cache=skip_cache,
            named=True,
        )
        async with transport_over(connection) as transport:
            body = payload.with_files(await upload_context(transport, payload.entries, on_upload_progress))
            return AsyncTemplateBuild(await transport.execute(build_calls.start_build(body)), connection)

    async def validate(
        self,
        name_or_ref: str | None = None,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        **options: Any,
    ) -> TemplateBuildValidationResponse:
        """Checks the definition without building. `options` are those of `build` that shape the request."""
        payload = await asyncio.to_thread(self._payload, name_or_ref, **options)
        body = payload.with_files(await asyncio.to_thread(inline, payload.entries))
        async with brief_transport(api_key, base_url) as transport:
            return await transport.execute(build_calls.validate(body))

    async def plan(
        self,
        name_or_ref: str | None = None,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        **options: Any,
    ) -> TemplateBuildPlanResponse:
        """Says what a build would do. `options` are those of `build` that shape the request."""
        payload = await asyncio.to_thread(self._payload, name_or_ref, **options)
        body = payload.with_files(await asyncio.to_thread(inline, payload.entries))
        async with brief_transport(api_key, base_url) as transport:
            return await transport.execute(build_calls.plan(body))

    @staticmethod
    async def list_builds(
        template_ref: str,
        *,
        status: TemplateBuildStatus | str | None = None,
        backend: TemplateBuildBackend | str | None = None,
        source_type: TemplateBuildSourceType | str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        api_key: str | None = None,
        base_url: str | None = None,
    ) -> TemplateBuildListResponse:
        """A page of the template's builds, the newest first; `cursor` is `next_cursor` of the page before."""
        call = build_calls.list_builds(
            template_ref, status=status, backend=backend, source_type=source_type, limit=limit, cursor=cursor
        )
        async with brief_transport(api_key, base_url) as transport:
            return await transport.execute(call)

    def _payload(self, name_or_ref: str | None, **options: Any) -> BuildPayload:
        return build_payload(self._definition, read_options(name_or_ref, **options))
