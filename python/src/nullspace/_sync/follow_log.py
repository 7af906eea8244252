"""Follows the log of a build over connections that break."""

from __future__ import annotations

import time
from collections.abc import Iterator

from .._core import build_calls
from .._core.build_log_follower import BUILD_ID_HEADER, BuildLogFollower
from .._models.build_log import TemplateBuildLogEntry
from ..errors import SandboxError
from .transport import Transport

pause = time.sleep


def follow_log(transport: Transport, follower: BuildLogFollower) -> Iterator[TemplateBuildLogEntry]:
    """Entries to the end of the build, each once. A stream that breaks is taken up after the last one."""
    while True:
        try:
            with transport.download(follower.request) as stream:
                follower.open(stream.header(BUILD_ID_HEADER))
                for chunk in stream:
                    yield from follower.feed(chunk)
                    if follower.over:
                        return
            # It may also end since nothing is to come any more.
            if follower.build_id is None:
                return
            snapshot = transport.execute(build_calls.get_build(follower.build_id, follower.next_offset))
            if follower.is_complete(snapshot):
                return
        except SandboxError as failure:
            follower.lose(failure)
        pause(follower.resume())
