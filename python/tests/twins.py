"""One view of the blocking and the asyncio SDK, so that each test is written once and holds for both."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Callable
from typing import Any

import nullspace

PATIENCE = 60


class BlockingTwin:
    """The blocking SDK as it is."""

    Sandbox = nullspace.Sandbox
    Template = nullspace.Template
    TemplateBuild = nullspace.TemplateBuild
    TemplateWarmPool = nullspace.TemplateWarmPool
    Snapshot = nullspace.Snapshot
    Lifecycle = nullspace.Lifecycle

    def close(self) -> None:
        pass

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Lets things happen until a condition holds."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, "it did not happen"
            time.sleep(0.001)


class AsyncioTwin:
    """The asyncio SDK with every coroutine run to its end."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self.Sandbox = Synced(nullspace.AsyncSandbox, self._loop)
        self.Template = Synced(nullspace.AsyncTemplate, self._loop)
        self.TemplateBuild = Synced(nullspace.AsyncTemplateBuild, self._loop)
        self.TemplateWarmPool = Synced(nullspace.AsyncTemplateWarmPool, self._loop)
        self.Snapshot = Synced(nullspace.AsyncSnapshot, self._loop)
        self.Lifecycle = Synced(nullspace.AsyncLifecycle, self._loop)

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Lets things happen until a condition holds."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, "it did not happen"
            self._loop.run_until_complete(asyncio.sleep(0.001))

    def close(self) -> None:
        self._loop.run_until_complete(end_other_tasks())
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()


class Synced:
    """Wraps an object of the asyncio SDK."""

    def __init__(self, target: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._target = target
        self._loop = loop

    def __getattr__(self, name: str) -> Any:
        return self._wrap(getattr(self._target, name))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        plain = [arg._target if isinstance(arg, Synced) else arg for arg in args]
        return self._settle(self._target(*plain, **kwargs))

    def __enter__(self) -> Any:
        return self._settle(self._target.__aenter__())

    def __exit__(self, *exc_info: Any) -> Any:
        return self._settle(self._target.__aexit__(*exc_info))

    def __iter__(self) -> Any:
        items = aiter_of(self._target)
        while True:
            try:
                yield self._settle(items.__anext__())
            except StopAsyncIteration:
                return

    def _settle(self, value: Any) -> Any:
        return self._wrap(self._loop.run_until_complete(value) if inspect.isawaitable(value) else value)

    def _wrap(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._wrap(item) for item in value]
        if isinstance(value, nullspace.ForkedSandbox):
            return nullspace.ForkedSandbox(value.sandbox and self._wrap(value.sandbox), value.error)
        ours = (
            type(value).__name__.startswith("Async")
            or inspect.isasyncgen(value)
            or inspect.ismethod(value)
            or inspect.isfunction(value)
        )
        return Synced(value, self._loop) if ours else value


async def end_other_tasks() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def aiter_of(target: Any) -> Any:
    return target.__aiter__()
