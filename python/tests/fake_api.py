"""An API made of prepared answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from nullspace._core.http_options import client_options

SANDBOX = {
    "id": "sb_1",
    "status": "running",
    "template": "base",
    "config": {"vcpus": 2, "memory_mb": 512, "disk_mb": 8192},
    "metadata": {"project": "docs"},
    "cwd": "/workspace",
    "created_at": "2026-03-10T12:00:00.123456789Z",
    "started_at": "2026-03-10T12:00:00Z",
    "timeout_ms": 300000,
    "timeout_at": "2026-03-10T12:05:00Z",
    "expires_at": "2026-03-10T12:05:00Z",
    "timeout_action": "destroy",
    "snapshot_id": None,
    "traffic_access_token": None,
    "network": None,
    "internet_access": True,
    "a_later_field": 1,
}

Answer = Any  # An httpx.Response, an exception to raise, JSON, or a function of the request.


@dataclass
class FakeApi:
    """Answers each `METHOD /path` from a queue; the last answer stays."""

    answers: dict[str, list[Answer]] = field(default_factory=dict)
    requests: list[httpx.Request] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)

    def on(self, route: str, *answers: Answer) -> None:
        self.answers[route] = list(answers)

    def error(self, status: int, code: str, **more: Any) -> httpx.Response:
        headers = more.pop("headers", {})
        error = {"message": f"because of {code}", "code": code, **more}
        return httpx.Response(status, json={"error": error, "code": code}, headers=headers)

    def body(self, index: int = -1) -> Any:
        return json.loads(self.requests[index].content)

    @property
    def routes(self) -> list[str]:
        return [f"{request.method} {request.url.path}" for request in self.requests]

    def install(self, monkeypatch) -> None:
        transport = httpx.MockTransport(self._answer)

        def options(connection):
            return client_options(connection) | {"transport": transport}

        async def pause(seconds):
            self.delays.append(seconds)

        monkeypatch.setattr("nullspace._sync.transport.client_options", options)
        monkeypatch.setattr("nullspace._async.transport.client_options", options)
        monkeypatch.setattr("nullspace._sync.transport.pause", self.delays.append)
        monkeypatch.setattr("nullspace._async.transport.pause", pause)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        route = f"{request.method} {request.url.raw_path.decode().partition('?')[0]}"
        queue = self.answers.get(route)
        if not queue:
            return self.error(404, "not_found")
        answer = queue.pop(0) if len(queue) > 1 else queue[0]
        if isinstance(answer, Callable):
            answer = answer(request)
            # Made for this request, and perhaps a stream that breaks.
            if isinstance(answer, httpx.Response):
                return answer
        if isinstance(answer, Exception):
            raise answer
        if not isinstance(answer, httpx.Response):
            return httpx.Response(200, json=answer)
        # A response can be read by one client only, and the answer may be given again.
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)
