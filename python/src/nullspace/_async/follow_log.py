"""Follows the log of a build over connections that break."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from .._core import build_calls
from .._core.build_log_follower import BUILD_ID_HEADER, BuildLogFollower
from .._models.build_log import TemplateBuildLogEntry
from ..errors import SandboxError
from .transport import AsyncTransport

pause = asyncio.sleep


async def follow_log(
    transport: AsyncTransport, follower: BuildLogFollower
) -> AsyncIterator[TemplateBuildLogEntry]:
    """Entries to the end of the build, each once. A stream that breaks is taken up after the last one."""
    while True:
        try:
            async with await transport.download(follower.request) as stream:
                follower.open(stream.header(BUILD_ID_HEADER))
                async for chunk in stream:
                    for entry in follower.feed(chunk):
                        yield entry
                    if follower.over:
                        return
            # It may also end since nothing is to come any more.
            if follower.build_id is None:
                return
            snapshot = await transport.execute(build_calls.get_build(follower.build_id, follower.next_offset))
            if follower.is_complete(snapshot):
                return
        except SandboxError as failure:
            follower.lose(failure)
        await pause(follower.resume())
