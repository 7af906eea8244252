"""The handle of a build."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from .._core import build_calls
from .._core.build_log_follower import BuildLogFollower
from .._core.build_progress import BuildLogReader, raise_for_failure
from .._core.connection import Connection, resolve_connection
from .._models.build_log import TemplateBuildLogEntry, TemplateBuildStatusSnapshot
from .._models.build_record import TemplateBuildSummary
from .._models.build_states import TemplateBuildStatus
from .._models.template_info import TemplateInfo
from .._template.secrets import BuildSecrets, read_secrets
from .follow_log import follow_log
from .lifetime import transport_over

pause = time.sleep

OnLogEntry = Callable[[TemplateBuildLogEntry], None] | None


class TemplateBuild:
    """A build that was started. It goes on in the server, whatever becomes of the handle."""

    def __init__(self, summary: TemplateBuildSummary, connection: Connection) -> None:
        self.summary = summary
        self._connection = connection

    def __repr__(self) -> str:
        return f"{type(self).__name__}(id={self.id!r}, status={self.status!r})"

    @classmethod
    def connect(
        cls, build_id: str, *, api_key: str | None = None, base_url: str | None = None
    ) -> TemplateBuild:
        """The handle of a build by its id. Raises `NotFoundError` when there is no such build."""
        connection = resolve_connection(api_key=api_key, base_url=base_url)
        with transport_over(connection) as transport:
            snapshot = transport.execute(build_calls.get_build(build_id, 0))
        return cls(snapshot.build, connection)

    @property
    def id(self) -> str:
        """The build's id, `tb_…`."""
        return self.summary.build_id

    @property
    def build_id(self) -> str:
        """The same."""
        return self.summary.build_id

    @property
    def template_id(self) -> str:
        """The template's id, `tmpl_…`."""
        return self.summary.template_id

    @property
    def name(self) -> str:
        """The template's name."""
        return self.summary.name

    @property
    def tags(self) -> list[str]:
        """Tags that point to the build when it is ready."""
        return self.summary.tags

    @property
    def status(self) -> TemplateBuildStatus | str:
        """How it was when it was last asked for."""
        return self.summary.status

    def get_status(self, *, offset: int = 0) -> TemplateBuildStatusSnapshot:
        """The build as it is, with its log from an offset on."""
        with transport_over(self._connection) as transport:
            return self._seen(transport.execute(build_calls.get_build(self.id, offset)))

    def logs(self, *, offset: int = 0, follow: bool = False) -> Iterator[TemplateBuildLogEntry]:
        """Entries of the log: what there is, or with `follow` up to the end of the build.

        With `follow` a connection that is lost is made again.
        """
        request = build_calls.log_stream(self.id, offset, follow)
        with transport_over(self._connection) as transport:
            if follow:
                for entry in follow_log(transport, BuildLogFollower(request, self.id, offset)):
                    yield entry
                return
            reader = BuildLogReader()
            with transport.download(request) as stream:
                for chunk in stream:
                    for entry in reader.feed(chunk):
                        yield entry

    def wait_until_terminal(
        self, *, poll_interval: float = 0.25, offset: int = 0, on_log_entry: OnLogEntry = None
    ) -> TemplateBuildStatusSnapshot:
        """Waits for the end.

        Args:
            poll_interval: seconds between two looks.
            offset: the first entry that `on_log_entry` gets.
            on_log_entry: called with each entry of the log.

        Returns:
            The build at its end, `ready` or `cancelled`, with the entries that came last.

        Raises:
            BuildError: it failed; `failure` says where and why. Some failures have other codes and classes.
        """
        with transport_over(self._connection) as transport:
            while True:
                snapshot = self._seen(transport.execute(build_calls.get_build(self.id, offset)))
                for entry in snapshot.entries:
                    if on_log_entry is not None:
                        on_log_entry(entry)
                # A long log comes in parts: the build may be over before the last one.
                if snapshot.build.is_final and (not snapshot.entries or snapshot.entries[-1].is_last):
                    raise_for_failure(snapshot)
                    return snapshot
                offset = snapshot.next_offset
                if not snapshot.build.is_final:
                    pause(poll_interval)

    def cancel(self, *, reason: str | None = None) -> TemplateBuildStatusSnapshot:
        """Ends the build; what it has cached stays."""
        with transport_over(self._connection) as transport:
            return self._seen(transport.execute(build_calls.cancel(self.id, reason)))

    def retry(
        self,
        *,
        tags: list[str] | None = None,
        base_image_auth: dict[str, Any] | None = None,
        registry_auth: list[dict[str, Any]] | None = None,
        build_secrets: BuildSecrets = None,
    ) -> TemplateBuild:
        """Begins a new build of the same definition. Credentials and secrets must be given again."""
        given = {
            "tags": tags,
            "base_image_auth": base_image_auth,
            "registry_auth": registry_auth,
            "build_secrets": [secret.to_payload() for secret in read_secrets(build_secrets)] or None,
        }
        body = {name: value for name, value in given.items() if value is not None}
        with transport_over(self._connection) as transport:
            return TemplateBuild(transport.execute(build_calls.retry(self.id, body)), self._connection)

    def promote(self, *, tag: str) -> TemplateInfo:
        """Points a tag of the template to this build. Raises `ConflictError` when it is not ready."""
        with transport_over(self._connection) as transport:
            return transport.execute(build_calls.promote(self.id, tag))

    def _seen(self, snapshot: TemplateBuildStatusSnapshot) -> TemplateBuildStatusSnapshot:
        self.summary = snapshot.build
        return snapshot
